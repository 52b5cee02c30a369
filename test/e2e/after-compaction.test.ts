// T17: what becomes of a conversation: compacted with and without its hook, resumed under a new id, forked, with a
// sub-agent, and its transcript deleted by the agent.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Agent, claudeCode } from '../harness/agents.ts';
import { createHome, type Home } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
let agent: Agent;
beforeEach(async () => {
  home = createHome();
  fs.mkdirSync(join(home.home, '.claude'));
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
  agent = claudeCode(home, { cwd });
  await agent.hook('SessionStart', { source: 'startup' });
  await agent.asked('Make the upload client retry three times');
  agent.edited('client.ts', 'export const retries = 3;\n');
  agent.ran('npm test -- upload', 'Error: expected 3 retries, got 0', 1);
  agent.said('The test still fails.');
  await home.json(['task', 'add', 'Count retries in the client'], { cwd });
  await agent.stop();
  await home.settled();
});
afterEach(() => home.remove());

async function sessions(): Promise<Record<string, unknown>[]> {
  return (await home.json(['sessions', '--sub-agents'], { cwd })).items as Record<string, unknown>[];
}

async function expectAnchor(text: () => Promise<string>): Promise<void> {
  await vi.waitFor(async () => {
    const told = await text();
    expect(told).toContain('retry three times');
    expect(told).toContain('npm test -- upload');
    expect(told).toContain('expected 3 retries');
    expect(told).toContain('client.ts');
  }, 10_000);
}

test.each([true, false])(
  'T17: after a compaction the ask, the command, its error and the files are told (hook: %s)',
  async (hook) => {
    if (hook) await agent.hook('PreCompact', { trigger: 'auto' });
    await expectAnchor(() => agent.hook('SessionStart', { source: 'compact' }));
    expect(await sessions()).toHaveLength(1);
  },
);

test('T17: resumed under a new id, and forked, it is one session more each and no words twice', async () => {
  const lines = fs.readFileSync(agent.transcript, 'utf8');
  const count = async () => (await home.json(['search', '"upload client retry"'], { cwd })).result_count;
  expect(await count()).toBe(1);
  const other = randomUUID();
  fs.writeFileSync(join(dirname(agent.transcript), `${other}.jsonl`), lines.replaceAll(agent.session, other));
  await home.json(['import'], { cwd });
  const all = await sessions();
  expect(all).toHaveLength(2);
  expect(all.map((each) => each.fork_of).filter((each) => each !== null)).toHaveLength(1);
  expect(await count()).toBe(1);
});

test('T17: the agent deletes the transcript: what was said is read all the same, and stays the same', async () => {
  const [before] = await sessions();
  fs.rmSync(agent.transcript);
  await home.kill();
  await home.json(['import'], { cwd });
  const [after] = await sessions();
  expect(after).toEqual(before);
  const { items } = await home.json(['session', 'messages', String(after?.session_id)], { cwd });
  expect(JSON.stringify(items)).toContain('The test still fails.');
  const out = join(home.root, 'exported.jsonl');
  await home.json(['session', 'export', String(after?.session_id), '--out', out], { cwd });
  expect(fs.readFileSync(out, 'utf8')).toContain('The test still fails.');
});
