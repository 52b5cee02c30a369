import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256Hex } from '../../../src/core/ids.ts';
import { deviceCheck } from '../../../src/daemon/device-check.ts';
import { rename } from '../../../src/features/sync/keyring/change.ts';
import { keyringName, workspaceName } from '../../../src/features/sync/keyring/object-names.ts';
import { breathe } from '../../../src/platform/time.ts';
import { founder, idOf, keyringWorld, letIn } from './keyring-world.ts';
import { home, kinds, refusal, startOf, url } from './membership-asks.ts';

test('KY1 · the first remote mints the epoch key and keyring 1; again, nothing is minted', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const remote = world.remote(url);
  const before = [...remote.objects];
  expect(await laptop.membership.standing()).toBe('member');
  await startOf(laptop);
  await laptop.restarted().membership.start(home(laptop));
  expect([...remote.objects]).toEqual(before);
  expect(kinds(remote)).toEqual(['ws.json', 'k/1.kr']);
  const keys = await laptop.membership.packKeys();
  expect(keys).toMatchObject({ ws: laptop.self.ws, dev: laptop.self.dev, version: 1, current: { epoch: 1 } });
  const signer = { dev: laptop.self.dev, publicKey: expect.any(Uint8Array), isAdmin: true };
  expect(keys.signer(laptop.self.dev)).toEqual(signer);
  expect(keys.signer(idOf('nobody'))).toBeUndefined();
});

test('KY1 · before there is a remote, nothing can be sealed and nobody signs', async () => {
  const keys = await keyringWorld().device('laptop').membership.packKeys();
  expect(keys).toMatchObject({ version: 0, current: undefined });
  expect(() => keys.sign(new Uint8Array(1))).toThrow(/no keyring yet/);
});

test('KY1 · killed after each step of minting, the next start goes on without a second key', async () => {
  for (const kill of ['ws.json', 'k/1.kr', 'accept'] as const) {
    const world = keyringWorld();
    const remote = world.remote(url);
    const laptop = world.device('laptop');
    remote.beforePut = (name) => {
      if (name.endsWith(kill)) throw new Error('killed');
    };
    const { accept } = laptop.needs.kept;
    if (kill === 'accept') laptop.needs.kept.accept = () => Promise.reject(new Error('killed'));
    await expect(startOf(laptop)).rejects.toThrow('killed');
    const minted = remote.objects.get(keyringName(laptop.self.ws, 1));
    Object.assign(laptop.needs.kept, { accept });
    remote.beforePut = () => undefined;
    const again = laptop.restarted();
    await again.membership.start(home(laptop));
    expect(kinds(remote).sort()).toEqual(['k/1.kr', 'ws.json']);
    if (minted) expect(remote.objects.get(keyringName(laptop.self.ws, 1))).toEqual(minted);
    expect((await again.membership.packKeys()).current?.epoch).toBe(1);
  }
});

test('KY2 · a device joins by a token and the check words of both screens, and takes workspace and person over', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const desk = world.device('desk', []);
  const { invite_id, token } = await laptop.inviting.invite(undefined);
  expect(await laptop.inviting.asking(invite_id, 5_000)).toEqual([]);
  const asked = await desk.joining.ask(token, { name: 'home' });
  expect(asked).toMatchObject({ by: 'laptop', ws: laptop.self.ws });
  expect(asked.words).toHaveLength(4);
  expect(await desk.membership.standing()).toBe('waiting');
  expect(await desk.joining.joined(5_000)).toBeUndefined();
  expect((await desk.membership.packKeys()).current).toBeUndefined();
  const shown = await laptop.inviting.asking(invite_id, 0);
  expect(shown).toEqual([{ dev: desk.self.dev, device: 'desk', words: asked.words }]);
  await laptop.inviting.admit(invite_id, desk.self.dev, undefined);
  // another daemon of the joining device: what it waits for is on disk
  expect(await desk.restarted().joining.joined(0)).toEqual({ ws: laptop.self.ws, version: 2, devices: 2 });
  expect(desk.adopted).toEqual([
    {
      ...{ ws: laptop.self.ws, user: laptop.self.user, userName: laptop.self.userName },
      redactionKey: laptop.needs.redactionKey(),
    },
  ]);
  const [a, b] = [await laptop.membership.packKeys(), await desk.membership.packKeys()];
  expect(b).toMatchObject({ version: 2, current: a.current });
  expect(a.signer(desk.self.dev)?.publicKey).toEqual(b.signer(desk.self.dev)?.publicKey);
  expect(desk.remotes).toEqual([{ id: 'r0', name: 'home', kind: 'folder', url }]);
  expect(kinds(world.remote(url)).at(-1)).toMatch(/^j\//); // the request is taken away
  expect(await desk.membership.standing()).toBe('member');
});

test('KY2 · a token is for one device and fifteen minutes, and dies with the daemon that made it', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const [desk, stranger] = [world.device('desk', []), world.device('stranger', [])];
  const used = await laptop.inviting.invite(undefined);
  await desk.joining.ask(used.token, { name: 'home' });
  await laptop.inviting.asking(used.invite_id, 0);
  await laptop.inviting.admit(used.invite_id, desk.self.dev, undefined);
  await stranger.joining.ask(used.token, { name: 'home' });
  await expect(laptop.inviting.asking(used.invite_id, 0)).rejects.toMatchObject({ code: 'invite/expired' });
  const old = await laptop.inviting.invite(undefined);
  laptop.clock.now += 15 * 60_000;
  await expect(laptop.inviting.asking(old.invite_id, 0)).rejects.toMatchObject({ code: 'invite/expired' });
  const other = await laptop.inviting.invite(undefined);
  await expect(laptop.restarted().inviting.asking(other.invite_id, 0)).rejects.toMatchObject({
    code: 'invite/expired',
  });
  expect(await stranger.joining.joined(0)).toBeUndefined();
});

test('KY2 · two who hold the same token show other words; with words that differ nobody is let in', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const [desk, thief] = [world.device('desk', []), world.device('thief', [])];
  const { invite_id, token } = await laptop.inviting.invite(undefined);
  const mine = await desk.joining.ask(token, { name: 'home' });
  await thief.joining.ask(token, { name: 'home' });
  const shown = await laptop.inviting.asking(invite_id, 0);
  expect(new Set(shown.map(({ words }) => words.join(' '))).size).toBe(2);
  const refused = laptop.inviting.admit(invite_id, thief.self.dev, mine.words);
  await expect(refused).rejects.toMatchObject({ code: 'device/refused' });
  await laptop.inviting.admit(invite_id, desk.self.dev, mine.words);
  expect(await thief.joining.joined(0)).toBeUndefined();
  expect((await laptop.membership.packKeys()).signer(thief.self.dev)).toBeUndefined();
});

test('KY2 · a join that is given up leaves no request and no waiting', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const desk = world.device('desk', []);
  await desk.joining.ask((await laptop.inviting.invite(undefined)).token, { name: 'home' });
  expect(await desk.joining.cancel()).toBe(true);
  expect(await desk.joining.cancel()).toBe(false);
  expect([...world.remote(url).objects.keys()].filter((name) => name.includes('/j/'))).toEqual([]);
  expect(await desk.membership.standing()).toBe('alone');
});

test('KY3 · who shares a workspace with others does not leave it for another without a word', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const desk = world.device('desk', []);
  await letIn(laptop, desk);
  const other = await founder(world, 'other', ['folder:/other']);
  const { token } = await other.inviting.invite(undefined);
  await expect(desk.joining.ask(token, { name: 'x' })).rejects.toMatchObject({ code: 'device/refused' });
  const own = await laptop.inviting.invite(undefined);
  await expect(desk.joining.ask(own.token, { name: 'x' })).rejects.toMatchObject({ code: 'device/refused' });
  // alone in its own workspace it may
  const { token: third } = await laptop.inviting.invite(undefined);
  expect(await other.joining.ask(third, { name: 'home' })).toMatchObject({ ws: laptop.self.ws });
});

test('KY3 · a change goes to every remote; one that is away gets it when it is back', async () => {
  const world = keyringWorld();
  const laptop = await founder(world, 'laptop', [url, 'folder:/second']);
  const [first, second] = [world.remote(url), world.remote('folder:/second')];
  first.away = true;
  await laptop.inviting.rename(laptop.self.dev, 'renamed');
  expect(laptop.notices.at(-1)).toContain('keyring-not-everywhere');
  const name = keyringName(laptop.self.ws, 2);
  expect([first.objects.has(name), second.objects.has(name)]).toEqual([false, true]);
  first.away = false;
  await startOf(laptop);
  expect(first.objects.get(name)).toEqual(second.objects.get(name));
  Object.assign(first, { away: true });
  Object.assign(second, { away: true });
  await expect(laptop.inviting.rename(laptop.self.dev, 'x')).rejects.toMatchObject({ code: 'remote/offline' });
});

test('KY3 · the table of devices says what the keyring says', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const desk = world.device('desk', []);
  await letIn(laptop, desk);
  await laptop.membership.change(rename(desk.self.dev, 'big desk'));
  await laptop.inviting.revoke(desk.self.dev);
  const rows = laptop.store.db.prepare(
    'select name, user_id, role, revoked_at is null live from devices order by name',
  );
  expect(rows.all()).toEqual([
    { name: 'big desk', user_id: laptop.self.user, role: 'admin', live: 0 },
    { name: 'laptop', user_id: laptop.self.user, role: 'admin', live: 1 },
  ]);
});

test('KY4 · a mark that is not ours, or of a version to come, stops everything', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const remote = world.remote(url);
  const name = workspaceName(laptop.self.ws);
  remote.objects.set(name, Buffer.from('{"format":2,"ws":"x"}'));
  expect((await refusal(remote, startOf(laptop))).code).toBe('remote/newer-format');
  remote.objects.set(name, Buffer.from('{"format":1}'));
  expect((await refusal(remote, startOf(laptop))).code).toBe('remote/tampered');
});

test('KY3 · several devices that change the keyring all at once end with one keyring that has every change', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 9 }), { minLength: 8, maxLength: 8 }), async (waits) => {
      const world = keyringWorld();
      const laptop = await founder(world);
      const others = [world.device('desk', []), world.device('phone', [])];
      for (const guest of others) {
        await letIn(laptop, guest);
        await startOf(laptop);
      }
      const remote = world.remote(url);
      let puts = 0;
      remote.beforePut = async () => {
        puts += 1;
        for (let turns = waits[puts % waits.length] ?? 0; turns > 0; turns -= 1) await breathe();
      };
      const all = [laptop, ...others];
      await Promise.all(
        all.map(async (each, n) => {
          await each.inviting.rename(each.self.dev, `first ${n}`);
          await each.inviting.rename(each.self.dev, `second ${n}`);
        }),
      );
      for (const each of all) await startOf(each);
      const held = await Promise.all(all.map((each) => each.membership.holding()));
      expect(new Set(held.map(({ newest }) => newest.hash)).size).toBe(1);
      expect(held[0]?.newest.clear.version).toBe(3 + 6);
      const names = Object.values(held[0]?.secrets.names ?? {}).map(({ name }) => name);
      expect(names.sort()).toEqual(['second 0', 'second 1', 'second 2']);
    }),
    { numRuns: 1 },
  );
});

test('KY10 · what was wrong with a remote is told by doctor, with both keys, until it is right again', async () => {
  const [world, other] = [keyringWorld(), keyringWorld()];
  const laptop = await founder(world);
  const clone = other.device('clone');
  Object.assign(clone.self, { ws: laptop.self.ws });
  await startOf(clone);
  const { objects } = world.remote(url);
  const name = keyringName(laptop.self.ws, 1);
  const [right, wrong] = [objects.get(name), other.remote(url).objects.get(name)];
  if (!right || !wrong) return expect.fail('two keyrings were expected');
  objects.set(name, wrong);
  await expect(startOf(laptop)).rejects.toMatchObject({ code: 'key/mismatch' });
  const [finding] = (await deviceCheck(laptop.membership, '/keys')).findings;
  const hashes = [right, wrong].map((bytes) => sha256Hex(bytes).slice(0, 16));
  expect(finding).toMatchObject({ code: 'key/mismatch', group: 'security' });
  for (const hash of hashes) expect(finding?.what).toContain(hash);
  objects.set(name, right);
  await startOf(laptop);
  expect(await deviceCheck(laptop.membership, '/keys')).toEqual({
    ...{ group: 'security', name: 'device keys: files in /keys (a test)', findings: [] },
  });
});

test('KY10 · a revoked device keeps the names it knew, and doctor says what it is', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const desk = world.device('desk', []);
  await letIn(laptop, desk);
  await laptop.inviting.revoke(desk.self.dev);
  await startOf(desk);
  const names = desk.store.db.prepare('select name from devices order by name').pluck();
  expect(names.all()).toEqual(['desk', 'laptop']);
  expect((await deviceCheck(desk.membership, '/keys')).findings.map(({ code }) => code)).toEqual([
    'security/device-revoked',
  ]);
  laptop.secrets.clear();
  const locked = await deviceCheck(laptop.restarted().membership, '/keys');
  expect(locked.findings).toMatchObject([{ code: 'security/device-keys', what: expect.stringContaining('not there') }]);
});
