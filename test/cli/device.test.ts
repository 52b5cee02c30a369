import { expect, test } from 'vitest';
import { type Answering, refuse, reply, serve } from '../client/wire-server.ts';
import { prsist } from './world.ts';

const words = ['planet', 'shrimp', 'snack', 'garage'];
const desk = { device_id: '019a3985-b900-7000-8000-000000000001', name: 'desk', words };
const standing = {
  ...{ standing: 'alone', workspace_id: 'w', keyring_version: 0, epoch: null, recovery: false, waiting: null },
  ...{ keys_in: null, keys_why: null, items: [] },
};

const answering =
  (replies: Readonly<Record<string, object>>): Answering =>
  ({ name }, response) =>
    reply(response, { ...replies[name] });

const inviting = {
  'device.invite': { invite_id: '5f0c2a9be1d47c36', token: 'prsist-join-1.abc', expires_in_seconds: 900 },
  'device.asking': { items: [desk] },
  'device.admit': desk,
};

test('KY10: invite prints the token, shows who asks with its words, and lets it in after a yes', async () => {
  await using server = await serve(answering(inviting));
  const ran = await prsist(['device', 'invite', '--yes'], { server });
  expect(ran).toMatchObject({ exit: 0, stdout: 'prsist-join-1.abc\nlet in  desk\n' });
  expect(ran.stderr).toContain('desk asks; its check words: planet shrimp snack garage');
  expect(server.asked.map(({ name }) => name)).toEqual(['device.invite', 'device.asking', 'device.admit']);
});

test('KY10: without a terminal and without words nobody is let in unseen', async () => {
  await using server = await serve(answering(inviting));
  const ran = await prsist(['device', 'admit', '5f0c2a9be1d47c36'], { server, stdin: 'y\n' });
  expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining('--words') });
  expect(server.asked.map(({ name }) => name)).toEqual(['device.asking']);
});

test('KY10: words given are those of the device that is let in; of several nobody is without them', async () => {
  const other = { ...desk, device_id: '019a3985-b900-7000-8000-000000000002', words: ['a', 'b', 'c', 'd'] };
  await using server = await serve(answering({ ...inviting, 'device.asking': { items: [other, desk] } }));
  const ran = await prsist(['device', 'admit', 'x', '--words', words.join(' ')], { server });
  expect(ran.exit).toBe(0);
  expect(server.asked.at(-1)?.input).toEqual({ invite_id: 'x', device_id: desk.device_id, words });
  const refused = await prsist(['device', 'admit', 'x', '--yes'], { server });
  expect(refused).toMatchObject({ exit: 1, stderr: expect.stringContaining('several devices ask') });
});

test('KY10: join takes its token from stdin, shows the words, and says when this device is in', async () => {
  const joined = { workspace_id: 'w', keyring_version: 2, devices: 2 };
  await using server = await serve(
    answering({
      'device.list': standing,
      'device.join': { workspace_id: 'w', invited_by: 'laptop', words },
      'device.joined': { joined },
    }),
  );
  const ran = await prsist(['device', 'join'], { server, stdin: 'prsist-join-1.abc\n' });
  expect(ran).toMatchObject({ exit: 0, stdout: 'joined  2 devices now share this memory\n' });
  expect(ran.stderr).toContain('check words: planet shrimp snack garage\nwaiting for approval on laptop');
  expect(server.asked[1]?.input).toEqual({ token: 'prsist-join-1.abc' });
});

test('KY10: Ctrl-C while waiting leaves the request there and says how to go on', async () => {
  const waiting = { ...standing, standing: 'waiting', waiting: { invited_by: 'laptop', words } };
  await using server = await serve(({ name }, response) => {
    if (name === 'device.list') reply(response, waiting);
    // what waits for an answer gets none
  });
  const ran = await prsist(['device', 'join'], { server, interrupted: Promise.resolve() });
  expect(ran).toMatchObject({ exit: 130, stderr: expect.stringContaining('device join --cancel') });
});

test('KY10: recovery words come from stdin, their numbers do not count, and the place must be said', async () => {
  await using server = await serve(
    answering({
      'recovery.test': { keyring_version: 3, epoch: 1, devices: 2 },
      'recovery.join': { workspace_id: 'w', keyring_version: 4, devices: 3 },
    }),
  );
  const typed = ' 1 abandon\n 2. zoo\n3) vote\n';
  expect(await prsist(['recovery', 'test'], { server, stdin: typed })).toMatchObject({
    ...{ exit: 0, stdout: 'they open keyring 3; nothing was changed\n' },
  });
  expect(server.asked[0]?.input).toEqual({ words: ['abandon', 'zoo', 'vote'] });
  expect(await prsist(['device', 'join', '--words'], { server, stdin: typed })).toMatchObject({ exit: 2 });
  const where = ['--remote', 'folder:/sync'];
  expect(await prsist(['device', 'join', '--words', ...where], { server, stdin: typed })).toMatchObject({ exit: 0 });
  expect(server.asked[1]?.input).toEqual({ words: ['abandon', 'zoo', 'vote'], url: 'folder:/sync' });
});

test('KY10: without a terminal, recovery create says which words are to be piped into confirm', async () => {
  const made = { words: Array.from({ length: 24 }, (_, n) => `word${n + 1}`), positions: [3, 9, 20], replaces: true };
  await using server = await serve(answering({ 'recovery.create': made }));
  const ran = await prsist(['recovery', 'create'], { server, stdin: '' });
  expect(ran).toMatchObject({ exit: 0, stderr: expect.stringContaining('pipe the words 3, 9, 20 into') });
  expect(ran.stdout.split('\n').slice(0, 2)).toEqual([
    ' 1 word1    2 word2    3 word3    4 word4',
    ' 5 word5    6 word6    7 word7    8 word8',
  ]);
  expect(ran.stderr).toContain('they replace the words you have');
});

test('KY10: revoking asks; the list says who is out', async () => {
  const at = '2026-03-04T11:00:00Z';
  const item = { ...desk, user_id: 'u', role: 'admin', this_device: false, added_at: at, revoked_at: null };
  await using server = await serve(({ name }, response) => {
    if (name === 'device.list') {
      const out = { ...item, name: 'old', device_id: '119a3985-b900-7000-8000-000000000002', revoked_at: at };
      const items = [{ ...item, this_device: true }, out];
      reply(response, { ...standing, standing: 'member', keys_in: 'keyring', recovery: true, items });
    } else if (name === 'device.revoke') reply(response, item);
    else refuse(response, 404, { code: 'route/unknown', message: name, hint: '' });
  });
  expect(await prsist(['device', 'revoke', 'desk'], { server, stdin: '' })).toMatchObject({ exit: 2 });
  expect(server.asked).toEqual([]);
  expect(await prsist(['device', 'revoke', 'desk', '--yes'], { server })).toMatchObject({ stdout: 'revoked  desk\n' });
  expect(await prsist(['device', 'list'], { server })).toMatchObject({
    stdout: '019a3985  desk  this device, since 1h ago\n119a3985  old   revoked 1h ago\n',
    stderr: '1 device, keys in the keyring of the system\n',
  });
});

test('CP19: a device that has said nothing for half a year is told to be silent, and that nothing waits for it', async () => {
  const old = '2025-01-01T00:00:00.000Z';
  const item = {
    ...desk,
    user_id: 'u',
    role: 'admin',
    this_device: false,
    added_at: '2026-03-04T11:00:00Z',
    revoked_at: null,
  };
  const items = [
    { ...item, this_device: true, last_seen: null },
    { ...item, device_id: '119a3985-b900-7000-8000-000000000002', name: 'attic', added_at: old, last_seen: old },
  ];
  await using server = await serve(
    answering({ 'device.list': { ...standing, standing: 'member', keys_in: 'keyring', recovery: true, items } }),
  );
  const { stdout } = await prsist(['device', 'list'], { server });
  expect(stdout).toMatch(/attic {2}since .*, silent for \d{3} days: nothing waits for it any more\n/);
  expect(stdout.match(/silent/g)).toHaveLength(1);
});
