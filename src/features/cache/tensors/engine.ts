import { createHash } from 'node:crypto';
import { canonical } from '../../../core/canonical.ts';

/** Everything that decides whether an engine can go on from a state: a state of any other is none of its. */
export interface Engine {
  /** `llama.cpp server`, `node-llama-cpp`. */
  readonly engine: string;
  readonly build: string;
  /** SHA-256 of the model file. */
  readonly weights: string;
  readonly quantisation: string;
  /** Types of keys and values, as `f16/f16`. */
  readonly kv_type: string;
  /** Tokens of the context one sequence has. */
  readonly context: number;
  readonly rope: string;
  readonly swa: string;
  readonly lora: readonly { readonly weights: string; readonly scale: number }[];
}

/** The form in which an engine is compared and kept. */
export function engineText(engine: Engine): string {
  return canonical(engine);
}

/** Under which a state is kept: of this engine, with this prefix. link: the last of its chain. */
export function stateKey(engine: string, link: string): string {
  return createHash('sha256').update(`prsist.tensor.v1\n${engine}\n${link}`).digest('hex');
}
