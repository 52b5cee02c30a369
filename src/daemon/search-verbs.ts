// The searches as they run in a thread of their own: everything they need comes with the request, as plain data.
import type { Config } from '../config/schema.ts';
import type { Parsed } from '../core/operation.ts';
import * as documentSearch from '../features/documents/findable.ts';
import { foundEntry, showing } from '../features/entries/findable.ts';
import type { Context } from '../features/feature.ts';
import { contextSearch } from '../features/search/context-search.ts';
import type { contract } from '../features/search/contract.ts';
import type { Meant } from '../features/search/meant.ts';
import { type Others, searchQuery } from '../features/search/search-query.ts';
import { noSieve, type Sieve } from '../features/search/sift.ts';
import { showings } from '../features/sessions/findable.ts';
import { onBranch } from '../features/sessions/on-branch.ts';
import type { Read } from '../store/record-type.ts';
import { entrySettings, sessionFacts } from './entry-needs.ts';

/** A database of another project. */
export interface OtherFile {
  readonly id: string;
  readonly name: string;
  readonly file: string;
}

type Search = typeof contract;

export type SearchRequest = (
  | { readonly operation: 'search.query'; readonly input: Parsed<Search['search.query']> }
  | { readonly operation: 'context.search'; readonly input: Parsed<Search['context.search']> }
) & {
  readonly context: Pick<Context, 'caller' | 'project' | 'now'>;
  /** Settings that hold in the project. */
  readonly config: Config;
  /** project: absent outside of any. */
  readonly files: { readonly project: string | undefined; readonly user: string };
  readonly others: readonly OtherFile[];
  /** Names of projects that could not even be asked for. */
  readonly left_out: readonly string[];
  /** The question as vectors. */
  readonly meant: Meant;
  /** How many of the best results are wanted beyond the budget: they are put in another order. */
  readonly least: number;
};

/** What opens database files for reading. */
export interface Readers {
  readonly read: (file: string) => Read;
}

/** Answers one search; `took_ms` is left to whoever waits for it. */
export function answerSearch(request: SearchRequest, readers: Readers) {
  const user = readers.read(request.files.user);
  const project = request.files.project === undefined ? user : readers.read(request.files.project);
  const context: Context = {
    ...request.context,
    ...{ read: { project, user }, git: null, worktree: undefined, branch: undefined },
  };
  const needs = {
    settings: () => entrySettings(request.config),
    sessions: () => sessionFacts(request.config),
  };
  const all = [showing(needs), ...showings, ...documentSearch.showings];
  if (request.operation === 'context.search') {
    return contextSearch(context, request.input, {
      ...{ showings: all, entryOf: foundEntry(needs), meant: request.meant },
    });
  }
  return searchQuery(context, request.input, {
    ...{ showings: all, others: othersOf(request, readers), meant: request.meant },
    // the user's own database knows no sessions and no commits
    onBranch: (read, branch) => (read === user ? { sessions: [], commits: [] } : onBranch(read, branch)),
    ...{ sieve: sieveOf(request.config), least: request.least },
  });
}

function sieveOf({ optimization: { ai_filtering: filter } }: Config): Sieve {
  return filter.enabled ? { threshold: filter.relevance_threshold, prunes: filter.attention_pruning } : noSieve;
}

/** What cannot be read now is named, and does not keep the rest from being searched. */
function othersOf({ others, left_out }: SearchRequest, readers: Readers): Others {
  const missing = [...left_out];
  const sources = others.flatMap(({ id, name, file }) => {
    try {
      return [{ read: readers.read(file), project: { id, name } }];
    } catch {
      missing.push(name);
      return [];
    }
  });
  return { sources, left_out: missing };
}
