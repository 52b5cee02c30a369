// What `prsist cache audit` prints: shares, costs, a bar for each request, a line for each break.
import type { Reply } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';
import { pictureOf } from './cache-picture.ts';
import { type Printer, plural } from './print.ts';
import { cut, oneLine } from './text.ts';

export type Audit = Reply<Operations['cache.audit']>;
type Session = Audit['sessions'][number];
type Break = Session['breaks'][number];

/** One conversation in full. */
export function auditedOne(print: Printer, session: Session, audit: Audit): void {
  const { read, write_5m, write_1h, uncached } = session;
  const input = read + write_5m + write_1h + uncached;
  print.table([
    ['session', [nameOf(session), oneLine(session.title ?? '')].filter((text) => text !== '').join('  ')],
    ['requests', `${session.requests} of ${session.models.map(oneLine).join(', ')}`],
    ['cached share', `${percent(session.share)} of ${tokens(input)} input tokens`],
    [
      'written',
      `${tokens(write_5m + write_1h)}, ${percent(write_5m + write_1h === 0 ? 0 : write_1h / (write_5m + write_1h), 0)} for one hour`,
    ],
    ['never read', `${tokens(session.waste)} of what was written`],
    ['input cost', costOf(session, input)],
    ...planned(session, input),
  ]);
  if (session.picture) {
    print.line('');
    for (const line of pictureOf(session.picture, print, session.breaks)) print.line(line);
  }
  if (session.breaks.length + session.misses.length > 0) print.line('');
  print.table(session.breaks.map(lineOf));
  print.table(
    session.misses.map((miss) => [`request ${miss.request}`, miss.because, `${tokens(miss.tokens)} not read`]),
  );
  const { restless } = session;
  if (restless) {
    const where = restless.read === 0 ? 'from its very start' : `after its first ${tokens(restless.read)}`;
    print.line(
      `from request ${restless.request} on ${restless.requests} prompts in a row changed ${where}: something there is written anew each time (a time, a counter, a memory block)`,
    );
  }
  footnotes(print, audit, session.simulator.error);
}

/** Many conversations, one line each, and all of them together. */
export function auditedAll(print: Printer, audit: Audit): void {
  const { pooled } = audit;
  const heads = ['requests', 'cached', 'breaks', 'cost', '1 h', 'off by'].map((head) => head.padStart(8));
  print.table([
    ['session', ...heads, 'causes'],
    ...audit.sessions.map((session) => [cut(nameOf(session), 44), ...figures(session), causes(session.causes)]),
  ]);
  print.line('');
  print.table([
    [
      'cached share',
      `${percent(pooled.share)} pooled, ${percent(pooled.median_share)} in the middle of ${plural(pooled.sessions, 'session')}`,
    ],
    ['requests', `${pooled.requests}, ${tokens(pooled.tokens)} input tokens`],
    [
      'breaks',
      `${pooled.breaks}, ${pooled.breaks_per_100.toFixed(1)} per 100 requests${pooled.breaks > 0 ? `: ${causes(pooled.causes)}` : ''}`,
    ],
    ['never read', `${tokens(pooled.waste)} of what was written`],
    ['input cost', costOf(pooled, pooled.tokens)],
    ...planned(pooled, pooled.tokens),
  ]);
  footnotes(print, audit, pooled.simulator_error);
}

function nameOf({ session_id, path }: Session): string {
  return oneLine(session_id ?? path?.split('/').at(-1) ?? '');
}

function figures(session: Session): string[] {
  const { read, write_5m, write_1h, uncached } = session;
  const written = write_5m + write_1h;
  return [
    ...[`${session.requests}`, percent(session.share), `${session.breaks.length}`],
    (session.cost / (read + written + uncached)).toFixed(4),
    written === 0 ? '-' : percent(write_1h / written, 0),
    session.simulator.error.toFixed(2),
  ].map((text) => text.padStart(8));
}

/** "0.1532 of uncached input, $4.31". */
function costOf({ cost, usd }: { readonly cost: number; readonly usd: number | null }, input: number): string {
  const money = usd === null ? '' : `, $${usd.toFixed(2)}`;
  return `${(cost / input).toFixed(4)} of what it costs without a cache${money}`;
}

function planned({ prsist }: Pick<Session, 'prsist'>, input: number): string[][] {
  const said =
    prsist === null
      ? 'not said: the simulator is more than 2 points off'
      : `${percent(prsist.share)} cached, cost ${(prsist.cost / input).toFixed(4)}`;
  return [["prsist's order", said]];
}

function causes(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([cause, count]) => `${cause} ${count}`)
    .join(', ');
}

function lineOf(each: Break): string[] {
  const exact = each.because ?? (each.cause === 'prefix changed' ? each.where : null);
  const name = exact === null ? each.cause : `${each.cause}: ${exact}`;
  const money = each.usd === null ? '' : `, $${each.usd.toFixed(2)}`;
  return [
    ...[`request ${each.request}`, name, `${tokens(Math.round(each.cost))} tokens${money}`],
    `${whatLeft(each)} of ${tokens(each.before)} read after ${pause(each.gap_seconds)}, ${each.at.slice(0, 16).replace('T', ' ')} UTC`,
  ];
}

function whatLeft({ read }: Break): string {
  return read === 0 ? 'nothing' : `the first ${tokens(read)}`;
}

function pause(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

function footnotes(print: Printer, { contradictions, prices_as_of }: Audit, error: number): void {
  for (const { model, rule, says, found } of contradictions) {
    print.note(`${oneLine(model)}: the ${rule} is said to be ${says}, but ${found}`);
  }
  print.note(`input at the price lists of ${prices_as_of}; simulator off by ${error.toFixed(2)} points`);
}

function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** "812", "3.4k", "17.8M". */
function tokens(count: number): string {
  if (count < 1_000) return String(count);
  return count < 1_000_000 ? `${(count / 1_000).toFixed(1)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}
