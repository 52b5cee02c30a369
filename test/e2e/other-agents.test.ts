// Agents that keep documents and databases, over the command line in a throw-away home.
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  geminiDocument,
  geminiHeader,
  geminiMessage,
  opencodeDatabase,
  opencodeExport,
  opencodeSession,
  opencodeTalk,
  specstoryHistory,
} from '../features/capture/document-makers.ts';
import { jsonl } from '../features/capture/import-world.ts';
import { createHome, type Home } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
beforeEach(() => {
  home = createHome();
  cwd = createRepository(home).path;
});
afterEach(() => home.remove());

function write(name: string, content: string): string {
  const path = join(home.home, name);
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.writeFileSync(path, content);
  return path;
}

async function found(words: string): Promise<number> {
  const { results } = (await home.json(['search', words], { cwd })) as { results: unknown[] };
  return results.length;
}

/** Looks again until it is there, as somebody would. */
async function comes(words: string): Promise<boolean> {
  for (let left = 40; left > 0; left -= 1) {
    if ((await found(words)) > 0) return true;
    await pause(250);
  }
  return false;
}

test('CA100: init takes in what Gemini CLI, opencode and SpecStory left, and what they go on with is followed', async () => {
  const first = geminiMessage(0, 'Where do invoices come from?');
  write('.gemini/projects.json', JSON.stringify({ projects: { [cwd]: 'shop' } }));
  const chat = write('.gemini/tmp/shop/chats/session-1.jsonl', jsonl(geminiHeader(1), first));
  const old = geminiDocument(1, [geminiMessage(0, 'Which taxes are there?')]).replaceAll(/d0ed8c54/g, 'aaaaaaaa');
  write('.gemini/tmp/shop/chats/session-0.json', old);
  using db = opencodeDatabase(write('.local/share/opencode/opencode.db', ''));
  db.session(cwd, 1);
  for (const message of opencodeTalk(cwd, 0)) db.put(message, 2);
  fs.mkdirSync(join(cwd, '.specstory/history'), { recursive: true });
  const uuid = '26f10e63-3b62-4b3e-b447-5b543721e349';
  fs.writeFileSync(
    join(cwd, '.specstory/history/2026-04-14_cart.md'),
    specstoryHistory(uuid).replace('cart', 'basket'),
  );

  await home.json(['init'], { cwd });
  for (const words of ['invoices come from', 'taxes', 'loop of cart 0', 'basket empty'])
    expect(await found(words)).not.toBe(0);
  const { items } = (await home.json(['sessions'], { cwd })) as { items: { session_id: string }[] };
  expect(items.map((each) => each.session_id)).toEqual(expect.arrayContaining([opencodeSession, uuid]));
  const { capture } = (await home.json(['status'], { cwd })) as { capture: { transcripts: object[] } };
  expect(capture.transcripts).toMatchObject([
    { agent: 'gemini-cli', files: 2 },
    { agent: 'opencode', files: 1 },
    { agent: 'specstory', files: 1 },
  ]);
  const { stdout } = await home.prsist(['status'], { cwd });
  expect(stdout).toMatch(/gemini-cli +waiting +hook installed/);
  expect(stdout).toContain('specstory  1 transcript');

  fs.appendFileSync(chat, jsonl(geminiMessage(1, 'Invoices come from the night job.')));
  for (const message of opencodeTalk(cwd, 1)) db.put(message, 9);
  expect(await comes('night job')).toBe(true);
  expect(await comes('loop of cart 1')).toBe(true);
  const again = (await home.json(['import'], { cwd })) as { result: object };
  expect(again.result).toMatchObject({ records_added: 0, unknown_lines: 0, unparsable_lines: 0 });
});

test('CA101: an export is imported by its name, once; one agent alone, when asked', async () => {
  await home.json(['init', '--no-import'], { cwd });
  const path = write('talk.json', opencodeExport('/elsewhere', opencodeTalk('/elsewhere')));
  const first = (await home.json(['import', '--path', path], { cwd })) as { result: object };
  expect(first.result).toMatchObject({ files: 1, read: 1, sessions: 1, agents: { opencode: 1 } });
  const again = (await home.json(['import', '--path', path], { cwd })) as { result: object };
  expect(again.result).toMatchObject({ unchanged: 1, records_added: 0 });
  write('.gemini/projects.json', JSON.stringify({ projects: { [cwd]: 'shop' } }));
  write('.gemini/tmp/shop/chats/session-1.jsonl', jsonl(geminiHeader(1), geminiMessage(0, 'Why?')));
  const none = (await home.json(['import', '--agents', 'opencode'], { cwd })) as { result: object };
  expect(none.result).toMatchObject({ files: 0 });
  const one = (await home.json(['import', '--agents', 'gemini-cli'], { cwd })) as { result: object };
  expect(one.result).toMatchObject({ files: 1, read: 1 });
});
