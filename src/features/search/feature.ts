import path from 'node:path';
import { type Context, type Feature, feature } from '../feature.ts';
import type { EntryOf, Findable, Hiding, Showing } from '../findable.ts';
import { contextSearch } from './context-search.ts';
import { contract } from './contract.ts';
import { type HygieneNeeds, hygiene } from './hygiene.ts';
import { searchProjection } from './projection.ts';
import { searchQuery } from './search-query.ts';

/** What the other features hand to search, all of them in lists but the entries. */
export interface SearchNeeds {
  readonly findables: readonly Findable[];
  readonly hidings: readonly Hiding[];
  /** One per kind. */
  readonly showings: readonly Showing[];
  readonly entryOf: EntryOf;
  /** A clock that only goes forward, in milliseconds; nothing is timed when absent. */
  readonly monotonic?: () => number;
  /** Begins the timing of a search for entries; what it returns is told how many were found. */
  readonly hygiene: Omit<HygieneNeeds, 'showings'>;
  readonly asking?: (context: Context, query: string) => (found: number) => void;
}

/** Search over everything findable. Its projection must be declared after those of the features that hand in findables. */
export function searchFeature({
  findables,
  hidings,
  showings,
  entryOf,
  asking,
  hygiene: ofHygiene,
  monotonic = () => 0,
}: SearchNeeds): Feature {
  return feature(contract, {
    verbs: {
      'hygiene.get': hygiene({ ...ofHygiene, showings }),
      'search.query': (context, input) => {
        const begun = monotonic();
        const reply = searchQuery(context, input, showings);
        return { ...reply, took_ms: Math.round(100 * (monotonic() - begun)) / 100 };
      },
      'context.search': (context, input) => {
        const answered = asking?.(context, input.query);
        const reply = contextSearch(context, input, { showings, entryOf });
        answered?.(reply.result_count);
        return reply;
      },
    },
    projections: [searchProjection(findables, hidings)],
    migrations: {
      directory: path.join(import.meta.dirname, 'migrations'),
      files: ['0007-search.sql', '0023-hygiene.sql', '0024-recall.sql'],
    },
  });
}
