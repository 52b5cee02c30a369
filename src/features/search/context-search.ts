import { limits } from '../../core/limits.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Context } from '../feature.ts';
import type { EntryOf, FoundEntry, Showing } from '../findable.ts';
import type { Wanted } from './candidates.ts';
import type { contract } from './contract.ts';
import { filterToken } from './filter-tokens.ts';
import { type Found, find, pageOf } from './find.ts';
import type { Meant } from './meant.ts';
import { readQuestion } from './question.ts';
import { isPerson, oneOf, spanOf, whoAsks } from './search-query.ts';
import { rounded, snippetOf, stemsOf } from './snippet.ts';

type Search = (typeof contract)['context.search'];
type Input = Parsed<Search>;
type Result = Reply<Search>['results'][number];

export interface Owners {
  readonly showings: readonly Showing[];
  readonly entryOf: EntryOf;
  readonly meant?: Meant | undefined;
}

/** Finds context entries by their words, best first, with their values. */
export function contextSearch(context: Context, input: Input, { showings, entryOf, meant }: Owners): Reply<Search> {
  const { cursor, limit, ...request } = input;
  const asked = { request, cursor, limit };
  const page = pageOf(context, asked);
  const question = readQuestion(input.query);
  const wanted = wantedOf(context, input, page.now);
  const entries = new Map<Found, FoundEntry>();
  const keep = (found: Found) => {
    const entry = entryOf(found.item.source.read, found.item.ent, context);
    if (!entry || !fits(entry, input)) return false;
    entries.set(found, entry);
    return true;
  };
  const { found, next_cursor, seeking } = find({ context, question, wanted, showings, meant }, { asked, page, keep });
  const stems = stemsOf([...seeking.words, ...seeking.completed]);
  const results = found.flatMap((one) => {
    const entry = entries.get(one);
    return entry ? [resultOf(one, entry, stems)] : [];
  });
  return { query: input.query, result_count: results.length, results, next_cursor };
}

function wantedOf(context: Context, input: Input, now: number): Wanted {
  const { layer = null, scope = null, priority = null, category } = input;
  const span = spanOf(input.since, input.until, now);
  return {
    tokens: [
      [filterToken('kind', 'entry')],
      ...oneOf(layer === null ? [] : [filterToken('layer', layer)]),
      ...oneOf(scope === null ? [] : [filterToken('scope', scope)]),
      ...oneOf(category === undefined ? [] : [filterToken('category', category)]),
      ...(input.tags ?? []).map((tag) => [filterToken('tag', tag)]),
      ...span.tokens,
    ],
    messages: false,
    leastTrust: isPerson(context) && input.quarantined !== false ? 0 : 1,
    ...{ since: span.since, until: span.until },
    rows: {
      ...{ session_id: null, agent_id: null, layer, scope, priority },
      ...whoAsks(context, input),
    },
  };
}

/** What the index knows by a hash only, compared with the entry itself. */
function fits(entry: FoundEntry, { category, tags = [] }: Input): boolean {
  return (category === undefined || entry.category === category) && tags.every((tag) => entry.tags?.includes(tag));
}

function resultOf(found: Found, entry: FoundEntry, stems: ReadonlySet<string>): Result {
  const { key, value, layer, priority, updated_at, entry_id, scope, category } = entry;
  const truncated = Buffer.byteLength(JSON.stringify(value)) > limits.inlineValueBytes;
  return {
    ...{ key, value: truncated ? null : value, layer, priority, updated_at, entry_id, scope, category },
    ...{ score: rounded(found.score), snippet: snippetOf(found.text, stems).snippet },
    ...{ truncated, quarantined: found.item.trust === 0 },
  };
}
