// Vectors behind the writes: one database after the other, a round of requests at a time, again later when nobody answers.
import type { Config } from '../config/schema.ts';
import { PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { JobContext } from '../features/feature.ts';
import type { Showing } from '../features/findable.ts';
import { type Embedder, type EmbedderSetting, type Fault, isFault } from '../features/search/meaning/embedder.ts';
import { fillSome } from '../features/search/meaning/filling.ts';
import { forgetVectors } from '../features/search/meaning/forgetting.ts';
import type { Texts } from '../features/search/meaning/linking.ts';
import { canKeepVectors, modelName } from '../features/search/meaning/models.ts';
import { Questions } from '../features/search/meaning/questions.ts';
import { httpReranker } from '../features/search/meaning/rerank.ts';
import { scoresInTime } from '../features/search/meaning/reranking.ts';
import { type Counts, countsOfModel } from '../features/search/meaning/vectors.ts';
import type { Meant } from '../features/search/meant.ts';
import { allProjects } from '../features/system/queries.ts';
import type { Read } from '../store/record-type.ts';
import type { Store } from '../store/store.ts';
import { whyNoVectors } from '../store/vectors.ts';
import { embedderSetting, type KeySources, rerankerSetting, type Unusable } from './meaning-settings.ts';
import { ownerContext } from './owner-context.ts';
import type { Projects } from './projects.ts';

export interface MeaningParts {
  readonly projects: () => Projects;
  readonly config: () => Config;
  readonly keys: KeySources;
  readonly showings: () => readonly Showing[];
  readonly redact: (text: string) => string;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly breathe: () => Promise<void>;
  readonly open: (setting: EmbedderSetting) => Promise<Embedder>;
  readonly onFault: (what: string, error: unknown) => void;
  /** Milliseconds; shorter in tests. */
  readonly times?: { readonly gather: number; readonly retry: number };
}

/** How it stands, over all databases that were looked through. */
export interface MeaningState extends Counts {
  readonly embedder: 'off' | 'ready' | 'filling' | 'unsupported' | Fault;
  readonly model: string | null;
  readonly why: string | null;
  /** What the person can do about it; '' when nothing. */
  readonly fix: string;
}

const withoutVectors: Readonly<Record<MeaningState['embedder'], Meant['state']>> = {
  ...{ off: 'off', ready: 'building', filling: 'building', unsupported: 'unusable' },
  ...{ away: 'away', refused: 'unusable', unusable: 'unusable' },
};
const nothing: Counts = { texts: 0, done: 0, skipped: 0 };
/** What is written together is gathered before it is looked at. */
const usual = { gather: 500, retry: 1_000 };
const countMs = 3_000;
const retryMostMs = 5 * 60_000;

/** One per daemon. null stands for the user database. */
export class Meaning {
  readonly questions: Questions;
  readonly #parts: MeaningParts;
  readonly #times: NonNullable<MeaningParts['times']>;
  readonly #waiting = new Set<string | null>();
  readonly #counts = new Map<string | null, Counts>();
  #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #fault: { readonly fault: Fault; readonly why: string } | undefined;
  #failures = 0;
  #countAt = 0;
  #settings: string;
  #resting = false;
  #left = false;

  constructor(parts: MeaningParts) {
    this.#parts = parts;
    this.#times = parts.times ?? usual;
    this.#settings = JSON.stringify(parts.config().recall);
    this.questions = new Questions({
      ...{ embedder: parts.open, redact: parts.redact, monotonic: parts.monotonic, deadlineMs: limits.questionMs },
      setting: () => {
        const setting = this.#setting();
        return setting && 'url' in setting ? setting : undefined;
      },
    });
  }

  /** A question for a search of some databases: its vectors, or why it has none. Never later than its deadline, never throws. */
  async meant(question: string, reads: readonly Read[]): Promise<Meant> {
    const { vectors, why } = await this.questions.ask(question, reads);
    const { embedder, texts, done } = this.state;
    const percent = texts === 0 ? 0 : Math.floor((100 * done) / texts);
    if (vectors.length > 0) return { state: 'used', percent, vectors };
    // nothing to compare with yet, or never as it is set: then who computes vectors says more than who was asked
    if (why === 'none' || why === 'off') return { state: withoutVectors[embedder], percent, vectors };
    return { state: why ?? 'building', percent, vectors };
  }

  /**
   * Drops the vectors of every database; returns how many texts had been linked. Throws input/invalid while an embedder is
   * set: what is dropped would be sent again.
   */
  async forget({ report, cancelled }: Pick<JobContext, 'report' | 'cancelled'>) {
    const { embedder } = this.#parts.config().recall;
    if (embedder !== 'none') {
      const why = `recall.embedder is ${embedder}: every text would be sent again`;
      throw new PrsistError('input/invalid', why, { hint: 'prsist config set recall.embedder none' });
    }
    await this.#running;
    const projects = this.#parts.projects();
    const ids = projects.user.read.all(allProjects, {}).map(({ project_id }) => project_id);
    let texts = await projects.user.write(forgetVectors);
    for (const [done, id] of ids.entries()) {
      if (cancelled()) break;
      texts += await projects.borrow(id, (store) => store.write(forgetVectors));
      report({ databases: done + 2 });
      await this.#parts.breathe();
    }
    this.#counts.clear();
    return { texts };
  }

  /** How well texts answer a question by the reranker that is set, or why nobody says; never later than its deadline. */
  async scores(query: string, texts: readonly string[]): Promise<readonly number[] | Fault | 'off'> {
    const setting = rerankerSetting(this.#parts.config(), this.#parts.keys);
    if (!setting) return 'off';
    if (!('url' in setting)) return 'unusable';
    const parts = { redact: this.#parts.redact, deadlineMs: limits.rerankMs, ended: this.#ended.signal };
    return scoresInTime({ ...parts, reranker: httpReranker(setting) }, query, texts);
  }

  /** Something was written to a database. */
  wake(project: string | null): void {
    if (this.#left || this.#parts.config().recall.embedder === 'none') return;
    this.#waiting.add(project);
    if (!this.#resting) this.#later(this.#times.gather);
  }

  /** Looks through every database: at the start, with other settings, and from time to time. */
  wakeAll(): void {
    const rows = this.#parts.projects().user.read.all(allProjects, {});
    for (const id of [null, ...rows.map(({ project_id }) => project_id)]) this.wake(id);
  }

  /** Other settings are in force: what is under way for those before ends, what failed is tried again. */
  changed(): void {
    const now = JSON.stringify(this.#parts.config().recall);
    if (now === this.#settings) return;
    this.#settings = now;
    this.#ended.abort();
    this.#ended = new AbortController();
    this.#resting = false;
    this.#failures = 0;
    this.#fault = undefined;
    this.#counts.clear();
    this.questions.wake();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.wakeAll();
  }

  /** Whether vectors are being made just now. */
  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  get state(): MeaningState {
    const setting = this.#setting();
    const counts = [...this.#counts.values()].reduce(sum, nothing);
    const model = this.#parts.config().recall.embedder_model ?? null;
    if (!setting) return { embedder: 'off', model: null, why: null, fix: '', ...counts };
    if (!('url' in setting)) return { embedder: 'unusable', model, ...setting, ...counts };
    const missing = canKeepVectors(this.#parts.projects().user.read) ? undefined : (whyNoVectors() ?? 'no sqlite-vec');
    if (missing !== undefined) {
      const fix = 'npm install -g prsist --include=optional';
      return { embedder: 'unsupported', model, why: missing, fix, ...counts };
    }
    if (this.#fault) {
      const fix = 'prsist config explain recall.embedder_url';
      return { embedder: this.#fault.fault, model, why: this.#fault.why, fix, ...counts };
    }
    return {
      embedder: this.#waiting.size > 0 || this.isBusy ? 'filling' : 'ready',
      model,
      why: null,
      fix: '',
      ...counts,
    };
  }

  /** Ends every request, and resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#left = true;
    clearTimeout(this.#timer);
    this.#ended.abort();
    this.questions.close();
    await this.#running;
  }

  #setting(): EmbedderSetting | Unusable | undefined {
    return embedderSetting(this.#parts.config(), this.#parts.keys);
  }

  #later(ms: number): void {
    if (this.#timer || this.#running || this.#left) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#resting = false;
      this.#running = this.#run().finally(() => {
        this.#running = undefined;
        if (this.#waiting.size > 0) this.#later(this.#resting ? this.#restMs() : this.#times.gather);
      });
    }, ms).unref();
  }

  async #run(): Promise<void> {
    for (const project of this.#waiting) {
      if (this.#left) return;
      this.#waiting.delete(project);
      const { signal } = this.#ended;
      try {
        await this.#fill(project, signal);
      } catch (error) {
        if (this.#left) return;
        if (signal.aborted || isPassing(error)) this.#waiting.add(project);
        if (signal.aborted) continue; // the settings are others now
        this.#failed(error);
        if (isPassing(error)) return;
      }
    }
  }

  #failed(error: unknown): void {
    this.#resting = true;
    this.#failures += 1;
    if (isFault(error)) {
      const isNew = this.#fault?.fault !== error.fault;
      this.#fault = { fault: error.fault, why: error.message };
      if (!isNew) return; // said once
    }
    this.#parts.onFault('vectors', error);
  }

  #restMs(): number {
    if (this.#fault && this.#fault.fault !== 'away') return retryMostMs;
    return Math.min(retryMostMs, this.#times.retry * 2 ** Math.min(this.#failures - 1, 20));
  }

  async #fill(project: string | null, signal: AbortSignal): Promise<void> {
    const setting = this.#setting();
    if (!setting || !('url' in setting)) return;
    const projects = this.#parts.projects();
    if (!canKeepVectors(projects.user.read)) return;
    const embedder = await this.#parts.open(setting);
    const rounds = async () => {
      while (!signal.aborted) {
        const store = project === null ? projects.user : projects.store(project); // may have been closed meanwhile
        const count = () => this.#counts.set(project, countsOfModel(store.read, modelName(setting)));
        const step = await fillSome({ ...this.#filling(project, store), setting, embedder, signal }).catch((error) => {
          count();
          throw error;
        });
        if (step === 'answered') this.#worked();
        if (step === 'idle' || this.#isTimeToCount()) count();
        if (step === 'idle') return;
        await this.#parts.breathe();
      }
    };
    await (project === null ? rounds() : projects.borrow(project, rounds));
  }

  /** Counting looks at every text: not after each round. */
  #isTimeToCount(): boolean {
    const now = this.#parts.monotonic();
    if (now < this.#countAt) return false;
    this.#countAt = now + countMs;
    return true;
  }

  /** The embedder answers: what waits for it need not wait longer. */
  #worked(): void {
    if (this.#fault) this.questions.wake();
    this.#fault = undefined;
    this.#failures = 0;
  }

  #filling(project: string | null, store: Store) {
    const { embedder_batch: batch, embedder_requests: requests } = this.#parts.config().recall;
    return { read: store.read, write: store.write.bind(store), texts: this.#texts(project, store), batch, requests };
  }

  /** Texts as the person sees them. */
  #texts(project: string | null, { read }: Store): Texts {
    return {
      showings: this.#parts.showings(),
      context: ownerContext(this.#parts.projects(), { project, read, now: this.#parts.clock() }),
      without: new Set(this.#parts.config().recall.embedder_tool_output ? [] : ['tool']),
    };
  }
}

/** Worth trying again soon; what is wrong with one database is looked at again with the next change to it. */
function isPassing(error: unknown): boolean {
  return isFault(error) || (error instanceof PrsistError && error.retryMs !== undefined);
}

function sum(a: Counts, b: Counts): Counts {
  return { texts: a.texts + b.texts, done: a.done + b.done, skipped: a.skipped + b.skipped };
}
