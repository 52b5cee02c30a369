import { basename, dirname, join, resolve } from 'node:path';
import { unifiedDiff } from '../../core/diff.ts';
import { PrsistError } from '../../core/errors.ts';
import type { FileEdit, FileOperation, FilePlan } from '../../core/file-edit.ts';
import type { Parsed } from '../../core/operation.ts';
import { readFound } from '../../platform/apply-edits.ts';
import { isTracked, repositoryIdentity } from '../../platform/git.ts';
import { type WorkTree, workTreeOf } from '../../platform/repository.ts';
import { fileKind } from '../../platform/walk.ts';
import type { Read } from '../../store/record-type.ts';
import type { JobContext } from '../feature.ts';
import type { contract, Touched } from './contract.ts';
import type { Entering, SystemNeeds } from './needs.ts';
import { allRoots, projectByIdentity, projectTwins, rootOf } from './queries.ts';
import { projectNow, rootAbove } from './registry.ts';

type Init = (typeof contract)['project.init'];
type Uninstall = (typeof contract)['project.uninstall'];
type Result = Readonly<Record<string, unknown>>;

/** Makes a directory a project: id first, hooks after, imports last. Again it changes nothing. */
export function init(needs: SystemNeeds) {
  return async (context: JobContext, input: Parsed<Init>): Promise<Result> => {
    const directory = resolve(input.directory);
    requireUsable(directory, needs.daemon.home);
    const tree = treeOf(directory, needs.daemon.home);
    const entering = await identify(needs, context.read.user, { directory, tree, name: input.name });
    const homes = { agents: input.agents, homes: input.agent_homes };
    const own: FilePlan = { operations: projectFiles(entering), notes: [] };
    const hook = tree && input.git_hooks ? await needs.hooks.planRepository(tree) : { operations: [], notes: [] };
    const user = needs.hooks.planUser(homes);
    const plans = [own, user, hook];
    const touched = plans.flatMap(touchedBy);
    const result = { project_id: entering.project_id, name: entering.name, root: entering.root, touched };
    if (input.dry_run) return { ...result, dry_run: true };
    for (const plan of plans) needs.hooks.carryOut(plan, 'there');
    const project = needs.welcome.enter(entering);
    const taken = input.import ? await needs.welcome.takeIn(project, context) : {};
    const recovered = needs.keeping.recovered(project.id);
    return {
      ...result,
      ...(recovered ? { recovered } : {}),
      ...taken,
      next: [...nextSteps(user), ...twins(context.read.user, entering)],
    };
  };
}

/**
 * Puts every file back that init touched, in every project, as far as others left it as it was, and takes the briefs out
 * of the repositories. Project files that are committed stay, and so does the memory.
 */
export function uninstall(needs: SystemNeeds) {
  return async (context: JobContext, input: Parsed<Uninstall>): Promise<Result> => {
    const plan = await withoutCommitted(needs.hooks.planWayBack({ agents: undefined, homes: input.agent_homes }));
    const way = input.dry_run ? 'look' : 'do';
    if (way === 'do') needs.hooks.carryOut(plan, 'back');
    const briefs = needs.daemon.withdrawBriefs(way).map((path): Touched => {
      return { path, action: 'delete', diff: '', note: 'briefs' };
    });
    const touched = [...touchedBy(plan), ...briefs];
    return { touched, left: settingsLeft(context), ...(input.dry_run ? { dry_run: true } : {}) };
  };
}

/** Settings of projects, which somebody wrote and a repository may share: nobody's to delete but theirs. */
function settingsLeft({ read }: JobContext): string[] {
  const files = read.user.all(allRoots, {}).map(({ root }) => join(root, '.prsist', 'config.yaml'));
  return [...new Set(files)].filter((path) => fileKind(path) === 'file').sort();
}

/** A project id that is in the repository's history is its team's. */
async function withoutCommitted(plan: FilePlan): Promise<FilePlan> {
  const kept = new Set<string>();
  for (const { path } of plan.operations) {
    if (path.endsWith(projectFile) && (await isTracked(path))) kept.add(dirname(path));
  }
  const notes = [...kept].map((directory) => ({ path: directory, message: 'committed, so it stays' }));
  return {
    operations: plan.operations.filter(({ path }) => !kept.has(dirname(path))),
    notes: [...plan.notes, ...notes],
  };
}

function requireUsable(directory: string, home: string): void {
  const field = { field: 'directory' };
  if (fileKind(directory) !== 'directory') {
    throw new PrsistError('file/unreadable', `${directory} is no directory`, field);
  }
  if (isNobodys(directory, home)) {
    throw new PrsistError('input/invalid', `${directory} itself is never a project`, {
      ...field,
      hint: 'cd into a repository',
    });
  }
}

function isNobodys(directory: string, home: string): boolean {
  return directory === home || directory === '/';
}

/** The repository a directory lies in; one that is the whole home directory does not make that a project. */
function treeOf(directory: string, home: string): WorkTree | undefined {
  const tree = workTreeOf(directory);
  return tree && isNobodys(tree.mainTop, home) ? undefined : tree;
}

interface Where {
  readonly directory: string;
  readonly tree: WorkTree | undefined;
  readonly name: string | undefined;
}

/** Which project this is: by project.json, by the registry, by root commit and origin, else a new one. */
async function identify(needs: SystemNeeds, read: Read, { directory, tree, name }: Where): Promise<Entering> {
  // a repository inside another project is one of its own; a plain directory inside one belongs to it
  const registered = tree ? read.one(rootOf, { root: tree.mainTop }) : rootAbove(read, directory, needs.daemon.home);
  const root = tree?.mainTop ?? registered?.root ?? directory;
  const identity = tree ? await repositoryIdentity(tree.top) : {};
  const { rootCommit: root_commit, origin: origin_url } = identity;
  const noted = projectFileId(root);
  const same = root_commit && origin_url ? read.one(projectByIdentity, { root_commit, origin_url }) : undefined;
  const before = noted ?? registered?.project_id ?? same?.project_id ?? needs.daemon.newId();
  const known = projectNow(read, before);
  const project_id = known?.project_id ?? before;
  return {
    ...{ project_id, name: name ?? known?.name ?? basename(root), root, root_commit, origin_url },
    kind: tree ? (tree.mainTop === tree.commonDir ? 'bare' : 'main') : 'directory',
  };
}

const idForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id a repository brings along. A project.json that is not ours is told, never replaced. */
function projectFileId(root: string): string | undefined {
  const path = join(root, '.prsist', 'project.json');
  const file = readFound(path);
  if (file.kind === 'absent') return undefined;
  const id = file.kind === 'text' ? memberOf(file.text, 'project_id') : undefined;
  if (typeof id === 'string' && idForm.test(id)) return id;
  throw new PrsistError('file/not-ours', `${path} holds no project id`, { hint: `remove ${path}, then prsist init` });
}

function memberOf(text: string, name: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  } catch {
    return undefined; // told by the caller
  }
}

const projectFile = join('.prsist', 'project.json');
const ignored = `# regenerated by prsist; only project.json and config.yaml are for the repository\nbrief/\n`;

function projectFiles({ root, project_id }: Entering): FileOperation[] {
  const directory = join(root, '.prsist');
  const text = `${JSON.stringify({ project_id }, null, 2)}\n`;
  const edits = [ownFile(join(directory, 'project.json'), text), ownFile(join(directory, '.gitignore'), ignored)];
  // a repository that brings it along has it as git made it
  const made: FileOperation[] = fileKind(directory) === 'absent' ? [{ kind: 'directory', path: directory }] : [];
  return [...made, ...edits.filter((edit) => edit !== undefined)];
}

function ownFile(path: string, text: string): FileEdit | undefined {
  const file = readFound(path);
  if (file.kind !== 'absent') return undefined;
  const edit = { kind: 'edit', subject: 'own-file', path, before: null, after: text } as const;
  return { ...edit, mode: 0o644, created: true, inserted: text, containers: [] };
}

/** What a plan does, file by file, as people and programs read it. */
export function touchedBy(plan: FilePlan): Touched[] {
  const operations = plan.operations.flatMap((operation): Touched[] => {
    const { path, kind } = operation;
    if (kind === 'directory' || kind === 'remove-directory') return [];
    if (kind === 'displace') {
      const diff = unifiedDiff(path, null, operation.after);
      return [{ path, action: 'change', diff, note: `the hook that stood here is kept as ${operation.aside}` }];
    }
    if (kind === 'return') return [{ path, action: 'change', diff: '', note: `put back from ${operation.aside}` }];
    const action = operation.after === null ? 'delete' : operation.before === null ? 'create' : 'change';
    return [{ path, action, diff: unifiedDiff(path, operation.before, operation.after), note: '' }];
  });
  const notes = plan.notes.map(({ path, message, lines }): Touched => {
    return { path, action: lines === undefined ? 'none' : 'refused', diff: lines ?? '', note: message };
  });
  return [...operations, ...notes];
}

/** What only the user can do. */
function nextSteps(user: FilePlan): string[] {
  const codex = user.operations.some(({ path }) => path.endsWith('hooks.json'));
  return codex ? ['Codex: open /hooks once and approve prsist'] : [];
}

/** Another project with the same first commit may be this one under another id. */
function twins(read: Read, { root_commit, project_id }: Entering): string[] {
  const found = root_commit === undefined ? [] : read.all(projectTwins, { root_commit, project_id });
  return found.map(
    ({ name, project_id: id }) => `same history as ${name}; if it is the same project: prsist project link ${id}`,
  );
}
