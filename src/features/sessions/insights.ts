import type { Read } from '../../store/record-type.ts';
import { numbersByDay } from './packed-queries.ts';

/** What was done in a day, in numbers alone. day: in UTC. */
export interface DayNumbers {
  readonly day: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** How much was done on each day since a moment: sessions, prompts, answers, requests and their tokens, commits, tasks. */
export function dayNumbers(read: Read, since: number): readonly DayNumbers[] {
  const days = Map.groupBy(read.all(numbersByDay, { since }), ({ day }) => day);
  return [...days].map(([day, rows]) => ({
    day,
    numbers: Object.fromEntries(rows.map(({ name, value }) => [name, value])),
  }));
}
