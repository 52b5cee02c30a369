import type { Frame, Line } from '../lines.ts';
import { failureOf } from '../link.ts';
import { atTop, moved, type Spot, seen, stepOf } from '../list.ts';
import { reader } from '../overlays.ts';
import type { Parts } from '../parts.ts';
import { type Press, typed } from '../press.ts';
import type { ReplyOf } from '../replies.ts';
import type { Screen } from '../shell.ts';
import { resultRows, searchView } from '../views/search.ts';

interface SearchParts extends Parts {
  readonly openSession: (id: string) => void;
  /** Does something after a time; gives how to call it off. */
  readonly later: (ms: number, work: () => void) => () => void;
}

const debounceMs = 200;
const most = 100;

/** Search as somebody types, with what was found beside the list. */
export class SearchScreen implements Screen {
  readonly name = 'Search';
  readonly patience = { changedMs: 5_000, idleMs: 60_000 };
  readonly keys = [
    ['/', 'type another question'],
    ['Enter', 'read it whole'],
    ['o', 'its session'],
    ['Esc', 'the list; from the question'],
  ] as const;
  readonly #parts: SearchParts;
  #query = '';
  #typing = true;
  #found: ReplyOf<'search.query'> | undefined;
  #failure: string | undefined;
  #spot: Spot = atTop;
  #rows = 10;
  #callOff: (() => void) | undefined;
  /** Answers come in any order; only that to the last question counts. */
  #asked = 0;

  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  get isTyping(): boolean {
    return this.#typing;
  }

  async refresh(): Promise<void> {
    this.#callOff?.();
    this.#callOff = undefined;
    const query = this.#query.trim();
    this.#asked += 1;
    const round = this.#asked;
    if (query === '') {
      this.#found = undefined;
      return;
    }
    try {
      const found = await this.#parts.ask('search.query', { query, limit: most });
      if (round !== this.#asked) return;
      this.#found = found;
      this.#failure = undefined;
    } catch (error) {
      if (round === this.#asked) this.#failure = failureOf(error);
    }
    this.#parts.stage.changed();
  }

  press(press: Press): boolean {
    return this.#typing ? this.#type(press) : this.#read(press);
  }

  #type(press: Press): boolean {
    if (press.name === 'enter' || press.name === 'escape' || press.name === 'down') this.#typing = false;
    else {
      const next = typed(this.#query, press);
      if (next === undefined) return false;
      this.#query = next;
      this.#spot = atTop;
      this.#callOff?.();
      this.#callOff = this.#parts.later(debounceMs, () => void this.refresh());
    }
    return true;
  }

  #read(press: Press): boolean {
    const results = this.#found?.results ?? [];
    const step = stepOf(press, this.#rows, results.length);
    const picked = results[this.#spot.at];
    if (press.name === 'up' && this.#spot.at === 0) this.#typing = true;
    else if (step !== undefined) this.#spot = moved(this.#spot, step, results.length);
    else if (press.text === '/') this.#typing = true;
    else if (press.text === 'o' && picked?.session_id) this.#parts.openSession(picked.session_id);
    else if (press.name === 'enter' && picked) this.#readWhole(picked);
    else return false;
    return true;
  }

  /** The message it stands in, where it is one; else what was found. */
  #readWhole({ kind, id, session_id, snippet, title, key }: ReplyOf<'search.query'>['results'][number]): void {
    const { ask, stage } = this.#parts;
    const name = title ?? key ?? kind;
    stage.act('reading', async () => {
      if (kind !== 'entry' || key === null) {
        const { results } = await ask('search.query', {
          ...{ query: this.#query, limit: most, budget_tokens: 20_000, least_relevance: 0 },
          ...(session_id === null ? {} : { session_id }),
        });
        const whole = results.find((each) => each.id === id)?.text ?? snippet;
        stage.cover(reader(name, whole));
      } else {
        const { value } = await ask('context.retrieve', { key });
        stage.cover(reader(name, typeof value === 'string' ? value : JSON.stringify(value, null, 2)));
      }
      return '';
    });
  }

  view(frame: Frame): readonly Line[] {
    this.#rows = resultRows(frame);
    const results = this.#found?.results ?? [];
    const shown = seen(this.#spot, results.length, this.#rows);
    this.#spot = { at: shown.at, top: shown.top };
    const place = { at: shown.at, top: shown.top, end: shown.end };
    return searchView(
      { query: this.#query, isTyping: this.#typing, found: this.#found, failure: this.#failure, place },
      frame,
    );
  }
}
