import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Context, ProjectRef } from '../feature.ts';
import type { contract } from './contract.ts';
import { addPause, endEveryPause, endPause, type PauseRow } from './pause-queries.ts';
import { isPaused, pausesIn } from './pauses.ts';

type Pause = (typeof contract)['capture.pause'];
type Unpause = (typeof contract)['capture.unpause'];
type Running = Reply<Unpause>['paused'];

export interface PauseNeeds {
  /** The project somebody names by id, name or directory. Throws project/required, project/not-found. */
  readonly namedProject: (asked: string) => ProjectRef;
}

/** Stops capture, in one project or in all. A pause of the same reach that runs is replaced. */
export function pause(needs: PauseNeeds) {
  return (tx: Write, input: Parsed<Pause>): Reply<Pause> => {
    const project_id = reach(needs, input);
    const { now } = tx;
    const until_at = input.for_ms === undefined ? null : now + input.for_ms;
    tx.run(endPause, { project_id, now });
    tx.run(addPause, { project_id, from_at: now, until_at });
    return { paused: wirePause({ project_id, from_at: now, until_at }) };
  };
}

/** Ends the pause of a project, or with all_projects every pause there is. */
export function unpause(needs: PauseNeeds) {
  return (tx: Write, input: Parsed<Unpause>, { caller }: Context): Reply<Unpause> => {
    // who asked for silence must be the one to end it, not a text that an agent has read
    if (caller.agent !== undefined) {
      throw new PrsistError('auth/refused', 'an agent cannot end a pause', {
        hint: 'type it in a terminal of your own',
      });
    }
    const project_id = reach(needs, input);
    const { now } = tx;
    const ended = project_id === null ? tx.run(endEveryPause, { now }) : tx.run(endPause, { project_id, now });
    return { ended, paused: project_id === null ? null : runningPause(tx, project_id, now) };
  };
}

/** The pause a project is in now: the one that ends last. */
export function runningPause(user: Read, project_id: string, now: number): Running {
  const running = pausesIn(user, project_id).filter((each) => isPaused([each], now));
  const endOf = ({ until_at }: PauseRow) => until_at ?? Number.POSITIVE_INFINITY;
  const last = running.sort((a, b) => endOf(a) - endOf(b)).at(-1);
  return last ? wirePause(last) : null;
}

/** null: every project. */
function reach(needs: PauseNeeds, asked: { readonly project?: string | undefined; readonly all_projects: boolean }) {
  if (asked.all_projects) return null;
  if (asked.project !== undefined) return needs.namedProject(asked.project).id;
  throw new PrsistError('input/invalid', 'name a project, or ask for all_projects', { field: 'project' });
}

function wirePause({ project_id, from_at, until_at }: PauseRow) {
  const time = (ms: number) => new Date(ms).toISOString();
  return { all_projects: project_id === null, since: time(from_at), until: until_at === null ? null : time(until_at) };
}
