import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { reply, serve } from '../client/wire-server.ts';
import { now, prsist } from './world.ts';

const remote = {
  ...{ remote_id: '019a3985-b900-7000-8000-000000000001', name: 'home', kind: 'folder', url: 'folder:/mnt/nas' },
  ...{ ws: '019a3985-b900-7000-8000-000000000002', paused: false, created_at: '2026-03-01T00:00:00Z' },
  ...{ last_ok_at: new Date(now - 3_600_000).toISOString(), last_error: null },
};
const fine = {
  ok: true,
  steps: [
    { name: 'put', ok: true, ms: 3 },
    { name: 'put again', ok: true, ms: 12 },
  ],
};

test('RM70: `remote add` shows every step, what it is called, and what takes it back', async () => {
  await using server = await serve((_, response) => reply(response, { ...remote, probe: fine, made: true }));
  const ran = await prsist(['remote', 'add', 'home', '/mnt/nas', '--kind', 'folder'], { server });
  expect(ran.stdout).toBe('put        ok  3 ms\nput again  ok  12 ms\nadded  home  folder:/mnt/nas\n');
  expect(ran.stderr).toContain('has been made');
  expect(ran.stderr).toContain('prsist remote remove home');
  expect(server.asked[0]).toMatchObject({
    name: 'remote.add',
    input: { name: 'home', url: '/mnt/nas', kind: 'folder' },
  });
  expect(await prsist(['remote', 'add', 'home', '/x', '--kind', 'hub'], { server })).toMatchObject({ exit: 2 });
});

test('RM71: `remote list` says when each was reached, or what went wrong', async () => {
  const items = [remote, { ...remote, name: 'work', url: 'git:x', last_ok_at: null, last_error: 'put: gone\u001b[2J' }];
  await using server = await serve((_, response) => reply(response, { items }));
  const { stdout } = await prsist(['remote', 'list'], { server });
  expect(stdout.split('\n').slice(0, 2)).toEqual([
    'home  folder:/mnt/nas  reached 1h ago',
    expect.stringMatching(/^work {2}git:x {12}failed: put: gone/),
  ]);
  expect(stdout).not.toContain('\u001b');
});

test('RM72: `remote test` ends with the status of what failed, and says what to do', async () => {
  const failed = { ok: false, steps: [{ name: 'put', ok: false, ms: 5, code: 'remote/read-only', why: 'no' }] };
  await using server = await serve((_, response) => reply(response, { ...remote, probe: failed, forgotten: null }));
  const ran = await prsist(['remote', 'test', 'home', '--accept-rollback'], { server });
  expect(ran).toMatchObject({ exit: 77, stdout: 'put  failed  5 ms  no\n', stderr: expect.stringContaining('try: ') });
  expect(server.asked[0]).toMatchObject({ name: 'remote.test', input: { name: 'home', accept_rollback: true } });
  const json = await prsist(['remote', 'test', 'home', '--json'], { server });
  expect([json.exit, json.stderr, JSON.parse(json.stdout).probe]).toEqual([77, '', failed]);
});

test('RM72: one that works, and what is forgotten of it', async () => {
  await using server = await serve((_, response) => reply(response, { ...remote, probe: fine, forgotten: 4 }));
  const ran = await prsist(['remote', 'test', 'home', '--accept-rollback'], { server });
  expect([ran.exit, ran.stdout.split('\n').at(-2)]).toEqual([0, 'what it shows now counts as all it ever had']);
});

test('RM73: `remote remove` says that nothing was removed there, and how to take it up again', async () => {
  await using server = await serve((_, response) => reply(response, remote));
  const ran = await prsist(['remote', 'remove', 'home'], { server });
  expect(ran).toMatchObject({ exit: 0, stdout: 'removed  home\n' });
  expect(ran.stderr).toContain("prsist remote add home 'folder:/mnt/nas'");
  const url = "rclone::webdav,url='http://nas:8080':x";
  await using other = await serve((_, response) => reply(response, { ...remote, url }));
  const { stderr } = await prsist(['remote', 'remove', 'home'], { server: other });
  const [, word = ''] = /remote add home (.*) takes it up again/.exec(stderr) ?? [];
  expect(execFileSync('sh', ['-c', `printf %s ${word}`], { encoding: 'utf8' })).toBe(url);
});
