// T15: what an agent is told is byte for byte the same until what it tells of changes: a prefix that agents cache.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { claudeCode, codex, hookCommand } from '../harness/agents.ts';
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
