// T15: what an agent is told is byte for byte the same until what it tells of changes: a prefix that agents cache.
import fs from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { claudeCode, codex, hookCommand } from '../harness/agents.ts';
import { findings } from '../harness/audit.ts';
import { createHome, ended, type Home } from '../harness/home.ts';
import { prepared } from '../harness/prepared.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
beforeEach(async () => {
  home = createHome();
  for (const folder of ['.claude', '.codex']) fs.mkdirSync(join(home.home, folder));
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
  for (const text of ['We deploy on Fridays', 'Prices are in cents']) await home.json(['remember', text], { cwd });
  await home.json(['context', 'store', 'port', '8080'], { cwd });
});
afterEach(() => home.remove());

const names = ['claude-code.start', 'claude-code.plain', 'codex.start', 'codex.plain'];
const laidOut = (what = /in cents/) => prepared(home, cwd, { names, what });

/** Waits until a rendering that begins now is over: a marker entry comes into the brief and is taken out again. */
async function rendered(): Promise<void> {
  await home.json(['context', 'store', 'marker', 'a marker stands here', '--category', 'decision'], { cwd });
  await laidOut(/a marker stands here/);
  await home.json(['context', 'delete', 'marker'], { cwd });
  await laidOut(/^(?!.*a marker stands here)/s);
}

test('T15: entries that are read, a daemon that is killed, another time zone and locale: the bytes stay', async () => {
  const before = await laidOut();
  for (let n = 0; n < 5; n += 1) {
    await home.json(['context', 'get', 'port'], { cwd });
    await home.json(['search', 'Fridays'], { cwd });
  }
  await rendered();
  expect(await laidOut()).toEqual(before);
  await home.kill();
  for (const env of [
    { TZ: 'Pacific/Kiritimati' },
    { TZ: 'America/Adak', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  ]) {
    const child = await home.serve(env);
    await rendered();
    expect(await laidOut()).toEqual(before);
    child.kill('SIGTERM');
    await ended(child);
  }
  await home.json(['remember', 'Something new'], { cwd });
  expect((await laidOut(/Something new/))['codex.start']).not.toBe(before['codex.start']);
});

const [hour, day] = [3_600_000, 86_400_000];

test('T15: a clock that jumps forth and back: the bytes stay, what is written last counts, nothing is damaged', async () => {
  const before = await laidOut();
  await home.prsist(['daemon', 'stop']);
  const clock = join(home.root, 'clock');
  const jump = (ms: number) => fs.writeFileSync(clock, String(ms));
  jump(0);
  const preload = resolve(import.meta.dirname, '../harness/other-clock.cjs');
  const child = await home.serve({ NODE_OPTIONS: `--require ${preload}`, PRSIST_TEST_CLOCK_FILE: clock });
  for (const [n, ms] of [3 * hour, 2 * day, -hour, -300 * day, 0].entries()) {
    jump(ms);
    await rendered();
    expect([ms, await laidOut()]).toEqual([ms, before]);
    // of low priority: kept, and no part of what is told
    await home.json(['context', 'store', 'jumps', `${n}`, '--priority', 'low'], { cwd });
    expect((await home.json(['context', 'get', 'jumps'], { cwd })).value).toBe(`${n}`);
  }
  const { items } = await home.json(['context', 'history', 'jumps'], { cwd });
  expect(items).toHaveLength(5);
  const times = (items as { at: string }[]).map(({ at }) => Date.parse(at)); // as its contract says
  expect(Math.max(...times)).toBeGreaterThan(Date.now() + day); // the clock did jump
  child.kill('SIGTERM');
  await ended(child);
  expect(findings(home)).toEqual([]);
});

type Turn = readonly [printed: string, said: string];

/**
 * Of all that the requests of a conversation hold, the share that the request before began with: what a provider's cache
 * serves. start: what stands before the first turn, at each of them.
 */
function cachedShare(start: (turn: number) => string, turns: readonly Turn[]): number {
  const rules = 'rules of the agent '.repeat(200);
  const said = (n: number) =>
    turns
      .slice(0, n + 1)
      .flat()
      .join('');
  const requests = turns.map((_, n) => `${rules}${start(n)}${said(n)}`);
  const cached = requests.slice(1).map((request, n) => sameStart(request, requests[n] ?? ''));
  return sum(cached) / sum(requests.map(({ length }) => length));
}

function sameStart(a: string, b: string): number {
  let same = 0;
  while (same < b.length && a[same] === b[same]) same += 1;
  return same;
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

test('T15: replayed, a conversation with a brief is served from the cache as one without', async () => {
  await laidOut();
  const agent = claudeCode(home, { cwd });
  const start = await agent.hook('SessionStart', { source: 'startup' });
  const turns: Turn[] = [];
  for (let n = 0; n < 8; n += 1) {
    const said = `turn ${n}: ${'look at the parser again '.repeat(20)}`;
    turns.push([await agent.asked(said), said]);
    agent.said(`answer ${n}`);
    await agent.stop();
  }
  expect(start).toContain('We deploy on Fridays');
  const without = cachedShare(
    () => '',
    turns.map(([, said]) => ['', said]),
  );
  expect(cachedShare(() => start, turns)).toBeGreaterThanOrEqual(without - 0.005);
  expect(cachedShare((turn) => `${turn}${start}`, turns)).toBeLessThan(without - 0.1); // what it would be with bytes that change
});

test('T15: the turns of a conversation add nothing to its start: prompts print nothing, the start of another is the same', async () => {
  const before = await laidOut();
  const agent = claudeCode(home, { cwd });
  const first = await agent.hook('SessionStart', { source: 'startup' });
  for (let n = 0; n < 4; n += 1) {
    expect(await agent.asked(`turn ${n}`)).toBe('');
    agent.said(`answer ${n}`);
    expect(await agent.stop()).toBe('');
  }
  expect(JSON.parse(before['claude-code.start'] ?? '').hookSpecificOutput.additionalContext).toBe(first);
  // what a running conversation adds is told at the start of the others only once there is something to tell
  const plain = before['claude-code.plain'];
  await rendered();
  expect((await laidOut())['claude-code.plain']?.includes('turn 0')).toBe(false);
  expect(plain).toContain('We deploy on Fridays');
});

test('T15: two installations and every kind of start: one hook each, the block stands once', async () => {
  await home.json(['init', '--no-import'], { cwd });
  await home.json(['init', '--no-import'], { cwd });
  await laidOut();
  for (const file of ['.claude/settings.json', '.codex/hooks.json']) {
    const { hooks } = JSON.parse(fs.readFileSync(join(home.home, file), 'utf8'));
    for (const [event, groups] of Object.entries(hooks)) {
      const ours = (groups as { hooks: { command: string }[] }[]).flatMap((group) => group.hooks);
      expect([event, ours.length]).toEqual([event, 1]);
    }
  }
  expect(hookCommand(join(home.home, '.claude/settings.json'), 'SessionStart')).toContain('prsist-hook');
  for (const make of [claudeCode, codex]) {
    const agent = make(home, { cwd });
    for (const source of ['startup', 'resume', 'clear', 'compact']) {
      const text = await agent.hook('SessionStart', { source });
      expect([source, (text.match(/<prsist-memory/g) ?? []).length]).toEqual([source, expect.toBeOneOf([0, 1])]);
      if (source === 'startup') expect(text.match(/We deploy on Fridays/g)).toHaveLength(1);
    }
  }
  expect(readEndpoint(home.paths.endpoint)).toBeDefined();
});
