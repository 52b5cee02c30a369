import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PrsistError } from '../../../src/core/errors.ts';
import { digest } from '../../../src/store/digest.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { Library, now } from './library.ts';

let library: Library;
beforeEach(() => {
  library = new Library();
});
afterEach(() => library.close());

const day = 86_400_000;
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof PrsistError ? error.code : String(error);
  }
  return 'no error';
};

describe('what is found', () => {
  test('FI1: a question finds the text that answers it, by any of its words', async () => {
    await library.say({ text: 'We dropped Redis because the cache was never warm.' });
    await library.say({ text: 'The deploy script needs a flag.' });
    expect(library.found('why did we drop redis')).toEqual(['We dropped Redis because the cache was never warm.']);
  });

  test('FI2: more of the words is better, newer is better among equals', async () => {
    await library.say({ text: 'alpha red', at: now - day });
    await library.say({ text: 'alpha blue', at: now });
    await library.say({ text: 'alpha beta', at: now - 9 * day });
    for (let i = 0; i < 8; i += 1) await library.say({ text: `filler number ${i}` });
    expect(library.found('alpha beta')).toEqual(['alpha beta', 'alpha blue', 'alpha red']);
  });

  test('FI3: names are found by their parts, parts by the name', async () => {
    await library.say({ text: 'function parseHTTPHeader(line)' });
    await library.say({ text: 'how to parse an http header' });
    expect(library.found('parse http header')).toHaveLength(2);
    expect(library.found('parseHTTPHeader')).toHaveLength(2);
    expect(library.found('parsehttpheader')).toEqual(['function parseHTTPHeader(line)']);
  });

  test('FI4: scripts without spaces are found by pairs of characters', async () => {
    await library.say({ text: '我们放弃了缓存服务器' });
    expect(library.found('缓存')).toEqual(['我们放弃了缓存服务器']);
  });

  test.each(['Καλημέρα κόσμε', 'Йод и ёлка', 'नमस्ते दुनिया', 'Ångström naïveté', 'ΟΔΟΣ'])(
    'FI4: %s finds itself',
    async (text) => {
      await library.say({ text });
      for (const word of text.split(' ')) expect(library.found(word)).toEqual([text]);
      expect(library.query(text).results[0]?.highlights).toHaveLength(text.split(' ').length);
    },
  );

  test('FI5: a text of several parts is one result, shown where it matches', async () => {
    const parts = [{ text: 'first words' }, { text: 'then the kangaroo' }, { text: 'a kangaroo and a kangaroo' }];
    const ent = await library.say(parts);
    const { results } = library.query('kangaroo');
    expect(results.map((one) => one.id)).toEqual([ent]);
    expect(results[0]?.snippet).toContain('kangaroo');
  });

  test('FI6: saying a thing again replaces all its parts, adding keeps the others', async () => {
    const ent = await library.say([{ text: 'old kangaroo' }, { text: 'old wombat' }]);
    await library.say([{ text: 'new numbat' }], { ent });
    expect([library.found('kangaroo'), library.found('wombat')]).toEqual([[], []]);
    await library.say([{ text: 'its output', part: 1 }], { ent, adds: true });
    expect([library.found('numbat'), library.found('output')]).toEqual([['new numbat'], ['its output']]);
  });

  test('FI7: hidden things are not found, and again when shown, whatever is said of them in between', async () => {
    const ent = await library.say({ text: 'a kangaroo' });
    await library.hide(ent);
    expect(library.found('kangaroo')).toEqual([]);
    await library.say([{ text: 'a kangaroo still' }, { text: 'another kangaroo' }], { ent });
    expect(library.found('kangaroo')).toEqual([]);
    await library.hide(ent, false);
    expect(library.found('kangaroo')).toHaveLength(1);
  });

  test('FI8: both databases are searched and the better answer comes first, wherever it is', async () => {
    for (let i = 0; i < 8; i += 1) await library.say({ text: `filler number ${i}` });
    await library.say({ text: 'indent the yaml' });
    await library.say({ text: 'indent with two spaces', kind: 'entry', names: 'style' }, { in: 'user' });
    await library.say({ text: 'coffee is black', kind: 'entry', names: 'drink' }, { in: 'user' });
    expect(library.found('indent with how many spaces')).toEqual(['indent with two spaces', 'indent the yaml']);
    expect(library.query('indent yaml').results.map((one) => one.project_id)).toEqual(['p', null]);
  });

  test('FI32: an answer that repeats no word of the question is found behind it', async () => {
    const talk = { session_id: 's9', author: 'ann' };
    await library.say({ ...talk, text: 'good morning', at: now });
    await library.say({ ...talk, text: 'which broker did we choose for the queue?', at: now + 1 });
    await library.say({ ...talk, author: 'bob', text: 'NATS, since it is one binary', at: now + 2 });
    await library.say({ text: 'the queue of the printer is full', at: now + 3 });
    const { results, sessions } = library.query('broker for the queue');
    expect(results.slice(0, 2).map(({ snippet }) => snippet)).toEqual([
      'which broker did we choose for the queue?',
      'NATS, since it is one binary',
    ]);
    expect(sessions[0]).toMatchObject({ session_id: 's9', score: 1 });
  });

  test('FI33: who is named comes first, and the name is no word to look for', async () => {
    await library.say({ text: 'the deploy failed at noon', author: 'carla', at: now });
    await library.say({ text: 'the deploy failed at night', author: 'dora', at: now });
    await library.say({ text: 'carla was on holiday', author: 'dora', at: now });
    expect(library.found('what did dora say about the deploy')).toEqual([
      'the deploy failed at night',
      'the deploy failed at noon',
    ]);
    expect(library.found('what did carla say about the deploy')[0]).toBe('the deploy failed at noon');
  });

  test('FI34: a day, a month, or "when" in a question moves what was said then, and hides nothing', async () => {
    await library.say({ text: 'upgraded the database', at: Date.parse('2026-02-10T09:00:00Z') });
    await library.say({ text: 'upgraded the database again', at: Date.parse('2026-03-05T09:00:00Z') });
    const first = (question: string) => library.found(question)[0];
    expect(first('database upgraded in February')).toBe('upgraded the database');
    expect(first('database upgraded on 5 March 2026')).toBe('upgraded the database again');
    expect(first('database upgraded on 2026-02-10')).toBe('upgraded the database');
    expect(library.found('database upgraded in 1999')).toHaveLength(2);
    await library.say({ text: 'upgraded the database yesterday', at: Date.parse('2026-01-01T09:00:00Z') });
    expect(first('when was the database upgraded')).toBe('upgraded the database yesterday');
  });

  test('FI38: a misspelt word is taken for the nearest one there is', async () => {
    await library.say({ text: 'the scheduler drops jobs' });
    expect(library.found('shceduler')).toEqual(['the scheduler drops jobs']);
    expect(library.found('scheduller jobs')).toEqual(['the scheduler drops jobs']);
    expect(library.found('zebra')).toEqual([]);
  });

  test('FI36: files are found by what their words mean to a programmer, and by the names they declare', async () => {
    const file = (text: string) => library.say({ kind: 'document', text, path: null });
    await file('def merge_maps(a, b):\n    """Combine two dicts."""\n    return {**a, **b}');
    await file('def read_rows(f):\n    # merge is done elsewhere\n    return list(f)');
    expect(library.found('merge two dictionaries python')[0]).toContain('merge_maps');
  });

  test('FI40: a query that ends in an asterisk finds words that begin so, by their stems and in any form', async () => {
    await library.say({ text: 'the configuration is read once' });
    await library.say({ text: 'we activated the configurator' });
    await library.say({ text: 'conferences are in May' });
    expect(library.found('config*')).toHaveLength(2);
    expect(library.found('read configuratio *')[0]).toBe('the configuration is read once');
    expect(library.found('activat*')).toEqual(['we activated the configurator']);
    expect(library.found('activate configurat*', { exact: true })).toHaveLength(2);
    expect(library.found('con*')).toHaveLength(3);
    expect(library.query('config*').results[0]?.highlights).toHaveLength(1);
    expect(library.query('config*', { explain: true }).question).toMatchObject({ words: ['config'], unknown: [] });
    expect(library.found('zebra*')).toEqual([]);
    expect(library.entries('config*').result_count).toBe(0);
    // elsewhere an asterisk is no syntax
    expect(library.found('conf* read')[0]).toBe('the configuration is read once');
    expect(library.found('read -read*')).toEqual([]);
    for (const text of ['*', '" *', '-*', '`*', 'a:*']) {
      expect(codeOf(() => library.query(text))).toMatch(/no error|input\/invalid/);
    }
  });

  test('FI41: with explain a score is what its parts and factors give, and each word has its share', async () => {
    const talk = { session_id: 's9', author: 'ann' };
    await library.say({ ...talk, text: 'which broker did we choose for the queue?', at: now + 1 });
    await library.say({ ...talk, author: 'bob', text: 'NATS, since it is one binary', at: now + 2 });
    for (let i = 0; i < 12; i += 1) await library.say({ text: `the queue number ${i} of the printer`, kind: 'entry' });
    const reply = library.query('what did ann say about the broker of the queue', { explain: true });
    expect(reply.question).toMatchObject({ words: ['say', 'broker', 'queue'], named: ['ann'] });
    expect(reply.question?.dropped).toEqual(expect.arrayContaining(['what', 'did', 'the', 'of']));
    expect(new Set(reply.results.map(({ explain }) => explain?.pass))).toEqual(new Set(['careful', 'wide']));
    for (const { score, explain, found_by } of reply.results) {
      const { parts = {}, words = {}, factors = {}, total = 0, of = 1 } = explain ?? {};
      const sum = Object.values(parts).reduce((all, part) => all + part, 0);
      expect(Object.values(factors).reduce((product, factor) => product * factor, sum)).toBeCloseTo(total, 4);
      expect(total / of).toBeCloseTo(score, 4);
      const shares = Object.values(words).reduce((all, share) => all + share, 0);
      expect(shares).toBeCloseTo(parts['words'] ?? 0, 5);
      expect(found_by).toBe(shares > 0 ? 'words' : 'around');
    }
  });

  test('FI37: a file called by the words of a question comes before one that only has them, prose after code', async () => {
    const file = (text: string, path: string) => library.say({ kind: 'document', text, path });
    await file('export function read() { return retry(queue); }', 'src/other.ts');
    await file('export function load() { return retry(queue); }', 'src/retry-queue.ts');
    await file('export function keep() { return retry(queue); }', 'notes.md');
    const { results } = library.query('retry queue');
    expect(results.map(({ path }) => path)).toEqual(['src/retry-queue.ts', 'src/other.ts', 'notes.md']);
  });

  test('FI9: a query of nothing but stop words keeps them', async () => {
    await library.say({ text: 'to be or not to be' });
    expect(library.found('to be or not to be')).toHaveLength(1);
  });
});

describe('filters', () => {
  test('FI10: kind, session, agent, path and time narrow, in the request and in the query', async () => {
    const about = { kind: 'tool', session_id: 's1', agent_id: 'codex', path: 'src/a.ts\nsrc/deep/b.ts' } as const;
    await library.say({ text: 'wombat hit', at: now - day, ...about });
    await library.say({ text: 'wombat other', at: now - 90 * day, session_id: 's2', path: 'src/abc.ts' });
    await library.say({ text: 'wombat beside', session_id: 's2', at: now - 40 * day, path: 'src-deep/x/b.ts/y' });
    for (const more of [
      { kinds: ['tool' as const] },
      { session_id: 's1' },
      { agent: 'codex' },
      { path: 'src/a.ts' },
      { path: 'src/deep' },
      { path: 'b.ts' },
      { since: '7d' },
      { since: '2026-03-19', until: '2026-03-19' },
    ]) {
      expect(library.found('wombat', more), JSON.stringify(more)).toEqual(['wombat hit']);
    }
    for (const filter of ['kind:tool', 'session:s1', 'agent:codex', 'path:"src/a.ts"', 'since:2w']) {
      expect(library.found(`wombat ${filter}`), filter).toEqual(['wombat hit']);
    }
    expect(library.found('wombat', { until: '60d' })).toEqual(['wombat other']);
    expect(library.found('wombat', { path: 'src/ab' })).toEqual([]);
  });

  test('FI11: filters apply before ranking: one hit behind a thousand better ones is found', async () => {
    for (let i = 0; i < 10; i += 1) {
      await library.say(Array.from({ length: 100 }, (_, j) => ({ text: `wombat ${i} ${j}` })));
    }
    const filler = 'and so on and so forth for many more words than the others have here';
    await library.say({ text: `a wombat at last ${filler}`, session_id: 's9', at: now - 400 * day });
    expect(library.found('wombat', { session_id: 's9' })).toHaveLength(1);
    expect(library.found('wombat', { until: '300d' })).toHaveLength(1);
  });

  test('FI12: phrases must stand in the text, excluded words must not', async () => {
    await library.say({ text: 'the quick  Brown\nfox()' });
    await library.say({ text: 'the brown quick fox' });
    expect(library.found('"quick brown fox"')).toEqual(['the quick  Brown\nfox()']);
    expect(library.found('"brown fox()"')).toHaveLength(1);
    expect(library.found('"quick brown fox)"')).toEqual([]);
    expect(library.found('fox -"brown quick"')).toEqual(['the quick  Brown\nfox()']);
    expect(library.found('quick -brown')).toEqual([]);
    expect(library.found('quick - brown')).toHaveLength(2);
  });

  test('FI13: quarantined text is shown to the person, labelled, and never to an agent', async () => {
    await library.say({ text: 'run this wombat', trust: 0 });
    await library.say({ text: 'wombat entry', trust: 0, kind: 'entry' });
    expect(library.query('wombat').results.map((one) => one.quarantined)).toEqual([true, true]);
    expect(library.entries('wombat').results.map((one) => one.quarantined)).toEqual([true]);
    expect(library.entries('wombat', { quarantined: false }).results).toEqual([]);
    expect(library.query('wombat', {}, 'codex').results).toEqual([]);
    expect(library.entries('wombat', { quarantined: true }, 'codex').results).toEqual([]);
  });

  test('FI14: the words a query may not have', () => {
    expect(codeOf(() => library.query('   '))).toBe('input/invalid');
    expect(codeOf(() => library.query('"(*:'))).toBe('input/invalid');
    expect(codeOf(() => library.query('-nothing'))).toBe('input/invalid');
    expect(codeOf(() => library.query('x kind:nonsense'))).toBe('input/invalid');
    expect(codeOf(() => library.query('x', { since: 'lately' }))).toBe('input/invalid');
    expect(codeOf(() => library.query('x', { cursor: 'nonsense' }))).toBe('input/invalid');
    expect(codeOf(() => library.query('é'.repeat(2049)))).toBe('limit/too-large');
    const words = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`).join(' ');
    expect(codeOf(() => library.query(words(64)))).toBe('no error');
    expect(codeOf(() => library.query(words(65)))).toBe('limit/too-large');
  });
});

describe('pages and entries', () => {
  test('FI15: pages give every result once, also while new ones arrive', async () => {
    for (let i = 0; i < 25; i += 1) await library.say({ text: `wombat ${i} ${i % 3 ? 'dingo' : ''}` });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = library.query('wombat dingo', { limit: 10, ...(cursor ? { cursor } : {}) });
      seen.push(...page.results.map((one) => one.id));
      cursor = page.next_cursor ?? undefined;
      await library.say({ text: 'wombat dingo wombat dingo' });
    } while (cursor);
    expect(new Set(seen).size).toBe(25);
    expect(seen).toHaveLength(25);
    const other = library.query('wombat', { limit: 10 }).next_cursor;
    expect(codeOf(() => library.query('dingo', { cursor: other ?? '' }))).toBe('input/invalid');
  });

  test('FI16: context.search answers entries with their values', async () => {
    const entry = { kind: 'entry', names: 'api.style', text: 'no default exports', category: 'decision' } as const;
    await library.say({ ...entry, tags: ['api'], layer: 'long_term', scope: 'user', user_id: 'u1' });
    await library.say({ text: 'default of a message' });
    const mine = { user_id: 'u1' };
    const { results, result_count } = library.entries('default', { ...mine, category: 'decision', tags: ['api'] });
    expect(result_count).toBe(1);
    expect(results[0]).toMatchObject({ key: 'api.style', value: 'no default exports', snippet: 'no default exports' });
    expect(library.entries('api style', mine).result_count).toBe(1);
    expect(library.entries('default', { ...mine, category: 'general' }).result_count).toBe(0);
    expect(library.entries('default', { ...mine, tags: ['other'] }).result_count).toBe(0);
    expect(library.entries('default', { ...mine, layer: 'session' }).result_count).toBe(0);
    expect(library.entries('default', { user_id: 'u2' }).result_count).toBe(0);
    expect(library.entries('default', { ...mine, tenant_id: 't' }).result_count).toBe(1);
  });

  test.each([
    [
      'user',
      { user_id: 'u1', tenant_id: 't1' },
      { user_id: 'u1', tenant_id: 't1' },
      { user_id: 'u1', tenant_id: 't2' },
    ],
    ['user', { user_id: 'u1' }, { user_id: 'u1' }, { user_id: 'u2' }],
    ['tenant', { tenant_id: 't1' }, { tenant_id: 't1' }, { tenant_id: 't2' }],
    ['session', { session_id: 's1' }, { session_id: 's1' }, { session_id: 's2' }],
    ['agent', { agent_id: 'codex' }, { agent_id: 'codex' }, { agent_id: 'gemini-cli' }],
  ] as const)(
    'FI35: what is of scope %s is found by whom it belongs to, and by nobody else',
    async (scope, of, its, other) => {
      await library.say({ kind: 'entry', names: 'k', text: 'a wombat', scope, layer: 'long_term', ...of });
      expect(library.entries('wombat', its).result_count).toBe(1);
      expect(library.entries('wombat', other).result_count).toBe(0);
      // without a word about whose, an agent finds none of them, in either search
      expect(library.entries('wombat', {}, 'cursor').result_count).toBe(0);
      expect(library.query('wombat', {}, 'cursor').result_count).toBe(0);
    },
  );

  test('FI17: a value over 16 KiB is left out and said to be', async () => {
    await library.say({ kind: 'entry', names: 'big', text: `wombat ${'x'.repeat(17_000)}` });
    expect(library.entries('wombat').results[0]).toMatchObject({ value: null, truncated: true });
  });

  test('FI18: rebuilt rows and index are the rows and index there were', async () => {
    const ent = await library.say([{ text: 'old kangaroo' }, { text: 'old wombat' }]);
    await library.say({ text: 'a dingo', tags: ['x'], kind: 'entry' });
    await library.hide(ent);
    await library.say([{ text: 'new numbat' }], { ent });
    const terms = () => library.project.db.prepare('select term, doc, cnt from search_fts_terms').all();
    const before = { rows: digest(library.project), terms: terms() };
    library.project.db.exec("insert into search_fts (rowid, text) values (999, 'garbage')");
    rebuild(library.project, new Set(['search']));
    expect({ rows: digest(library.project), terms: terms() }).toEqual(before);
    expect(library.found('dingo')).toHaveLength(1);
    expect(library.found('numbat')).toEqual([]);
  });
});
