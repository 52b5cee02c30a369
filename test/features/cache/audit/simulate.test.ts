import { expect, test } from 'vitest';
import {
  noPieces,
  type Piece,
  pieceAfter,
  type SimulatedRequest,
  simulate,
} from '../../../../src/features/cache/audit/simulate.ts';
import { minute, opus, rulesOf } from './made.ts';

/** A prompt of pieces, each of so many tokens; every content is its own name. */
function prompt(root: Piece, ...pieces: readonly (readonly [string, number])[]): readonly Piece[] {
  let at = root;
  return pieces.map(([id, tokens]) => {
    at = pieceAfter(at, id, { tokens });
    return at;
  });
}

function asked(minutes: number, pieces: readonly Piece[], marked = [pieces.length], lifetime = '5m'): SimulatedRequest {
  const marks = marked.flatMap((mark) => pieces[mark - 1] ?? []).map((piece) => ({ piece, lifetime }));
  return { at: minutes * minute, model: opus, prompt: pieces.at(-1) as Piece, marks, tail: 10 };
}

const reads = (requests: readonly SimulatedRequest[]) => simulate(requests, rulesOf).map(({ read }) => read);

test('PC300: what was written is read until it expires, and a read prolongs it', () => {
  const root = noPieces();
  const one = prompt(root, ['a', 5000]);
  const two = prompt(root, ['a', 5000], ['b', 100]);
  expect(simulate([asked(0, one), asked(4, two, [1, 2])], rulesOf)).toEqual([
    { read: 0, written: { '5m': 5000 }, uncached: 10 },
    { read: 5000, written: { '5m': 100 }, uncached: 10 },
  ]);
  expect(reads([asked(0, one), asked(4, one), asked(8, one), asked(14, one)])).toEqual([0, 5000, 5000, 0]);
  expect(reads([asked(0, one, [1], '1h'), asked(59, one, [1], '1h'), asked(120, one, [1], '1h')])).toEqual([
    0, 5000, 0,
  ]);
});

test('PC301: a prefix below the minimum of its model is not cached', () => {
  const root = noPieces();
  const short = prompt(root, ['a', 4095]);
  expect(simulate([asked(0, short), asked(1, short)], rulesOf)).toEqual([
    { read: 0, written: {}, uncached: 4105 },
    { read: 0, written: {}, uncached: 4105 },
  ]);
  const enough = prompt(root, ['b', 4096]);
  expect(reads([asked(0, enough), asked(1, enough)])).toEqual([0, 4096]);
});

test('PC302: of five marks the last four count', () => {
  const root = noPieces();
  const pieces = prompt(root, ['a', 5000], ['b', 10], ['c', 10], ['d', 10], ['e', 10]);
  const other = prompt(root, ['a', 5000], ['x', 10]);
  expect(reads([asked(0, pieces, [1, 2, 3, 4, 5]), asked(1, other, [1, 2])])).toEqual([0, 0]);
  expect(reads([asked(0, pieces, [1, 3, 4, 5]), asked(1, other, [1, 2])])).toEqual([0, 5000]);
});

test('PC303: an entry twenty blocks before a mark is out of reach, one of nineteen is not', () => {
  const long = (added: number) => {
    const root = noPieces();
    const more = Array.from({ length: added }, (_, n) => [`m${n}`, 10] as const);
    return reads([asked(0, prompt(root, ['a', 5000])), asked(1, prompt(root, ['a', 5000], ...more))])[1];
  };
  expect([long(19), long(20)]).toEqual([5000, 0]);
});

test('PC304: each part is written for the lifetime of the mark it lies before', () => {
  const [first, second] = prompt(noPieces(), ['a', 5000], ['b', 300]) as [Piece, Piece];
  const marks = [
    { piece: second, lifetime: '5m' },
    { piece: first, lifetime: '1h' },
  ];
  const [served] = simulate([{ at: 0, model: opus, prompt: second, marks, tail: 0 }], rulesOf);
  expect(served).toEqual({ read: 0, written: { '1h': 5000, '5m': 300 }, uncached: 0 });
});

test('PC305: automatic caches read the longest known prefix, in steps', () => {
  const root = noPieces();
  const at = (minutes: number, ...pieces: readonly (readonly [string, number])[]): SimulatedRequest => {
    const all = prompt(root, ...pieces);
    return { at: minutes * minute, model: 'gpt-5-codex', prompt: all.at(-1) as Piece, marks: [], tail: 0 };
  };
  expect(simulate([at(0, ['a', 3000]), at(1, ['a', 3000], ['b', 500]), at(10, ['a', 3000])], rulesOf)).toEqual([
    { read: 0, written: {}, uncached: 3000 },
    { read: 2944, written: {}, uncached: 556 },
    { read: 0, written: {}, uncached: 3000 },
  ]);
});

test('PC306: each model has a cache of its own, and nothing is paid twice', () => {
  const pieces = prompt(noPieces(), ['a', 5000], ['b', 70]);
  const other = { ...asked(1, pieces), model: 'claude-opus-4-6' };
  const served = simulate([asked(0, pieces), other, asked(2, pieces)], rulesOf);
  expect(served.map(({ read }) => read)).toEqual([0, 0, 5070]);
  for (const { read, written, uncached } of served) {
    expect(read + uncached + Object.values(written).reduce((sum, each) => sum + each, 0)).toBe(5080);
  }
});
