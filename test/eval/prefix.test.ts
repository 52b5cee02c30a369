// The parts of `npm run eval:prefix`: what it measures against, and what it lets pass.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Column, closed, measure } from '../../scripts/eval/prefix/columns.ts';
import { below, meanClosed, pressed, storedFloors } from '../../scripts/eval/prefix/floors.ts';
import { belady, fifo } from '../../scripts/eval/prefix/limits.ts';
import { layOut, seeded } from '../../scripts/eval/prefix/sessions.ts';
import { simulate } from '../../scripts/eval/prefix/simulate.ts';
import { loadTrace, packed, usual } from '../../scripts/eval/prefix/trace.ts';
import { evictionOf } from '../../src/features/cache/policies/policy.ts';

const data = process.env['PRSIST_EVAL_DATA'] ?? join(import.meta.dirname, '../../../shared/data');

function written(name: string, lines: readonly object[]): string {
  const file = join(fs.mkdtempSync(join(tmpdir(), 'prsist-trace-')), name);
  const text = lines.map((line) => JSON.stringify(line)).join('\n');
  fs.writeFileSync(file, name.endsWith('.gz') ? gzipSync(text) : text);
  return file;
}

test('PC130: traces with ids and with hash ids say the same, plain and packed', () => {
  const plain = loadTrace(
    written('a.jsonl', [
      { t: 1.5, ids: [0, 1] },
      { t: 2, ids: [0, 2] },
    ]),
  );
  const zipped = loadTrace(
    written('a.jsonl.gz', [
      { timestamp: 1500, hash_ids: [0, 1] },
      { timestamp: 2000, hash_ids: [0, 2] },
    ]),
  );
  expect(zipped).toEqual(plain);
  expect(plain).toMatchObject({ name: 'a', unique: 3, ceiling: 0.25 });
  expect([...plain.at]).toEqual([1.5, 2]);
  expect(() => loadTrace(written('b.jsonl', [{ other: 1 }]))).toThrow('no line with ids');
});

test('PC131: sessions are laid over each other: eight small blocks make one, heads are shared, sub-agents belong to theirs', () => {
  const request = (t: number, ...rle: number[]) => ({ t, model: 'm', rle });
  const session = (...requests: object[]) => ({ tool_tokens: 400, system_tokens: 112, requests }) as never;
  const sub = { t: 3, requests: [request(4, 100, 16)], tool_tokens: 1, system_tokens: 2 };
  const out = layOut([session(request(0, 0, 8), request(5, 0, 20, 50, 4), sub), session(request(0, 30, 9))], usual);
  expect(out.map(({ blocks }) => blocks.length).sort()).toEqual([1, 1, 2, 3]);
  const heads = out.filter(({ blocks }) => blocks.length !== 2).map(({ blocks }) => blocks[0]);
  expect(new Set(heads).size).toBe(1);
  expect(out.find(({ blocks }) => blocks.length === 2)?.blocks).not.toContain(heads[0]);
  expect(layOut([session(request(0, 0, 8))], { ...usual, take: 0 })).toEqual([]);
});

/** The most that any cache answers: every content that could be kept after each request is tried. */
function tried(requests: readonly (readonly number[])[], capacity: number): number {
  let best = new Map<string, number>([['', 0]]);
  for (const blocks of requests) {
    const after = new Map<string, number>();
    for (const [content, hits] of best) {
      const before = content === '' ? [] : content.split(',').map(Number);
      const missing = blocks.findIndex((block) => !before.includes(block));
      const now = hits + (missing < 0 ? blocks.length : missing);
      for (const keep of subsets([...new Set([...before, ...blocks])], capacity)) {
        const key = keep.toSorted((a, b) => a - b).join(',');
        after.set(key, Math.max(after.get(key) ?? 0, now));
      }
    }
    best = after;
  }
  return Math.max(...best.values());
}

function subsets(items: readonly number[], most: number): number[][] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  const without = subsets(rest, most);
  return [...without, ...without.filter((set) => set.length < most).map((set) => [first, ...set])];
}

test('PC132: nothing answers more than Belady, and something answers as much', () => {
  // chains of the tree 0-(1-2, 3), 4-5
  const chain = fc.constantFrom([0], [0, 1], [0, 1, 2], [0, 3], [4], [4, 5]);
  fc.assert(
    fc.property(
      fc.array(chain, { minLength: 1, maxLength: 9 }),
      fc.integer({ min: 1, max: 3 }),
      (requests, capacity) => {
        const trace = packed(
          'made',
          requests.map((blocks, at) => ({ at, blocks })),
        );
        const most = belady(trace, capacity);
        expect(most * trace.references.length).toBeCloseTo(tried(requests, capacity), 9);
        expect(fifo(trace, capacity)).toBeLessThanOrEqual(most + 1e-9);
        for (const strategy of ['lru', 'value', 'auto'] as const)
          expect(simulate(trace, capacity, evictionOf(strategy, capacity))).toBeLessThanOrEqual(most + 1e-9);
      },
    ),
    { numRuns: 100, seed: 3 },
  );
});

test('PC133: a policy that lets the wrong block go is not measured', () => {
  const trace = packed(
    'made',
    [[0, 1], [2, 3], [4]].map((blocks, at) => ({ at, blocks })),
  );
  const wrong = (victim: number) => ({
    ...evictionOf('lru', 4),
    request() {},
    stored() {},
    gone() {},
    victim: () => victim,
  });
  expect(() => simulate(trace, 4, wrong(0))).toThrow('0 is no leaf');
  expect(() => simulate(trace, 4, wrong(4))).toThrow('4 is not stored');
  expect(() =>
    simulate(
      packed('made', [
        { at: 0, blocks: [0] },
        { at: 1, blocks: [1, 2] },
      ]),
      2,
      wrong(1),
    ),
  ).toThrow('running');
});

const column = (trace: string, lru: number, auto: number, best = 90): Column => {
  return { trace, capacity: 300, answered: { fifo: 0, lru, value: 0, auto }, belady: best, ceiling: 95 };
};

test('PC134: what is below its floor is said, by its column', () => {
  const floors = {
    lru: { columns: ['solo 300'], of_belady: 99, of_ceiling: 98 },
    auto: { behind_lru: 0.3, closed_one_trace: 8, closed_all_traces: 15 },
    pressed: 70,
  };
  expect(below([column('solo', 89.9, 89.7)], { ...floors, lru: { ...floors.lru, of_ceiling: 94 } }, false)).toEqual([]);
  expect(below([column('solo', 89, 88.6)], floors, false)).toEqual([
    'solo 300: lru 98.9 % of Belady < 99 %',
    'solo 300: lru 93.7 % of the ceiling < 98 %',
    'solo 300: auto 0.40 points behind lru > 0.3',
  ]);
  const two = [column('a', 10, 18), column('b', 10, 20), column('b', 80, 80)];
  expect(pressed(two, floors)).toEqual(two.slice(0, 2));
  expect(two.map((each) => closed(each, 'auto'))).toEqual([10, 12.5, 0]);
  expect(meanClosed(two, floors)).toBe(11.25);
  expect(meanClosed([column('c', 80, 80)], floors)).toBeUndefined();
  expect(below(two, floors, false)).toEqual([]);
  expect(below(two, floors, true)).toEqual(['all traces: auto closes 11.3 % < 15 %']);
  expect(below([column('a', 10, 16)], floors, false)).toEqual(['a: auto closes 7.5 % < 8 %']);
});

test('PC134: the stored floors are those of the plan, and sessions are laid out alike on every machine', () => {
  expect(storedFloors()).toEqual({
    lru: { columns: ['claude_code_dev (4 open) 3000'], of_belady: 99, of_ceiling: 99 },
    auto: { behind_lru: 0.3, closed_one_trace: 8, closed_all_traces: 15 },
    pressed: 70,
  });
  const random = seeded(7);
  expect([random(), random()].map((value) => value.toFixed(9))).toEqual(['0.011704753', '0.061958258']);
});

describe.skipIf(!fs.existsSync(data))('on recorded traces (skipped where PRSIST_EVAL_DATA is absent)', () => {
  test.each([
    { name: 'lmcache_agents_blocks', capacity: 30, expected: { fifo: 25.15, lru: 28.47, belady: 33.72 } },
    { name: 'lmcache_agents_blocks', capacity: 300, expected: { fifo: 76.54, lru: 82.96, belady: 83.59 } },
  ])(
    'PC135: $name, $capacity blocks: what the reference measures, and auto is ahead of lru',
    ({ name, capacity, expected }) => {
      const { answered, ...rest } = measure(loadTrace(join(data, `${name}.jsonl.gz`)), capacity);
      const got = { fifo: answered.fifo, lru: answered.lru, belady: rest.belady };
      for (const [key, value] of Object.entries(expected))
        expect(Math.abs(got[key as 'lru'] - value), key).toBeLessThan(0.01);
      expect(answered.auto).toBeGreaterThan(answered.lru);
    },
  );
});
