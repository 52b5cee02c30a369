import type { Context } from '../features/feature.ts';
import type { Read } from '../store/record-type.ts';
import type { Projects } from './projects.ts';

/** Reading what is in a database as the person who owns it, for what the daemon does by itself. project: null is user.db. */
export function ownerContext(projects: Projects, { project, read, now }: Owned): Context {
  return {
    ...{ caller: { user: projects.identity.user, origin: 'human' }, read: { project: read, user: projects.user.read } },
    project: project === null ? { id: '', name: '' } : projects.resolve(project),
    ...{ now, worktree: undefined, branch: undefined, git: null },
  };
}

interface Owned {
  readonly project: string | null;
  readonly read: Read;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}
