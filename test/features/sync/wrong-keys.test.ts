import { expect, test } from 'vitest';
import { admit } from '../../../src/features/sync/keyring/change.ts';
import { keyringName } from '../../../src/features/sync/keyring/object-names.ts';
import { founder, idOf, keyringWorld, letIn } from './keyring-world.ts';
import { home, refusal, startOf, url } from './membership-asks.ts';

test('T29 · a remote of another workspace: both are named, nothing is written, join is offered', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const desk = world.device('desk');
  const error = await refusal(world.remote(url), startOf(desk));
  expect(error).toMatchObject({ code: 'workspace/mismatch', hint: expect.stringContaining('prsist device join') });
  expect(error.details).toEqual({ ours: desk.self.ws, theirs: [laptop.self.ws] });
  expect(desk.secrets.size).toBe(0);
});

test('T29 · joined and not let in yet: nothing is minted anywhere, and status says on whom it waits', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const desk = world.device('desk', [url, 'folder:/empty']);
  await desk.joining.ask((await laptop.inviting.invite(undefined)).token, { name: 'home' });
  for (const remote of desk.remotes) {
    const error = await refusal(world.remote(remote.url), desk.membership.start(remote));
    expect(error).toMatchObject({ code: 'key/missing', message: expect.stringContaining('approval on laptop') });
  }
});

test('T29 · a newer epoch than ours: the keyring is fetched; sealed to others, the key is missing', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const [desk, phone] = [world.device('desk', []), world.device('phone', [])];
  await letIn(laptop, desk);
  await letIn(laptop, phone);
  await laptop.inviting.revoke(phone.self.dev);
  await startOf(desk);
  const [newer, out] = [await desk.membership.packKeys(), await phone.membership.packKeys()];
  expect(newer.current?.epoch).toBe(2);
  expect(out.current?.epoch).toBe(1);
  await startOf(phone);
  const revoked = await phone.membership.packKeys();
  expect(await phone.membership.standing()).toBe('revoked');
  expect(revoked).toMatchObject({ version: 4, current: undefined });
  // what was readable stays so; of the new epoch nothing is
  expect(revoked.epoch(1)).toEqual(newer.epoch(1));
  expect(revoked.epoch(2)).toBeUndefined();
  await expect(phone.membership.holding()).rejects.toMatchObject({ code: 'key/missing' });
  expect(newer.signer(phone.self.dev)?.lastAccepted).toEqual(laptop.needs.acceptedOf(phone.self.dev));
  expect(newer.signer(laptop.self.dev)?.lastAccepted).toBeUndefined();
});

test('T29 · a revoked device changes nothing any more, and is not taken back under its name', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const desk = world.device('desk', []);
  await letIn(laptop, desk);
  await laptop.inviting.revoke(desk.self.dev);
  const remote = world.remote(url);
  expect((await refusal(remote, desk.inviting.revoke(laptop.self.dev))).code).toBe('key/missing');
  expect((await refusal(remote, laptop.inviting.revoke(desk.self.dev))).code).toBe('device/refused');
  expect((await refusal(remote, laptop.inviting.revoke(laptop.self.dev))).message).toMatch(/last device/);
  expect((await refusal(remote, laptop.inviting.revoke(idOf('nobody')))).code).toBe('device/not-found');
  const keys = await desk.membership.packKeys();
  const back = { dev: desk.self.dev, publicKey: keys.signer(desk.self.dev)?.publicKey ?? new Uint8Array(32) };
  const { box = '' } = { box: laptop.needs.kept.keyrings(laptop.self.ws).at(-1)?.clear.devices[1]?.box };
  const again = laptop.membership.change(admit({ ...back, box, name: 'desk', user: laptop.self.user }));
  expect((await refusal(remote, again)).code).toBe('device/refused');
});

test('T29 · two admins at once: one wins the version, the other does its change again on top', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const desk = world.device('desk', []);
  await letIn(laptop, desk);
  const remote = world.remote(url);
  const tries: string[] = [];
  remote.beforePut = async (name) => {
    if (!name.endsWith('/k/3.kr')) return;
    tries.push(name);
    // the other admin puts the same version in the moment between looking and putting
    if (tries.length === 1) await desk.inviting.rename(desk.self.dev, 'big desk');
  };
  await laptop.inviting.rename(laptop.self.dev, 'small laptop');
  expect(tries).toHaveLength(2);
  await startOf(laptop);
  await startOf(desk);
  const [a, b] = [await laptop.membership.holding(), await desk.membership.holding()];
  expect(a.newest.clear.version).toBe(4);
  expect(a.newest.hash).toBe(b.newest.hash);
  const names = Object.values(a.secrets.names).map(({ name }) => name);
  expect(names.sort()).toEqual(['big desk', 'small laptop']);
});

test('T29 · two keyrings of one version on two remotes: neither is used, nothing is sent', async () => {
  const world = keyringWorld();
  const laptop = await founder(world, 'laptop', [url, 'folder:/second']);
  const desk = world.device('desk', []);
  await letIn(laptop, desk);
  world.remote('folder:/second').away = true;
  await laptop.inviting.rename(laptop.self.dev, 'one name');
  // the other admin knows only the second remote, and changes the same version there
  Object.assign(world.remote('folder:/second'), { away: false });
  desk.remotes.splice(0, 1, { id: 'r1', name: 'second', kind: 'folder', url: 'folder:/second' });
  await desk.inviting.rename(desk.self.dev, 'another name');
  const error = await refusal(
    world.remote('folder:/second'),
    laptop.membership.start(laptop.remotes[1] ?? home(laptop)),
  );
  expect(error).toMatchObject({ code: 'key/mismatch', details: { version: 3 } });
  expect((await laptop.membership.holding()).newest.clear.version).toBe(3);
});

test('T29 · same epoch, other kid: refused before anything is sent', async () => {
  const [world, other] = [keyringWorld(), keyringWorld()];
  const laptop = await founder(world);
  const clone = other.device('clone');
  Object.assign(clone.self, { ws: laptop.self.ws });
  await startOf(clone);
  const remote = world.remote(url);
  const name = keyringName(laptop.self.ws, 1);
  remote.objects.set(name, other.remote(url).objects.get(name) ?? new Uint8Array());
  expect(await refusal(remote, startOf(laptop))).toMatchObject({ code: 'key/mismatch' });
  expect((await laptop.membership.packKeys()).current?.epoch).toBe(1);
});

test('T29 · the keys of this device are gone: no others are made, what it has to say is said', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  laptop.secrets.clear();
  const again = laptop.restarted();
  expect(await again.membership.standing()).toBe('locked');
  await expect(again.membership.packKeys()).rejects.toMatchObject({ code: 'key/missing' });
  await expect(again.inviting.revoke(laptop.self.dev)).rejects.toMatchObject({ code: 'key/missing' });
  expect(laptop.secrets.size).toBe(0);
  laptop.secrets.set(`device-${laptop.self.dev}`, '{"format":1}');
  await expect(again.membership.packKeys()).rejects.toThrow(/damaged/);
});

test('T29 · attack 10 · a remote that shows an older keyring, or none: said, nothing here is undone', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const desk = world.device('desk', []);
  await letIn(laptop, desk);
  const remote = world.remote(url);
  const [ws, kept] = [laptop.self.ws, new Map(remote.objects)];
  remote.objects.delete(keyringName(ws, 2));
  expect(await refusal(remote, startOf(laptop))).toMatchObject({ code: 'remote/rolled-back' });
  remote.objects.clear();
  expect(await refusal(remote, startOf(laptop))).toMatchObject({ code: 'remote/rolled-back' });
  expect((await laptop.membership.packKeys()).version).toBe(2);
  // replaced on purpose: everything is put again, byte for byte
  await laptop.needs.kept.forgetSeen('r0');
  await startOf(laptop);
  expect([...remote.objects].sort()).toEqual([...kept].sort());
});

test('T29 · attack 12 · a joining device follows nobody but whom the token names, and mints nothing', async () => {
  const [world, evil] = [keyringWorld(), keyringWorld()];
  const laptop = await founder(world);
  const desk = world.device('desk', []);
  const { invite_id, token } = await laptop.inviting.invite(undefined);
  const asked = await desk.joining.ask(token, { name: 'home' });
  // a whole other history under the same workspace, which names the joining device with its right keys
  const devil = evil.device('devil');
  Object.assign(devil.self, { ws: laptop.self.ws });
  await startOf(devil);
  await laptop.inviting.asking(invite_id, 0);
  const keys =
    (await laptop.inviting.admit(invite_id, desk.self.dev, asked.words)) && laptop.needs.kept.keyrings(laptop.self.ws);
  const entry = keys.at(-1)?.clear.devices.find(({ dev }) => dev === desk.self.dev) ?? expect.fail('not let in');
  const publicKey = Buffer.from(entry.sign, 'base64url');
  await devil.membership.change(
    admit({ dev: desk.self.dev, publicKey, box: entry.box, name: 'desk', user: devil.self.user }),
  );
  const remote = world.remote(url);
  const right = new Map(remote.objects);
  for (const [name, bytes] of evil.remote(url).objects) remote.objects.set(name, bytes);
  expect(await desk.joining.joined(0)).toBeUndefined();
  for (const [name, bytes] of right) remote.objects.set(name, bytes);
  expect(await desk.joining.joined(0)).toMatchObject({ version: 2 });
  expect(desk.adopted.map(({ user }) => user)).toEqual([laptop.self.user]);
});

test('T29 · attack 12 · the place of a token that holds another workspace, or none, is left as it is', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const { token } = await laptop.inviting.invite(undefined);
  const desk = world.device('desk', []);
  await founder(world, 'stranger', ['folder:/other']);
  const other = await refusal(
    world.remote('folder:/other'),
    desk.joining.ask(token, { place: { kind: 'folder', url: 'folder:/other' }, name: 'home' }),
  );
  expect(other).toMatchObject({ code: 'workspace/mismatch' });
  const none = await refusal(
    world.remote('folder:/none'),
    desk.joining.ask(token, { place: { kind: 'folder', url: 'folder:/none' }, name: 'home' }),
  );
  expect(none).toMatchObject({ code: 'workspace/mismatch' });
  expect(await desk.membership.standing()).toBe('alone');
});
