import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reply, serve } from '../client/wire-server.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { now, prsist } from './world.ts';

const day = 24 * 3_600_000;
const commit = {
  ...{ sha: '1a2b3c4d5e', subject: 'Greet', author: 'Ana\u001b[2J', former: [] },
  at: new Date(now - 2 * day).toISOString(),
};
const session = { session_id: '3f2a91bc-0000-7000-8000-000000000001', title: 'greetings', agent: 'codex' };
const ask = { text: 'Greet\n the guest\u001b[2J', at: new Date(now - 3 * day).toISOString() };
const items = [
  { from: 1, to: 2, commit, session: null, ask: null, how: null, confidence: 0 },
  { from: 3, to: 9, commit, session, ask, how: 'edit', confidence: 0.97 },
  { from: 10, to: 10, commit: null, session, ask: null, how: 'lines', confidence: 0.5 },
];

test('GH37: groups of lines with who, what was asked and how sure that is', async () => {
  await using server = await serve((_, response) => reply(response, { path: 'src/a.ts', items }));
  expect(await prsist(['blame', 'src/a.ts:1-10'], { server })).toEqual({
    exit: 0,
    stderr: '',
    stdout: `1-2  1a2b3c4d  no session known  2d ago, by Ana
    Greet
3-9  1a2b3c4d  codex  session 3f2a91bc, 2d ago, sure: it wrote these lines
    Greet the guest
10  not committed  codex  session 3f2a91bc, perhaps: it edited the file before
    greetings
`,
  });
  const [asked] = server.asked;
  expect([asked?.name, asked?.input]).toEqual(['session.blame', { path: '/w/shop/src/a.ts', line: 1, until: 10 }]);
  expect(decodeURIComponent(String(asked?.headers['x-prsist-project']))).toBe('/w/shop/src');
  expect(JSON.parse((await prsist(['blame', 'a.ts', '--json'], { server })).stdout)).toMatchObject({
    path: 'src/a.ts',
    items,
  });
});

test('GH37: a file named like a line number is that file; lines that cannot be are refused', async () => {
  const file = join(temporaryDirectory(), 'log:12');
  fs.writeFileSync(file, 'x\n');
  await using server = await serve((_, response) => reply(response, { path: 'log:12', items: [] }));
  expect((await prsist(['blame', file], { server })).stderr).toBe('the file is empty\n');
  expect(server.asked.at(-1)?.input).toEqual({ path: file });
  await prsist(['blame', `${file}:7`], { server });
  expect(server.asked.at(-1)?.input).toEqual({ path: file, line: 7 });
  const asked = server.asked.length;
  for (const wrong of ['a.ts:0', 'a.ts:5-4']) {
    const { exit, stderr } = await prsist(['blame', wrong], { server });
    expect([exit, stderr.split('\n')[0]]).toEqual([2, `error: ${wrong}: no such lines`]);
  }
  expect(server.asked.length).toBe(asked);
});
