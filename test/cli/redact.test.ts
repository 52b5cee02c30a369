import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reply, serve } from '../client/wire-server.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { prsist } from './world.ts';

const answer = {
  text: 'a ⟨secret:npm#12ab⟩\nb ⟨private⟩ ⟨secret:npm#12ab⟩',
  counts: { npm: 2, private: 1 },
  finds: [
    { kind: 'npm', mark: '12ab', line: 1 },
    { kind: 'private', mark: null, line: 2 },
    { kind: 'npm', mark: '12ab', line: 2 },
  ],
};

test('RD6: the text as it would be kept is the output, what was replaced is talk', async () => {
  await using server = await serve((_, response) => reply(response, answer));
  expect(await prsist(['redact', 'test'], { server, stdin: 'x\ny' })).toEqual({
    exit: 0,
    stdout: `${answer.text}\n`,
    stderr: 'npm  2 times, line 1, 2\nprivate  1 time, line 2\n',
  });
  expect(server.asked[0]).toMatchObject({ name: 'capture.redact', input: { text: 'x\ny' } });
  expect(JSON.parse((await prsist(['redact', 'test', '-', '--json'], { server, stdin: 'x' })).stdout)).toMatchObject(
    answer,
  );
});

test('RD6: a file is read whole; one that is not there is named', async () => {
  const directory = temporaryDirectory();
  fs.writeFileSync(join(directory, 'a.env'), 'PORT=1\n');
  await using server = await serve((_, response) => reply(response, { text: 'PORT=1\n', counts: {}, finds: [] }));
  const read = await prsist(['redact', 'test', join(directory, 'a.env')], { server });
  expect(read).toEqual({ exit: 0, stdout: 'PORT=1\n', stderr: 'nothing would be replaced\n' });
  expect(server.asked[0]?.input).toEqual({ text: 'PORT=1\n' });
  for (const path of [directory, join(directory, 'no')]) {
    expect(await prsist(['redact', 'test', path], { server })).toMatchObject({ exit: 1, stdout: '' });
  }
});
