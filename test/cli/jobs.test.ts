import { expect, test } from 'vitest';
import { type Asked, reply, serve } from '../client/wire-server.ts';
import { prsist } from './world.ts';

/** A daemon whose every job ends at once in this state. */
const jobs = (ended: Record<string, unknown>) =>
  serve(({ name }: Asked, response) => {
    if (name === 'job.show')
      reply(response, { job_id: 'j1', name: 'x', progress: {}, result: null, error: null, ...ended });
    else reply(response, { job_id: 'j1' }, 202);
  });

const touched = [
  { path: '/home/u/.claude/settings.json', action: 'change', diff: '+ "hooks"', note: 'hooks of claude-code' },
  { path: '/w/shop/.prsist/project.json', action: 'none', diff: '', note: '' },
];

test('init says what was done to files; with --dry-run it shows how', async () => {
  const imported = { files: 2, read: 1, unchanged: 1, sessions: 1, lines: 10, bytes: 2_000_000, total_ms: 500 };
  const result = { project_id: 'p1', name: 'shop', commits_added: 3, touched, imported, next: ['open /hooks'] };
  await using server = await jobs({ state: 'done', result });
  const done = await prsist(['init', 'sub', '--agents', 'codex', '--no-import', '--no-git-hooks'], {
    server,
    env: { CODEX_HOME: '/moved' },
  });
  expect(done.exit).toBe(0);
  expect(done.stdout).toBe(`change  /home/u/.claude/settings.json  hooks of claude-code

project  shop  p1
commits  3 taken in
files    2: 1 read, 1 unchanged, 1 session
read     10 lines, 2.0 MB in 0.5 s (4.0 MB/s)
records  0 added, 0 known before
`);
  expect(done.stderr).toContain('to do: open /hooks');
  expect(server.asked[0]?.input).toEqual({
    directory: '/w/shop/sub',
    agents: ['codex'],
    git_hooks: false,
    mcp: true,
    import: false,
    dry_run: false,
    agent_homes: { codex: '/moved' },
  });
  const planned = await prsist(['init', '--dry-run'], { server });
  expect(planned.stdout).toContain('+ "hooks"');
  expect(planned.stderr).toContain('nothing was changed');
});

test('import names every line and file that did not come in', async () => {
  const skipped = [{ path: '/t/x.jsonl', why: 'not-a-transcript' }];
  const result = {
    files: 2,
    read: 1,
    sessions: 1,
    unparsable_lines: 1,
    too_long_lines: 2,
    redacted: { jwt: 2 },
    skipped,
  };
  await using server = await jobs({ state: 'done', result });
  const ran = await prsist(['import'], { server });
  expect(ran.stdout).toContain('left out  1 line no JSON (kept as text), 2 lines over 16 MiB');
  expect(ran.stdout).toContain('replaced  jwt 2');
  expect(ran.stderr).toContain('skipped /t/x.jsonl: not-a-transcript');
});

test('a file that had to be left alone is shown and makes the exit 77', async () => {
  const refused = { path: '/home/u/.codex/hooks.json', action: 'refused', diff: '{"hooks":1}', note: 'not JSON' };
  await using server = await jobs({ state: 'done', result: { touched: [refused] } });
  const ran = await prsist(['uninstall'], { server });
  expect(ran).toMatchObject({ exit: 77, stdout: expect.stringContaining('{"hooks":1}') });
  expect(ran.stderr).toContain('left alone: /home/u/.codex/hooks.json');
});

test('the error of a failed job is the error of the command', async () => {
  await using server = await jobs({
    state: 'failed',
    error: { code: 'file/unreadable', message: 'no such file', hint: 'look' },
  });
  const ran = await prsist(['import', '--path', 'old,1', '--since', '7d'], { server });
  expect(ran).toEqual({ exit: 1, stdout: '', stderr: 'error: no such file\ntry: look\n' });
  expect(server.asked[0]?.input).toEqual({
    paths: ['/w/shop/old,1'],
    since: '2026-02-25T12:00:00.000Z',
    dry_run: false,
  });
});

test('--json prints the job as it ended', async () => {
  await using server = await jobs({ state: 'done', result: { sessions: 2 } });
  const { stdout } = await prsist(['import', '--json'], { server });
  expect(JSON.parse(stdout)).toMatchObject({ success: true, state: 'done', result: { sessions: 2 } });
});

test('Ctrl-C cancels the job and exits 130', async () => {
  await using server = await jobs({ state: 'cancelled' });
  const ran = await prsist(['store', 'rebuild'], { server, interrupted: Promise.resolve() });
  expect(ran).toMatchObject({ exit: 130, stdout: '' });
  expect(server.asked.map(({ name }) => name)).toContain('job.cancel');
});

test('with --json nothing is on stderr, whatever was found', async () => {
  const refused = { path: '/x', action: 'refused', diff: '', note: '' };
  await using server = await jobs({ state: 'done', result: { problems: ['gap'], touched: [refused] } });
  for (const argv of [['store', 'verify'], ['init', '--dry-run'], ['import', '--dry-run'], ['uninstall']]) {
    const ran = await prsist([...argv, '--json'], { server });
    expect(ran.stderr).toBe('');
    expect(JSON.parse(ran.stdout)).toMatchObject({ state: 'done' });
  }
});

test('uninstall says that it is about every project', async () => {
  await using server = await jobs({ state: 'done', result: { touched } });
  const planned = await prsist(['uninstall', '--dry-run'], { server });
  expect(planned.stderr).toContain('nothing was changed; without --dry-run prsist goes from every agent and project');
  expect((await prsist(['uninstall'], { server })).stderr).toContain('gone from every agent and project');
  expect((await prsist(['help', 'uninstall'])).stdout).toContain('in every project');
});

test('store verify exits 1 when it found something', async () => {
  await using good = await jobs({ state: 'done', result: { records: 5, problems: [] } });
  expect(await prsist(['store', 'verify'], { server: good })).toMatchObject({ exit: 0, stdout: 'records  5\n' });
  await using bad = await jobs({ state: 'done', result: { records: 5, problems: ['log 1: gap at 3'] } });
  const ran = await prsist(['store', 'verify', '--deep'], { server: bad });
  expect(ran).toMatchObject({ exit: 1, stdout: 'records  5\nproblems\n  log 1: gap at 3\n' });
});
