// Why a commit is a session's, and how sure that is.
import type { Read } from '../../store/record-type.ts';
import { commitsOfSession, sharedAt, type Tie, tiesOfSession } from './commit-queries.ts';
import { wireTime, wireTimeOrNull } from './wire.ts';

/** Edits of the right files at the right time: the more of the commit's lines, the surer. */
const leastByLines = 0.3;
const mostByLines = 0.85;

/** The part of a commit's lines that a session's edits changed; null where the tie is no tie by lines. */
export function shareOf({ how, lines, of_lines }: Tie): number | null {
  if (how !== 'lines') return null;
  if (!lines || !of_lines) return 0;
  return Math.round(Math.min(1, lines / of_lines) * 100) / 100;
}

/** How sure a tie is, 0 to 1. */
export function confidenceOf(tie: Tie): number {
  if (tie.confidence !== null) return tie.confidence;
  return Math.round((leastByLines + (shareOf(tie) ?? 0) * (mostByLines - leastByLines)) * 100) / 100;
}

/** The surest tie first. */
export function surest<T extends Tie>(ties: readonly T[]): readonly T[] {
  return ties.toSorted((a, b) => confidenceOf(b) - confidenceOf(a) || (a.session_id < b.session_id ? -1 : 1));
}

/** The commits of a session as they are called now, in the order in which they were made. */
export function shownCommits(read: Read, session_id: string) {
  const ties = Map.groupBy(read.all(tiesOfSession, { session_id }), ({ present }) => present);
  return read.all(commitsOfSession, { session_id }).map(({ sha, rec, committed_at }) => {
    const why = ties.get(sha) ?? [];
    const [best] = surest(why);
    const shares = why.flatMap((tie) => shareOf(tie) ?? []);
    const made = [...new Set(why.map((tie) => tie.sha))];
    const shared = [sha, ...made].flatMap((each) => read.one(sharedAt, { sha: each })?.at ?? []);
    return {
      ...{ sha, subject: String(read.fields(rec)['subject'] ?? ''), at: wireTime(committed_at) },
      former: made.filter((each) => each !== sha),
      ...{ how: best?.how ?? ('lines' as const), confidence: best ? confidenceOf(best) : 0 },
      share: shares.length > 0 ? Math.max(...shares) : null,
      shared_at: wireTimeOrNull(shared.length > 0 ? Math.min(...shared) : null),
    };
  });
}
