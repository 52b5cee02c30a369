import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../src/core/captured.ts';
import { formatSpoolEvent } from '../../../src/core/spool-event.ts';
import { catchUpCommits, importHistory } from '../../../src/features/capture/commits.ts';
import { importTranscripts } from '../../../src/features/capture/import.ts';
import { isPaused, outsidePauses } from '../../../src/features/capture/pauses.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { bytesBelow } from '../../harness/on-disk.ts';
import { temporaryRepository } from '../../platform/temporary-repository.ts';
import { conversation, type ImportWorld, importWorld, jsonl, rollout, said } from './import-world.ts';
import { ingest } from './spool-world.ts';

const caller = { user: 'ana', origin: 'human' as const };
const lineAt = (second: number) => Date.UTC(2026, 1, 15, 9, 0, second);

type Asked = Readonly<Record<string, JsonValue>>;
const ask = (world: ImportWorld, operation: string, body: Asked, agent?: string) =>
  world
    .dispatch({
      ...{ operation, body, project: world.root, idempotencyKey: undefined },
      caller: { ...caller, ...(agent ? { agent } : {}), directory: world.root },
    })
    .then(({ reply }) => reply);

/** A pause over some seconds of the conversation, made when it was. */
async function pausedFrom(world: ImportWorld, from: number, until: number): Promise<void> {
  const before = world.clock.now;
  world.clock.now = lineAt(from);
  await ask(world, 'capture.pause', { project: world.root, for_ms: (until - from) * 1000 });
  world.clock.now = before;
}

const texts = (world: ImportWorld) =>
  world.projects
    .store(projectId)
    .statements.all<{ text: string }>(
      `select r.body ->> '$.fields.content' as text from messages m join records r on r.n = m.rec where m.bytes > 0 order by m.at`,
      [],
    )
    .map(({ text }) => text);

/** Everything on disk below a world's data. */
const onDisk = (world: ImportWorld): string => bytesBelow(world.paths.data);

const talk = (root: string) => Array.from({ length: 8 }, (_, n) => said(root, n, `words number ${n}`));

describe('transcripts', () => {
  test('DY10: lines said in a pause are not taken in, not kept, and not found by a later import or a second reading', async () => {
    const world = importWorld();
    await pausedFrom(world, 2, 5);
    const path = world.file(`${conversation}.jsonl`, jsonl(...talk(world.root)));
    const report = await world.read(path);
    expect(report).toMatchObject({ paused: 3, added: expect.any(Number) });
    const outside = [0, 1, 5, 6, 7].map((n) => `words number ${n}`);
    expect(texts(world)).toEqual(outside);
    const kept = world.kept('claude-code', `${conversation}.jsonl`).lines;
    expect(kept).toHaveLength(5);
    fs.renameSync(path, `${path}.old`);
    world.file(`${conversation}.jsonl`, jsonl(...talk(world.root), said(world.root, 8, 'after')));
    const again = await importTranscripts(world.wired.capture, [])(world.jobContext(projectId), {
      ...{ dry_run: false, paths: [path] },
    });
    expect(again).toMatchObject({ paused_lines: 3 });
    expect(texts(world)).toEqual([...outside, 'after']);
    world.projects.closeAll();
    expect(onDisk(world)).not.toMatch(/words number [234]/);
  });

  test('DY11: an answer after the pause belongs to the prompt before it, and rewinds nothing', async () => {
    const world = importWorld();
    await pausedFrom(world, 2, 5);
    await world.read(world.file('s.jsonl', jsonl(...talk(world.root))));
    const { statements } = world.projects.store(projectId);
    const row = statements.one<{ parent: string; dead: number }>(
      `select (select r.body ->> '$.fields.content' from messages p join records r on r.n = p.rec where p.id = m.parent_id) as parent,
         (select count(*) from messages where live = 0) as dead from messages m order by at limit 1 offset 2`,
      [],
    );
    expect(row).toEqual({ parent: 'words number 0', dead: 0 });
  });

  test('DY12: a line without a time is as old as the one before it, at the beginning as the first that tells one', async () => {
    const world = importWorld();
    await pausedFrom(world, 0, 2);
    const untimed = (text: string) => ({ type: 'summary', leafUuid: 'x', summary: text });
    const lines = [untimed('secret title'), ...talk(world.root).slice(0, 3), untimed('open title')];
    await world.read(world.file('s.jsonl', jsonl(...lines)));
    expect(world.kept('claude-code', 's.jsonl').lines.map((line) => /\w+ title/.exec(line)?.[0])).toEqual([
      undefined,
      'open title',
    ]);
  });

  test('DY12: a rollout of Codex begun in a pause is a conversation of its project afterwards', async () => {
    const world = importWorld();
    await pausedFrom(world, 30, 31);
    const [meta, turn, ...words] = rollout(world.root);
    const later = words.map((word) => ({ ...Object(word), timestamp: new Date(lineAt(31)).toISOString() }));
    const inPause = { ...Object(words[0]), payload: { type: 'user_message', message: 'in the pause', images: [] } };
    await world.read(world.file('r.jsonl', jsonl(meta ?? null, turn ?? null, inPause, ...later)));
    expect(texts(world)).toEqual(['Why so slow?', 'An index is missing.']);
  });

  test('DY13: a pause of all projects holds for a project made later', async () => {
    const world = importWorld();
    world.clock.now = lineAt(2);
    await ask(world, 'capture.pause', { all_projects: true, for_ms: 3000 });
    const root = world.project('019a3985-b900-7000-8000-0000000000cc', 'later');
    await world.read(world.file('s.jsonl', jsonl(...talk(root))));
    const store = world.projects.store('019a3985-b900-7000-8000-0000000000cc');
    expect(store.statements.all('select 1 from messages', [])).toHaveLength(5);
  });
});

describe('hooks and commits', () => {
  test('DY14: events of a pause are dropped, told again too; the daemon that reads them need not be the one of the pause', async () => {
    const world = importWorld();
    const event = (at: number, event: string, prompt: string) => ({
      name: `${at}.evt`,
      mtimeNs: BigInt(at) * 1_000_000n,
      bytes: formatSpoolEvent(
        { agent: 'claude-code', event, args: [], pwd: world.root },
        Buffer.from(JSON.stringify({ session_id: conversation, prompt })),
      ),
    });
    const take = (file: ReturnType<typeof event>) => ingest(world.wired.capture, file);
    world.clock.now = lineAt(2);
    await ask(world, 'capture.pause', { project: world.root });
    const silent = event(lineAt(3), 'UserPromptSubmit', 'in the pause');
    expect(await take(silent)).toEqual({ outcome: 'dropped' });
    world.clock.now = lineAt(5);
    await ask(world, 'capture.unpause', { project: world.root });
    expect(await take(silent)).toEqual({ outcome: 'dropped' });
    expect(await take(event(lineAt(5), 'UserPromptSubmit', 'after it'))).toMatchObject({ outcome: 'taken' });
    expect(texts(world)).toEqual(['after it']);
  });

  test('DY15: commits of a pause are not taken in, by their second', async () => {
    const world = importWorld();
    const repository = temporaryRepository({ into: world.root });
    repository.commit('one');
    const pauses = [{ project_id: null, from_at: 2500, until_at: 4000 }];
    const commit = (committedAt: number) => ({ committedAt }) as Parameters<typeof outsidePauses>[1][number];
    const times = outsidePauses(pauses, [1000, 2000, 3000, 4000].map(commit)).map((each) => each.committedAt);
    expect(times).toEqual([1000, 4000]);
    world.clock.now = 0;
    await ask(world, 'capture.pause', { project: world.root });
    const target = world.wired.capture.target(projectId);
    expect(await importHistory(world.wired.capture, target)).toBe(0);
    await catchUpCommits(world.wired.capture, target, new Map());
    expect(target.read.one({ sql: 'select 1 from commits' }, {})).toBeUndefined();
  });
});

describe('the pause itself', () => {
  test('DY16: it ends by itself, is replaced by a newer one, and status tells it', async () => {
    const world = importWorld();
    const status = async () => (await ask(world, 'capture.status', {}))['paused'];
    expect(await status()).toBeNull();
    await ask(world, 'capture.pause', { project: world.root });
    expect(await status()).toEqual({
      all_projects: false,
      since: new Date(world.clock.now).toISOString(),
      until: null,
    });
    await ask(world, 'capture.pause', { project: world.root, for_ms: 60_000 });
    const until = new Date(world.clock.now + 60_000).toISOString();
    expect(await status()).toMatchObject({ until });
    await ask(world, 'capture.pause', { all_projects: true, for_ms: 120_000 });
    expect(await status()).toMatchObject({ all_projects: true });
    expect(await ask(world, 'capture.unpause', { project: world.root })).toMatchObject({
      ended: 1,
      paused: { all_projects: true },
    });
    world.clock.now += 120_000;
    expect(await status()).toBeNull();
    expect(await ask(world, 'capture.unpause', { all_projects: true })).toEqual({ ended: 0, paused: null });
  });

  test('DY17: an agent cannot end it; nobody pauses without saying where', async () => {
    const world = importWorld();
    await ask(world, 'capture.pause', { project: world.root });
    await expect(ask(world, 'capture.unpause', { project: world.root }, 'codex')).rejects.toMatchObject({
      code: 'auth/refused',
    });
    await expect(ask(world, 'capture.pause', {})).rejects.toMatchObject({ code: 'input/invalid' });
    await expect(ask(world, 'capture.pause', { project: '/nowhere' })).rejects.toMatchObject({
      code: 'project/required',
    });
  });

  test('DY16: a moment lies in a pause from its first millisecond to before its last', () => {
    const pauses = [{ project_id: null, from_at: 10, until_at: 20 }];
    expect([9, 10, 19, 20].map((at) => isPaused(pauses, at))).toEqual([false, true, true, false]);
  });
});
