// The dashboard without a terminal: which screen is shown, what lies over it, what keys do, when to look again.
import { oneLine } from '../cli/text.ts';
import type { Change } from './feed.ts';
import {
  type Frame,
  filled,
  fitted,
  type Line,
  line,
  lineWidth,
  merged,
  type Span,
  span,
  spoken,
  type Tone,
} from './lines.ts';
import type { Link } from './link.ts';
import { help, type Keys, type Overlay } from './overlays.ts';
import type { Press } from './press.ts';

export interface Screen {
  readonly name: string;
  readonly keys: Keys;
  /** Whether letters are text now, and no commands. */
  readonly isTyping: boolean;
  /** How long what is shown may be old: after a change, and without one. */
  readonly patience: { readonly changedMs: number; readonly idleMs: number };
  /** Asks again for what is shown. */
  refresh(): Promise<unknown>;
  /** Gives whether the key meant something here. */
  press(press: Press): boolean;
  view(frame: Frame): readonly Line[];
}

/** What a screen may do to what is around it. */
export interface Stage {
  readonly changed: () => void;
  readonly cover: (overlay: Overlay) => void;
  readonly notice: (text: string, tone: Tone) => void;
  /** Does something that may fail, and says how it went. */
  readonly act: (doing: string, work: () => Promise<string>) => void;
  /** Shows another screen. */
  readonly show: (name: string) => void;
  /** What happened last, the latest first. */
  readonly recent: () => readonly Change[];
}

interface ShellParts {
  readonly project: string;
  readonly link: Link;
  readonly now: () => number;
  readonly quit: () => void;
  readonly onChange: () => void;
  readonly failureOf: (error: unknown) => string;
}

export const leastColumns = 40;
export const leastRows = 10;
const noticeMs = 15_000;
const mostRecent = 50;

const everywhere: Keys = [
  ['1 – 7, Tab', 'other screens'],
  ['j k ↑ ↓', 'move; g G to the ends; PgUp PgDn by pages'],
  ['Enter, Esc', 'open, back'],
  ['/', 'search'],
  ['R', 'look again now'],
  ['? q', 'this help, leave'],
];

export class Shell implements Stage {
  readonly #parts: ShellParts;
  #screens: readonly Screen[] = [];
  #at = 0;
  #overlay: Overlay | undefined;
  #notice: { readonly text: string; readonly tone: Tone; readonly until: number } | undefined;
  /** When the screen that is shown was looked at last, and whether something changed since. */
  #looked = Number.NEGATIVE_INFINITY;
  #stale = true;
  #recent: readonly Change[] = [];

  constructor(parts: ShellParts) {
    this.#parts = parts;
  }

  /** Gives it the screens, in their order; the first one is shown. */
  fill(screens: readonly Screen[]): void {
    this.#screens = screens;
  }

  get screen(): Screen {
    const screen = this.#screens[this.#at];
    if (!screen) throw new Error('a shell has screens');
    return screen;
  }

  readonly changed = (): void => this.#parts.onChange();

  readonly cover = (overlay: Overlay): void => {
    this.#overlay = overlay;
    this.changed();
  };

  readonly notice = (text: string, tone: Tone): void => {
    this.#notice = { text: oneLine(text), tone, until: this.#parts.now() + noticeMs };
    this.changed();
  };

  readonly act = (doing: string, work: () => Promise<string>): void => {
    this.notice(`${doing} …`, 'dim');
    work().then(
      (done) => {
        this.#notice = undefined; // what it was doing is over
        if (done !== '') this.notice(done, 'good');
        this.#stale = true;
        this.look();
      },
      (error: unknown) => this.notice(this.#parts.failureOf(error), 'bad'),
    );
  };

  readonly show = (name: string): void => {
    this.#open(this.#screens.findIndex((screen) => screen.name === name));
  };

  /** Something changed in the memory. */
  readonly happened = (change: Change | undefined): void => {
    this.#stale = true;
    if (change) this.#recent = [change, ...this.#recent.slice(0, mostRecent - 1)];
    this.look();
    this.changed();
  };

  readonly recent = (): readonly Change[] => this.#recent;

  /** Asks again for what is shown, where it is old enough. Called whenever a second is over. */
  look(): void {
    const { patience } = this.screen;
    const age = this.#parts.now() - this.#looked;
    if (this.#notice && this.#notice.until < this.#parts.now()) {
      this.#notice = undefined;
      this.changed();
    }
    const isAway = this.#parts.link.away !== undefined;
    if (age < (isAway ? 1_000 : this.#stale ? patience.changedMs : patience.idleMs)) return;
    this.#looked = this.#parts.now();
    this.#stale = false;
    void this.screen.refresh();
  }

  /** One key. */
  press(press: Press): void {
    if (this.#overlay) this.#overlay = this.#coverAfter(this.#overlay, press);
    else if (!this.screen.press(press)) this.#own(press);
    this.changed();
  }

  /** What it becomes; an overlay that opened another one by what it did has given way already. */
  #coverAfter(before: Overlay, press: Press): Overlay | undefined {
    const next = before.press(press);
    return this.#overlay === before ? next : this.#overlay;
  }

  #own({ name, text }: Press): void {
    const count = this.#screens.length;
    if (name === 'tab') this.#open((this.#at + 1) % count);
    else if (name === 'backTab') this.#open((this.#at + count - 1) % count);
    else if (name === 'text' && !this.screen.isTyping) this.#command(text);
  }

  #command(text: string): void {
    if (text >= '1' && text <= String(this.#screens.length)) this.#open(Number(text) - 1);
    else if (text === 'q') this.#parts.quit();
    else if (text === 'R') this.#lookNow();
    else if (text === '?') {
      const own = [this.screen.name, this.screen.keys] as const;
      this.cover(help([own, ['Everywhere', everywhere]]));
    }
  }

  #open(at: number): void {
    if (at < 0) return;
    this.#at = at;
    this.#lookNow();
    this.changed();
  }

  #lookNow(): void {
    this.#looked = Number.NEGATIVE_INFINITY;
    this.look();
  }

  /** Everything, in exactly as many rows as there are. */
  view(frame: Frame): readonly Line[] {
    const { columns, rows } = frame;
    if (columns < leastColumns || rows < leastRows) {
      const small = [`too small: ${columns}×${rows}`, `needs ${leastColumns}×${leastRows}`, 'q leaves'];
      return filled(
        small.map((text) => fitted(line(text), columns)),
        Math.max(1, rows),
      );
    }
    const body = { ...frame, rows: rows - 2 };
    const lines = this.#overlay ? this.#overlay.view(body) : this.screen.view(body);
    const all = [this.#head(frame), ...filled(lines, body.rows), this.#foot(frame)];
    return all.map((each) => merged(fitted(frame.speaks ? spoken(each) : each, columns)));
  }

  #head({ columns, speaks }: Frame): Line {
    const letters = columns >= 96 ? 20 : columns >= 64 ? 3 : 0;
    const tabs = this.#screens.flatMap((screen, n): Span[] => {
      const isShown = n === this.#at;
      const name = `${n + 1} ${isShown ? screen.name : screen.name.slice(0, letters)}`.trimEnd();
      if (speaks) return isShown ? [span(`screen ${name}, `), span('')] : [];
      return [span(isShown ? `[${name}]` : ` ${name} `, isShown ? 'picked' : 'dim')];
    });
    const name = span(oneLine(this.#parts.project), 'accent');
    const gap = columns - lineWidth(tabs) - lineWidth([name]);
    return gap > 0 ? [...tabs, span(speaks ? '' : ' '.repeat(gap)), name] : tabs;
  }

  #foot({ columns }: Frame): Line {
    const { away } = this.#parts.link;
    const asked = line('? help  q leave', 'dim');
    if (away !== undefined) return [span('daemon away, trying again', 'bad'), span(`  ${oneLine(away)}`, 'dim')];
    if (this.#notice) return [span(this.#notice.text, this.#notice.tone)];
    const keys = this.#overlay ? [] : this.screen.keys.slice(0, columns < 100 ? 4 : 8);
    const told = keys.flatMap(([key, does]): Span[] => [span(key, 'accent'), span(` ${does.split(';')[0]}  `, 'dim')]);
    return lineWidth(told) + lineWidth(asked) < columns ? [...told, ...asked] : [...asked, span('  '), ...told];
  }
}
