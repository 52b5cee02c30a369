// What a project wants left out of what a hook tells.
import type { Captured } from '../../../core/captured.ts';
import type { SpoolEvent } from '../../../core/spool-event.ts';
import type { CaptureRules } from '../needs.ts';
import { sift } from '../rules.ts';
import type { LiveEvent } from './live-event.ts';
import type { Meaning } from './meaning.ts';

interface Told {
  readonly event: SpoolEvent;
  readonly live: LiveEvent;
}

/**
 * Leaves out of an event what is not wanted. Both lists are looked through together, whichever of them is kept: what a
 * hook alone tells of a call is told from the call, which may stand in the transcript.
 */
export function siftEvent(
  { event, live }: Told,
  { items = [], always = [] }: Meaning,
  rules: CaptureRules,
): { readonly provisional: readonly Captured[]; readonly always: readonly Captured[] } {
  const ignored: string[] = [];
  const wanted = (some: readonly Captured[]) => {
    const known = rules.ignores && event.body.kind === 'scanned' ? some.filter(isNoTool) : some;
    return sift(known, rules, { ignored, cwdOf: () => live.cwd, value: undefined }).items;
  };
  return { provisional: wanted(items), always: wanted(always) };
}

/** Of a body that is cut nobody knows which file its call was about. */
function isNoTool({ kind }: Captured): boolean {
  return kind !== 'tool-call' && kind !== 'tool-result' && kind !== 'edit';
}
