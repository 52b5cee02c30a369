// Repositories that nobody made projects: what each policy makes of what agents do there.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHome, execute, type Home, until } from '../harness/home.ts';
import { createRepository, gitIn } from '../harness/repository.ts';

let home: Home;
beforeEach(() => {
  home = createHome();
  fs.mkdirSync(join(home.home, '.claude'));
});
afterEach(() => home.remove());

/** An agent works in a directory: its hook runs as its settings say. */
async function work(cwd: string, prompt: string, session = 's-1'): Promise<string> {
  const script = join(home.home, '.local/share/prsist/bin/prsist-hook');
  const body = JSON.stringify({ session_id: session, cwd, prompt, transcript_path: null });
  const input = { cwd, env: home.agentEnv, input: body };
  const ran = await execute('/bin/sh', ['-c', `"${script}" claude-code UserPromptSubmit`], input);
  expect([ran.exit, ran.stderr]).toEqual([0, '']);
  await home.settled();
  return ran.stdout;
}

const unlisted = async () =>
  (await home.json(['api', 'project.unlisted'])) as { items: { root: string; events: number }[]; dropped: number };
const found = async (cwd: string, words: string) => JSON.stringify(await home.json(['search', words], { cwd }));

test('IN60: setup installs, notes the policy, and again changes nothing; it touches no repository', async () => {
  const { path } = createRepository(home, 'shop');
  const planned = await home.json(['setup', '--policy', 'ask', '--dry-run'], { cwd: path });
  expect(JSON.stringify(planned)).toContain('.claude/settings.json');
  expect(fs.readdirSync(join(home.home, '.claude'))).toEqual([]);
  await home.json(['setup', '--policy', 'ask'], { cwd: path });
  const settings = fs.readFileSync(join(home.home, '.claude/settings.json'), 'utf8');
  expect(settings).toContain('prsist-hook');
  const again = (await home.json(['setup'], { cwd: path })) as { result: { touched: unknown[]; policy: string } };
  expect(again.result).toMatchObject({ touched: [], policy: 'ask' });
  expect(fs.existsSync(join(path, '.prsist'))).toBe(false);
  const wrong = await home.prsist(['setup', '--policy', 'some']);
  expect([wrong.exit, wrong.stderr]).toEqual([2, expect.stringContaining('listed, ask, all')]);
});

test('IN61: listed: what happens in a repository that is no project is counted and dropped', async () => {
  const { path } = createRepository(home, 'shop');
  await home.json(['setup']);
  await work(path, 'unheard words');
  expect(await unlisted()).toEqual({ items: [], dropped: 1, success: true });
  expect(fs.existsSync(join(path, '.prsist'))).toBe(false);
});

test('IN62: all: the first event makes it a project of which git sees nothing; home and plain directories never', async () => {
  const { path } = createRepository(home, 'shop');
  await home.json(['setup', '--policy', 'all']);
  await work(path, 'a first ask about lanterns');
  expect(await found(path, 'lanterns')).toContain('lanterns');
  expect(gitIn(home, path, ['status', '--porcelain'])).toBe('');
  expect(fs.existsSync(join(path, '.prsist/project.json'))).toBe(false);
  expect(fs.readdirSync(join(path, '.git/hooks')).filter((name) => name === 'post-commit')).toEqual([]);
  for (const place of [home.home, join(home.home, 'plain')]) {
    fs.mkdirSync(place, { recursive: true });
    await work(place, 'nothing here');
    expect(fs.existsSync(join(place, '.prsist'))).toBe(false);
  }
  await home.json(['uninstall'], { cwd: path });
  expect(fs.existsSync(join(path, '.prsist'))).toBe(false);
});

test('IN63: ask: events wait, redacted, with their time, until init takes them in', async () => {
  const { path } = createRepository(home, 'shop');
  await home.json(['setup', '--policy', 'ask']);
  const secret = ['ghp', 'a1B2'.repeat(9)].join('_');
  await work(path, `about lanterns ${secret}`);
  const { items, dropped } = await until('it waits', async () => {
    const now = await unlisted();
    return now.items.length > 0 && now;
  });
  expect([items[0]?.root, items[0]?.events, dropped]).toEqual([path, 1, 0]);
  const kept = fs
    .globSync('asked/*/*.evt', { cwd: home.paths.spool })
    .map((name) => fs.readFileSync(join(home.paths.spool, name), 'utf8'));
  expect(kept.join()).toContain('lanterns');
  expect(kept.join()).not.toContain(secret);
  const told = await home.prsist(['sessions'], { cwd: path });
  expect(told.stderr).toContain('prsist init takes them in');
  await home.json(['init'], { cwd: path });
  await until('it is taken in', async () => (await found(path, 'lanterns')).includes('about lanterns'));
  expect((await unlisted()).items).toEqual([]);
});

test('IN64: ask: declined, what waits is thrown away and nothing is kept again, for ever or for now', async () => {
  const [one, two] = [createRepository(home, 'one'), createRepository(home, 'two')];
  await home.json(['setup', '--policy', 'ask']);
  for (const [{ path }, flag] of [
    [one, '--never'],
    [two, '--not-now'],
  ] as const) {
    await work(path, 'words');
    await until('it waits', async () => (await unlisted()).items.length === 1);
    await home.json(['init', flag], { cwd: path });
    expect((await unlisted()).items).toEqual([]);
    await work(path, 'more words');
    await until('it is dropped', async () => (await unlisted()).dropped > 0);
    expect((await unlisted()).items).toEqual([]);
    expect(fs.existsSync(join(path, '.prsist'))).toBe(false);
  }
  const agent = await home.prsist(['init', '--never'], { cwd: one.path, env: { CLAUDECODE: '1' } });
  expect(agent.exit).not.toBe(0);
});
