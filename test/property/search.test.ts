import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PrsistError } from '../../src/core/errors.ts';
import { cutParts, toolExcerpt } from '../../src/core/excerpt.ts';
import { matchText } from '../../src/features/search/match.ts';
import { readQuestion } from '../../src/features/search/question.ts';
import { type Candidate, rank } from '../../src/features/search/rank.ts';
import { snippetOf, stemsOf } from '../../src/features/search/snippet.ts';
import { digest } from '../../src/store/digest.ts';
import { rebuild } from '../../src/store/rebuild.ts';
import { Library } from '../features/search/library.ts';

let library: Library;
beforeAll(async () => {
  library = new Library();
  await library.say({ text: 'and or not near the wombat', path: 'src/a.ts', names: 'key' });
  await library.say({ text: 'a secret', trust: 0, session_id: 's1' });
});
afterAll(() => library.close());

/** Text made to break out: operators, quotes, columns, filter words, anything of Unicode with lone halves of it. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...['AND', 'OR', 'NOT', 'NEAR(', 'NEAR', '"', '""', "'", '(', ')', '*', ':', '^', '+', '-', '{', '}', ',', ';'],
        ...['--', '/*', 'tags:', 'tags : xk1', 'text:', '{text}', 'xk0', 'wombat', 'kind:', 'path:"', '`', '\0', '\\'],
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.string({ maxLength: 12 }),
    ),
    { maxLength: 12 },
  )
  .chain((pieces) => fc.constantFrom('', ' ').map((glue) => pieces.join(glue)));

describe('search', () => {
  test('SP1: no query is syntax: a result, or an error that says what is wrong', () => {
    const run = (text: string) => {
      try {
        const { results } = library.query(text, {}, 'codex');
        // what no filter allows is never found
        expect(results.every((one) => one.trust > 0)).toBe(true);
      } catch (error) {
        if (!(error instanceof PrsistError) || !/^(input|limit)\//.test(error.code)) throw error;
      }
    };
    fc.assert(fc.property(hostile, run), { numRuns: 10_000 });
  });

  test('SP2: also where the words of a question are anything at all', () => {
    const match = library.project.db.prepare('select count(*) as n from search_fts where search_fts match ?');
    const words = fc.array(hostile, { minLength: 1, maxLength: 4 });
    const any = fc.record({
      words,
      phrases: fc.array(hostile, { maxLength: 2 }),
      excluded: fc.array(hostile, { maxLength: 2 }),
    });
    const run = (question: { words: string[]; phrases: string[]; excluded: string[] }, path: string) => {
      match.get(matchText({ ...question, filters: {} }, { tokens: [['xk1']], path }));
    };
    fc.assert(fc.property(any, hostile, run), { numRuns: 2_000 });
  });

  test('SP3: a question holds its words folded, each once', () => {
    const run = (text: string) => {
      try {
        const { words } = readQuestion(text);
        expect(new Set(words).size).toBe(words.length);
        expect(words.every((word) => !/[\s"]/.test(word))).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(PrsistError);
      }
    };
    fc.assert(fc.property(hostile, run), { numRuns: 2_000 });
  });

  test('SP4: a snippet is short, in bounds, and marks what it says it marks', () => {
    const text = fc.array(
      fc.oneof(hostile, fc.constantFrom('wombat ', 'Wombats.\n', 'x'.repeat(90), '😀'.repeat(40))),
      {
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(text, (pieces) => {
        const { snippet, highlights } = snippetOf(pieces.join(' '), stemsOf(['wombat']));
        expect(snippet.length).toBeLessThanOrEqual(240);
        expect(snippet.split('\n').length).toBeLessThanOrEqual(6);
        const marked = highlights.map(([start, end]) => snippet.slice(start, end).toLowerCase());
        expect(marked.every((word) => word.normalize('NFD').includes('wombat'))).toBe(true);
        if (
          /(?<![\p{L}\p{N}\p{M}\p{Co}])wombats?(?![\p{L}\p{N}\p{M}\p{Co}])/iu.test(pieces.join(' ')) &&
          !snippet.includes('\n')
        ) {
          expect(marked.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  test('SP5: parts hold the whole text, none is over 2,000 characters', () => {
    const text = fc.array(
      fc.oneof(hostile, fc.constantFrom('\n\n', '\n', 'word '.repeat(200), 'x'.repeat(3000), '😀'.repeat(700))),
      {
        maxLength: 20,
      },
    );
    const bare = (piece: string) => piece.replace(/\s+/g, '');
    fc.assert(
      fc.property(text, (pieces) => {
        const parts = cutParts(pieces.join(''));
        expect(bare(parts.join(''))).toBe(bare(pieces.join('')));
        expect(parts.every((part) => part.length <= 2000 && part.trim() !== '')).toBe(true);
        expect(toolExcerpt(pieces.join('')).length).toBeLessThanOrEqual(4003);
      }),
    );
  });

  test('SP6: the order of candidates and a constant factor change no ranking', () => {
    const candidate = fc.record({
      item_id: fc.nat(),
      kind: fc.constantFrom('entry' as const, 'message' as const, 'tool' as const),
      ent: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      part: fc.nat(3),
      at: fc.nat(3),
      priority: fc.constantFrom(null, 'critical', 'low'),
      bm25: fc.integer({ min: -64, max: 0 }),
      database: fc.constantFrom('project' as const, 'user' as const),
    });
    const rest = { session_id: null, trust: 2, author: null, path: null, agent_id: null, same: null };
    const id = ({ kind, ent, part, database }: Candidate) => `${database} ${kind} ${ent} ${part}`;
    const list = fc.uniqueArray(candidate, { selector: (each) => id({ ...rest, ...each }), maxLength: 40 });
    const shuffled = list.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        const coverage = { project: 1, user: 0.5 };
        const order = (from: readonly (typeof all)[number][], factor: number) =>
          rank(
            from.map((each) => ({ ...rest, ...each, bm25: each.bm25 * factor })),
            { coverage },
          ).map(id);
        expect(order(other, 1)).toEqual(order(all, 1));
        expect(order(all, 4)).toEqual(order(all, 1));
        const things = order(all, 1).map((each) => each.slice(0, -2));
        expect(new Set(things).size).toBe(things.length);
      }),
    );
  });

  test('SP7: whatever was said, added and hidden, rebuilt rows and index are the same', async () => {
    const kept = new Library();
    const ents = [await kept.say({ text: 'first' }), await kept.say({ text: 'second' })];
    const text = fc.constantFrom('kangaroo', 'a wombat', 'parseHTTPHeader 2026', '');
    const step = fc.record({
      ent: fc.constantFrom(...ents),
      what: fc.constantFrom('say', 'add', 'hide', 'show'),
      texts: fc.array(text, { maxLength: 3 }),
    });
    const state = () => ({
      rows: digest(kept.project),
      terms: kept.project.db.prepare('select term, doc, cnt from search_fts_terms').all(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        for (const { ent, what, texts } of steps) {
          const said = texts.map((each, i) => ({ text: each, part: what === 'add' ? i + 1 : i }));
          if (what === 'hide' || what === 'show') await kept.hide(ent, what === 'hide');
          else await kept.say(said, { ent, ...(what === 'add' ? { adds: true } : {}) });
        }
        const before = state();
        rebuild(kept.project);
        expect(state()).toEqual(before);
      }),
      { numRuns: 20 },
    );
    kept.close();
  });
});
