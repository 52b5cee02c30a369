// Loads what will probably be asked for before it is asked for, counts how often that was right, and stops by itself
// where it mostly is not. The cheapest action only: files are looked at, what changed is read and rendered, in memory.
import { sha256Hex } from '../../../core/ids.ts';
import { type Learned, learned, nothingLearned, probability } from './predictor.ts';

/** entry: a conversation begins · checkout: HEAD moved · prompt: the first sign of life in a day · end: a session ended. */
export type Trigger = 'entry' | 'checkout' | 'prompt' | 'end';

export interface PreloadParts {
  /** Brings the files of a project into memory; gives how long that took. */
  readonly warm: (projectId: string) => Promise<{ readonly ms: number }>;
  /** Milliseconds since 1970 UTC. */
  readonly clock: () => number;
  readonly read: () => string | undefined;
  readonly write: (value: string) => Promise<void>;
  readonly onFault: (error: unknown) => void;
}

/** How well it does, as `cache stats` shows it. */
export interface PreloadState {
  /** Whether anything is loaded ahead now. */
  readonly active: boolean;
  /** Predictions whose outcome is known, over all, and those that came true. */
  readonly trials: number;
  readonly right: number;
  /** Of the last 20 predictions; null before there are any. */
  readonly precision: number | null;
  /** Loaded ahead, and used within the hour. */
  readonly loaded: number;
  readonly used: number;
  /** What loading ahead took in all, and what it took of those that were used: so much the answer did not wait. */
  readonly spent_ms: number;
  readonly saved_ms: number;
}

interface Kept {
  readonly learned: Learned;
  /** Outcomes of the last predictions, oldest first. */
  readonly last: readonly boolean[];
  readonly counts: Omit<PreloadState, 'active' | 'precision'>;
}

interface Trial {
  readonly at: number;
  readonly branch: string;
  /** That it would be used was predicted. */
  readonly predicted: boolean;
  readonly loadedMs: number | undefined;
}

/** What was loaded ahead counts as used when it is asked for within this time. */
const lifetimeMs = 3_600_000;
const dayMs = 86_400_000;
const lastTrials = 20;
const leastPrecision = 0.5;
const threshold = 0.5;

const nothingKept: Kept = {
  learned: nothingLearned,
  last: [],
  counts: { trials: 0, right: 0, loaded: 0, used: 0, spent_ms: 0, saved_ms: 0 },
};

/** Loading ahead of all projects. */
export class Preload {
  readonly #parts: PreloadParts;
  #kept: Kept | undefined;
  readonly #trials = new Map<string, Trial>();
  readonly #days = new Map<string, number>();
  #writing: Promise<void> = Promise.resolve();
  #warming: Promise<void> = Promise.resolve();

  constructor(parts: PreloadParts) {
    this.#parts = parts;
  }

  /** Something happened in a project; branch: where, '' when that is not known. */
  noticed(projectId: string, trigger: Trigger, branch = ''): void {
    const now = this.#parts.clock();
    this.#closeOld(now);
    const day = Math.floor(now / dayMs);
    const isFirst = this.#days.get(projectId) !== day;
    this.#days.set(projectId, day);
    if (this.#trials.has(projectId) || (trigger === 'prompt' && !isFirst)) return;
    const situation = { at: now, branch: sha256Hex(branch).slice(0, 8) };
    const predicted = probability(this.#known.learned, situation) >= threshold;
    const trial = { ...situation, predicted, loadedMs: undefined };
    this.#trials.set(projectId, trial);
    if (predicted && this.state().active) this.#warming = this.#warm(projectId, trial);
  }

  async #warm(projectId: string, trial: Trial): Promise<void> {
    try {
      const { ms } = await this.#parts.warm(projectId);
      if (this.#trials.get(projectId) !== trial) return; // it was asked for meanwhile
      this.#trials.set(projectId, { ...trial, loadedMs: ms });
      const { counts } = this.#known;
      this.#keep({ counts: { ...counts, loaded: counts.loaded + 1, spent_ms: counts.spent_ms + ms } });
    } catch (error) {
      this.#parts.onFault(error);
    }
  }

  /** The context of a project is asked for: what was predicted of it came true. */
  asked(projectId: string): void {
    const now = this.#parts.clock();
    this.#closeOld(now);
    const trial = this.#trials.get(projectId);
    if (!trial) return;
    this.#trials.delete(projectId);
    this.#close(trial, true);
  }

  #closeOld(now: number): void {
    for (const [projectId, trial] of this.#trials) {
      if (now - trial.at < lifetimeMs) continue;
      this.#trials.delete(projectId);
      this.#close(trial, false);
    }
  }

  #close(trial: Trial, used: boolean): void {
    const { learned: before, last, counts } = this.#known;
    const { predicted, loadedMs } = trial;
    const known = learned(before, trial, used);
    const saved = used && loadedMs !== undefined;
    this.#keep({
      learned: known,
      last: predicted ? [...last, used].slice(-lastTrials) : last,
      counts: {
        ...counts,
        trials: counts.trials + (predicted ? 1 : 0),
        right: counts.right + (predicted && used ? 1 : 0),
        used: counts.used + (saved ? 1 : 0),
        saved_ms: counts.saved_ms + (saved ? loadedMs : 0),
      },
    });
  }

  /** How well it does. Predictions go on while nothing is loaded ahead, so that it comes back where they become right. */
  state(): PreloadState {
    const { last, counts } = this.#known;
    const precision = last.length === 0 ? null : last.filter(Boolean).length / last.length;
    const active = last.length < lastTrials || (precision ?? 0) >= leastPrecision;
    return { ...counts, active, precision };
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#warming;
    await this.#writing;
  }

  get #known(): Kept {
    this.#kept ??= keptIn(this.#parts.read());
    return this.#kept;
  }

  #keep(change: Partial<Kept>): void {
    this.#kept = { ...this.#known, ...change };
    const value = JSON.stringify(this.#kept);
    this.#writing = this.#writing
      .then(() => this.#parts.write(value))
      .catch((error: unknown) => this.#parts.onFault(error));
  }
}

function keptIn(text: string | undefined): Kept {
  if (text === undefined) return nothingKept;
  try {
    // written above
    return { ...nothingKept, ...(JSON.parse(text) as Partial<Kept>) };
  } catch {
    return nothingKept; // it only ever costs a guess
  }
}
