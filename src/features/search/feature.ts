import path from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { type Context, type Feature, feature, type JobContext } from '../feature.ts';
import type { BranchOf, EntryOf, Findable, Hiding, Showing } from '../findable.ts';
import { contextSearch } from './context-search.ts';
import { contract } from './contract.ts';
import { type HygieneNeeds, hygiene } from './hygiene.ts';
import { searchProjection } from './projection.ts';
import { searchQuery } from './search-query.ts';

type Search = typeof contract;

/** Where searches are answered. Rejects as the verb itself would throw. */
export interface Aside {
  readonly query: (
    context: Context,
    input: Parsed<Search['search.query']>,
  ) => Promise<Omit<Reply<Search['search.query']>, 'took_ms'>>;
  readonly entries: (
    context: Context,
    input: Parsed<Search['context.search']>,
  ) => Promise<Reply<Search['context.search']>>;
}

/** What the other features hand to search, all of them in lists but the entries. */
export interface SearchNeeds {
  readonly findables: readonly Findable[];
  readonly hidings: readonly Hiding[];
  /** One per kind. */
  readonly showings: readonly Showing[];
  readonly entryOf: EntryOf;
  /** What is of a branch; nothing when absent. Unused where searches are answered elsewhere, as `showings` is. */
  readonly onBranch?: BranchOf;
  /** A clock that only goes forward, in milliseconds; nothing is timed when absent. */
  readonly monotonic?: () => number;
  /** Begins the timing of a search for entries; what it returns is told how many were found. */
  readonly hygiene: Omit<HygieneNeeds, 'showings'>;
  /** Drops the vectors of every database; nothing to drop where it is absent. */
  readonly forgetVectors?: (job: JobContext) => Promise<{ readonly texts: number }>;
  /** Answers a search elsewhere than in this thread; here where it is absent. */
  readonly aside?: Aside;
  readonly asking?: (context: Context, query: string) => (found: number) => void;
}

/** Search over everything findable. Its projection must be declared after those of the features that hand in findables. */
export function searchFeature({
  findables,
  hidings,
  showings,
  entryOf,
  onBranch,
  aside,
  asking,
  hygiene: ofHygiene,
  monotonic = () => 0,
  forgetVectors = async () => ({ texts: 0 }),
}: SearchNeeds): Feature {
  return feature(contract, {
    verbs: {
      'hygiene.get': hygiene({ ...ofHygiene, showings }),
      'vectors.forget': async (job) => {
        if (job.caller.agent === undefined) return forgetVectors(job);
        throw new PrsistError('auth/refused', 'vectors are dropped by a person', {
          hint: 'run prsist store forget-vectors yourself',
        });
      },
      'search.query': async (context, input) => {
        const begun = monotonic();
        const reply = await (aside?.query(context, input) ?? searchQuery(context, input, { showings, onBranch }));
        return { ...reply, took_ms: Math.round(100 * (monotonic() - begun)) / 100 };
      },
      'context.search': async (context, input) => {
        const answered = asking?.(context, input.query);
        const reply = await (aside?.entries(context, input) ?? contextSearch(context, input, { showings, entryOf }));
        answered?.(reply.result_count);
        return reply;
      },
    },
    projections: [searchProjection(findables, hidings)],
    migrations: {
      directory: path.join(import.meta.dirname, 'migrations'),
      files: ['0007-search.sql', '0023-hygiene.sql', '0024-recall.sql', '0042-late-terms.sql'],
    },
  });
}
