import type { Item } from './queries.ts';

export type Database = 'project' | 'user';

export interface Candidate extends Item {
  readonly database: Database;
}

export interface Ranked extends Candidate {
  /** About the share of the question's words the text has, weighted; above 1 for what people kept on purpose. */
  readonly score: number;
}

export interface Ranking {
  /** Share of the question's words in the best candidate of each database, 0 to 1: makes the two comparable. */
  readonly coverage: Readonly<Record<Database, number>>;
}

const kindFactor: Readonly<Record<string, number>> = { entry: 1.15, tool: 0.6 };
const priorityFactor: Readonly<Record<string, number>> = { critical: 1.2, low: 0.9 };

/**
 * Orders candidates, best first, and keeps the best part of each entity. Pure: no text, no clock; the order in which
 * candidates come changes nothing. bm25 of two databases cannot be compared (their word counts differ), so each is
 * divided by its best and counts as much as that best one covers of the question. Ties: newer first, then by id.
 */
export function rank(candidates: readonly Candidate[], { coverage }: Ranking): readonly Ranked[] {
  const best: Record<Database, number> = { project: bestOf(candidates, 'project'), user: bestOf(candidates, 'user') };
  const scored = candidates.map((each) => {
    // bm25 is 0 only for words that are everywhere: then all candidates are equal
    const share = best[each.database] > 0 ? -each.bm25 / best[each.database] : 1;
    const factor = (kindFactor[each.kind] ?? 1) * (priorityFactor[each.priority ?? ''] ?? 1);
    return { ...each, score: share * coverage[each.database] * factor };
  });
  scored.sort((a, b) => b.score - a.score || b.at - a.at || compare(a.ent, b.ent) || a.part - b.part);
  const seen = new Set<string>();
  return scored.filter((each) => {
    const thing = `${each.database} ${each.kind} ${each.ent}`;
    return !seen.has(thing) && seen.add(thing);
  });
}

function bestOf(candidates: readonly Candidate[], database: Database): number {
  return candidates.reduce((most, each) => (each.database === database ? Math.max(most, -each.bm25) : most), 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
