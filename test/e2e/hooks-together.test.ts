// Many hooks at the same moment, as the installed script is called: every event once, one daemon, nothing left.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHome, execute, type Home, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
beforeEach(() => {
  home = createHome();
  fs.mkdirSync(join(home.home, '.claude'));
});
afterEach(() => home.remove());

test('IN69: 200 asks and 20 starts at once while no daemon runs: every ask stored once, one daemon, no process left', async () => {
  const { path } = createRepository(home);
  await home.json(['init', '--no-import'], { cwd: path });
  await home.json(['daemon', 'stop'], { cwd: path });
  await until('it has ended', () => home.processes().length === 0);
  const command = '"$HOME/.local/share/prsist/bin/prsist-hook" claude-code';
  const call = (event: string, body: object) => {
    const input = JSON.stringify({ session_id: 's-1', cwd: path, transcript_path: null, ...body });
    return execute('/bin/sh', ['-c', `${command} ${event}`], { cwd: path, env: home.agentEnv, input });
  };
  const words = Array.from({ length: 200 }, (_, n) => `ask-${String(n).padStart(3, '0')}-end`);
  const starts = Array.from({ length: 20 }, (_, n) =>
    call('SessionStart', { session_id: `t-${n}`, source: 'startup' }),
  );
  const ran = await Promise.all([...starts, ...words.map((prompt) => call('UserPromptSubmit', { prompt }))]);
  expect(ran.filter(({ exit, stderr }) => exit !== 0 || stderr !== '')).toEqual([]);
  await until('a daemon serves', () => fs.existsSync(home.paths.endpoint));
  await home.settled();
  await until('one daemon is left', () => home.processes().length === 1);
  const session = (await home.json(['sessions'], { cwd: path })) as { items: { session_id: string }[] };
  const id = session.items[0]?.session_id ?? '';
  const all = JSON.stringify(await home.client(path).call('session.messages', { session_id: id, limit: 500 }));
  expect(words.filter((word) => all.split(word).length !== 2)).toEqual([]);
  await home.json(['daemon', 'stop'], { cwd: path });
  await until('nothing runs any more', () => home.processes().length === 0);
});
