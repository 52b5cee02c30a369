import type { Parsed, Reply } from '../../core/operation.ts';
import { layers, scopes } from '../../core/words.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { readCursor, writeCursor } from './page-cursor.ts';
import { type EntryRow, entryPage, type PageParams } from './queries.ts';
import { entryReply, leastTrust } from './reply.ts';

type List = (typeof contract)['context.list'];

/** Lists entries of project and user together, newest first. */
export function list(context: Context, input: Parsed<List>): Reply<List> {
  const params = { ...filters(context, input), ...readCursor(input.cursor), limit: input.limit + 1 };
  // one walk along the index per scope and layer; the first `limit` of all of them are the page
  const rows = (input.scope ? [input.scope] : scopes).flatMap((scope) =>
    (input.layer ? [input.layer] : layers).flatMap((layer) => {
      const user_id = scope === 'user' ? context.caller.user : null;
      return context.read[scope].all(entryPage, { ...params, scope, layer, user_id });
    }),
  );
  const page = rows.sort(newestFirst).slice(0, input.limit);
  const last = page.at(-1);
  const hasMore = rows.length > page.length && last !== undefined;
  return { items: page.map(entryReply), next_cursor: hasMore ? writeCursor(last) : null };
}

function filters({ now, caller }: Context, { state, category, priority, key_prefix }: Parsed<List>) {
  return {
    ...{ now, state, least_trust: leastTrust(caller) },
    ...{ category: category ?? null, priority: priority ?? null, prefix: key_prefix || null },
  } satisfies Partial<PageParams>;
}

function newestFirst(a: EntryRow, b: EntryRow): number {
  return b.updated_at - a.updated_at || (a.ent < b.ent ? 1 : -1);
}
