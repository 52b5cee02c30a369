import fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { conversation, jsonl, said } from '../features/capture/import-world.ts';
import { createHome, type Home } from '../harness/home.ts';
import { bytesBelow } from '../harness/on-disk.ts';
import { createRepository, type Repository } from '../harness/repository.ts';

let home: Home;
let repository: Repository;
beforeAll(async () => {
  home = createHome();
  repository = createRepository(home);
  await home.json(['init', '--no-import'], { cwd: repository.path });
});
afterAll(() => home.remove());

const inPause = 'quagga';

function onDisk(): string {
  return bytesBelow(join(home.root, 'p'));
}

/** Tells a hook event and lets a transcript grow by the same words, now. */
async function speak(n: number, text: string): Promise<void> {
  const cwd = repository.path;
  const line = said(cwd, n, text, { timestamp: new Date().toISOString() });
  fs.appendFileSync(join(home.home, 'talk.jsonl'), jsonl(line));
  const event = { agent: 'claude-code', event: 'UserPromptSubmit', event_id: `event-${n}-00000000` };
  const body = JSON.stringify({ ...event, payload: { session_id: `hook-${n}`, cwd, prompt: text } });
  await home.json(['api', 'capture.event', body], { cwd });
}

test('DY18: nothing said in a pause is on disk, in it, after a kill, after its end and a later import', async () => {
  const cwd = repository.path;
  await speak(0, 'giraffe before');
  await home.json(['pause', '1h'], { cwd });
  expect((await home.prsist(['status'], { cwd })).stdout).toMatch(/^PAUSED {4}paused until .*\(in \w+\): nothing/m);
  await speak(2, `${inPause} within`);
  repository.git('commit', '-q', '--allow-empty', '-m', `${inPause} commit`);
  await home.json(['remember', 'giraffe remembered'], { cwd });
  await home.kill();
  await home.json(['import', '--path', join(home.home, 'talk.jsonl')], { cwd });
  expect(onDisk()).not.toContain(inPause);
  await home.json(['pause', '--off'], { cwd });
  await speak(4, 'giraffe after');
  const later = await home.json(['import', '--path', join(home.home, 'talk.jsonl')], { cwd });
  expect(later).toMatchObject({ result: { records_added: 1 } });
  await home.json(['resume'], { cwd });
  expect(onDisk()).not.toContain(inPause);
  const { results } = await home.json(['search', 'giraffe'], { cwd });
  expect(results).toHaveLength(5);
  expect(await home.json(['session', 'show', conversation], { cwd })).toMatchObject({ session: { message_count: 2 } });
});
