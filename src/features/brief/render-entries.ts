// The durable facts of a brief.

import { clean, cut, shortId, utcMinute } from '../../core/clean.ts';
import { type Compared, compared, saysNothingNew } from '../../core/sketch.ts';
import type { BriefEntry } from './brief-input.ts';
import { notIn } from './render-known.ts';
import { type Line, line, lineUnits, type Section, valueText } from './render-lines.ts';

const mostEntries = 10;
/** Of a line, with room for its date and author. */
const toldForSure = lineUnits / 2;
/** What one session of an agent may fill of a brief: a session that stores much does not crowd out the rest. */
const shareOfOneSession = 0.2;

const rank: Readonly<Record<string, number>> = { critical: 0, high: 1, medium: 2 };
// between the recent sessions and what the anchor cannot do without
const keepOf = [70, 50, 30] as const;

/**
 * At most ten entries: critical, high, then the newest; what is of low priority or stands in the known texts is not told,
 * and with prunes no entry that says only what a better one does.
 * Shown in the order of priority, oldest first, so that a new one is added at the end of its group.
 */
export function entriesSection(
  entries: readonly BriefEntry[],
  known: readonly string[],
  { capChars, prunes }: { readonly capChars: number; readonly prunes: boolean },
): Section {
  const told = entries.flatMap((entry) => {
    const value = notIn(known, entry.key, valueText(entry.value));
    return value === '' || rankOf(entry) > 2 ? [] : [{ entry, value }];
  });
  let chosen: readonly Chosen[] = [];
  const filled = new Map<string, number>();
  for (const { entry, value } of told.sort((a, b) => byWorth(a.entry, b.entry) || (a.value < b.value ? -1 : 1))) {
    if (chosen.length === mostEntries) break;
    // the key is half of what an entry says: the same port of another database is another fact
    const says = compared(`${entry.key} ${value}`);
    if (prunes && chosen.some((each) => saysNothingNew(says, each.shows))) continue;
    const shown = entryLine(entry, value, chosen.length);
    const source = writerOf(entry);
    const size = (filled.get(source) ?? 0) + shown.text.length;
    if (entry.origin !== 'human' && size > capChars * shareOfOneSession) continue;
    filled.set(source, size);
    // what is cut off at the end of its line is not told
    const one = { entry, line: shown, says, shows: compared(cut(`${entry.key} ${value}`, toldForSure)) };
    // of equal priority the fuller one stays, though it is older
    const left = chosen.filter(
      (each) => !prunes || rankOf(each.entry) < rankOf(entry) || !saysNothingNew(each.says, one.shows),
    );
    chosen = [...left, one];
  }
  const inOrder = chosen.toSorted(
    (a, b) => rankOf(a.entry) - rankOf(b.entry) || a.entry.at - b.entry.at || byEnt(a.entry, b.entry),
  );
  const total = told.length;
  return {
    heading: (shown) => `## Remembered${shown < total ? ` (${shown} of ${total}; the rest: prsist search)` : ''}`,
    lines: inOrder.map((one) => one.line),
  };
}

interface Chosen {
  readonly entry: BriefEntry;
  readonly line: Line;
  readonly says: Compared;
  /** The part of it that its line tells in any case. */
  readonly shows: Compared;
}

/** The session that stored an entry. An agent that names none stores a day's worth under its own name. */
function writerOf({ session_id, by, at }: BriefEntry): string {
  return session_id ?? `${by} ${utcMinute(at).slice(0, 10)}`;
}

function entryLine(entry: BriefEntry, value: string, place: number): Line {
  const session = entry.session_id === null ? '' : ` (${shortId(entry.session_id)})`;
  const source = `[${utcMinute(entry.at)}] ${cut(clean(entry.by), 40)}${session}`;
  const keep = (keepOf[rankOf(entry)] ?? 0) - place / 100;
  return line(entry.ent, `${source}: ${cut(clean(entry.key), 80)}: ${clean(value)}`, {
    why: `remembered, priority ${clean(entry.priority)}`,
    keep,
  });
}

function rankOf(entry: BriefEntry): number {
  return rank[entry.priority] ?? 3;
}

function byWorth(a: BriefEntry, b: BriefEntry): number {
  return rankOf(a) - rankOf(b) || b.at - a.at || byEnt(a, b);
}

function byEnt(a: BriefEntry, b: BriefEntry): number {
  return a.ent < b.ent ? -1 : a.ent > b.ent ? 1 : 0;
}
