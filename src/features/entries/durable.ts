import { limits } from '../../core/limits.ts';
import type { Actor, Origin } from '../../core/record.ts';
import type { Layer, Priority, Scope } from '../../core/words.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import { databaseOf } from './identity.ts';
import { conflictText } from './in-conflict.ts';
import { type Moment, standing } from './life.ts';
import { durableEntries, type EntryRow } from './queries.ts';
import { isInConflict, valueText } from './reply.ts';

/** Most entries a brief chooses from. */
const most = 50;

/** A lasting entry as a brief is told of it. updated_at in milliseconds since 1970 UTC. */
export interface DurableEntry {
  readonly ent: string;
  readonly key: string;
  /** A string as it is, any other value as canonical JSON; what other devices say against it comes with it. */
  readonly value: string;
  readonly category: string;
  readonly priority: Priority;
  readonly layer: Layer;
  readonly scope: Scope;
  readonly origin: Origin;
  readonly trust: number;
  readonly actor: Actor;
  readonly updated_at: number;
}

/** Both databases, the moment, and whose entries of scope user count. */
export interface Asked extends Moment {
  readonly read: Context['read'];
  readonly user: string;
}

/** What every agent of the person is told of in a project. */
const told = ['project', 'user', 'global'] as const satisfies readonly Scope[];
const important = ['critical', 'high', 'medium'] as const satisfies readonly Priority[];

/**
 * What lasts and is worth telling unasked, of project, user and everywhere: at most 50, newest first. Critical and high before all
 * others when there are more; of medium priority only what a category calls knowledge. Nothing quarantined or expired.
 */
export function forBrief(asked: Asked): readonly DurableEntry[] {
  return rowsToTell(asked)
    .sort((a, b) => rank(a) - rank(b) || newer(a, b))
    .slice(0, most)
    .sort(newer)
    .map((row) => durable(asked.read[databaseOf(row.scope)], row));
}

/** When entries that a brief may tell of go by themselves, in milliseconds. */
export function endsForBrief(asked: Asked): readonly number[] {
  return rowsToTell(asked).flatMap(({ expires_at }) => expires_at ?? []);
}

function rowsToTell(asked: Asked): EntryRow[] {
  const { read, now, user } = asked;
  const bytes = limits.briefEntryBytes;
  return (
    told
      .flatMap((scope) => important.map((priority) => ({ scope, priority, user_id: user, now, bytes, limit: most })))
      .flatMap((asked) => read[databaseOf(asked.scope)].all(durableEntries, asked))
      .flatMap((row) => standing(row, asked) ?? [])
      // what is noted for a session that goes on is that session's own
      .filter((row) => row.layer !== 'session')
  );
}

function rank({ priority }: EntryRow): number {
  return priority === 'critical' ? 0 : priority === 'high' ? 1 : 2;
}

function newer(a: EntryRow, b: EntryRow): number {
  return b.updated_at - a.updated_at || (a.ent < b.ent ? -1 : 1);
}

function durable(read: Read, row: EntryRow): DurableEntry {
  const { ent, key, category, priority, layer, scope, trust, updated_at } = row;
  return {
    ...{ ent, key, category, priority, layer, scope, trust, updated_at },
    value: `${valueText(row.value)}${isInConflict(row) ? conflictText(read, row.ent) : ''}`,
    // the projection writes nothing else into these two columns
    origin: row.origin as Origin,
    actor: JSON.parse(row.actor) as Actor,
  };
}
