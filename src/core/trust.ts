import { type Doubt, doubtsOf } from './doubt.ts';
import type { Origin } from './record.ts';

const trustOfOrigin: Readonly<Record<Origin, number>> = {
  human: 3,
  agent: 2,
  import: 1,
  team: 1,
  'tool-output': 0,
  package: 0,
};

/** How far a text is trusted, by where it came from: 3 a person, 0 quarantined. A record never says it itself. */
export function trustOf(origin: Origin): number {
  return trustOfOrigin[origin] ?? 0;
}

export interface Judged {
  readonly trust: number;
  readonly doubts: readonly Doubt[];
}

/** The policy for what is kept to be told again: by origin, and one less for a text that reads like an instruction. */
export function judge(origin: Origin, text: string): Judged {
  const doubts = doubtsOf(text);
  return { trust: Math.max(0, trustOf(origin) - (doubts.length > 0 ? 1 : 0)), doubts };
}

/**
 * The same for what was said in a conversation: looked at only where it decides whether agents are told, which is in texts
 * from elsewhere. What a person or their own agent said stays what it was, and output of tools is in quarantine anyway.
 */
export function trustOfSaid(origin: Origin, text: () => string): number {
  return trustOf(origin) === 1 ? judge(origin, text()).trust : trustOf(origin);
}
