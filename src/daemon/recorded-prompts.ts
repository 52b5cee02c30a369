// Prompts of recorded requests as segments, so that the audit can say what changed between two of them.
import type { Prompts } from '../features/cache/audit/request.ts';
import { briefSegments } from '../features/cache/sections.ts';
import type { Segment } from '../features/cache/segment.ts';
import { type PromptPiece, type PromptRun, RecordedPrompts } from '../features/sessions/prompts.ts';
import type { Read } from '../store/record-type.ts';

/** What a conversation was told at its start; undefined where that is not known. */
export type ToldTo = (agent: string, native: string) => string | undefined;

/**
 * The prompts of two moments of a session. What stands before the words is only known to differ where the session went on in
 * another conversation of its agent: then briefs are compared where both are known, and the project's rules by whether
 * they were edited in between.
 */
export function promptsOf(read: Read, session_id: string, told: ToldTo): Prompts {
  const recorded = new RecordedPrompts(read, session_id);
  return (before, now) => {
    const heads = headsOf(recorded, [recorded.run(before), recorded.run(now)], told);
    return [
      [...heads[0], ...recorded.pieces(before).map(segmentOf)],
      [...heads[1], ...recorded.pieces(now).map(segmentOf)],
    ];
  };
}

type Pair<T> = readonly [T, T];

function headsOf(
  recorded: RecordedPrompts,
  [was, is]: Pair<PromptRun | undefined>,
  told: ToldTo,
): Pair<readonly Segment[]> {
  if (!was || !is || was.native_id === is.native_id) return [[], []];
  const briefs = [was, is].map(({ agent, native_id }) => told(agent, native_id));
  const isKnown = briefs.every((brief) => brief !== undefined);
  const [before = [], now = []] = [was, is].map(({ started_at }, i) => [
    rules(recorded.rulesEdits(started_at)),
    ...(isKnown ? briefSegments(briefs[i] ?? '') : []),
  ]);
  return [before, now];
}

/** Files as they were are not kept: how often they were edited stands for what they said. */
function rules(edits: number): Segment {
  return { slot: 'rules', kind: 'system', place: 'system', text: `edit ${edits}`, tokens: 0, change: 0 };
}

/** A message is what its id says: its words are not looked at. */
function segmentOf({ id, role, isSummary }: PromptPiece): Segment {
  const slot = isSummary ? `summary:${id}` : `turn:${id}`;
  return { slot, kind: 'dynamic', place: 'messages', role, text: id, tokens: 0, change: 0 };
}
