import type { Frame, Line } from '../lines.ts';
import { failureOf, Known } from '../link.ts';
import { atTop, moved, type Spot, seen, stepOf } from '../list.ts';
import type { Parts } from '../parts.ts';
import type { Press } from '../press.ts';
import type { Audited, ReplyOf } from '../replies.ts';
import type { Screen } from '../shell.ts';
import { cacheView, pictureView, requestsOf } from '../views/cache.ts';

/** What the cache screen tells, asked for together. */
export interface Cached {
  readonly usage: ReplyOf<'stats.usage'>;
  readonly audit: ReplyOf<'cache.audit'>;
  readonly stats: ReplyOf<'cache.stats'>;
  /** How far back the audit goes: some days, or everything where these have no requests. */
  readonly reach: string;
}

const shownDays = 182;
const auditedDays = 30;

/** What requests read from the caches of their providers, and what broke that. */
export class CacheScreen implements Screen {
  readonly name = 'Cache';
  readonly isTyping = false;
  // an audit reads every request of two weeks
  readonly patience = { changedMs: 30_000, idleMs: 120_000 };
  readonly #parts: Parts;
  readonly #known: Known<Cached>;
  #spot: Spot = atTop;
  #rows = 10;
  /** One session, request by request. */
  #opened: Audited | undefined;
  #request: Spot = atTop;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#known = new Known(() => gather(parts), parts.stage.changed);
  }

  get keys() {
    return this.#opened
      ? ([
          ['j k', 'other requests'],
          ['Esc', 'back'],
        ] as const)
      : ([
          ['Enter', 'a session, request by request'],
          ['R', 'look again'],
        ] as const);
  }

  refresh(): Promise<void> {
    return this.#known.refresh();
  }

  press(press: Press): boolean {
    if (this.#opened) return this.#inPicture(this.#opened, press);
    const sessions = this.#known.value?.audit.sessions ?? [];
    const step = stepOf(press, this.#rows, sessions.length);
    const picked = sessions[this.#spot.at];
    if (step !== undefined) this.#spot = moved(this.#spot, step, sessions.length);
    else if (press.name === 'enter' && picked?.session_id) void this.#open(picked.session_id);
    else return false;
    return true;
  }

  #inPicture(opened: Audited, press: Press): boolean {
    const { length } = requestsOf(opened);
    const step = stepOf(press, this.#rows, length);
    if (step !== undefined) this.#request = moved(this.#request, step, length);
    else if (press.name === 'escape') this.#opened = undefined;
    else return false;
    return true;
  }

  async #open(session_id: string): Promise<void> {
    try {
      const { sessions } = await this.#parts.ask('cache.audit', { session_id, children: true });
      this.#opened = sessions.find((each) => each.session_id === session_id);
      this.#request = atTop;
      this.#parts.stage.changed();
    } catch (error) {
      this.#parts.stage.notice(failureOf(error), 'bad');
    }
  }

  view(frame: Frame): readonly Line[] {
    if (this.#opened) {
      this.#rows = Math.max(1, frame.rows - 4);
      const shown = seen(this.#request, requestsOf(this.#opened).length, this.#rows);
      this.#request = { at: shown.at, top: shown.top };
      return pictureView(this.#opened, shown, frame);
    }
    const count = this.#known.value?.audit.sessions.length ?? 0;
    return cacheView(this.#known, frame, (rows) => {
      this.#rows = rows;
      const shown = seen(this.#spot, count, rows);
      this.#spot = { at: shown.at, top: shown.top };
      return shown;
    });
  }
}

async function gather({ ask, now }: Parts): Promise<Cached> {
  const since = (days: number) => new Date(now() - days * 86_400_000).toISOString();
  const [usage, latest, stats] = await Promise.all([
    ask('stats.usage', { by: 'day', since: since(shownDays) }),
    ask('cache.audit', { since: since(auditedDays) }),
    ask('cache.stats', {}),
  ]);
  const isEnough = latest.sessions.length > 0;
  const audit = isEnough ? latest : await ask('cache.audit', {});
  const sessions = audit.sessions.toSorted((a, b) => (a.until < b.until ? 1 : -1));
  return { usage, audit: { ...audit, sessions }, stats, reach: isEnough ? `${auditedDays} days` : 'all' };
}
