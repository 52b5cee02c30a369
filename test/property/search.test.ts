import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PrsistError } from '../../src/core/errors.ts';
import { cutParts, toolExcerpt } from '../../src/core/excerpt.ts';
import { matchText } from '../../src/features/search/match.ts';
import { readQuestion } from '../../src/features/search/question.ts';
import { repair } from '../../src/features/search/repair.ts';
import { rescore, type Scorable } from '../../src/features/search/rescore.ts';
import { snippetOf, stemsOf } from '../../src/features/search/snippet.ts';
import { nearness, timesIn } from '../../src/features/search/spans.ts';
import { stem } from '../../src/features/search/stem.ts';
import { isStopWord } from '../../src/features/search/stop-words.ts';
import { eachTerm, packTerms, termHash } from '../../src/features/search/terms.ts';
import { indexable, nameParts, wordCount, wordsOf, writtenWords } from '../../src/features/search/tokens.ts';
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

/** Terms as their words say them, one word after the other. */
function termsOfWhole(text: string): number[] {
  return writtenWords(indexable(text))
    .flatMap((word) => [...wordsOf(word), ...wordsOf(nameParts(word))])
    .filter((word) => !isStopWord(word))
    .map((word) => termHash(stem(word)));
}

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
    fc.assert(fc.property(hostile, run), { numRuns: 2_500 });
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
      match.get(matchText({ ...question, beginnings: question.words }, { tokens: [['xk1']], path }));
    };
    fc.assert(fc.property(any, hostile, run), { numRuns: 10_000 });
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

  test('SP6: the order of candidates changes no ranking; scores fall, and are the sum of their parts', () => {
    const words = ['wombat', 'burrow', 'dig'];
    const candidate = fc.record({
      item_id: fc.nat(1000),
      kind: fc.constantFrom('entry', 'message', 'tool', 'document'),
      session: fc.constantFrom(null, 's1', 's2'),
      document: fc.constantFrom(null, 'd1', 'd2'),
      at: fc.nat(3),
      isQuestion: fc.boolean(),
      byNamed: fc.boolean(),
      meaning: fc.constantFrom(0, 0, 0.25, 0.5),
      bm25: fc.integer({ min: -64, max: 0 }),
      text: fc.array(fc.constantFrom(...words, 'other', 'words', 'altogether'), { maxLength: 6 }),
      factors: fc.constantFrom({}, { kind: 1.15 }, { time: 1.5, path: 1.3 }),
    });
    const list = fc.uniqueArray(candidate, { selector: ({ item_id }) => item_id, maxLength: 40 }).map((all) =>
      all.map(({ text, ...each }): Scorable => {
        return { ...each, terms: packTerms({ text: text.join(' '), names: '', path: '', comments: '' }) };
      }),
    );
    const shuffled = list.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    const sought = {
      words: words.map((word) => ({
        word,
        forms: [{ hash: termHash(stem(word)), idf: word.length / 3, said: 1, kept: 1 }],
      })),
      pairs: [[0, 1] as const],
    };
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        const { items, sessions, coverage } = rescore(all, sought);
        const again = rescore(other, sought);
        const whole = (list: typeof items) => list.map((one) => ({ ...one, made: one.made() }));
        expect([whole(again.items), again.sessions]).toEqual([whole(items), sessions]);
        expect(all.map(again.coverage)).toEqual(all.map(coverage));
        const scores = items.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        expect(scores.every((score) => score > 0 && score <= 1)).toBe(true);
        expect(sessions.map(({ score }) => score)).toEqual(
          sessions.map(({ score }) => score).toSorted((a, b) => b - a),
        );
        for (const { score, total, of, made } of items) {
          const { byWord, parts, factors } = made();
          const sum = Object.values(parts).reduce((all, part) => all + part, 0);
          expect(total).toBeCloseTo(
            Object.values(factors).reduce((product, factor) => product * factor, sum),
            9,
          );
          expect(total / of).toBeCloseTo(score, 9);
          // where no word is found the index alone decides
          const found = byWord.reduce((sum, value) => sum + value, 0);
          if (found > 0) expect(found).toBeCloseTo(parts.words, 9);
        }
      }),
    );
  });

  test('SP8: packed terms come back in their order; any bytes can be read', () => {
    const field = fc.array(fc.constantFrom('wombat', 'Burrow', 'parseHTTPHeader', 'the', '日本語', '😀'), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(field, field, (text, names) => {
        const packed = packTerms({ text: text.join(' '), names: names.join(' '), path: '', comments: '' });
        const read: [number, number][] = [];
        eachTerm(packed, (hash, of) => read.push([hash, of]));
        const wombats = read.filter(([hash]) => hash === termHash('wombat'));
        expect(wombats.filter(([, of]) => of === 0)).toHaveLength(text.filter((word) => word === 'wombat').length);
        expect(wombats.filter(([, of]) => of === 1)).toHaveLength(names.filter((word) => word === 'wombat').length);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        eachTerm(bytes, (hash) => expect(hash).toBeGreaterThan(0));
      }),
    );
  });

  test('SP11: terms and words that are found by their places are those of the whole text, whatever is in it', () => {
    const one = fc.constantFrom(
      ...[
        'wombat',
        'Wombat',
        'parseHTTPHeader',
        'utf8Text',
        '3dModel',
        'x9',
        'the',
        'deadbeef1',
        'snake_case',
        'naïve',
      ],
      ...['ﬁnd', 'σίγμας', '日本語', 'テスト', 'ไทย', '😀', '©2024', 'aℹb', 'a\u0301', '\0', '\ud83d', '.', '-', ''],
    );
    const written = fc.array(fc.oneof(one, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 12 });
    fc.assert(
      fc.property(written, written, fc.constantFrom(' ', ''), (said, named, glue) => {
        const [text, names] = [said.join(glue), named.join(glue)];
        const read: number[][] = [[], []];
        eachTerm(packTerms({ text, names, path: '', comments: '' }), (hash, of) => read[of]?.push(hash));
        expect(read).toEqual([termsOfWhole(text), termsOfWhole(names)]);
        expect(wordCount(text)).toBe(writtenWords(text).length);
      }),
      { numRuns: 500 },
    );
    const most = packTerms({ text: 'wombat parseHeader '.repeat(2_000), names: 'key', path: '', comments: '' });
    let count = 0;
    eachTerm(most, (_, of) => (count += of === 0 ? 1 : 0));
    expect(count).toBe(4_000);
  });

  test('SP9: times in any text are spans with an end after their beginning', () => {
    const pieces = fc.constantFrom(
      'in',
      'March',
      'may',
      '2026',
      '3rd',
      'last',
      'week',
      'ago',
      '40',
      'yesterday',
      '2026-13-77',
      'of',
      'Dec',
      ',',
    );
    const text = fc.oneof(
      fc.array(pieces, { maxLength: 10 }).map((all) => all.join(' ')),
      hostile,
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 4e12 }), (question, now) => {
        const times = timesIn(question, now);
        for (const { from, to } of times.spans) expect(to).toBeGreaterThan(from);
        for (const { from, to } of times.spans) expect(nearness(times, (from + to) / 2).share).toBe('in');
      }),
    );
  });

  test('SP10: a word with one letter changed, left out, doubled or swapped is taken for itself', () => {
    const words = ['migration', 'daemon', 'scheduler', 'handshake', 'quarantine', 'rollback', 'deployments'];
    const terms = words.map((word) => ({ term: stem(word), documents: 3 }));
    const startingWith = (letter: string) => terms.filter(({ term }) => term.startsWith(letter));
    const edits = [
      (word: string, at: number) => word.slice(0, at) + word.slice(at + 1),
      (word: string, at: number) => word.slice(0, at) + word.charAt(at) + word.slice(at),
      (word: string, at: number) => word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2),
      (word: string, at: number) => `${word.slice(0, at)}x${word.slice(at + 1)}`,
    ];
    fc.assert(
      fc.property(fc.constantFrom(...words), fc.nat(3), fc.nat(20), (word, edit, place) => {
        const wrong = edits[edit]?.(word, 1 + (place % (word.length - 2))) ?? word;
        if (stem(wrong) === stem(word)) return;
        expect(stem(repair(wrong, { startingWith })?.meant ?? '')).toBe(stem(word));
      }),
    );
    expect(repair('xyzzyq', { startingWith })).toBeUndefined();
    expect(repair('v2x4', { startingWith })).toBeUndefined();
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
