// T11: each link of capture is broken in turn: status and doctor name it and end with 1; mended, they are green again.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { claudeCode } from '../harness/agents.ts';
import { createHome, type Home } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
let settings: string;
let script: string;
beforeEach(async () => {
  home = createHome();
  fs.mkdirSync(join(home.home, '.claude'));
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
  settings = join(home.home, '.claude/settings.json');
  script = join(home.home, '.local/share/prsist/bin/prsist-hook');
  const agent = claudeCode(home, { cwd });
  await agent.hook('SessionStart', { source: 'startup' });
  await agent.asked('Is anybody there?');
  agent.said('Yes.');
  await agent.stop();
  await home.settled();
});
afterEach(() => home.remove());

async function status() {
  const { exit, stdout, stderr } = await home.prsist(['status'], { cwd });
  return { exit, line: stdout.split('\n').find((line) => line.includes('claude-code')) ?? '', stderr };
}

/** Codes of what doctor finds about capture. */
async function findings(...options: string[]): Promise<string[]> {
  const { stdout } = await home.prsist(['doctor', '--json', ...options], { cwd });
  const { checks } = JSON.parse(stdout) as { checks: { findings: { group: string; code: string }[] }[] };
  return checks.flatMap((check) => check.findings.filter(({ group }) => group === 'capture')).map(({ code }) => code);
}

async function isGreen(): Promise<void> {
  expect(await status()).toMatchObject({ exit: 0, line: expect.stringMatching(/proven/) });
  expect(await findings()).toEqual([]);
}

test('T11: with every link whole, status and doctor are green, and the hooks answer', async () => {
  await isGreen();
  const { stdout } = await home.prsist(['doctor'], { cwd });
  expect(stdout).toMatch(/capture {3}ok {2}.*hooks answer \(claude-code\)/);
  const found = await home.json(['search', 'doctor'], { cwd });
  expect(found).toMatchObject({ result_count: 0 });
});

const breaks: readonly (readonly [string, () => void, string, RegExp])[] = [
  ['settings removed', () => fs.rmSync(settings), 'capture/hook-missing', /hook is missing/],
  ['settings overwritten', () => fs.writeFileSync(settings, '{"hooks":{}}'), 'capture/hook-missing', /hook is missing/],
  [
    'script overwritten',
    () => fs.writeFileSync(script, '#!/bin/sh\nexit 0\n'),
    'capture/hook-changed',
    /not as it was/,
  ],
  ['script not executable', () => fs.chmodSync(script, 0o600), 'capture/hook-changed', /not executable/],
  ['script gone', () => fs.rmSync(script), 'capture/hook-changed', /is missing/],
];

test.each(breaks)('T11: %s: named by status and doctor, mended by doctor --fix', async (_, act, code, words) => {
  act();
  const broken = await status();
  expect(broken).toMatchObject({ exit: 1, stderr: expect.stringMatching(words) });
  expect(await findings()).toContain(code);
  expect(await findings('--fix')).toEqual([]);
  await isGreen();
});

test('T11: hooks switched off in the settings are told, and only a person switches them on', async () => {
  const text = fs.readFileSync(settings, 'utf8');
  fs.writeFileSync(settings, text.replace('{', '{\n  "disableAllHooks": true,'));
  expect(await status()).toMatchObject({ exit: 1, stderr: expect.stringMatching(/disableAllHooks/) });
  fs.writeFileSync(settings, text);
  await isGreen();
});

test('T11: a transcript of a format nobody here knows is told, and capture goes on', async () => {
  const transcript = join(home.home, '.claude/projects/shop/new.jsonl');
  fs.mkdirSync(join(home.home, '.claude/projects/shop'), { recursive: true });
  const known = { type: 'user', sessionId: '00000000-0000-4000-8000-00000000000d', cwd, version: '9.0.0' };
  const said = (n: number) => ({
    ...{ ...known, uuid: `u${n}`, parentUuid: n === 0 ? null : `u${n - 1}`, timestamp: new Date().toISOString() },
    message: { role: 'user', content: `Hello ${n}` },
  });
  const unknown = (n: number) => ({ type: `from-the-future-${n}`, sessionId: known.sessionId });
  const lines = Array.from({ length: 60 }, (_, n) => (n < 20 ? said(n) : unknown(n)));
  fs.writeFileSync(transcript, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await home.json(['import'], { cwd });
  const { line, exit } = await status();
  expect([exit, line]).toEqual([0, expect.stringMatching(/degraded.*newer than this prsist understands/)]);
  expect(await findings()).toContain('capture/transcript');
  expect((await home.json(['search', 'Hello'], { cwd })).result_count).toBe(20);
});

test('T11: no daemon: what hooks leave waits, and the next status takes it in', async () => {
  await home.prsist(['daemon', 'stop']);
  const agent = claudeCode(home, { cwd });
  await agent.asked('Said while nobody listened');
  await vi.waitFor(async () => {
    expect((await home.json(['search', 'nobody listened'], { cwd })).result_count).toBe(1);
  }, 5_000);
  await isGreen();
});
