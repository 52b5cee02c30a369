import type { ReflogEntry } from '../../platform/reflog.ts';

/** One thing that was done, as the log of HEAD tells it: one line of it, or all lines of a rebase. */
export interface Moved {
  readonly kind: 'commit' | 'amend' | 'switch' | 'reset' | 'rebase' | 'other';
  readonly from: string;
  readonly to: string;
  /** In milliseconds. */
  readonly at: number;
  /** switch: what was checked out, a branch or any other name of a commit. rebase: the branch; '' when there was none. */
  readonly branch: string;
  /** switch: what was left for it. */
  readonly left: string;
  /** rebase: its single steps, and what it was put on. */
  readonly steps: readonly { readonly from: string; readonly to: string }[];
  readonly onto: string;
}

/** A rebase of more lines is one whose end never came: its directory was taken away. */
const mostSteps = 5000;

/**
 * Puts the lines of a log together. last: the line up to which they are understood. A rebase that is under way is not, so
 * that it is read again with its end; `more`: further lines are there already.
 */
export function movesOf(
  entries: readonly ReflogEntry[],
  after: 'more' | 'end',
): { readonly moves: readonly Moved[]; readonly last: ReflogEntry | 'all' | 'none' } {
  const moves: Moved[] = [];
  for (let i = 0; i < entries.length; ) {
    const entry = entries[i];
    if (entry === undefined) break;
    if (!isStart(entry)) {
      moves.push(single(entry));
      i += 1;
      continue;
    }
    const end = endOfRebase(entries, i);
    const isOpen = end === entries.length && !isEnd(entries[end - 1]) && end - i < mostSteps;
    // a part that is full and holds nothing but this rebase would be read for ever
    if (isOpen && !(after === 'more' && i === 0)) return { moves, last: entries[i - 1] ?? 'none' };
    moves.push(rebased(entries.slice(i, end)));
    i = end;
  }
  return { moves, last: 'all' };
}

const none = { branch: '', left: '', steps: [], onto: '' };

/** On which branch commits were made. now: the branch that HEAD is on after all of the moves; undefined when on none. */
export function branchesOf(moves: readonly Moved[], now: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let branch = now;
  for (const move of moves.toReversed()) {
    if ((move.kind === 'commit' || move.kind === 'amend') && branch !== undefined) found.set(move.to, branch);
    if (move.kind === 'switch') branch = /^[0-9a-f]{40,64}$/.test(move.left) ? undefined : move.left;
  }
  return found;
}

function single({ from, to, at, action, text }: ReflogEntry): Moved {
  if (action === 'commit (amend)') return { kind: 'amend', from, to, at, ...none };
  if (/^(?:commit|cherry-pick|revert|am)\b/.test(action)) return { kind: 'commit', from, to, at, ...none };
  if (action === 'checkout') {
    const [, left = '', branch = ''] = /^moving from (\S+) to (\S+)$/.exec(text) ?? [];
    return { kind: 'switch', from, to, at, ...none, branch, left };
  }
  return { kind: action === 'reset' ? 'reset' : 'other', from, to, at, ...none };
}

function isStart({ action }: ReflogEntry): boolean {
  return /\brebase\b.*\(start\)$/.test(action);
}

function isEnd(entry: ReflogEntry | undefined): boolean {
  return entry !== undefined && /\brebase\b.*\((?:finish|abort)\)$|^rebase (?:finished|aborted)$/.test(entry.action);
}

/** Where the lines of a rebase end: after the one that says so, or before one that cannot be part of it. */
function endOfRebase(entries: readonly ReflogEntry[], start: number): number {
  for (let i = start + 1; i < entries.length; i += 1) {
    const entry = entries[i];
    if (isEnd(entry)) return i + 1;
    if (!entry || isStart(entry) || entry.action === 'checkout') return i;
  }
  return entries.length;
}

/** Of a rebase that rebuilds merges: HEAD goes elsewhere, or comes to a merge. */
const jumping = /\((?:reset|label|merge)\)$/;

function rebased(lines: readonly ReflogEntry[]): Moved {
  const [start, end] = [lines[0], lines.at(-1)];
  const at = end?.at ?? 0;
  const from = start?.from ?? '';
  const to = end?.to ?? '';
  const isGivenUp = !isEnd(end) || /abort/.test(end?.action ?? '');
  if (isGivenUp) return { kind: 'other', from, to, at, ...none };
  const steps = lines.slice(1, -1).filter((line) => line.from !== line.to && !jumping.test(line.action));
  const branch = /^returning to refs\/heads\/(.+)$/.exec(end?.text ?? '')?.[1] ?? '';
  return { kind: 'rebase', from, to, at, ...none, steps, branch, onto: start?.to ?? '' };
}
