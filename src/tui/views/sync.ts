import { plural, size } from '../../cli/print.ts';
import { standingLine } from '../../cli/standing.ts';
import { oneLine } from '../../cli/text.ts';
import { relativeTime } from '../../cli/when.ts';
import {
  beside,
  cell,
  type Frame,
  heading,
  type Line,
  line,
  pointer,
  type Span,
  span,
  type Tone,
  theirs,
  wrapped,
} from '../lines.ts';
import type { Conflict } from '../replies.ts';
import type { Synced } from '../screens/sync.ts';
import { type Asked, nothingYet } from './overview.ts';

interface Place {
  readonly at: number;
  readonly top: number;
  readonly end: number;
}

type State = Synced['status']['remotes'][number];

const stateTones: Readonly<Record<State['state'], Tone>> = {
  ...{ idle: 'good', running: 'accent', waits: 'warn', stopped: 'bad', paused: 'dim' },
};

/** The sync screen as lines. place: which conflicts are seen in so many rows. */
export function syncView(asked: Asked<Synced>, frame: Frame, place: (rows: number) => Place): readonly Line[] {
  const found = asked.value;
  if (!found) return nothingYet(asked);
  const isWide = frame.columns >= 110 && !frame.speaks;
  const half = Math.floor((frame.columns - 2) / 2);
  const rest = { ...frame, columns: frame.columns - half - 2 };
  const top = isWide
    ? beside(remotes(found, { ...frame, columns: half }), [...devices(found, rest), ...queue(found, rest)], half)
    : [...remotes(found, frame), ...devices(found, frame), ...queue(found, frame)];
  const room = Math.max(3, frame.rows - top.length);
  const kept = top.slice(0, Math.max(3, frame.rows - Math.min(room, found.conflicts.length + 1, 8)));
  return [...kept, ...conflicts(found, { ...frame, rows: frame.rows - kept.length }, place)];
}

function remotes({ remotes: known, status }: Synced, frame: Frame): readonly Line[] {
  if (known.length === 0) {
    const hint = 'no remote: prsist remote add keeps the memory for your other machines';
    return [heading('Remotes', frame), line(hint, 'dim')];
  }
  const states = new Map(status.remotes.map((each) => [each.remote_id, each]));
  const rows = known.flatMap(({ remote_id, name, url }) => remoteRows(states.get(remote_id), { name, url }, frame));
  return [heading('Remotes', frame, status.enabled ? '' : 'sync is off'), ...rows];
}

function remoteRows(state: State | undefined, named: { name: string; url: string }, { now }: Frame): readonly Line[] {
  const at = state?.last_ok_at ?? null;
  const word = state?.state ?? 'idle';
  const main: Line = [
    cell(theirs(named.name, 'strong'), 12),
    span(' '),
    cell(span(word, stateTones[word]), 8),
    span(' '),
    cell(span(at === null ? 'never' : relativeTime(at, now), 'dim'), 10),
    span(state && state.pending > 0 ? `${state.pending} to send  ` : 'all sent  '),
    theirs(named.url, 'dim'),
  ];
  const error: Line[] = state?.error
    ? [
        [
          span('  '),
          theirs(state.error.message, 'bad'),
          span(state.error.hint === '' ? '' : '  try: '),
          theirs(state.error.hint),
        ],
      ]
    : [];
  const next: Line[] = state?.next_at ? [[span(`  next ${relativeTime(state.next_at, now)}`, 'dim')]] : [];
  return [main, ...error, ...next, ...(state?.notes ?? []).map((note): Line => [span('  '), theirs(note, 'warn')])];
}

function devices({ devices: found }: Synced, frame: Frame): readonly Line[] {
  const rows = found.items.map((device): Line => {
    const isOut = device.revoked_at !== null;
    const words: Span[] = [
      cell(theirs(device.name, isOut ? 'dim' : 'plain'), 20),
      span(' '),
      cell(span(isOut ? 'revoked' : device.role, isOut ? 'bad' : 'dim'), 8),
      span(device.this_device ? 'this one' : '', 'accent'),
    ];
    return words;
  });
  const standing = wrapped(oneLine(standingLine(found)), frame.columns).map((text) => line(text, 'dim'));
  return [heading('Devices', frame), ...standing, ...rows];
}

function queue({ preview }: Synced, frame: Frame): readonly Line[] {
  if (preview.records === 0) return [heading('To send', frame), line('nothing waits', 'dim')];
  const kinds = new Map<string, number>();
  for (const { kind, records } of preview.items) kinds.set(kind, (kinds.get(kind) ?? 0) + records);
  const most = [...kinds].sort((a, b) => b[1] - a[1]).slice(0, 4);
  const words = most.map(([kind, records]) => `${kind} ${records}`).join('  ');
  return [
    heading('To send', frame, `${plural(preview.records, 'record')}, ${size(preview.bytes)}`),
    [theirs(words, 'dim')],
  ];
}

function conflicts(found: Synced, frame: Frame, place: (rows: number) => Place): readonly Line[] {
  const { conflicts: items, open } = found;
  const shown = place(Math.max(1, frame.rows - 1));
  const note = items.length === 0 ? '' : `${shown.at + 1} of ${open}`;
  if (items.length === 0) return [heading('Conflicts', frame), line('none', 'good')];
  const rows = items.slice(shown.top, shown.end).map((item, n) => conflictRow(item, shown.top + n === shown.at, frame));
  return [heading('Conflicts', frame, note), ...rows];
}

function conflictRow({ name, field, sides, shown, opened_at }: Conflict, isPicked: boolean, { now }: Frame): Line {
  const values = sides.map((side, n) => `${n + 1}${n + 1 === shown ? '*' : ''} ${sideText(side).slice(0, 40)}`);
  return [
    pointer(isPicked),
    cell(span(relativeTime(opened_at, now), 'dim'), 10),
    theirs(name, isPicked ? 'picked' : 'strong'),
    span('  '),
    theirs(field, 'accent'),
    span('  '),
    theirs(values.join('   ')),
  ];
}

/** What one side says, on one line. */
export function sideText({ value, removed, withheld }: Conflict['sides'][number]): string {
  if (withheld) return '(kept from agents)';
  if (removed) return '(taken away)';
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}
