import fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../src/core/captured.ts';
import { sourcesOf } from '../../../src/features/capture/forms/sources.ts';
import { fileInfo } from '../../../src/platform/walk.ts';
import { query } from '../../../src/store/record-type.ts';
import { projectId } from '../../daemon/wired-world.ts';
import {
  geminiDocument,
  geminiEdit,
  geminiHeader,
  geminiMessage,
  geminiSession,
  opencodeDatabase,
  opencodeExport,
  opencodeSession,
  opencodeTalk,
  specstoryHistory,
} from './document-makers.ts';
import { conversation, type ImportWorld, importWorld, jsonl, said } from './import-world.ts';

const into = { into: projectId };

/** Texts of a session that count, in their order. */
function words(world: ImportWorld, kind = 'prompt'): readonly string[] {
  const { read, statements } = world.projects.store(projectId);
  const rows = statements.all<{ rec: number }>(
    'select rec from messages where kind = ? and live = 1 and bytes > 0 order by at, id',
    [kind],
  );
  return rows.map(({ rec }) => read.text(read.fields(rec), 'content'));
}

function count(world: ImportWorld, what: string): number {
  const { statements } = world.projects.store(projectId);
  return statements.one<{ n: number }>(`select count(*) as n from ${what}`, [])?.n ?? -1;
}

const edited = (status: string) =>
  geminiMessage(3, 'I change it.', { toolCalls: [geminiEdit('replace_1', '/w/src/cart.ts', status)] });
const chat = [
  geminiMessage(0, 'Why is the cart empty?'),
  geminiMessage(1, 'The loop is wrong.'),
  geminiMessage(2, 'Mend it.'),
  edited('success'),
];

describe('Gemini CLI', () => {
  test('CA84: a document read while it grows gives what it gives read at its end, and keeps each entry once', async () => {
    const stages = [
      geminiDocument(1, chat.slice(0, 1)),
      geminiDocument(2, chat.slice(0, 2)),
      geminiDocument(3, [...chat.slice(0, 3), edited('executing')]),
      geminiDocument(4, chat),
    ];
    const grown = importWorld();
    for (const stage of stages) await grown.read(grown.file('chats/session-1.json', stage), into);
    const whole = importWorld();
    const report = await whole.read(whole.file('chats/session-1.json', stages.at(-1)), into);
    expect(report).toMatchObject({ outcome: 'read', agent: 'gemini-cli', lines: 5, unknown: 0, unparsable: 0 });
    expect(grown.state()).toEqual(whole.state());
    expect([words(grown), words(grown, 'text')]).toEqual([
      ['Why is the cart empty?', 'Mend it.'],
      ['The loop is wrong.', 'I change it.'],
    ]);
    expect(count(grown, 'edits')).toBe(1);
    const { lines } = grown.kept('gemini-cli', 'session-1.json');
    expect(lines.filter((line) => line.includes('"m0"'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('"m3"'))).toHaveLength(2);
    expect((await grown.read(grown.file('chats/session-1.json'), into)).outcome).toBe('unchanged');
  });

  test('CA85: of a message written again the last text counts, also for search, in whatever order its files come', async () => {
    const older = geminiDocument(2, [
      chat[0] ?? null,
      geminiMessage(1, 'The loop is wrong, I think, but let me look.'),
    ]);
    const newer = jsonl(
      geminiHeader(5),
      ...[chat[0] ?? null, geminiMessage(1, 'A draft.'), { $set: { lastUpdated: '2026-04-14T09:00:09.000Z' } }],
      geminiMessage(1, 'The index is wrong.'),
    );
    const states = [];
    for (const order of [
      [older, newer],
      [newer, older],
      [newer, older, newer],
    ]) {
      const world = importWorld();
      for (const [n, text] of order.entries()) await world.read(world.file(`${n}/chats/session.json`, text), into);
      expect(words(world, 'text')).toEqual(['The index is wrong.']);
      const found = world.projects.store(projectId);
      expect(found.statements.one<{ n: number }>(`select message_count as n from sessions`, [])?.n).toBe(2);
      states.push(world.state());
    }
    expect(states[1]).toEqual(states[0]);
    expect(states[2]).toEqual(states[0]);
  });

  test('CA86: what was taken back is live no more: a message and all after it; an unknown one takes everything', async () => {
    const lines = [geminiHeader(5), ...chat, { $rewindTo: 'm2' }, geminiMessage(4, 'Leave it.')];
    const world = importWorld();
    await world.read(world.file('chats/s.jsonl', jsonl(...lines)), into);
    expect([words(world), words(world, 'text')]).toEqual([
      ['Why is the cart empty?', 'Leave it.'],
      ['The loop is wrong.'],
    ]);
    fs.appendFileSync(world.file('chats/s.jsonl'), jsonl({ $rewindTo: 'nobody' }, geminiMessage(6, 'Anew.')));
    await world.read(world.file('chats/s.jsonl'), into);
    expect(words(world)).toEqual(['Anew.']);
  });

  test('CA87: a sub-agent has its parent by its folder, and its instruction is no prompt', async () => {
    const world = importWorld();
    await world.read(world.file('chats/session-1.json', geminiDocument(4, chat)), into);
    const child = jsonl(
      geminiHeader(5, { sessionId: 'child', kind: 'subagent' }),
      geminiMessage(8, 'Look at the tests.'),
    );
    await world.read(world.file(`chats/${geminiSession}/child.jsonl`, child), into);
    expect(count(world, `sessions where session_id = 'child' and parent_session_id = '${geminiSession}'`)).toBe(1);
    expect(words(world)).toHaveLength(2);
    expect(words(world, 'notice')).toEqual(['Look at the tests.']);
  });

  test('CA88: its project is told by the registry, by a note in the folder, or by the hash of its directory', async () => {
    const world = importWorld();
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256').update(world.root).digest('hex');
    const text = geminiDocument(4, chat);
    world.file('.gemini/projects.json', JSON.stringify({ projects: { [world.root]: 'shop' } }));
    world.file('.gemini/tmp/noted/.project_root', `${world.root}\n`);
    const places = { shop: 'read', noted: 'read', [hash]: 'read', other: 'no-project' };
    for (const [folder, outcome] of Object.entries(places)) {
      const report = await world.read(world.file(`.gemini/tmp/${folder}/chats/session-1.json`, text));
      expect([folder, report.outcome]).toEqual([folder, outcome]);
    }
    const named = JSON.stringify({ ...geminiHeader(4), projectHash: hash, messages: chat });
    expect((await world.read(world.file('elsewhere.json', named))).outcome).toBe('read');
  });

  test('CA89: a document that is only half written gives what is whole of it, and the rest when it is there', async () => {
    const text = geminiDocument(4, chat);
    const whole = importWorld();
    await whole.read(whole.file('chats/s.json', text), into);
    for (const cut of [text.indexOf('"m2"'), text.length - 5]) {
      const world = importWorld();
      const report = await world.read(world.file('chats/s.json', text.slice(0, cut)), into);
      expect(report).toMatchObject({ outcome: 'read', heldBack: 1 });
      await world.read(world.file('chats/s.json', text), into);
      expect(world.state()).toEqual(whole.state());
    }
  });

  test('CA90: what is said in a pause is neither taken in nor kept, also in a document', async () => {
    const world = importWorld();
    const [from, until] = [Date.UTC(2026, 3, 14, 9, 0, 2), Date.UTC(2026, 3, 14, 9, 0, 4)];
    const pause = query<{ from: number; until: number }, unknown>(
      'insert into pauses (project_id, from_at, until_at) values (null, :from, :until)',
    );
    await world.projects.user.write((tx) => tx.run(pause, { from, until }));
    await world.read(world.file('chats/s.json', geminiDocument(4, chat)), into);
    await world.read(world.file('chats/s.json', geminiDocument(5, [...chat, geminiMessage(5, 'Done.')])), into);
    expect([words(world), words(world, 'text')]).toEqual([['Why is the cart empty?'], ['The loop is wrong.', 'Done.']]);
    expect(world.kept('gemini-cli', 's.json').lines.join()).not.toContain('Mend it.');
  });
});

describe('opencode', () => {
  const path = (world: ImportWorld) => world.file('opencode/opencode.db');
  const source = (file: string) => `${file}#${opencodeSession}`;

  async function readSession(world: ImportWorld, file: string) {
    const [found] = await sourcesOf([fileInfo(file)].filter((each) => each !== undefined));
    return world.read(found?.path ?? '', into);
  }

  test('CA91: rows that come between reads give what one read of all gives, and what an export gives', async () => {
    const grown = importWorld();
    const talks = [0, 1, 2].map((n) => opencodeTalk('/w', n)).flat();
    using db = opencodeDatabase(path(grown));
    db.session('/w', 1);
    for (const [n, message] of talks.entries()) {
      // first as it stands while it is written
      const info = { ...message.info, time: { created: Number(Object(message.info['time']).created) }, tokens: null };
      db.put(
        { info, parts: message.parts.slice(0, 1).map(({ time: _, ...part }) => part) } as typeof message,
        10 * n + 1,
      );
      await readSession(grown, path(grown));
      db.put(message, 10 * n + 5);
      await readSession(grown, path(grown));
    }
    expect(words(grown)).toEqual([0, 1, 2].map((n) => `Why is cart ${n} empty?`));
    expect(words(grown, 'text')).toEqual([0, 1, 2].map((n) => `The loop of cart ${n} was wrong.`));
    expect([count(grown, 'edits'), count(grown, 'tool_calls'), count(grown, 'tool_calls where is_error = 1')]).toEqual([
      3, 6, 3,
    ]);
    const [again, exported] = [importWorld(), importWorld()];
    await again.read(source(path(grown)), into);
    await exported.read(exported.file('export.json', opencodeExport('/w', talks)), into);
    expect([again.state(), exported.state()]).toEqual([grown.state(), grown.state()]);
    expect((await readSession(grown, path(grown))).outcome).toBe('unchanged');
  });

  test('CA92: a database is never written and its owner never waits; one that is no such database is told', async () => {
    const world = importWorld();
    const file = path(world);
    using db = opencodeDatabase(file);
    db.session(world.root, 1);
    for (const message of opencodeTalk(world.root)) db.put(message, 2);
    db.run('begin immediate');
    const before = fs.readFileSync(file);
    expect((await world.read(source(file))).outcome).toBe('read');
    expect(fs.readFileSync(file).equals(before)).toBe(true);
    db.run('commit');
    const other = world.file('other/opencode.db', '');
    using _ = opencodeDatabase(other);
    _.run('drop table session');
    expect(await readSession(world, other)).toMatchObject({ outcome: 'unreadable' });
    const torn = world.file(
      'torn/opencode.db',
      Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(5000, 7)]),
    );
    expect(await readSession(world, torn)).toMatchObject({ outcome: 'unreadable' });
  });

  test('CA93: what was taken back is live no more', async () => {
    const world = importWorld();
    const file = path(world);
    using db = opencodeDatabase(file);
    db.session(world.root, 1);
    for (const message of [...opencodeTalk(world.root, 0), ...opencodeTalk(world.root, 1)]) db.put(message, 2);
    await readSession(world, file);
    db.session(world.root, 3, { revert: JSON.stringify({ messageID: 'msg_0001a' }) });
    await readSession(world, file);
    expect([words(world), words(world, 'text')]).toEqual([['Why is cart 0 empty?'], ['The loop of cart 0 was wrong.']]);
    const late = importWorld();
    fs.copyFileSync(file, late.file('opencode/opencode.db', ''));
    fs.copyFileSync(`${file}-wal`, late.file('opencode/opencode.db-wal', ''));
    await late.read(source(late.file('opencode/opencode.db')), into);
    expect(words(late)).toEqual(['Why is cart 0 empty?']);
  });

  test('CA94: the files of older versions give what the database gives', async () => {
    const world = importWorld();
    const messages = opencodeTalk(world.root);
    const info = {
      id: opencodeSession,
      directory: world.root,
      title: 'The empty cart',
      time: { created: 1, updated: 2 },
    };
    const file = world.file(`storage/session/p1/${opencodeSession}.json`, JSON.stringify(info, null, 2));
    for (const message of messages) {
      world.file(`storage/message/${opencodeSession}/${message.info.id}.json`, JSON.stringify(message.info));
      for (const part of message.parts) {
        world.file(`storage/part/${message.info.id}/${part.id}.json`, JSON.stringify(part));
      }
    }
    expect(await world.read(file)).toMatchObject({ outcome: 'read', agent: 'opencode', lines: 3 });
    expect([words(world), words(world, 'text')]).toEqual([['Why is cart 0 empty?'], ['The loop of cart 0 was wrong.']]);
    expect(count(world, 'edits')).toBe(1);
  });
});

describe('SpecStory', () => {
  const history = (world: ImportWorld, more = '') => {
    const file = join(world.root, '.specstory/history/2026-04-14_09-00-00Z-cart.md');
    fs.mkdirSync(join(world.root, '.specstory/history'), { recursive: true });
    fs.writeFileSync(file, specstoryHistory(conversation, more));
    return file;
  };

  test('CA95: a history is taken in as an import, of the project it lies in, and grows', async () => {
    const world = importWorld();
    expect(await world.read(history(world))).toMatchObject({ outcome: 'read', agent: 'specstory', unknown: 0 });
    await world.read(history(world, '\nAnd the first.\n'));
    expect([words(world), words(world, 'text')]).toEqual([
      ['Why is the cart empty?'],
      ['The loop skips the last item.\n\nAnd the first.'],
    ]);
    expect(count(world, 'messages where trust <> 1')).toBe(0);
    expect(count(world, 'tool_calls')).toBe(1);
    expect(world.source(history(world))).toMatchObject({ trusted: 'own', project_id: projectId });
  });

  test('CA130: it is not read where the conversation was taken in from what its agent keeps', async () => {
    const world = importWorld();
    await world.read(world.file('p/1.jsonl', jsonl(said(world.root, 0, 'Why?'), said(world.root, 1, 'Because.'))));
    const before = world.state();
    expect((await world.read(history(world))).outcome).toBe('has-original');
    expect(world.state()).toEqual(before);
  });
});

test('CA97: whatever a document or a database file holds, reading it ends and is reported', async () => {
  const world = importWorld();
  const real = [geminiDocument(4, chat), opencodeExport('/w', opencodeTalk('/w')), specstoryHistory(conversation)];
  const places = fc.array(fc.nat(3000), { maxLength: 3 });
  const mangled = fc.tuple(fc.constantFrom(...real), places, fc.string({ maxLength: 4 })).map(([text, cuts, put]) => {
    return cuts.reduce((now, at) => now.slice(0, at) + put + now.slice(at + 2), text);
  });
  let n = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(mangled, fc.json().map(String), fc.string()), async (text) => {
      n += 1;
      const report = await world.read(world.file(`m/${n}.json`, text), into);
      expect(['read', 'not-a-transcript', 'empty', 'has-original']).toContain(report.outcome);
    }),
    { seed: 20260414, numRuns: 120 },
  );
});

test('CA98: a document cut into any order of growth gives the same rows', async () => {
  const all: JsonValue[] = [...chat, geminiMessage(4, 'And now?'), geminiMessage(5, 'It works.')];
  const whole = importWorld();
  await whole.read(whole.file('chats/s.json', geminiDocument(9, all)), into);
  const growth = fc.array(fc.integer({ min: 1, max: all.length }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(growth, async (sizes) => {
      const world = importWorld();
      const steps = [...sizes.toSorted((a, b) => a - b), all.length];
      for (const [n, size] of steps.entries()) {
        await world.read(
          world.file('chats/s.json', geminiDocument(n === steps.length - 1 ? 9 : n, all.slice(0, size))),
          into,
        );
      }
      expect(world.state()).toEqual(whole.state());
    }),
    { seed: 20260415, numRuns: 8 },
  );
});
