// Traces of agent sessions: requests as runs of 64-token blocks, whose ids are a session's own.
import fs from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { noPieces, type Piece, pieceAfter, type SimulatedRequest } from '../../../src/features/cache/audit/simulate.ts';

const blockTokens = 64;

export interface Recorded {
  readonly t: number;
  readonly model: string;
  readonly in: number;
  /** Start and length of each run. */
  readonly rle: readonly number[];
}
interface Group {
  readonly tool_tokens?: number;
  readonly system_tokens?: number;
  readonly requests: readonly (Recorded | Group)[];
}
export interface Flat extends Recorded {
  /** Blocks of tools and system. */
  readonly head: number;
}

/** The sessions of a trace, each as its prompts in their order. A sub-agent's requests are the session's. */
export function readTrace(file: string): readonly (readonly SimulatedRequest[])[] {
  const bytes = fs.readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const sessions = text.split('\n').filter((line) => line !== '');
  // written by the tool that made the traces
  return sessions.map((line) => promptsOf(flatten(JSON.parse(line) as Group).sort((a, b) => a.t - b.t)));
}

function flatten({ requests, tool_tokens = 0, system_tokens = 0 }: Group): Flat[] {
  const head = Math.floor((tool_tokens + system_tokens) / blockTokens);
  return requests.flatMap((each) => ('requests' in each ? flatten(each) : 'rle' in each ? [{ ...each, head }] : []));
}

interface Before {
  readonly tip: Piece;
  readonly rle: readonly number[];
}

/** Prompts of one session, oldest first. What an earlier prompt began with as well is the same piece. */
export function promptsOf(requests: readonly Flat[]): readonly SimulatedRequest[] {
  const root = noPieces();
  const earlier = new Map<string, Before[]>();
  return requests.map(({ t, model, rle, head, ...recorded }) => {
    const known = earlier.get(model) ?? [];
    earlier.set(model, known);
    const [common, before] = longest(known, rle);
    let tip = cut(before?.tip ?? root, common * blockTokens);
    let from = 0;
    let border: Piece | undefined;
    for (let n = 0; n < rle.length; n += 2) {
      const [id = 0, count = 0] = [rle[n], rle[n + 1]];
      for (const to of [head, from + count]) {
        const done = tip.end / blockTokens;
        if (to <= done || to > from + count) continue;
        const start = id + done - from;
        tip = pieceAfter(tip, `${start}+${to - done}`, { tokens: (to - done) * blockTokens });
        if (to === head) border = tip;
      }
      from += count;
    }
    known.push({ tip, rle });
    const end = border ?? pieceAt(tip, head * blockTokens);
    const marks = end ? [{ piece: end, lifetime: '' }] : [];
    return { at: t * 1000, model, prompt: tip, marks, tail: Math.max(0, recorded.in - tip.end) };
  });
}

/** The earlier prompt with the most blocks in common, the last of them, and how many these are. */
function longest(known: readonly Before[], rle: readonly number[]): readonly [number, Before | undefined] {
  let best: readonly [number, Before | undefined] = [0, known.at(-1)];
  for (const before of known.toReversed()) {
    const common = commonBlocks(before.rle, rle);
    if (common > best[0]) best = [common, before];
  }
  return best;
}

/** How many blocks two lists of runs have in common at their beginning. */
function commonBlocks(a: readonly number[], b: readonly number[]): number {
  let blocks = 0;
  let [i, j, inA, inB] = [0, 0, 0, 0];
  while (i < a.length && j < b.length && (a[i] ?? 0) + inA === (b[j] ?? 0) + inB) {
    const step = Math.min((a[i + 1] ?? 0) - inA, (b[j + 1] ?? 0) - inB);
    blocks += step;
    inA += step;
    inB += step;
    if (inA === a[i + 1]) [i, inA] = [i + 2, 0];
    if (inB === b[j + 1]) [j, inB] = [j + 2, 0];
  }
  return blocks;
}

/** The first tokens of a prompt; what they are a part of is known with them. */
function cut(tip: Piece, tokens: number): Piece {
  let piece = tip;
  while (piece.before && piece.before.end >= tokens) piece = piece.before;
  if (piece.end <= tokens || !piece.before) return piece;
  const first = tokens - piece.before.end;
  return pieceAfter(piece.before, `${piece.id.split('+')[0]}+${first / blockTokens}`, { tokens: first, partOf: piece });
}

function pieceAt(tip: Piece, end: number): Piece | undefined {
  let piece = tip;
  while (piece.before && piece.end > end) piece = piece.before;
  return piece.before && piece.end === end ? piece : undefined;
}
