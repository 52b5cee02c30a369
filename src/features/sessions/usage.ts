import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { costOf, type Prices, priceName } from '../../core/prices.ts';
import type { Context } from '../feature.ts';
import { sessionById } from './queries.ts';
import type { contract } from './stats-contract.ts';
import { type UsageRow, usageBetween } from './stats-queries.ts';
import { titleOf } from './wire.ts';

type Usage = (typeof contract)['stats.usage'];
type By = Parsed<Usage>['by'];
type Sum = Reply<Usage>['totals'];

const quarterMs = 900_000;
const farFuture = 8.64e15;
/** Prompts longer than these have prices of their own with some providers. */
const lengths = { medium: 100_000, long: 272_000 };

/** Tokens of a time and their cost by the price lists, summed by what was asked for. */
export function usage({ prices }: { readonly prices: Prices }) {
  return (context: Context, input: Parsed<Usage>): Reply<Usage> => {
    const since = input.since === undefined ? 0 : Date.parse(input.since);
    const until = input.until === undefined ? farFuture : Date.parse(input.until);
    const found = context.read.project.all(usageBetween, { since, until, ...lengths });
    const groupOf = grouping(input.by, input.time_zone);
    const groups = Map.groupBy(found, groupOf);
    const rows = [...groups].map(([group, rows]) => ({
      ...{ group, name: input.by === 'session' ? nameOf(context, group) : null },
      ...sum(prices, rows),
    }));
    const isUnpriced = (row: UsageRow) => hasTokens(row) && !prices.models.has(priceName(row.model ?? ''));
    const unpriced = new Set(found.filter(isUnpriced).map(modelOf));
    return {
      rows: rows.sort((a, b) =>
        input.by === 'day' ? order(a.group, b.group) : (b.cost ?? 0) - (a.cost ?? 0) || order(a.group, b.group),
      ),
      totals: sum(prices, found),
      ...{ prices_as_of: prices.as_of, unpriced_models: [...unpriced].sort() },
    };
  };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function grouping(by: By, timeZone: string | undefined): (row: UsageRow) => string {
  if (by === 'agent') return ({ agent }) => agent ?? 'unknown';
  if (by === 'model') return modelOf;
  if (by === 'session') return ({ session_id }) => session_id;
  const day = dayFormat(timeZone);
  return ({ quarter }) => day.format(quarter * quarterMs);
}

function modelOf({ model }: UsageRow): string {
  return model ?? 'unknown';
}

/** Swedish dates are ISO dates. */
function dayFormat(timeZone: string | undefined): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', ...(timeZone === undefined ? {} : { timeZone }) });
  } catch (cause) {
    throw new PrsistError('input/invalid', `${timeZone} is no time zone`, { field: 'time_zone', cause });
  }
}

function sum(prices: Prices, rows: readonly UsageRow[]): Sum {
  const total = { requests: 0, fresh: 0, cache_read: 0, cache_write: 0, output: 0 };
  let cost: number | null = null;
  let partial = false;
  for (const row of rows) {
    for (const name of ['requests', 'fresh', 'cache_read', 'cache_write', 'output'] as const) total[name] += row[name];
    const price = prices.models.get(priceName(row.model ?? ''));
    if (price) cost = (cost ?? 0) + costOf(price, row, row.size);
    else if (hasTokens(row)) partial = true;
  }
  return { ...total, cost, partial: partial && cost !== null };
}

function hasTokens({ fresh, cache_read, cache_write, output }: UsageRow): boolean {
  return fresh + cache_read + cache_write + output > 0;
}

function nameOf(context: Context, session_id: string): string | null {
  const row = context.read.project.one(sessionById, { session_id });
  return row ? titleOf(context.read.project, row) : null;
}
