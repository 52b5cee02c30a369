import { oneLine } from '../../cli/text.ts';
import { duration, localTime, relativeTime } from '../../cli/when.ts';
import { short } from '../charts.ts';
import { cell, type Frame, heading, type Line, line, pointer, type Span, span, type Tone, theirs } from '../lines.ts';
import type { Message, ReplyOf } from '../replies.ts';
import { type Asked, nothingYet } from './overview.ts';
import { statusTones } from './sessions.ts';

type Shown = ReplyOf<'session.show'>;

/** One line of what happened in a session. */
export interface Moment {
  readonly at: string;
  readonly who: string;
  readonly tone: Tone;
  readonly text: string;
}

interface Timeline {
  readonly all: readonly Moment[];
  readonly place: { readonly top: number; readonly end: number; readonly at: number; readonly more: boolean };
}

const roleTones: Readonly<Record<string, Tone>> = { user: 'accent', assistant: 'plain', system: 'dim', tool: 'dim' };

/** What happened, in its order: what was said, the runs, the handoffs, the commits. */
export function moments(shown: Shown | undefined, messages: readonly Message[]): readonly Moment[] {
  const said = messages.map(({ at, role, content, kind, author }): Moment => {
    const who = kind === 'text' || kind === 'prompt' ? (author ?? role) : kind;
    return { at, who: oneLine(who), tone: roleTones[role] ?? 'plain', text: content };
  });
  // what comes after the last message that was read has its turn when that is read
  const last = messages.at(-1)?.at;
  const others = shown
    ? around(shown).filter(({ at }) => last === undefined || at <= last || messages.length < 200)
    : [];
  return [...said, ...others].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function around({ runs, handoffs, commits }: Shown): readonly Moment[] {
  return [
    ...runs.map(({ started_at: at, agent, model, branch }): Moment => {
      const where = [agent, model, branch].filter((part) => part !== null).join(', ');
      return { at, who: 'started', tone: 'good', text: where };
    }),
    ...handoffs.map(({ created_at: at, from_agent, to_agent, reason, status }): Moment => {
      return { at, who: 'handoff', tone: 'warn', text: `${from_agent} → ${to_agent} (${status}): ${reason}` };
    }),
    ...commits.map(({ at, sha, subject }): Moment => {
      return { at, who: 'commit', tone: 'good', text: `${sha.slice(0, 8)} ${subject}` };
    }),
  ];
}

/** One session as lines; without a timeline only what stands above it. */
export function detailView(asked: Asked<Shown>, frame: Frame, timeline?: Timeline): readonly Line[] {
  const found = asked.value;
  if (!found) return nothingYet(asked);
  const head = above(found, frame);
  if (!timeline) return head;
  const { all, place } = timeline;
  const where = all.length === 0 ? '' : `${place.at + 1} of ${all.length}${place.more ? '+' : ''}`;
  const rows = all.slice(place.top, place.end).map((moment, n) => momentRow(moment, place.top + n === place.at, frame));
  const none = all.length === 0 ? [line('nothing was said', 'dim')] : [];
  return [...head, heading('Timeline', frame, where), ...none, ...rows];
}

function above({ session, tokens, counts }: Shown, frame: Frame): readonly Line[] {
  const spent = Date.parse(session.last_activity) - Date.parse(session.start_time);
  const handoffs = counts.handoffs === 0 ? '' : `, ${counts.handoffs} handoffs`;
  const facts: Span[] = [
    span(session.status, statusTones[session.status]),
    span('  '),
    theirs(session.agent ?? '?', 'accent'),
    span(session.branch === null ? '' : '  on '),
    theirs(session.branch),
    span(`  ${relativeTime(session.last_activity, frame.now)}, over ${duration(spent)}`, 'dim'),
  ];
  const done = `${counts.messages} messages, ${counts.tools} tool calls, ${counts.edits} edits, ${counts.commits} commits`;
  const used = `${short(tokens.fresh + tokens.cache_read + tokens.cache_write)} in, ${short(tokens.output)} out`;
  const id: Line = [span(session.session_id, 'dim')];
  return [
    [theirs(session.title ?? '(no words yet)', 'strong')],
    facts,
    [span(`${done}${handoffs}`), span(`  tokens ${used}`, 'dim')],
    ...(frame.rows >= 18 ? [id] : []),
  ];
}

function momentRow({ at, who, tone, text }: Moment, isPicked: boolean, { columns, now }: Frame): Line {
  const time = columns >= 100 ? localTime(at, now) : localTime(at, now).slice(-5);
  return [
    pointer(isPicked),
    cell(span(time, 'dim'), columns >= 100 ? 17 : 6),
    cell(span(who, tone), 11),
    theirs(text.slice(0, 2_000), isPicked ? 'picked' : 'plain'),
  ];
}
