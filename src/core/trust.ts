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
