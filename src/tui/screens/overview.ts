import { localDay } from '../../cli/when.ts';
import type { Frame, Line } from '../lines.ts';
import { Known } from '../link.ts';
import type { Parts } from '../parts.ts';
import type { Press } from '../press.ts';
import type { ReplyOf } from '../replies.ts';
import type { Screen } from '../shell.ts';
import { overviewView } from '../views/overview.ts';

/** Everything the overview tells, asked for together. */
export interface Overview {
  readonly health: ReplyOf<'system.health'>;
  readonly project: ReplyOf<'project.show'>;
  readonly capture: ReplyOf<'capture.status'>;
  readonly active: ReplyOf<'session.list'>['items'];
  readonly handoffs: ReplyOf<'session.handoffs'>['items'];
  readonly today: ReplyOf<'stats.today'>;
  readonly usage: ReplyOf<'stats.usage'>;
  readonly sync: ReplyOf<'sync.status'>;
  readonly disk: ReplyOf<'stats.disk'>;
  readonly conflicts: number;
}

const usageDays = 14;

/** How everything stands, at a glance. */
export class OverviewScreen implements Screen {
  readonly name = 'Overview';
  readonly keys = [
    ['Enter', 'the sessions'],
    ['i', 'what is done about a link; doctor'],
  ] as const;
  readonly isTyping = false;
  readonly patience = { changedMs: 4_000, idleMs: 15_000 };
  readonly #known: Known<Overview>;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#known = new Known(() => gather(parts), parts.stage.changed);
  }

  refresh(): Promise<void> {
    return this.#known.refresh();
  }

  press({ name, text }: Press): boolean {
    if (name === 'enter') this.#parts.stage.show('Sessions');
    else if (text === 'i') this.#parts.stage.show('Health');
    else return false;
    return true;
  }

  view(frame: Frame): readonly Line[] {
    return overviewView(this.#known, this.#parts.stage.recent(), frame);
  }
}

async function gather({ ask, now }: Parts): Promise<Overview> {
  const midnight = new Date(`${localDay(now())}T00:00:00`).toISOString();
  const weeks = new Date(now() - usageDays * 86_400_000).toISOString();
  const [health, project, capture, active, handoffs, today, usage, sync, disk, conflicts] = await Promise.all([
    ask('system.health', {}),
    ask('project.show', {}),
    ask('capture.status', {}),
    ask('session.list', { status: 'active', limit: 100 }),
    ask('session.handoffs', { status: 'pending', limit: 20 }),
    ask('stats.today', { since: midnight }),
    ask('stats.usage', { by: 'day', since: weeks }),
    ask('sync.status', {}),
    ask('stats.disk', {}),
    ask('conflict.list', { limit: 1 }),
  ]);
  return {
    ...{ health, project, capture, active: active.items, handoffs: handoffs.items },
    ...{ today, usage, sync, disk, conflicts: conflicts.open },
  };
}
