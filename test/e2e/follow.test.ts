// Transcripts that no hook tells of: seen because their directory is watched, long before the minute of the rescan.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createHome, type Home } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
let folder: string;
beforeAll(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  folder = join(home.home, '.claude', 'projects', 'shop');
  fs.mkdirSync(folder, { recursive: true });
  await home.json(['init', '--no-import'], { cwd });
  await home.prsist(['daemon', 'stop']);
  fs.writeFileSync(join(folder, 'zero.jsonl'), conversation('00000000-0000-4000-8000-000000000009', 'Words before'));
  await home.serve();
  // from its first look on the daemon watches
  await vi.waitFor(async () => expect(await sessions()).toBe(1), 10_000);
});
afterAll(() => home.remove());

function conversation(session: string, words: string): string {
  const line = {
    ...{ type: 'user', sessionId: session, uuid: `${session.slice(0, 35)}f`, parentUuid: null, cwd, version: '2.1.0' },
    ...{ timestamp: new Date().toISOString(), message: { role: 'user', content: words } },
  };
  return `${JSON.stringify(line)}\n`;
}

/** Sessions as they stand, without anything being read on for the sake of the question. */
async function sessions(): Promise<number> {
  return (await home.client(cwd).call('session.list', {})).items.length;
}

test('CA110: a new transcript, in a directory that was there or in a new one, is taken in at once without any hook', async () => {
  fs.writeFileSync(join(folder, 'one.jsonl'), conversation('00000000-0000-4000-8000-00000000000a', 'First words'));
  await vi.waitFor(async () => expect(await sessions()).toBe(2), 10_000);
  fs.writeFileSync(join(folder, 'two.jsonl'), conversation('00000000-0000-4000-8000-00000000000b', 'Second words'));
  await vi.waitFor(async () => expect(await sessions()).toBe(3), 10_000);
  const other = join(home.home, '.claude', 'projects', 'other');
  fs.mkdirSync(other);
  fs.writeFileSync(join(other, 'three.jsonl'), conversation('00000000-0000-4000-8000-00000000000c', 'Third words'));
  await vi.waitFor(async () => expect(await sessions()).toBe(4), 10_000);
});
