import type { Reply } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';
import { localTime, relativeTime } from './when.ts';

export type Paused = Reply<Operations['capture.pause']>['paused'];

/** What a pause means now, in one line. */
export function pauseLine({ all_projects, until }: Paused, nowMs: number): string {
  const where = all_projects ? 'paused in all projects' : 'paused';
  const end =
    until === null ? 'until prsist pause --off' : `until ${localTime(until, nowMs)} (${relativeTime(until, nowMs)})`;
  return `${where} ${end}: nothing said or done is taken in, now or later`;
}
