// T11: the way back to the agent and the way from git, link by link: each is broken, named by status and doctor, and mended.
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { validity } from '../../src/daemon/briefs.ts';
import { claudeCode } from '../harness/agents.ts';
import { createHome, type Home, until } from '../harness/home.ts';
import { createRepository, gitIn, type Repository } from '../harness/repository.ts';

let home: Home;
let shop: Repository;
/** Name of the folder in which this installation lays its briefs out. */
let key: string;
/** One home for all: each test leaves every link whole. */
beforeAll(async () => {
  home = createHome();
  fs.mkdirSync(join(home.home, '.claude'));
  shop = createRepository(home);
  await home.json(['init', '--no-import'], { cwd: shop.path });
  await home.json(['remember', 'We deploy on Fridays'], { cwd: shop.path });
  const isLaidOut = async () => /^laid out/.test((await link('brief')).what);
  await until('the brief is rendered', isLaidOut, 10_000);
  const agent = claudeCode(home, { cwd: shop.path });
  await agent.hook('SessionStart', { source: 'startup' });
  await agent.asked('Is anybody there?');
  agent.said('Yes.');
  await agent.stop();
  await home.settled();
  await until('its session is known', async () => (await link('brief')).state === 'proven', 10_000);
  const folders = fs.readdirSync(join(shop.path, '.prsist/brief'), { withFileTypes: true });
  key = folders.find((each) => each.isDirectory())?.name ?? '';
});
// a rendering that is still due would mend a broken brief before anybody looks
beforeEach(async () => {
  const isRight = () => fs.existsSync(join(briefFolder(), validity));
  await until('no brief is due', async () => isRight() && (await pause(400), isRight()), 10_000);
});
afterAll(() => home.remove());

interface Link {
  readonly link: string;
  readonly state: string;
  readonly what: string;
}
interface Captured {
  readonly links: { agent: string; state: string; chain: Link[] }[];
  readonly git: Link;
}

async function capture(): Promise<Captured> {
  const { stdout } = await home.prsist(['status', '--json'], { cwd: shop.path });
  return JSON.parse(stdout).capture;
}

async function link(name: string): Promise<Link> {
  const { links, git } = await capture();
  if (name === 'git') return git;
  const found = links.find(({ agent }) => agent === 'claude-code')?.chain.find((each) => each.link === name);
  if (!found) throw new Error(`no link ${name}`);
  return found;
}

interface Told {
  readonly code: string;
  readonly what: string;
}

async function findings(...options: string[]): Promise<Told[]> {
  const { stdout } = await home.prsist(['doctor', '--json', ...options], { cwd: shop.path });
  const { checks } = JSON.parse(stdout) as { checks: { findings: (Told & { group: string })[] }[] };
  return checks.flatMap((check) => check.findings.filter(({ group }) => group === 'capture'));
}

const briefFolder = () => join(shop.path, '.prsist/brief', key);
const briefFile = () => join(briefFolder(), 'claude-code.start');
const claudeJson = () => join(home.home, '.claude.json');
const launcher = () => join(home.home, '.local/share/prsist/bin/prsist');
const hook = () => join(shop.path, '.git/hooks/post-commit');

test('T11: whole, brief, MCP and git are told as that, and doctor has tried the MCP server', async () => {
  const brief = await until('no brief is being renewed', async () => {
    const seen = await link('brief');
    return seen.state === 'waiting' ? undefined : seen;
  });
  expect(brief).toMatchObject({ state: 'proven', what: 'shown in 1 of the last 1 session' });
  expect(await link('mcp')).toMatchObject({ state: 'waiting', what: expect.stringContaining(claudeJson()) });
  expect(await link('git')).toMatchObject({ state: 'proven', what: expect.stringContaining('.git/hooks') });
  const before = home.processes().length;
  const { exit, stdout } = await home.prsist(['doctor'], { cwd: shop.path });
  expect([exit, stdout]).toEqual([0, expect.stringContaining('MCP answers (claude-code)')]);
  expect(home.processes()).toHaveLength(before);
});

const breaks: readonly (readonly [string, string, string, RegExp, () => void])[] = [
  ['a brief is gone', 'brief', 'broken', /claude-code.start is missing/, () => fs.rmSync(briefFile(), { force: true })],
  [
    'a brief is another',
    'brief',
    'broken',
    /not what was rendered/,
    () => fs.writeFileSync(briefFile(), fs.readFileSync(briefFile(), 'utf8').replace('Fridays', 'Mondays')),
  ],
  ['a brief is cut off', 'brief', 'broken', /the form claude-code takes/, () => fs.truncateSync(briefFile(), 20)],
  [
    'the folder of briefs is gone',
    'brief',
    'broken',
    /is missing/,
    () => fs.rmSync(briefFolder(), { recursive: true, force: true }),
  ],
  [
    'the MCP entry is gone',
    'mcp',
    'degraded',
    /not in .*\.claude\.json any more/,
    () => fs.rmSync(claudeJson(), { force: true }),
  ],
  ['what the MCP entry names is gone', 'mcp', 'broken', /cannot be run/, () => fs.rmSync(launcher(), { force: true })],
  [
    'our lines are gone from a git hook',
    'git',
    'degraded',
    /are gone from .*post-commit/,
    () => fs.rmSync(hook(), { force: true }),
  ],
  [
    'a git hook ends above our lines',
    'git',
    'degraded',
    /post-commit ends above our lines/,
    () => fs.writeFileSync(hook(), fs.readFileSync(hook(), 'utf8').replace('\n', '\nmake\nexit 0\n')),
  ],
];

test.each(breaks)('T11: %s: named by status and doctor, mended by doctor --fix', async (_, name, state, words, act) => {
  // the daemon mends some of it by itself, when it looks
  const broken = async <T>(what: string, look: () => Promise<T | undefined>) =>
    until(what, () => {
      act();
      return look();
    });
  await broken('status --json names it', async () => {
    const { state: seen, what } = await link(name);
    return seen === state && words.test(what) ? true : undefined;
  });
  await broken('status says it by its exit', async () => {
    const { exit } = await home.prsist(['status'], { cwd: shop.path });
    return exit === (state === 'broken' ? 1 : 0) ? true : undefined;
  });
  await broken('doctor names it', async () => (await findings()).find(({ what }) => words.test(what)));
  expect(await findings('--fix')).toEqual([]);
  expect(['proven', 'waiting']).toContain((await link(name)).state);
  expect(await findings()).toEqual([]);
});

test('T11: an MCP server that answers nothing is found by trying it, and no process stays', async () => {
  const [text, program] = [claudeJson(), launcher()].map((path) => fs.readFileSync(path, 'utf8')) as [string, string];
  fs.writeFileSync(launcher(), '#!/bin/sh\ncat >/dev/null\n', { mode: 0o700 });
  const before = home.processes().length;
  const told = await findings();
  expect(told).toContainEqual(
    expect.objectContaining({ code: 'capture/mcp', what: expect.stringMatching(/does not answer initialize/) }),
  );
  expect(home.processes()).toHaveLength(before);
  fs.writeFileSync(claudeJson(), text.replace(launcher(), '/usr/bin/other'));
  expect(await link('mcp')).toMatchObject({ state: 'degraded', what: expect.stringMatching(/another MCP server/) });
  fs.writeFileSync(claudeJson(), text);
  fs.writeFileSync(launcher(), program);
});

test('T11: git hooks that core.hooksPath makes useless, or git passes over, are told', async () => {
  gitIn(home, shop.path, ['config', 'core.hooksPath', 'tools/hooks']);
  expect(await link('git')).toMatchObject({
    ...{ state: 'degraded', what: expect.stringMatching(/core\.hooksPath \(local\) names .*tools\/hooks/) },
  });
  gitIn(home, shop.path, ['config', '--unset', 'core.hooksPath']);
  fs.chmodSync(hook(), 0o644);
  expect(await link('git')).toMatchObject({ state: 'degraded', what: expect.stringMatching(/not executable/) });
  fs.chmodSync(hook(), 0o755);
  expect(await link('git')).toMatchObject({ state: 'proven' });
});
