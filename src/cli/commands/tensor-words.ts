// How states of local engines are spoken of.
import type { Restored } from '../../engines/local-engine.ts';
import { oneLine } from '../text.ts';

const misses = {
  off: 'the tier is switched off: prsist config set kv_tensors.enabled true',
  paused: 'states of this engine rest after a failure: prsist cache tensors verify ends that',
  unknown: 'no state is kept for this engine and prompt: prsist cache tensors save',
  damaged: 'the file was not what had been saved; it is removed, and states of this engine rest for an hour',
  failed: 'the engine did not take it; the file is removed, and states of this engine rest for an hour',
} as const;

/** Why nothing was restored, and what to do. */
export function missedBecause({ why, told }: Extract<Restored, { kind: 'missed' }>): string {
  return `${misses[why]}${told && ` (${oneLine(told)})`}`;
}

export function secondsShown(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
