import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import type { Context, JobContext, Verb } from '../feature.ts';
import type { keepingContract } from './keeping-contract.ts';
import type { Keeping, SystemNeeds } from './needs.ts';
import { linkedProjects, type ProjectRow, renameProject } from './queries.ts';
import { findProject } from './registry.ts';

type Contract = typeof keepingContract;

/** The verbs of keeping: what they do to files and databases is the daemon's. */
export function keepingVerbs(needs: SystemNeeds): { readonly [N in keyof Contract]: Verb<Contract[N]> } {
  const found = (context: Context, asked: string) => projectNamed(context, asked, needs.daemon.home);
  return {
    'project.rename': (tx, input, context) => rename(tx, found(context, input.project), input.name),
    'project.link': async (context, input) => {
      const project = found(context, input.project);
      if (input.undo) return needs.keeping.part(project, linkedTo(context, project, input.other));
      const other = found(context, input.other);
      const removed = [project, other].find(({ state }) => state === 'removed');
      if (removed)
        throw new PrsistError('project/not-found', `${removed.name} was removed`, { hint: undoHint(removed) });
      if (project.project_id === other.project_id) {
        throw new PrsistError('input/invalid', `${input.other} is this very project already`, { field: 'other' });
      }
      return needs.keeping.link(project, other, context);
    },
    'project.remove': async (context, input) =>
      remove(needs.keeping, context, { ...input, row: found(context, input.project) }),
    'store.compact': async (context) => needs.keeping.compact(context.project.id, context),
    'store.backup': async (context, input) => needs.keeping.backup(context.project.id, input.path),
    'store.backups': (context) => ({
      items: needs.keeping
        .backups(context.project.id)
        .map((each) => ({ ...each, at: new Date(each.at).toISOString() })),
    }),
    'store.restore': async (context, input) => {
      const project = input.as_new ? undefined : found(context, here(context, input)).project_id;
      return needs.keeping.restore(project, input.path, context);
    },
  };
}

/** The project that is named, or the one the caller stands in. */
function here({ caller }: Context, { project }: { readonly project?: string | undefined }): string {
  const asked = project ?? caller.directory;
  if (asked === undefined) throw new PrsistError('project/required', 'it is not said which project');
  return asked;
}

/** Also one that was removed, and by its old id one that was linked to another. */
function projectNamed(context: Context, asked: string, home: string): ProjectRow {
  const row = findProject(context.read.user, asked, home);
  if (!row) throw new PrsistError('project/not-found', `no project ${asked}`);
  return row;
}

const undoHint = ({ project_id }: ProjectRow) => `prsist project remove --undo ${project_id}`;

/** One that was linked to a project, by its old id or a beginning of it. */
function linkedTo(context: Context, { project_id, name }: ProjectRow, asked: string): ProjectRow {
  const linked = context.read.user
    .all(linkedProjects, { project_id })
    .filter((row) => row.project_id.startsWith(asked));
  const [row, second] = linked;
  if (row && !second) return row;
  throw new PrsistError('project/not-found', `no project ${asked} was linked to ${name}`, {
    hint: 'prsist project list shows linked ones by their id',
  });
}

function rename(
  tx: Write,
  { project_id, name: before, state }: ProjectRow,
  name: string,
): Reply<Contract['project.rename']> {
  tx.run(renameProject, { project_id, name });
  return { project_id, name, state, before };
}

type Removing = Parsed<Contract['project.remove']> & { readonly row: ProjectRow };

async function remove(keeping: Keeping, context: JobContext, { row, keep_store, undo }: Removing) {
  if (undo) return keeping.takeBack(row);
  return keeping.remove(row, keep_store ? 'kept' : 'dropped', context);
}
