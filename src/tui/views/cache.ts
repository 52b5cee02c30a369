import { plural, size } from '../../cli/print.ts';
import { relativeTime } from '../../cli/when.ts';
import { bar, percent, short, sparkline, stacked } from '../charts.ts';
import { blank, cell, type Frame, heading, type Line, line, pointer, type Span, span, theirs } from '../lines.ts';
import type { Audited } from '../replies.ts';
import type { Cached } from '../screens/cache.ts';
import { type Asked, nothingYet, shareOf } from './overview.ts';

interface Place {
  readonly at: number;
  readonly top: number;
  readonly end: number;
}

/** The cache screen as lines. place: which sessions are seen in so many rows. */
export function cacheView(asked: Asked<Cached>, frame: Frame, place: (rows: number) => Place): readonly Line[] {
  const found = asked.value;
  if (!found) return nothingYet(asked);
  const head = above(found, frame);
  const broken = lastBreaks(found, frame);
  const rows = Math.max(1, frame.rows - head.length - broken.length - 1);
  const { sessions } = found.audit;
  const shown = place(rows);
  const list = sessions
    .slice(shown.top, shown.end)
    .map((each, n) => sessionRow(each, shown.top + n === shown.at, frame));
  const where = sessions.length === 0 ? '' : `${shown.at + 1} of ${sessions.length}`;
  const none = sessions.length === 0 ? [line('no requests with usage yet', 'dim')] : [];
  return [...head, ...broken, heading('Sessions', frame, where), ...none, ...list];
}

function above({ usage, audit: { pooled }, stats, reach }: Cached, frame: Frame): readonly Line[] {
  // days without a request say nothing about the cache
  const days = [...usage.rows].sort((a, b) => (a.group < b.group ? -1 : 1)).map((row) => shareOf(row) ?? 0);
  const width = Math.max(8, Math.min(91, frame.columns - 34));
  const share = shareOf(usage.totals);
  const known = stats.last_30_days.hit_rate;
  const rate = known === null ? 'nothing asked yet' : `${percent(known)} of what was asked`;
  const lost = pooled.usd === null ? '' : `, input $${pooled.usd.toFixed(2)}`;
  return [
    heading('Read from the cache, by day', frame, plural(days.length, 'day')),
    [
      span(
        sparkline(
          days.map((day) => Math.round(day * 100)),
          width,
          frame.speaks,
        ),
        'accent',
      ),
      span(` ${share === undefined ? 'no usage yet' : percent(share)}`, 'strong'),
      span(' in half a year', 'dim'),
    ],
    [
      ...bar(pooled.share, width, { speaks: frame.speaks }),
      span(` ${percent(pooled.share)}`, 'strong'),
      span(` ${reach === 'all' ? 'of all' : `in ${reach}`}`, 'dim'),
    ],
    [
      span(
        `${plural(pooled.requests, 'request')}, ${plural(pooled.breaks, 'break')}, ${short(pooled.waste)} tokens written in vain${lost}`,
      ),
    ],
    [
      span(
        `own prefixes: ${plural(stats.segments, 'segment')}, ${size(stats.bytes)} of ${size(stats.max_bytes)}, ${rate}`,
        'dim',
      ),
    ],
  ];
}

/** The breaks that came last, over all sessions. */
function lastBreaks({ audit }: Cached, frame: Frame): readonly Line[] {
  const all = audit.sessions.flatMap((session) => session.breaks.map((each) => ({ ...each, title: session.title })));
  const latest = all.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, frame.rows >= 34 ? 6 : 3);
  const causes = Object.entries(audit.pooled.causes)
    .map(([cause, count]) => `${cause} ${count}`)
    .join(', ');
  if (latest.length === 0) return [heading('Last breaks', frame), line('none', 'good')];
  return [
    heading('Last breaks', frame, causes),
    ...latest.map(
      ({ at, cause, because, lost, usd, title }): Line => [
        cell(span(relativeTime(at, frame.now), 'dim'), 11),
        cell(span(because ?? cause, 'bad'), 20),
        cell(span(`${short(lost)} lost`), 11),
        cell(span(usd === null ? '' : `$${usd.toFixed(2)}`), 8),
        theirs(title, 'dim'),
      ],
    ),
  ];
}

function sessionRow(each: Audited, isPicked: boolean, { columns, now, speaks }: Frame): Line {
  const width = columns >= 100 ? 20 : 8;
  const broken = each.breaks.length === 0 ? '' : plural(each.breaks.length, 'break');
  return [
    pointer(isPicked),
    ...bar(each.share, width, { speaks }),
    cell(span(speaks ? '' : ` ${percent(each.share)}`), speaks ? 1 : 7),
    cell(span(broken, 'warn'), 11),
    cell(span(relativeTime(each.until, now), 'dim'), 11),
    ...(columns >= 100 ? [cell(span(plural(each.requests, 'request'), 'dim'), 15)] : []),
    theirs(each.title ?? '(no words yet)', isPicked ? 'picked' : 'plain'),
  ];
}

interface Request {
  readonly number: number;
  readonly at: string;
  readonly read: number;
  readonly write: number;
  readonly uncached: number;
  readonly broke: string | undefined;
}

/** The requests of a session, with what broke where. */
export function requestsOf({ picture = [], breaks }: Audited): readonly Request[] {
  const broken = new Map(
    breaks.map((each) => [each.request, `${each.because ?? each.cause}, ${short(each.lost)} lost`]),
  );
  return picture.map((each, n) => ({ ...each, number: n + 1, broke: broken.get(n + 1) }));
}

/** One session as bars: for each request what was read, written and neither. */
export function pictureView(session: Audited, place: Place, frame: Frame): readonly Line[] {
  const requests = requestsOf(session);
  const most = Math.max(1, ...requests.map(sizeOf));
  const where = requests.length === 0 ? '' : `${place.at + 1} of ${requests.length}`;
  const rows = requests
    .slice(place.top, place.end)
    .map((each, n) => requestRow(each, { most, isPicked: place.top + n === place.at, frame }));
  const legend: Line = [
    span('█', 'good'),
    span(' read  '),
    span('▒', 'warn'),
    span(' written  '),
    span('░', 'bad'),
    span(' neither'),
  ];
  const { share, usd, saved } = session;
  const money = usd === null ? '' : `  $${usd.toFixed(2)}, ${percent(saved)} saved`;
  return [
    [theirs(session.title ?? '(no words yet)', 'strong')],
    [
      span(`${percent(share)} cached`, 'good'),
      span(`  ${plural(session.requests, 'request')}, ${plural(session.breaks.length, 'break')}${money}`),
    ],
    frame.speaks ? blank : legend,
    heading('Requests', frame, where),
    ...(requests.length === 0 ? [line('no request tells its usage', 'dim')] : rows),
  ];
}

function sizeOf({ read, write, uncached }: Request): number {
  return read + write + uncached;
}

interface Drawn {
  readonly most: number;
  readonly isPicked: boolean;
  readonly frame: Frame;
}

function requestRow(each: Request, { most, isPicked, frame }: Drawn): Line {
  const room = Math.max(8, Math.min(80, frame.columns - 50));
  const parts = [
    { value: each.read, sign: '█', tone: 'good' as const },
    { value: each.write, sign: '▒', tone: 'warn' as const },
    { value: each.uncached, sign: '░', tone: 'bad' as const },
  ];
  const width = Math.max(1, Math.round((sizeOf(each) / most) * room));
  const drawn: Line = frame.speaks
    ? [span(`read ${each.read}, written ${each.write}, neither ${each.uncached}`)]
    : stacked(parts, width);
  const broke: Span[] = each.broke === undefined ? [] : [span(`  × ${each.broke}`, 'bad')];
  return [
    pointer(isPicked),
    cell(span(String(each.number), 'dim'), 5, 'right'),
    cell(span(short(sizeOf(each))), 7, 'right'),
    span(' '),
    ...drawn,
    ...broke,
  ];
}
