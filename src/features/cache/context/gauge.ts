// How many tokens a text has: estimated at once, counted behind the answer, and the estimate learns from the counts.

import { breathe } from '../../../platform/time.ts';

/** What a text is made of, as far as its tokens per character go. */
export type Form = 'prose' | 'code' | 'data';

export interface Measured {
  /** SHA-256 of the text. */
  readonly hash: string;
  readonly form: Form;
  readonly text: string;
}

/** Characters per token, measured over the sources and documents of this and other repositories (o200k_base). */
const shipped: Readonly<Record<Form, number>> = { prose: 4.1, code: 3.7, data: 2.9 };
/** The shipped value counts as much as so many characters that were counted. */
const priorChars = 200_000;
const keptCounts = 20_000;

/** Counts texts exactly, wherever that is done. */
export type Count = (texts: readonly string[]) => Promise<readonly number[]>;

/** Estimates and counts of texts by their hash. */
export class Gauge {
  readonly #counts = new Map<string, number>();
  readonly #waiting = new Map<string, Measured>();
  readonly #seen = new Map<Form, { chars: number; tokens: number }>();
  readonly #count: Count;
  #running: Promise<void> | undefined;
  /** Raised whenever a count comes in: what was summed up before is to be summed again. */
  version = 0;

  constructor(count: Count) {
    this.#count = count;
  }

  /** Tokens of a text: as counted, else estimated. */
  tokens({ hash, form, text }: Measured): number {
    return this.#counts.get(hash) ?? Math.ceil(text.length / this.charsPerToken(form));
  }

  isCounted(hash: string): boolean {
    return this.#counts.has(hash);
  }

  /** What estimates of a form go by now. */
  charsPerToken(form: Form): number {
    const { chars, tokens } = this.#seen.get(form) ?? { chars: 0, tokens: 0 };
    return (chars + priorChars) / (tokens + priorChars / shipped[form]);
  }

  /** Has texts counted soon that have not been yet. A counter that fails leaves the estimates. */
  countLater(texts: readonly Measured[]): void {
    for (const each of texts) if (!this.#counts.has(each.hash)) this.#waiting.set(each.hash, each);
    if (this.#waiting.size > 0) this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  /** Resolves when everything that waits has been counted, or given up. */
  async counted(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    await breathe(); // the answer goes first
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting.values()].slice(0, 64);
      for (const { hash } of batch) this.#waiting.delete(hash);
      const counts = await this.#count(batch.map(({ text }) => text)).catch(() => []);
      for (const [i, each] of batch.entries()) this.#learn(each, counts[i]);
    }
  }

  #learn({ hash, form, text }: Measured, tokens: number | undefined): void {
    if (tokens === undefined) return;
    if (this.#counts.size >= keptCounts) this.#counts.delete(this.#counts.keys().next().value ?? '');
    this.#counts.set(hash, tokens);
    const before = this.#seen.get(form) ?? { chars: 0, tokens: 0 };
    this.#seen.set(form, { chars: before.chars + text.length, tokens: before.tokens + tokens });
    this.version += 1;
  }
}

const codes =
  /\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|swift|c|h|cc|cpp|hpp|cs|php|sh|bash|sql|css|scss|vue|svelte|lua)$/i;
const datas = /\.(?:jsonl?|ya?ml|toml|csv|tsv|xml|lock|ini|env)$/i;

/** The form of a text by the name of its file. */
export function formOf(name: string): Form {
  return codes.test(name) ? 'code' : datas.test(name) ? 'data' : 'prose';
}
