import { relativeTime } from '../../cli/when.ts';
import { short } from '../charts.ts';
import { cell, type Frame, heading, type Line, line, pointer, type Span, span, type Tone, theirs } from '../lines.ts';
import type { SessionLine } from '../replies.ts';

export interface SessionList {
  /** Only what is seen. */
  readonly items: readonly SessionLine[];
  /** Which of them is picked. */
  readonly picked: number;
  /** Its place in the whole list, and how long that is as far as it was read. */
  readonly at: number;
  readonly count: number;
  readonly more: boolean;
  readonly status: string | undefined;
  readonly isAsked: boolean;
  readonly query: string | undefined;
  readonly isTyping: boolean;
  readonly isFound: boolean;
  readonly failure: string | undefined;
}

export const statusTones: Readonly<Record<SessionLine['status'], Tone>> = {
  ...{ active: 'good', idle: 'warn', ended: 'dim', archived: 'dim' },
};

/** The list of sessions as lines. */
export function sessionsView(list: SessionList, frame: Frame): readonly Line[] {
  const { count, at, more, query, isTyping, isFound } = list;
  const where = count === 0 ? '' : `${at + 1} of ${count}${more ? '+' : ''}`;
  const only = list.status === undefined ? '' : `only ${list.status}  `;
  const asked = isFound && query !== undefined ? `"${query}"  ` : '';
  const head = isTyping
    ? [span('/ ', 'accent'), span(query ?? ''), span('▏', 'accent')]
    : heading('Sessions', frame, `${only}${asked}${where}`);
  const failed: Line[] = list.failure === undefined ? [] : [[span('no answer: ', 'bad'), theirs(list.failure)]];
  if (count === 0) return [head, ...failed, line(emptyText(list), 'dim')];
  const rows = list.items.map((item, n) => sessionRow(item, n === list.picked, frame));
  return [head, ...failed, ...(frame.speaks ? [] : [titles(frame)]), ...rows];
}

function emptyText({ isAsked, isFound, status, failure }: SessionList): string {
  if (isFound) return 'nothing like it was said';
  if (!isAsked && failure === undefined) return 'asking …';
  return status === undefined ? 'no sessions yet: prsist import takes in what is already there' : `none is ${status}`;
}

/** Widths of the columns; 0 where there is no room. */
function widths(columns: number) {
  const isWide = columns >= 100;
  const isNarrow = columns < 64;
  return {
    status: 9,
    agent: isNarrow ? 0 : 12,
    when: 11,
    messages: isNarrow ? 0 : 6,
    commits: isWide ? 5 : 0,
    tokens: isWide ? 8 : 0,
    branch: isWide ? Math.min(28, Math.floor(columns / 7)) : 0,
  };
}

function titles({ columns }: Frame): Line {
  const wide = widths(columns);
  const named: Span[] = [
    cell(span('  status', 'dim'), wide.status + 2),
    ...(wide.agent ? [cell(span('agent', 'dim'), wide.agent + 1)] : []),
    cell(span('last', 'dim'), wide.when),
    ...(wide.messages ? [cell(span('msgs', 'dim'), wide.messages, 'right')] : []),
    ...(wide.commits ? [cell(span('cmts', 'dim'), wide.commits, 'right')] : []),
    ...(wide.tokens ? [cell(span('tokens', 'dim'), wide.tokens, 'right')] : []),
  ];
  const branch = wide.branch ? [span('  '), cell(span('branch', 'dim'), wide.branch)] : [];
  return [...named, ...branch, span('  title', 'dim')];
}

function sessionRow(item: SessionLine, isPicked: boolean, { columns, now }: Frame): Line {
  const wide = widths(columns);
  const { tokens } = item;
  const all = tokens.fresh + tokens.cache_read + tokens.cache_write + tokens.output;
  const branch = wide.branch ? [span('  '), cell(theirs(item.branch ?? '', 'dim'), wide.branch)] : [];
  return [
    pointer(isPicked),
    cell(span(item.status, statusTones[item.status]), wide.status),
    ...(wide.agent ? [cell(theirs(item.agent ?? '?'), wide.agent), span(' ')] : []),
    cell(span(relativeTime(item.last_activity, now), 'dim'), wide.when),
    ...(wide.messages ? [cell(span(String(item.message_count)), wide.messages, 'right')] : []),
    ...(wide.commits
      ? [cell(span(item.commit_count === 0 ? '' : String(item.commit_count)), wide.commits, 'right')]
      : []),
    ...(wide.tokens ? [cell(span(all === 0 ? '' : short(all), 'dim'), wide.tokens, 'right')] : []),
    ...branch,
    span('  '),
    theirs(item.title ?? '(no words yet)', isPicked ? 'picked' : 'plain'),
  ];
}
