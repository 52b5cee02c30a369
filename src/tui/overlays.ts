// What lies over a screen for a moment: a question, a line to type, a choice, a text to read.
import { cleaned, oneLine } from '../cli/text.ts';
import { blank, type Frame, filled, heading, type Line, line, pointer, span, theirs, wrapped } from './lines.ts';
import { atTop, moved, type Spot, seen, stepOf } from './list.ts';
import { type Press, typed } from './press.ts';

export interface Overlay {
  /** Whether letters are text now, and no commands. */
  readonly isTyping: boolean;
  /** What it becomes: itself, another one, or nothing when it is over. */
  press(press: Press): Overlay | undefined;
  view(frame: Frame): readonly Line[];
}

interface Choice {
  readonly name: string;
  readonly note: string;
}

/** Asks before something is done: y does it, everything else leaves it. */
export function confirmation(question: string, detail: readonly string[], act: () => void): Overlay {
  const self: Overlay = {
    isTyping: false,
    press: (press) => {
      if (press.name === 'text' && press.text.toLowerCase() === 'y') act();
      else if (press.name !== 'escape' && !(press.name === 'text' && /[nq]/i.test(press.text))) return self;
      return undefined;
    },
    view: (frame) => [
      heading('Sure?', frame),
      ...wrapped(oneLine(question), frame.columns).map((text) => line(text, 'strong')),
      ...detail.flatMap((text) => wrapped(oneLine(text), frame.columns)).map((text) => line(text)),
      blank,
      [span('y', 'accent'), span(' yes   '), span('n', 'accent'), span(' no')],
    ],
  };
  return self;
}

/** Asks for a line of text; next gives what comes after it. */
export function prompt(title: string, text: string, next: (text: string) => Overlay | undefined): Overlay {
  const at = (now: string): Overlay => ({
    isTyping: true,
    press: (press) => {
      if (press.name === 'escape') return undefined;
      if (press.name === 'enter' && now.trim() !== '') return next(now.trim());
      return at(typed(now, press) ?? now);
    },
    view: (frame) => [
      heading(title, frame),
      [span('> ', 'accent'), span(now), span('▏', 'accent')],
      blank,
      [span('Enter', 'accent'), span(' goes on   '), span('Esc', 'accent'), span(' leaves')],
    ],
  });
  return at(text);
}

/** Lets one of several be picked. */
export function choice(title: string, items: readonly Choice[], next: (name: string) => Overlay | undefined): Overlay {
  const on = (spot: Spot): Overlay => ({
    isTyping: false,
    press: (press) => {
      const picked = items[spot.at];
      if (press.name === 'escape' || (press.name === 'text' && press.text === 'q')) return undefined;
      if (press.name === 'enter' && picked) return next(picked.name);
      return on(moved(spot, stepOf(press, 10, items.length) ?? 0, items.length));
    },
    view: (frame) => {
      const shown = seen(spot, items.length, frame.rows - 1);
      return [
        heading(title, frame),
        ...items.slice(shown.top, shown.end).map(({ name, note }, n): Line => {
          const isPicked = shown.top + n === shown.at;
          const words = theirs(name, isPicked ? 'picked' : 'plain');
          return [pointer(isPicked), words, span('  '), theirs(note, 'dim')];
        }),
      ];
    },
  });
  return on(atTop);
}

/** A text to read, however long. */
export function reader(title: string, text: string): Overlay {
  const clean = cleaned(text);
  const on = (spot: Spot): Overlay => ({
    isTyping: false,
    press: (press) => {
      if (['escape', 'enter'].includes(press.name) || (press.name === 'text' && press.text === 'q')) return undefined;
      // the last line that can stand at the top is found while drawing
      const step = stepOf(press, 20, 1_000_000);
      return on({ at: 0, top: Math.max(0, spot.top + (step ?? 0)) });
    },
    view: (frame) => {
      const lines = wrapped(clean, frame.columns);
      const room = Math.max(1, frame.rows - 1);
      const top = Math.min(spot.top, Math.max(0, lines.length - room));
      const where = lines.length > room ? `${top + 1}–${Math.min(lines.length, top + room)} of ${lines.length}` : '';
      return filled(
        [heading(title, frame, where), ...lines.slice(top, top + room).map((each) => line(each))],
        frame.rows,
      );
    },
  });
  return on(atTop);
}

/** The keys, in groups. */
export function help(groups: readonly (readonly [title: string, keys: Keys])[]): Overlay {
  const self: Overlay = {
    isTyping: false,
    press: () => undefined,
    view: (frame) => groups.flatMap(([title, keys]) => [heading(title, frame), ...keys.map(keyLine)]),
  };
  return self;
}

/** Keys and what they do. */
export type Keys = readonly (readonly [key: string, does: string])[];

function keyLine([key, does]: readonly [string, string]): Line {
  return [span(`  ${key.padEnd(16)}`, 'accent'), span(does)];
}
