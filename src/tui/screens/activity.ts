import { localDay } from '../../cli/when.ts';
import { type DayTotals, perDay } from '../days.ts';
import type { Frame, Line } from '../lines.ts';
import { Known } from '../link.ts';
import type { Parts } from '../parts.ts';
import type { Press } from '../press.ts';
import type { ReplyOf, SessionLine } from '../replies.ts';
import type { Screen } from '../shell.ts';
import { activityView, metrics } from '../views/activity.ts';

/** What the activity screen tells, asked for together. */
export interface Activity {
  readonly days: readonly DayTotals[];
  readonly editors: ReplyOf<'activity.summary'>;
  readonly agents: ReplyOf<'stats.usage'>['rows'];
  /** Not all sessions of the time were read. */
  readonly partial: boolean;
}

const shownDays = 52 * 7;
const page = 500;
const mostPages = 10;

/** Day by day: sessions, commits, tokens, cost. */
export class ActivityScreen implements Screen {
  readonly name = 'Activity';
  readonly isTyping = false;
  readonly patience = { changedMs: 20_000, idleMs: 120_000 };
  readonly keys = [
    ['m ← →', 'what the calendar shows'],
    ['R', 'look again'],
  ] as const;
  readonly #known: Known<Activity>;
  #metric = 0;

  constructor(parts: Parts) {
    this.#known = new Known(() => gather(parts), parts.stage.changed);
  }

  refresh(): Promise<void> {
    return this.#known.refresh();
  }

  press({ name, text }: Press): boolean {
    const by = name === 'right' || text === 'm' || text === 'l' ? 1 : name === 'left' || text === 'h' ? -1 : 0;
    this.#metric = (this.#metric + by + metrics.length) % metrics.length;
    return by !== 0;
  }

  view(frame: Frame): readonly Line[] {
    return activityView(this.#known, this.#metric, frame);
  }
}

async function gather(parts: Parts): Promise<Activity> {
  const { ask, now } = parts;
  const since = new Date(now() - shownDays * 86_400_000).toISOString();
  const [usage, agents, editors, sessions] = await Promise.all([
    ask('stats.usage', { by: 'day', since }),
    ask('stats.usage', { by: 'agent', since }),
    ask('activity.summary', { since, limit: 10 }),
    sessionsSince(parts, since),
  ]);
  const days = perDay({ usage: usage.rows, sessions: sessions.items, today: localDay(now()), count: shownDays });
  return { days, editors, agents: agents.rows, partial: sessions.partial };
}

async function sessionsSince({ ask }: Parts, since: string): Promise<{ items: SessionLine[]; partial: boolean }> {
  const items: SessionLine[] = [];
  let cursor: string | undefined;
  for (let n = 0; n < mostPages; n += 1) {
    const answer = await ask('session.list', { since, limit: page, cursor });
    items.push(...answer.items);
    if (answer.next_cursor === null) return { items, partial: false };
    cursor = answer.next_cursor;
  }
  return { items, partial: true };
}
