import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatSpoolEvent } from '../../../src/core/spool-event.ts';
import { importTranscripts } from '../../../src/features/capture/import.ts';
import { verify } from '../../../src/store/verify.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { conversation, type ImportWorld, importWorld, jsonl, said, toolLines } from '../capture/import-world.ts';
import { ingest } from '../capture/spool-world.ts';
import { call, expectWhole, forget, large, onDisk } from './erasing-world.ts';

const store = (world: ImportWorld) => world.projects.store(projectId);

const other = '11111111-3c1c-4a53-9a64-3f1f0e9a0001';
const copy = '22222222-3c1c-4a53-9a64-3f1f0e9a0001';

/** A conversation with tools and a long text, and another one beside it that must stay. */
async function twoConversations(world: ImportWorld) {
  const lines = [
    said(world.root, 0, 'please mend zanzibarly'),
    ...toolLines(world.root, 1, large('outputzanzibar')),
    said(world.root, 3, large('zanzibarlong')),
  ];
  const others = [0, 1].map((n) => ({ ...Object(said(world.root, n + 50, `mongoose ${n}`)), sessionId: other }));
  const path = world.file(`${conversation}.jsonl`, jsonl(...lines));
  await world.read(world.file(`${other}.jsonl`, jsonl(...others)));
  await world.read(path);
  return { path, lines };
}

const messages = (world: ImportWorld) =>
  store(world).statements.all<{ session_id: string }>('select session_id from messages where bytes > 0', []);

describe('a session', () => {
  test('DY30: nothing of it is left in any file, the log verifies, and a rebuild gives the rows that are left', async () => {
    const world = importWorld();
    await twoConversations(world);
    const shown = await forget(world, { session_id: conversation.slice(0, 8), dry_run: true });
    expect(shown).toMatchObject({
      receipt_id: null,
      erased: { sessions: 1, messages: 2, tool_calls: 1, kept_parts: 1 },
      what: [{ kind: 'session', id: conversation, name: 'please mend zanzibarly' }],
    });
    expect(onDisk(world)).toContain('zanzibarly');
    const receipt = await forget(world, { session_id: conversation });
    expect(receipt).toMatchObject({ receipt_id: expect.any(String), erased: shown['erased'], what: [] });
    expect(receipt['replicas']).toEqual([
      { device: world.projects.identity.dev, confirmed_at: new Date(world.clock.now).toISOString() },
    ]);
    const left = onDisk(world);
    expect(left).not.toMatch(/zanzibar/i);
    expect(left).toContain('mongoose');
    expect(messages(world)).toHaveLength(2);
    expectWhole(world);
    const { statements } = store(world);
    expect(statements.all("select term from search_fts_terms where term like '%zanzibar%'", [])).toEqual([]);
    const counts = `select (select count(*) from records where state = 1) as stubs, (select count(*) from blobs) as blobs,
      (select count(*) from sessions) as sessions, (select count(*) from search_item) as items`;
    expect(statements.one(counts, [])).toEqual({
      stubs: Object(shown['erased']).records,
      blobs: 0,
      sessions: 1,
      items: 2,
    });
  });

  test('DY31: it does not come back: not when its file grows, is read anew, or is imported by its name', async () => {
    const world = importWorld();
    const { path, lines } = await twoConversations(world);
    await forget(world, { session_id: conversation });
    fs.appendFileSync(path, jsonl(said(world.root, 4, 'zanzibar again')));
    expect(await world.read(path)).toMatchObject({ outcome: 'forgotten', added: 0 });
    const again = world.file('elsewhere.jsonl', jsonl(...lines));
    const imported = await importTranscripts(world.wired.capture, [])(world.jobContext(projectId), {
      ...{ dry_run: false, paths: [again] },
    });
    expect(imported).toMatchObject({ records_added: 0, skipped: [{ why: 'forgotten' }] });
    const prompt = { session_id: conversation, prompt: 'zanzibar by hook' };
    const bytes = formatSpoolEvent(
      { agent: 'claude-code', event: 'UserPromptSubmit', args: [], pwd: world.root },
      Buffer.from(JSON.stringify(prompt)),
    );
    const event = { name: 'x.evt', mtimeNs: BigInt(world.clock.now) * 1_000_000n, bytes };
    await ingest(world.wired.capture, event);
    expect(messages(world)).toHaveLength(2);
    fs.rmSync(join(world.top, 'transcripts'), { recursive: true });
    expect(onDisk(world)).not.toMatch(/zanzibar/i);
  });

  test('DY32: a copy of it made later brings what is its own, and none of the erased words', async () => {
    const world = importWorld();
    const { lines } = await twoConversations(world);
    await forget(world, { session_id: conversation });
    const copied = lines.map((line) => ({ ...Object(line), sessionId: copy }));
    const own = { ...Object(said(world.root, 4, 'a fresh thought')), sessionId: copy };
    await world.read(world.file(`${copy}.jsonl`, jsonl(...copied, own)));
    expect(messages(world).filter(({ session_id }) => session_id === copy)).toHaveLength(1);
    fs.rmSync(join(world.top, 'transcripts'), { recursive: true });
    expect(onDisk(world)).not.toMatch(/zanzibar/i);
    expectWhole(world);
  });

  test('DY33: sub-agents go with it, also one whose file is found later', async () => {
    const world = importWorld();
    const { path } = await twoConversations(world);
    const agentLine = (n: number, id: string, text: string) => ({
      ...Object(said(world.root, n, text)),
      ...{ isSidechain: true, agentId: id },
    });
    const folder = path.replace(/\.jsonl$/, '/subagents');
    const early = world.file(join(folder.slice(folder.indexOf('transcripts/') + 12), 'agent-a1.jsonl'));
    fs.writeFileSync(early, jsonl(agentLine(60, 'a1', 'zanzibar sub')));
    await world.read(early);
    expect(await forget(world, { session_id: conversation })).toMatchObject({ erased: { sessions: 2 } });
    const late = early.replace('a1', 'a2');
    fs.writeFileSync(late, jsonl(agentLine(70, 'a2', 'zanzibar later')));
    expect(await world.read(late)).toMatchObject({ outcome: 'forgotten' });
    fs.rmSync(join(world.top, 'transcripts'), { recursive: true });
    expect(onDisk(world)).not.toMatch(/zanzibar/i);
  });

  test('DY34: what was noted in it goes with it; what outlived it stays; answers kept for repeats go', async () => {
    const world = importWorld();
    await twoConversations(world);
    const note = { layer: 'session', session_id: conversation, category: 'fact' };
    await call(world, 'context.store', { ...note, key: 'a.zanzibar', value: 'zanzibar fact' }, { key: 'key-1' });
    await call(world, 'context.store', { ...note, key: 'kept', value: 'mongoose fact' });
    await call(world, 'context.store', { key: 'kept', value: 'mongoose fact', layer: 'long_term' });
    const title = { agent: 'codex', title: 'zanzibar title', session_id: 'by-hand' };
    await call(world, 'session.start', title, { key: 'key-2' });
    expect(await forget(world, { session_id: conversation })).toMatchObject({ erased: { entries: 1 } });
    expect(await forget(world, { session_id: 'by-hand' })).toMatchObject({ erased: { sessions: 1 } });
    expect(onDisk(world)).not.toMatch(/zanzibar/i);
    expect(await call(world, 'context.retrieve', { key: 'kept' })).toMatchObject({ value: 'mongoose fact' });
    expectWhole(world);
  });

  test('DY35: waiting events of it go, and files set aside, of which nobody can say whose they are', async () => {
    const world = importWorld();
    await twoConversations(world);
    const event = (session_id: string, prompt: string) =>
      formatSpoolEvent(
        { agent: 'claude-code', event: 'UserPromptSubmit', args: [], pwd: world.root },
        Buffer.from(JSON.stringify({ session_id, prompt })),
      );
    fs.writeFileSync(join(world.paths.spool, 'a-0.evt'), event(conversation, 'zanzibar waits'));
    fs.writeFileSync(join(world.paths.spool, 'b-0.evt'), event(other, 'mongoose waits'));
    fs.writeFileSync(join(world.paths.spool, 'bad', 'c-0.evt'), 'zanzibar, torn');
    await forget(world, { session_id: conversation });
    expect(fs.readdirSync(world.paths.spool).sort()).toEqual(['b-0.evt', 'bad']);
    expect(fs.readdirSync(join(world.paths.spool, 'bad'))).toEqual([]);
    expect(world.told).toContain(`render ${projectId}`);
  });
});

describe('an entry', () => {
  test('DY36: it goes with its history and the handoffs that carry its value; its key may be used again', async () => {
    const world = importWorld();
    await twoConversations(world);
    const fact = { key: 'db', layer: 'session', session_id: conversation, category: 'fact' };
    await call(world, 'context.store', { ...fact, value: 'quokka one' });
    await call(world, 'context.store', { ...fact, value: `quokka two ${large('quokka')}` });
    await call(world, 'session.handoff', { session_id: conversation, to_agent: 'codex', handoff_reason: 'test' });
    expect(await forget(world, { entry: 'db' })).toMatchObject({ erased: { entries: 1, handoffs: 1, sessions: 0 } });
    expect(onDisk(world)).not.toMatch(/quokka/);
    expectWhole(world);
    await call(world, 'context.store', { key: 'db', value: 'a new life' });
    expect(await call(world, 'context.retrieve', { key: 'db' })).toMatchObject({ value: 'a new life' });
    expectWhole(world);
  });

  test('DY36: a handoff that goes leaves its session as if it had never been', async () => {
    const world = importWorld();
    await twoConversations(world);
    const handOver = (to_agent: string) =>
      call(world, 'session.handoff', { session_id: conversation, to_agent, handoff_reason: to_agent });
    await handOver('codex');
    world.clock.now += 1000;
    await call(world, 'context.store', { key: 'db', layer: 'session', session_id: conversation, value: 'quokka' });
    await handOver('gemini-cli');
    await forget(world, { entry: 'db' });
    expect(await call(world, 'session.handoffs', {})).toMatchObject({
      items: [{ to_agent: 'codex', status: 'pending' }],
    });
    expect(onDisk(world)).not.toMatch(/quokka/);
    expectWhole(world);
  });

  test('DY37: one of the person is erased in the database of the person', async () => {
    const world = importWorld();
    await call(world, 'context.store', { key: 'mine', scope: 'user', value: 'quokka' });
    await expect(forget(world, { entry: 'mine' })).rejects.toMatchObject({ code: 'entry/not-found' });
    await forget(world, { entry: 'mine', scope: 'user' });
    expect(onDisk(world)).not.toMatch(/quokka/);
    expect(verify(world.projects.user, 'deep').problems).toEqual([]);
  });
});

describe('what is asked', () => {
  test('DY38: the last is what was changed last; nothing to forget is said', async () => {
    const world = importWorld();
    await expect(forget(world, { last: 'any' })).rejects.toMatchObject({ message: 'there is nothing to forget' });
    await expect(forget(world, { last: 'entry' })).rejects.toMatchObject({ code: 'entry/not-found' });
    await twoConversations(world);
    await call(world, 'context.store', { key: 'db', value: 'v' });
    const last = async (last: string) => Object(await forget(world, { last, dry_run: true }))['what'][0].kind;
    expect([await last('any'), await last('session'), await last('entry')]).toEqual(['entry', 'session', 'entry']);
    await forget(world, { last: 'any' });
    expect(await last('any')).toBe('session');
  });

  test('DY39: an agent cannot erase, and a request says exactly what', async () => {
    const world = importWorld();
    await expect(call(world, 'store.erase', { last: 'any', reason: 'r' }, { agent: 'codex' })).rejects.toMatchObject({
      code: 'auth/refused',
    });
    for (const body of [{}, { last: 'any', entry: 'x' }]) {
      await expect(forget(world, body)).rejects.toMatchObject({ code: 'input/invalid' });
    }
  });
});
