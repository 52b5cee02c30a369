// What agents said last, as their stop hooks told it: transcripts lag behind, and whoever asks in between must not miss it.
import { limits } from '../../core/limits.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { see, seen } from './queries.ts';

interface Said {
  readonly agent: string;
  readonly native: string;
  readonly text: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

const most = 16;
const key = 'last-words';

/** Notes the last words of a conversation's turn; of the last conversations only. */
export function noteLastWords(tx: Write, said: Said): void {
  const others = all(tx).filter((each) => each.agent !== said.agent || each.native !== said.native);
  const words = { ...said, text: said.text.slice(0, limits.inlineTextBytes) };
  const kept = [...others, words].sort((a, b) => a.at - b.at).slice(-most);
  tx.run(see, { key, value: JSON.stringify(kept) });
}

/** The last words of some conversations: the newest there are. */
export function lastWordsOf(
  read: Read,
  runs: readonly { readonly agent: string; readonly native_id: string }[],
): { readonly text: string; readonly at: number } | undefined {
  const isOne = ({ agent, native }: Said) => runs.some((run) => run.agent === agent && run.native_id === native);
  return all(read).findLast(isOne);
}

/** Takes away what was noted of conversations. */
export function dropLastWords(tx: Write, isGone: (agent: string, native: string) => boolean): void {
  const left = all(tx).filter(({ agent, native }) => !isGone(agent, native));
  if (left.length < all(tx).length) tx.run(see, { key, value: JSON.stringify(left) });
}

function all(read: Read): Said[] {
  const row = read.one(seen, { key });
  return row ? (JSON.parse(row.value) as Said[]) : []; // written above
}
