// The same conversation once more, with something put into every prompt.
import { noPieces, type Piece, pathTo, pieceAfter, type SimulatedRequest, type Warm } from './simulate.ts';

/** A text that is put into every prompt. */
export interface Inserted {
  readonly tokens: number;
  /** top: before everything · after-head: after tools and system · tail: at the end, after the last entry. */
  readonly where: 'top' | 'after-head' | 'tail';
  /** Every so many requests it is another text; 0: never. */
  readonly every: number;
}

/** Tokens of tools and system where usage does not show them: the median of a first request of Claude Code. */
const usualHead = 15_000;

interface Replayed {
  readonly requests: readonly SimulatedRequest[];
  readonly warm: readonly Warm[];
}

/** These prompts with a text in each. What other conversations left in the cache stays there where it stands before it. */
export function withInserted({ requests, warm }: Replayed, inserted: Inserted): Replayed {
  if (inserted.where === 'tail') {
    return { requests: requests.map((request) => ({ ...request, tail: request.tail + inserted.tokens })), warm };
  }
  const heads = headsOf(requests, warm);
  const root = noPieces();
  const moved = requests.map((request, n) => {
    const text = { tokens: inserted.tokens, id: `text ${inserted.every === 0 ? 0 : Math.floor(n / inserted.every)}` };
    const head = inserted.where === 'top' ? 0 : (heads.get(request.model) ?? 0);
    return placed(request, { root, head, text });
  });
  const stays = inserted.where === 'after-head' ? warm : [];
  return { requests: moved, warm: stays.map(({ piece, model }) => ({ piece: copied(root, piece), model })) };
}

/** Where tools and system end, by model. */
function headsOf(requests: readonly SimulatedRequest[], warm: readonly Warm[]): ReadonlyMap<string, number> {
  const heads = new Map<string, number>();
  for (const { model, marks, prompt } of requests) {
    if (heads.has(model)) continue;
    const found =
      warm.find((each) => each.model === model)?.piece ??
      marks.find(({ piece }) => piece !== prompt && piece.tokens > 0)?.piece;
    heads.set(model, found?.end ?? Math.min(usualHead, prompt.end));
  }
  return heads;
}

interface Placing {
  readonly root: Piece;
  readonly head: number;
  readonly text: { readonly id: string; readonly tokens: number };
}

/** One prompt in another tree, with the text where the head ends, and an entry that ends there. */
function placed(request: SimulatedRequest, { root, head, text }: Placing): SimulatedRequest {
  const copies = new Map<Piece, Piece>();
  let at = root;
  let end: Piece | undefined;
  const put = () => {
    end ??= at;
    at = pieceAfter(at, text.id, { tokens: text.tokens });
  };
  if (head === 0) put();
  for (const piece of pathTo(request.prompt)) {
    const from = piece.end - piece.tokens;
    const first = head - from;
    if (from < head && piece.end > head) {
      at = pieceAfter(at, `${piece.id} head`, { tokens: first, blocks: 0 });
      put();
      at = again(at, piece, first);
    } else {
      at = again(at, piece);
      if (piece.end === head) put();
    }
    copies.set(piece, piece.end === head ? (end ?? at) : at);
  }
  if (!end) put();
  const marks = request.marks.map(({ piece, lifetime }) => ({ piece: copies.get(piece) ?? at, lifetime }));
  const [usual] = marks;
  if (end && usual && !marks.some(({ piece }) => piece === end))
    marks.unshift({ piece: end, lifetime: usual.lifetime });
  if (marks.length > 0 && !marks.some(({ piece }) => piece === at))
    marks.push({ piece: at, lifetime: usual?.lifetime ?? '' });
  return { ...request, prompt: at, marks };
}

function copied(root: Piece, piece: Piece): Piece {
  return pathTo(piece).reduce((at, each) => again(at, each), root);
}

/** The same content after another piece, without its first tokens; a part of what it was a part of. */
function again(at: Piece, piece: Piece, without = 0): Piece {
  const blocks = piece.blocks - (piece.before?.blocks ?? 0);
  const content = { tokens: piece.tokens - without, blocks };
  if (!piece.partOf) return pieceAfter(at, piece.id, content);
  return pieceAfter(at, piece.id, { ...content, partOf: again(at, piece.partOf, without) });
}
