import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../src/core/limits.ts';
import { takeEvent } from '../../../src/features/capture/event.ts';
import { lastStarts, seen } from '../../../src/features/capture/queries.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { temporaryRepository } from '../../platform/temporary-repository.ts';
import { conversation, type ImportWorld, jsonl, said } from './import-world.ts';
import { type Body, ingest, rows, spoolWorld } from './spool-world.ts';

const types = (world: ImportWorld) =>
  rows(world, `select type || '.' || op as type from records order by n`).map(({ type }) => type);
const taken = { outcome: 'taken', projectId, agent: 'claude-code' };

describe('hook events', () => {
  test('CA40: the transcript an event names is read, then the event is known; told again it changes nothing', async () => {
    const world = spoolWorld();
    const transcript_path = world.file(
      `${conversation}.jsonl`,
      jsonl(said(world.root, 0, 'one'), said(world.root, 1, 'two')),
    );
    const stop = world.spooled(
      { event: 'Stop' },
      { session_id: conversation, transcript_path, last_assistant_message: 'two' },
    );
    expect(await world.take(stop)).toEqual(taken);
    const before = types(world);
    expect(before.filter((type) => type === 'message.add')).toHaveLength(2); // none of them the hook's own words
    expect(await world.take(stop)).toEqual(taken);
    expect(types(world)).toEqual(before);
    expect(world.told).toContain(`claims ${projectId}`);
  });

  test("CA49: a conversation that moves on to another project stays whole in its own; one of nobody's goes where its hook ran", async () => {
    const world = spoolWorld();
    const other = '019a3985-b900-7000-8000-0000000000bb';
    const start = world.project(other, 'other');
    const transcript_path = world.file('s.jsonl', jsonl(said(start, 0, 'one'), said(world.root, 1, 'two')));
    const event = { event: 'Stop', pwd: world.root };
    expect(await world.take(world.spooled(event, { session_id: conversation, transcript_path }))).toEqual(taken);
    expect(world.source(transcript_path)?.project_id).toBe(other);
    expect(world.words()).toEqual([]);
    const nobodys = world.file('n.jsonl', jsonl(said('/nobodys', 0, 'one')));
    await world.take(world.spooled(event, { session_id: conversation, transcript_path: nobodys }));
    expect(world.words()).toEqual([{ text: 'one' }]);
  });

  test("CA41: of a directory that is nobody's nothing is kept but that the hook lives", async () => {
    const world = spoolWorld();
    const spooled = world.spooled({ event: 'Stop', pwd: world.root }, { cwd: '/nobodys', session_id: conversation });
    expect(await world.take(spooled)).toEqual({ outcome: 'dropped' });
    expect(types(world)).toEqual(['log.open']);
    expect(world.told).toEqual([]);
    const last = world.projects.user.read.one(seen, { key: 'seen:claude-code' });
    expect(JSON.parse(last?.value ?? '')).toEqual({ at: world.clock.now, event: 'Stop' });
  });

  test('CA42: what is no event is bad, and says why', async () => {
    const world = spoolWorld();
    const bad = (bytes: string) => world.take({ name: 'x.evt', mtimeNs: 1n, bytes: Buffer.from(bytes) });
    expect(await bad('')).toEqual({ outcome: 'bad', why: 'empty' });
    expect(await bad('\0\0\0')).toEqual({ outcome: 'bad', why: 'not-an-event' });
    expect(await bad('prsist-event 2\nagent x\nevent y\n\n')).toEqual({ outcome: 'bad', why: 'unknown-version' });
    expect(await bad('prsist-event 1\nagent x')).toEqual({ outcome: 'bad', why: 'cut-header' });
    expect(await world.take(world.spooled({}, Buffer.from([0xff, 0x00, 0x7b])))).toEqual(taken);
  });

  test('CA43: where no transcript can be read, the words of the hook are the messages, redacted and whole', async () => {
    const world = spoolWorld();
    await world.hook('UserPromptSubmit', {
      prompt: `use ghp_${'a1B2c3D4e5F6'.repeat(3)} \ud83d`,
      cwd: `${world.root}/src`,
    });
    await world.hook('Stop', { last_assistant_message: 'done' });
    await world.hook('PreCompact', { prompt: 'no words' });
    await world.hook('Stop', { last_assistant_message: 'nowhere', session_id: '' });
    expect(world.words()).toEqual([{ text: expect.stringMatching(/^use ⟨secret:.+⟩ \ufffd$/) }, { text: 'done' }]);
    expect(rows(world, 'select role from messages order by at, role')).toHaveLength(2);
  });

  test('CA44: words wait for a transcript that is named and not there yet, with all that comes after them', async () => {
    const world = spoolWorld();
    const transcript_path = world.file(`${conversation}.jsonl`);
    const body = { session_id: conversation, transcript_path };
    const prompt = world.spooled({ event: 'UserPromptSubmit' }, { ...body, prompt: 'one' });
    const end = world.spooled({ event: 'SessionEnd' }, body);
    const round = new Set<string>();
    expect(await world.take(prompt, round)).toEqual({ outcome: 'early' });
    expect(await world.take(end, round)).toEqual({ outcome: 'early' });
    expect(await world.hook('SessionEnd', { session_id: 'another', transcript_path })).toEqual(taken);
    world.clock.now += limits.transcriptWaitMs; // it has had its time
    expect(await world.take(prompt, new Set())).toEqual(taken);
    expect(world.words()).toEqual([{ text: 'one' }]);
  });

  test('CA45: the end of a session is written once, by the first that says so', async () => {
    const world = spoolWorld();
    await world.hook('UserPromptSubmit', { prompt: 'one' });
    await world.hook('SessionEnd', { reason: 'clear' });
    await world.hook('SessionEnd', { reason: 'other' });
    const ends = rows(
      world,
      `select json_extract(body, '$.fields.reason') as reason from records where type = 'session' and op = 'end'`,
    );
    expect(ends).toEqual([{ reason: 'clear' }]);
  });

  test('CA46: which conversation of an agent started where is noted before handoffs that were taken away are looked at', async () => {
    const world = spoolWorld();
    await world.hook('SessionStart', { session_id: 'first' });
    await world.hook('SessionStart', { session_id: 'second', cwd: world.root });
    await world.hook('SessionStart', { session_id: '' });
    const place = { projectId, agent: 'claude-code', worktree: 'main' };
    const starts = lastStarts(world.projects.user.read, place).map(({ native }) => native);
    expect(starts.sort()).toEqual(['first', 'second']);
    expect(lastStarts(world.projects.user.read, { ...place, agent: 'codex' })).toEqual([]);
  });
});

describe('hook events that go wrong', () => {
  test('CA59: an event whose transcript is not read to its end when the daemon leaves stays, with those after it', async () => {
    const world = spoolWorld({ tick: 10 });
    const lines = [0, 1, 2, 3].map((n) => said(world.root, n, `line ${n}`));
    const transcript_path = world.file(`${conversation}.jsonl`, jsonl(...lines));
    const [stop, end] = ['Stop', 'SessionEnd'].map((event) =>
      world.spooled({ event }, { session_id: conversation, transcript_path }),
    );
    if (!stop || !end) throw new Error('no events');
    const round = new Set<string>();
    const leaving = { held: round, cancelled: () => true };
    expect(await ingest(world.wired.capture, stop, leaving)).toEqual({ outcome: 'early' });
    expect(await ingest(world.wired.capture, end, leaving)).toEqual({ outcome: 'early' });
    expect(types(world)).not.toContain('session.end');
    expect(await world.take(stop, new Set())).toEqual(taken);
    expect(world.words()).toHaveLength(4);
  });

  test("CA60: an agent's own id of a conversation is kept without secrets, the same in its words and at its end", async () => {
    const world = spoolWorld();
    const session_id = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
    await world.hook('SessionStart', { session_id });
    await world.hook('UserPromptSubmit', { session_id, prompt: 'one' });
    await world.hook('SessionEnd', { session_id, reason: 'clear' });
    expect(types(world)).toContain('session.end');
    expect(JSON.stringify(rows(world, 'select body from records'))).not.toContain(session_id);
    const meta = world.projects.user.statements.all('select key, value from meta', []);
    expect(JSON.stringify(meta)).not.toContain(session_id);
  });

  test('CA61: a work tree whose name holds a secret leaves it nowhere', async () => {
    const world = spoolWorld();
    const worktree = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
    const repository = temporaryRepository({ into: world.root });
    repository.commit('one');
    const cwd = join(world.top, 'side');
    repository.git('worktree', 'add', '-q', join(world.top, worktree));
    repository.git('worktree', 'move', join(world.top, worktree), cwd); // git's name of it stays
    const spooled = (event: string, more: Body) =>
      world.spooled({ event, pwd: world.root }, { session_id: conversation, ...more });
    await world.take(spooled('SessionStart', { cwd }));
    const place = { projectId, agent: 'claude-code', worktree };
    expect(lastStarts(world.projects.user.read, place)).toHaveLength(1);
    const transcript_path = world.file(`${conversation}.jsonl`, jsonl(said(cwd, 0, 'one')));
    await world.take(spooled('Stop', { transcript_path }));
    expect(world.words()).toEqual([{ text: 'one' }]);
    const meta = world.projects.user.statements.all('select key, value from meta', []);
    const bodies = rows(world, 'select body from records');
    expect(JSON.stringify([meta, bodies])).not.toContain(worktree);
    expect(JSON.stringify(bodies)).toContain('⟨secret:');
  });
});

describe('commits', () => {
  test('CA47: a git event brings the commits of its repository, the newest with its branch, each once, without secrets', async () => {
    const world = spoolWorld();
    const repository = temporaryRepository({ into: world.root });
    repository.write('a', 'a');
    const first = repository.commit('one');
    repository.write('b', 'b');
    const head = repository.commit(`two\n\npassword = "ghp_${'a1B2c3D4e5F6'.repeat(3)}"`);
    const event = world.spooled({ agent: 'git', event: 'post-commit', head, ref: 'refs/heads/feature/x' });
    expect(await world.take(event)).toEqual({ ...taken, agent: 'git' });
    expect(rows(world, 'select sha, branch from commits order by branch')).toEqual([
      { sha: first, branch: null },
      { sha: head, branch: 'feature/x' },
    ]);
    expect(JSON.stringify(rows(world, 'select body from records'))).not.toContain('ghp_');
    await world.take(world.spooled({ agent: 'git', event: 'post-commit' }));
    await world.take(world.spooled({ agent: 'git', event: 'post-commit', head: '--output=x' }));
    expect(rows(world, 'select count(*) as n from commits')).toEqual([{ n: 2 }]);
  });
});

describe('commits that cannot be told', () => {
  const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;

  test('CA62: names git gives hold no secret either: branch, author, mail, paths', async () => {
    const world = spoolWorld();
    const repository = temporaryRepository({ into: world.root });
    repository.write(`${token}/a`, 'a');
    repository.git('add', '-A');
    const author = `--author=${token} <${token}@example.org>`;
    repository.git('commit', '-q', '-m', 'one', author);
    const head = repository.git('rev-parse', 'HEAD');
    await world.take(world.spooled({ agent: 'git', event: 'post-commit', head, ref: `refs/heads/${token}` }));
    const bodies = JSON.stringify(rows(world, `select body from records where type = 'commit'`));
    expect(bodies).not.toContain(token);
    expect(bodies.match(/⟨secret:/g)).toHaveLength(4);
  });

  test('CA63: an event whose repository gives no answer is not taken: it fails, and is none of "no commits"', async () => {
    const world = spoolWorld();
    const event = (pwd: string) => world.spooled({ agent: 'git', event: 'post-commit', pwd });
    const gone = world.project('019a3985-b900-7000-8000-0000000000cc', 'gone'); // no repository
    await expect(world.take(event(gone))).rejects.toMatchObject({ code: 'file/unreadable' });
    const again = event(gone);
    await expect(world.take(again)).rejects.toMatchObject({ code: 'file/unreadable' });
    const repository = temporaryRepository({ into: gone });
    const took = { outcome: 'taken', projectId: '019a3985-b900-7000-8000-0000000000cc', agent: 'git' };
    expect(await world.take(event(gone))).toEqual(took); // no commit yet
    repository.commit('one');
    expect(await world.take(again)).toEqual(took);
    const { statements } = world.projects.store('019a3985-b900-7000-8000-0000000000cc');
    expect(statements.all('select sha from commits', [])).toHaveLength(1);
  });
});

describe('events over the socket', () => {
  test('CA48: they go the way of every other, and an id told twice, however much later, is one event', async () => {
    const world = spoolWorld();
    const lay = (id: string, bytes: Uint8Array) => {
      world.clock.now += 5_000;
      laid.push({ name: `${id}-0.evt`, bytes, mtimeNs: BigInt(world.clock.now) * 1_000_000n });
    };
    const laid: { name: string; bytes: Uint8Array; mtimeNs: bigint }[] = [];
    const verb = takeEvent({ lay, drain: async () => undefined });
    const context = world.jobContext(projectId);
    const input = {
      agent: 'claude-code',
      event: 'Stop',
      event_id: 'event-0001',
      payload: { session_id: 's', last_assistant_message: 'hi' },
    };
    const caller = { ...context.caller, directory: join(world.root, 'src') };
    for (const id of ['event-0001', 'event-0001', 'event-0002']) {
      expect(await verb({ ...context, caller }, { ...input, event_id: id })).toEqual({ accepted: true, event_id: id });
    }
    for (const spooled of laid) expect(await world.take(spooled)).toEqual(taken);
    expect(world.words()).toEqual([{ text: 'hi' }, { text: 'hi' }]);
  });
});
