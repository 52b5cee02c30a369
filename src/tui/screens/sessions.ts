import type { Frame, Line } from '../lines.ts';
import { atTop, followed, moved, Pages, type Spot, seen, stepOf } from '../list.ts';
import type { Parts } from '../parts.ts';
import { type Press, typed } from '../press.ts';
import type { SessionLine } from '../replies.ts';
import type { Screen } from '../shell.ts';
import { sessionsView } from '../views/sessions.ts';
import { Detail } from './session-detail.ts';

const page = 100;
const statuses = [undefined, 'active', 'idle', 'ended', 'archived'] as const;

/** All sessions, one of them whole, and what can be done with it. */
export class SessionsScreen implements Screen {
  readonly name = 'Sessions';
  readonly patience = { changedMs: 1_000, idleMs: 15_000 };
  readonly #parts: Parts;
  #pages: Pages<SessionLine>;
  #status: (typeof statuses)[number];
  #spot: Spot = atTop;
  #rows = 20;
  #detail: Detail | undefined;
  #failure: string | undefined;
  #isAsked = false;
  /** What is looked for: being typed, or found. */
  #query: string | undefined;
  #isTyping = false;
  #found: readonly SessionLine[] | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#pages = this.#fresh();
  }

  get isTyping(): boolean {
    return this.#isTyping;
  }

  get keys() {
    return this.#detail
      ? ([
          ['r', 'resume'],
          ['h', 'hand off'],
          ['e', 'end'],
          ['b', 'brief; what an agent would be told'],
          ['Esc', 'back'],
        ] as const)
      : ([
          ['Enter', 'open'],
          ['/', 'find by what was said'],
          ['s', 'status; only active, idle, ended, …'],
          ['r', 'resume'],
          ['h', 'hand off'],
          ['e', 'end'],
        ] as const);
  }

  /** Shows one session, whatever is in the list. */
  openById(id: string): void {
    this.#detail = new Detail(this.#parts, id);
    this.#parts.stage.show(this.name);
  }

  async refresh(): Promise<void> {
    await (this.#detail ? this.#detail.refresh() : this.#list());
    this.#parts.stage.changed();
  }

  async #list(): Promise<void> {
    const idOf = ({ session_id }: SessionLine) => session_id;
    const before = this.#pages.items;
    await this.#settled(this.#pages.begin(idOf));
    if (!this.#found) this.#spot = followed(this.#spot, before, this.#pages.items, idOf);
    this.#isAsked = true;
  }

  async #settled(work: Promise<unknown>): Promise<void> {
    try {
      await work;
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
    }
    this.#parts.stage.changed();
  }

  #fresh(): Pages<SessionLine> {
    const status = this.#status;
    return new Pages((cursor) => this.#parts.ask('session.list', { limit: page, cursor, status }));
  }

  press(press: Press): boolean {
    if (this.#isTyping) return this.#typing(press);
    if (this.#detail) return this.#inDetail(this.#detail, press);
    return this.#inList(press);
  }

  #typing(press: Press): boolean {
    if (press.name === 'escape') this.#forget();
    else if (press.name === 'enter') {
      this.#isTyping = false;
      void this.#settled(this.#find(this.#query ?? ''));
    } else {
      const next = typed(this.#query ?? '', press);
      if (next === undefined) return false;
      this.#query = next;
    }
    return true;
  }

  #forget(): void {
    this.#isTyping = false;
    this.#query = undefined;
    this.#found = undefined;
    this.#spot = atTop;
  }

  /** Conversations in which it was said; the best first. */
  async #find(query: string): Promise<void> {
    if (query.trim() === '') return this.#forget();
    const { sessions } = await this.#parts.ask('search.query', { query, limit: 50 });
    const shown = sessions.map(({ session_id }) => this.#parts.ask('session.show', { session_id }));
    const answers = await Promise.allSettled(shown);
    this.#found = answers.flatMap((each) => (each.status === 'fulfilled' ? [each.value.session] : []));
    this.#spot = atTop;
  }

  #inDetail(detail: Detail, press: Press): boolean {
    if (detail.press(press)) return true;
    if (press.name !== 'escape') return false;
    this.#detail = undefined;
    void this.refresh();
    return true;
  }

  #inList(press: Press): boolean {
    const items = this.#found ?? this.#pages.items;
    const step = stepOf(press, this.#rows, items.length);
    if (step !== undefined) {
      this.#spot = moved(this.#spot, step, items.length);
      if (!this.#found) void this.#settled(this.#pages.need(this.#spot.at, 2 * this.#rows));
      return true;
    }
    const picked = items[this.#spot.at];
    if (press.name === 'enter' && picked) this.openById(picked.session_id);
    else if (press.name === 'escape' && this.#query !== undefined) this.#forget();
    else if (press.text === '/') this.#isTyping = true;
    else if (press.text === 's') this.#nextStatus();
    else if (picked && /^[rhe]$/.test(press.text))
      new Detail(this.#parts, picked.session_id, picked.title).press(press);
    else return false;
    return true;
  }

  #nextStatus(): void {
    this.#status = statuses[(statuses.indexOf(this.#status) + 1) % statuses.length];
    this.#pages = this.#fresh();
    this.#spot = atTop;
    this.#found = undefined;
    void this.refresh();
  }

  view(frame: Frame): readonly Line[] {
    if (this.#detail) return this.#detail.view(frame);
    this.#rows = Math.max(1, frame.rows - 2);
    const items = this.#found ?? this.#pages.items;
    const shown = seen(this.#spot, items.length, this.#rows);
    this.#spot = { at: shown.at, top: shown.top };
    return sessionsView(
      {
        ...{
          items: items.slice(shown.top, shown.end),
          picked: shown.at - shown.top,
          at: shown.at,
          count: items.length,
        },
        ...{ more: !this.#found && this.#pages.more, status: this.#status, isAsked: this.#isAsked },
        ...{ query: this.#query, isTyping: this.#isTyping, isFound: this.#found !== undefined, failure: this.#failure },
      },
      frame,
    );
  }
}
