import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { cutParts, headOf, toolExcerpt } from '../../../src/core/excerpt.ts';
import { firstWithin, withinBudget } from '../../../src/features/search/budget.ts';
import { readQuestion } from '../../../src/features/search/question.ts';
import { snippetOf, stemsOf } from '../../../src/features/search/snippet.ts';
import { stem } from '../../../src/features/search/stem.ts';
import { isStopWord } from '../../../src/features/search/stop-words.ts';
import { indexable, nameParts, tokensOf } from '../../../src/features/search/tokens.ts';
import { readWhen } from '../../../src/features/search/when.ts';

const data = process.env['PRSIST_EVAL_DATA'] ?? path.join(import.meta.dirname, '../../../../shared/data');
const sets = ['locomo-dev.json.gz', 'cosqa-dev.json.gz'].map((name) => path.join(data, name));
const absent = sets.some((file) => !fs.existsSync(file));

/** Every string inside a JSON value. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** The words of texts as FTS5 makes them, and as we do; both with the text they are in. */
function compared(texts: readonly string[]): { ours: string[]; theirs: string[] } {
  const db = new Database(':memory:');
  db.exec(`create virtual table t using fts5(x, tokenize = 'porter unicode61 remove_diacritics 2');
    create virtual table v using fts5vocab(t, 'instance')`);
  const add = db.prepare('insert into t (rowid, x) values (?, ?)');
  db.transaction(() => {
    for (const [i, text] of texts.entries()) add.run(i, text);
  })();
  const rows = db.prepare('select term, doc, offset from v order by doc, offset').all() as {
    term: string;
    doc: number;
  }[]; // as selected
  const ours = texts.flatMap((text, i) => tokensOf(text).map((token) => `${i} ${stem(token.word)}`));
  db.close();
  return { ours, theirs: rows.map((row) => `${row.doc} ${row.term}`) };
}

describe('words', () => {
  test.skipIf(absent)('FI20: our words are the words of the index, on every text of the evaluation sets', () => {
    const texts = sets
      .flatMap((file) => stringsIn(JSON.parse(gunzipSync(fs.readFileSync(file)).toString('utf8'))))
      .map(indexable);
    const { ours, theirs } = compared([...new Set(texts)]);
    expect(theirs.length).toBeGreaterThan(100_000);
    const different = theirs.filter((word, i) => word !== ours[i]);
    expect(different.slice(0, 10)).toEqual([]);
    expect(ours.length).toBe(theirs.length);
  });

  test('FI21: stems of words with every ending', () => {
    const words =
      'caresses ponies ties cats agreed plastered motoring conflated hopping falling filing happy sky relational ' +
      'vietnamization digitizer radically operator decisiveness sensibiliti triplicate electrical hopefulness revival ' +
      'adjustment adoption homologous effective probate controlling roll Ünïcode naïve σίγμα running generalizations';
    const { ours, theirs } = compared([words]);
    expect(ours).toEqual(theirs);
  });

  test('FI22: compound names are cut, what the index cuts itself is not', () => {
    expect(nameParts('parseHTTPHeader snake_case utf8Text plain CONST')).toBe('parse HTTP Header utf Text');
    expect(nameParts('缓存服')).toBe('缓存 存服');
  });

  test('FI23: stop words are compared as they are and stemmed', () => {
    expect(['the', 'having', 'was'].every(isStopWord)).toBe(true);
    expect(['redis', 'wall', 'go'].some(isStopWord)).toBe(false);
  });
});

describe('questions', () => {
  test('FI24: a query is taken apart', () => {
    expect(readQuestion('why "Exact Words" -not `if` path:src/a.ts kind:tool kind:task http://x.y/z')).toMatchObject({
      words: ['exact', 'words', 'if', 'http', 'x', 'y', 'z'],
      phrases: ['Exact Words'],
      excluded: ['not'],
      filters: { path: ['src/a.ts'], kind: ['tool', 'task'] },
    });
  });

  test('FI25: a stop word that is meant is none', () => {
    expect(readQuestion('the OR of redis').words).toEqual(['or', 'redis']);
    expect(readQuestion('the of/to redis').words).toEqual(['of', 'to', 'redis']);
    expect(readQuestion('is it the').words).toEqual(['is', 'it', 'the']);
  });

  test('FI25: the commonest words are left out where they would bring in too many texts', () => {
    const counted = (...counts: number[]) => counts.map((documents, i) => ({ word: `w${i}`, documents }));
    expect(withinBudget(counted(40, 3, 5, 0), 10)).toEqual(['w3', 'w1', 'w2']);
    expect(withinBudget(counted(40, 30), 10)).toEqual(['w1']);
    expect(withinBudget(counted(), 10)).toEqual([]);
  });

  test('FI66: of a word that is everywhere the newest texts are looked at', () => {
    expect([firstWithin(10, 100, 10), firstWithin(0, 100, 10)]).toEqual([0, 0]);
    expect([firstWithin(40, 100, 10), firstWithin(100, 100, 10)]).toEqual([75, 90]);
  });

  test('FI26: times are spans, days or RFC 3339', () => {
    const now = Date.parse('2026-03-20T12:00:00Z');
    const at = (field: 'since' | 'until', text: string) => new Date(readWhen(field, text, now)).toISOString();
    expect(at('since', '7d')).toBe('2026-03-13T12:00:00.000Z');
    expect(at('since', '90m')).toBe('2026-03-20T10:30:00.000Z');
    expect(at('since', '2026-03-01')).toBe('2026-03-01T00:00:00.000Z');
    expect(at('until', '2026-03-01')).toBe('2026-03-01T23:59:59.999Z');
    expect(at('until', '2026-03-01T10:00:00+02:00')).toBe('2026-03-01T08:00:00.000Z');
    for (const wrong of ['7', 'x7d', '2026-13-40', '2026-03-01T10:00', '']) expect(() => at('since', wrong)).toThrow();
  });
});

describe('snippets', () => {
  const long = `${'Nothing to see here. '.repeat(30)}Then the daemon was restarted by Maria. ${'More of nothing. '.repeat(30)}`;

  test('FI27: the window with the words, cut at sentences, the words marked', () => {
    const { snippet, highlights } = snippetOf(long, stemsOf(['restart', 'daemons']));
    expect(snippet.length).toBeLessThanOrEqual(240);
    expect(snippet).toMatch(/^…Nothing to see here\. .*\.…$/);
    expect(highlights.map(([start, end]) => snippet.slice(start, end))).toEqual(['daemon', 'restarted']);
  });

  test('FI28: a short text is shown whole, controls are not', () => {
    expect(snippetOf('a\u001b[31mb\u202ec', new Set()).snippet).toBe('a [31mb c');
    expect(snippetOf('1\n2\n3\n4\n5\n6\n7', new Set()).snippet).toBe('1\n2\n3\n4\n5\n6…');
    expect(snippetOf(long, new Set()).snippet).toMatch(/^Nothing .*…$/);
    expect(snippetOf('', new Set())).toEqual({ snippet: '', highlights: [] });
  });

  test('FI29: a compound name is marked for its parts', () => {
    expect(snippetOf('call parseHTTPHeader()', stemsOf(['http'])).highlights).toEqual([[5, 20]]);
  });
});

describe('excerpts', () => {
  test('FI30: a text up to 2,000 characters is one part, a longer one is cut at blank lines', () => {
    expect(cutParts(' \n')).toEqual([]);
    expect(cutParts('x'.repeat(2000))).toHaveLength(1);
    const paragraph = 'words of a paragraph '.repeat(30).trim();
    const parts = cutParts([paragraph, paragraph, paragraph, paragraph].join('\n\n'));
    expect(parts).toEqual([paragraph, paragraph, paragraph, paragraph]);
    const half = 'words '.repeat(80).trim();
    expect(cutParts(Array(6).fill(half).join('\n \n'))).toEqual(Array(3).fill(`${half}\n\n${half}`));
  });

  test('FI31: the ends of an output are kept, and no character is torn', () => {
    expect(toolExcerpt('x'.repeat(4000))).toBe('x'.repeat(4000));
    const cut = toolExcerpt(`a${'😀'.repeat(4000)}b`);
    expect(cut).toMatch(/^a(😀)+\n…\n(😀)+b$/u);
    expect(cut.length).toBeLessThanOrEqual(4004);
    expect(headOf('a😀', 2)).toBe('a');
  });
});
