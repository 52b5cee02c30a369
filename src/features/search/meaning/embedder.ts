// What computes vectors of texts, and what puts texts in order for a question, whoever offers it.

export type TextKind = 'query' | 'document';

export interface Embedder {
  /** The model's own name. */
  readonly model: string;
  /** What is written before each text: many models want to be told which of the two it is. */
  readonly prefix: Readonly<Record<TextKind, string>>;
  /**
   * One vector for each text, in order. Throws EmbedderFault for everything that goes wrong, and when signal ends it.
   */
  embed(texts: readonly string[], kind: TextKind, signal: AbortSignal): Promise<Float32Array[]>;
}

export interface Reranker {
  readonly model: string;
  /** How well each text answers the query, in order; any scale, more is better. Throws EmbedderFault. */
  score(query: string, texts: readonly string[], signal: AbortSignal): Promise<number[]>;
}

/**
 * away: nobody answers, or not now: worth trying again · refused: these texts cannot be taken, others may · unusable: the
 * model, the key or the answer is wrong, and somebody must change something.
 */
export type Fault = 'away' | 'refused' | 'unusable';

/** What an embedder or a reranker throws. */
export class EmbedderFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'EmbedderFault';
    this.fault = fault;
  }
}

/** Told by its name: the SDKs' program has a class of its own. */
export function isFault(error: unknown): error is EmbedderFault {
  return error instanceof Error && error.name === 'EmbedderFault' && 'fault' in error;
}

/** The fault behind a status of HTTP. */
export function faultOfStatus(status: number): Fault {
  if (status === 408 || status === 409 || status === 425 || status === 429 || status >= 500) return 'away';
  return [400, 413, 422].includes(status) ? 'refused' : 'unusable';
}

export type EmbedderKind = 'ollama' | 'openai-compatible';
export type RerankerKind = 'cohere' | 'tei';

/** How to reach an embedder. */
export interface EmbedderSetting {
  readonly embedder: EmbedderKind;
  readonly url: string;
  readonly model: string;
  /** Numbers to ask for; undefined: as many as the model gives. */
  readonly dimensions: number | undefined;
  readonly prefix: Readonly<Record<TextKind, string>>;
  readonly key: string | undefined;
  /** Milliseconds that one request may take. */
  readonly timeoutMs: number;
}

export interface RerankerSetting {
  readonly reranker: RerankerKind;
  readonly url: string;
  readonly model: string;
  readonly key: string | undefined;
}
