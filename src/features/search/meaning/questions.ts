// Questions as vectors: quickly, or not at all. A search never waits longer than the deadline and never fails for it.
import type { Read } from '../../../store/record-type.ts';
import { type Embedder, EmbedderFault, type EmbedderSetting, isFault } from './embedder.ts';
import { modelName, servingModel, settingOf } from './models.ts';
import type { QuestionVector } from './vectors.ts';

/**
 * off: no embedder is set · none: nothing stored has a vector yet · late: no answer before the deadline · away, refused,
 * unusable: as the embedder's fault says.
 */
export type WithoutMeaning = 'off' | 'none' | 'late' | 'away' | 'refused' | 'unusable';

/** A question for some databases: one vector for each model that serves one of them. */
export interface Asked {
  readonly vectors: readonly QuestionVector[];
  /** Why there are none, for `explain`; undefined when there are. */
  readonly why?: WithoutMeaning;
}

export interface QuestionParts {
  /** undefined: none is set, or it cannot be used. */
  readonly setting: () => EmbedderSetting | undefined;
  readonly embedder: (setting: EmbedderSetting) => Promise<Embedder>;
  /** A question may hold a secret, and goes to somebody else's machine. */
  readonly redact: (text: string) => string;
  readonly monotonic: () => number;
  readonly deadlineMs: number;
}

const remembered = 256;
/** Questions that are still under way after their search has been answered. */
const lateMost = 4;
/** A server that is away is not asked again at once: every search would wait the whole deadline. */
const restMs = { first: 2_000, most: 60_000 };

/** Asks the embedder for questions. One per daemon; close ends what is under way. */
export class Questions {
  readonly #parts: QuestionParts;
  readonly #known = new Map<string, Float32Array>();
  readonly #ended = new AbortController();
  readonly #underWay = new Map<string, Promise<Float32Array>>();
  #restUntil = 0;
  #restMs = 0;
  #why: WithoutMeaning | undefined;

  constructor(parts: QuestionParts) {
    this.#parts = parts;
  }

  /** Resolves within the deadline, whatever happens. reads: the databases that are searched. */
  async ask(question: string, reads: readonly Read[]): Promise<Asked> {
    const wanted = this.#parts.setting();
    if (!wanted) return { vectors: [], why: 'off' };
    const rows = reads.flatMap((read) => servingModel(read, wanted) ?? []);
    const models = new Map(rows.map((row) => [row.name, settingOf(row, wanted)]));
    if (models.size === 0) return { vectors: [], why: 'none' };
    const text = this.#parts.redact(question.toWellFormed());
    const answers = await Promise.all([...models].map(([model, setting]) => this.#answer(text, model, setting)));
    const vectors = answers.flatMap((answer) => (typeof answer === 'string' ? [] : [answer]));
    const why = answers.find((answer) => typeof answer === 'string');
    return { vectors, ...(vectors.length === 0 && why ? { why } : {}) };
  }

  /** Why the last question had no vector; undefined when it had one. */
  get why(): WithoutMeaning | undefined {
    return this.#why;
  }

  /** The embedder has answered somebody else, or is another one: it may be asked again. */
  wake(): void {
    this.#restUntil = 0;
    this.#restMs = 0;
  }

  close(): void {
    this.#ended.abort();
  }

  async #answer(text: string, model: string, setting: EmbedderSetting): Promise<QuestionVector | WithoutMeaning> {
    const key = JSON.stringify([modelName(setting), setting.prefix.query, text]);
    const known = this.#known.get(key);
    if (known) {
      this.#remember(key, known); // used last
      return { model, vector: known };
    }
    if (this.#parts.monotonic() < this.#restUntil) return this.#why ?? 'away';
    if (this.#underWay.size >= lateMost && !this.#underWay.has(key)) return 'late';
    const vector = await this.#inTime(key, text, setting);
    this.#why = typeof vector === 'string' ? vector : undefined;
    return typeof vector === 'string' ? vector : { model, vector };
  }

  /** One that comes too late is remembered for the next who asks the same: a model that is being loaded takes seconds. */
  async #inTime(key: string, text: string, setting: EmbedderSetting): Promise<Float32Array | WithoutMeaning> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), this.#parts.deadlineMs).unref();
    });
    const asked = this.#underWay.get(key) ?? this.#begin(key, text, setting);
    try {
      return await Promise.race([asked, late]);
    } catch (error) {
      return isFault(error) ? error.fault : 'unusable';
    } finally {
      clearTimeout(timer);
    }
  }

  #begin(key: string, text: string, setting: EmbedderSetting): Promise<Float32Array> {
    const asked = this.#request(text, setting);
    this.#underWay.set(key, asked);
    asked
      .then(
        (vector) => {
          this.wake();
          this.#remember(key, vector);
        },
        () => this.#rest(),
      )
      .finally(() => this.#underWay.delete(key));
    return asked;
  }

  async #request(text: string, setting: EmbedderSetting): Promise<Float32Array> {
    const embedder = await this.#parts.embedder(setting);
    const [vector] = await embedder.embed([text], 'query', this.#ended.signal);
    if (!vector) throw new EmbedderFault('unusable', 'no vector');
    return vector;
  }

  #rest(): void {
    this.#restMs = Math.min(restMs.most, Math.max(restMs.first, this.#restMs * 2));
    this.#restUntil = this.#parts.monotonic() + this.#restMs;
  }

  #remember(key: string, vector: Float32Array): void {
    this.#known.delete(key);
    this.#known.set(key, vector);
    const oldest = this.#known.size > remembered ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}
