import type { Cli } from '../../cli/cli.ts';
import { type Examined, examine } from '../../cli/doctor/examine.ts';
import { readMetrics } from '../../client/metrics.ts';
import { lastLines } from '../../platform/files.ts';
import { type Latency, latencies } from '../latencies.ts';
import type { Frame, Line } from '../lines.ts';
import { failureOf, Known } from '../link.ts';
import { atTop, moved, type Spot, stepOf } from '../list.ts';
import { confirmation } from '../overlays.ts';
import type { Parts } from '../parts.ts';
import type { Press } from '../press.ts';
import type { ReplyOf } from '../replies.ts';
import type { Screen } from '../shell.ts';
import { healthView } from '../views/health.ts';

interface HealthParts extends Parts {
  readonly cli: Cli;
}

/** What the health screen tells, asked for together. */
export interface Measured {
  readonly health: ReplyOf<'system.health'>;
  readonly jobs: ReplyOf<'job.list'>['items'];
  readonly latencies: readonly Latency[];
}

const logBytes = 64 * 1024;

/** What doctor finds, the daemon in numbers, its log. */
export class HealthScreen implements Screen {
  readonly name = 'Health';
  readonly isTyping = false;
  readonly patience = { changedMs: 5_000, idleMs: 5_000 };
  readonly keys = [
    ['d', 'doctor; looks everything through'],
    ['f', 'mend; what can be mended without loss'],
    ['j k', 'the log'],
  ] as const;
  readonly #parts: HealthParts;
  readonly #known: Known<Measured>;
  #doctor: Examined | undefined;
  #isExamining = false;
  #log: readonly string[] = [];
  /** How far the log is scrolled back. */
  #back: Spot = atTop;

  constructor(parts: HealthParts) {
    this.#parts = parts;
    this.#known = new Known(() => gather(parts), parts.stage.changed);
  }

  refresh(): Promise<void> {
    // the log is there without a daemon, and says why there is none
    this.#log = lastLines(this.#parts.cli.client.paths.log, logBytes);
    return this.#known.refresh();
  }

  press(press: Press): boolean {
    const step = stepOf(press, 10, this.#log.length);
    if (step !== undefined) this.#back = moved(this.#back, -step, this.#log.length);
    else if (press.text === 'd') this.#examine(false);
    else if (press.text === 'f') this.#askMend();
    else return false;
    return true;
  }

  #askMend(): void {
    const detail = ['Only what can be mended without losing anything: rights, hooks, what a crash left behind.'];
    this.#parts.stage.cover(confirmation('Mend what doctor finds?', detail, () => this.#examine(true)));
  }

  #examine(fix: boolean): void {
    if (this.#isExamining) return;
    this.#isExamining = true;
    this.#parts.stage.act('examining', async () => {
      try {
        const found = await examine(this.#parts.cli, { deep: false, fix });
        // what was mended is looked at again, so that "mended" is more than a claim
        const again =
          fix && found.mended.length > 0 ? await examine(this.#parts.cli, { deep: false, fix: false }) : found;
        this.#doctor = { ...again, mended: found.mended };
        return found.mended.length > 0 ? `mended: ${found.mended.join('; ')}` : 'examined';
      } catch (error) {
        throw new Error(failureOf(error), { cause: error });
      } finally {
        this.#isExamining = false;
      }
    });
  }

  view(frame: Frame): readonly Line[] {
    const shown = { doctor: this.#doctor, isExamining: this.#isExamining, log: this.#log, back: this.#back.at };
    return healthView(this.#known, shown, frame);
  }
}

async function gather({ ask, cli }: HealthParts): Promise<Measured> {
  const [health, jobs, samples] = await Promise.all([
    ask('system.health', {}),
    ask('job.list', {}),
    readMetrics(cli.client.paths),
  ]);
  return { health, jobs: jobs.items, latencies: latencies(samples) };
}
