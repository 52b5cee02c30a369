import { basename, join } from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import { readFound } from '../../platform/apply-edits.ts';
import { repositoryIdentity } from '../../platform/git.ts';
import { type WorkTree, workTreeOf } from '../../platform/repository.ts';
import { fileKind } from '../../platform/walk.ts';
import type { Read } from '../../store/record-type.ts';
import type { Daemon, Entering } from './needs.ts';
import { projectByIdentity, rootOf } from './queries.ts';
import { projectNow, rootAbove } from './registry.ts';

/** Refuses what can never be a project. Throws file/unreadable, input/invalid. */
export function requireUsable(directory: string, home: string): void {
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
export function treeOf(directory: string, home: string): WorkTree | undefined {
  const tree = workTreeOf(directory);
  return tree && isNobodys(tree.mainTop, home) ? undefined : tree;
}

interface Where {
  readonly directory: string;
  readonly tree: WorkTree | undefined;
  readonly name: string | undefined;
}

/** Which project this is: by project.json, by the registry, by root commit and origin, else a new one. */
export async function identify(
  { daemon }: { readonly daemon: Pick<Daemon, 'home' | 'newId'> },
  read: Read,
  { directory, tree, name }: Where,
): Promise<Entering> {
  // a repository inside another project is one of its own; a plain directory inside one belongs to it
  const registered = tree ? read.one(rootOf, { root: tree.mainTop }) : rootAbove(read, directory, daemon.home);
  const root = tree?.mainTop ?? registered?.root ?? directory;
  const identity = tree ? await repositoryIdentity(tree.top) : {};
  const { rootCommit: root_commit, origin: origin_url } = identity;
  const noted = projectFileId(root);
  const same = root_commit && origin_url ? read.one(projectByIdentity, { root_commit, origin_url }) : undefined;
  const before = noted ?? registered?.project_id ?? same?.project_id ?? daemon.newId();
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

/** The repository a directory lies in. Throws input/invalid where there is none that could be a project. */
export function requireRepository(directory: string, home: string): WorkTree {
  const tree = directory.startsWith('/') ? treeOf(directory, home) : undefined;
  if (tree) return tree;
  throw new PrsistError('input/invalid', `${directory} lies in no git repository`, { field: 'directory' });
}
