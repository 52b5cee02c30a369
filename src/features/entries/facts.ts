import { headOf } from '../../core/excerpt.ts';
import { limits } from '../../core/limits.ts';
import type { Scope } from '../../core/words.ts';
import { type Asked, forBrief } from './durable.ts';
import { type EntryRow, sessionEntries } from './queries.ts';

const mostEntries = 100;
const mostRefs = 20;

/** What entries add to the state of a session. */
export interface EntryFacts {
  /** Session entries of priority critical or category fact, by key. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The other session entries, by key. */
  readonly working_memory: Readonly<Record<string, unknown>>;
  /** Lasting entries worth looking up, newest first. */
  readonly long_term_refs: readonly { readonly key: string; readonly scope: Scope; readonly entry_id: string }[];
}

/**
 * What is noted down for a session, newest first and at most 100 entries, facts before the rest.
 * A value whose JSON is longer than 2 KiB comes as the beginning of its text.
 */
export function entryFacts(asked: Asked, session: string): EntryFacts {
  const rows = asked.read.project.all(sessionEntries, { session, now: asked.now, limit: mostEntries });
  const refs = forBrief(asked).slice(0, mostRefs);
  return {
    facts: byKey(rows.filter(isFact)),
    working_memory: byKey(rows.filter((row) => !isFact(row))),
    long_term_refs: refs.map(({ key, scope, ent }) => ({ key, scope, entry_id: ent })),
  };
}

function isFact({ priority, category }: EntryRow): boolean {
  return priority === 'critical' || category === 'fact';
}

function byKey(rows: readonly EntryRow[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    rows.filter((row) => row.key !== '__proto__').map((row) => [row.key, shortValue(row.value)]),
  );
}

function shortValue(canonicalValue: string): unknown {
  if (canonicalValue.length <= limits.inlineTextBytes) return JSON.parse(canonicalValue);
  const value: unknown = JSON.parse(canonicalValue);
  return `${headOf(typeof value === 'string' ? value : canonicalValue, limits.inlineTextBytes)}…`;
}
