import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyringName } from '../../../src/features/sync/keyring/object-names.ts';
import { entropyOf, wordsFor } from '../../../src/features/sync/keyring/recovery.ts';
import { type Device, founder, keyringWorld, letIn, words } from './keyring-world.ts';

const url = 'folder:/sync';
const place = { kind: 'folder', url, name: 'home' } as const;

async function withWords(device: Device): Promise<readonly string[]> {
  const shown = await device.recovering.create();
  await device.recovering.confirm(shown.positions.map((position) => shown.words[position - 1] ?? ''));
  return shown.words;
}

test('KY8 · the words are the list of BIP-39, with its checksum', () => {
  const list = words();
  const hash = createHash('sha256')
    .update(`${list.join('\n')}\n`)
    .digest('hex');
  expect(hash).toBe('2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda');
  // vectors of BIP-39 for 256 bits
  expect(wordsFor(new Uint8Array(32), list).join(' ')).toBe(`${'abandon '.repeat(23)}art`);
  expect(wordsFor(new Uint8Array(32).fill(0xff), list).join(' ')).toBe(`${'zoo '.repeat(23)}vote`);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (entropy) => {
      expect(entropyOf(wordsFor(entropy, list), list)).toEqual(entropy);
    }),
  );
});

test('KY8 · unknown words are named by position and never repeated; others are told by the checksum', () => {
  const list = words();
  const right = [...wordsFor(new Uint8Array(32).fill(7), list)];
  const wrong = right.with(2, 'hunter2').with(20, 'xyzzy');
  expect(() => entropyOf(wrong, list)).toThrow('words 3, 21 are not in the list of recovery words');
  expect(() => entropyOf(wrong, list)).not.toThrow(/hunter2/);
  expect(() => entropyOf(right.slice(1), list)).toThrow('23 words were given, not 24');
  const swapped = right.with(0, 'zoo');
  expect(() => entropyOf(swapped, list)).toThrow(/together they are not/);
  expect(
    entropyOf(
      right.map((word) => ` ${word.toUpperCase()} `),
      list,
    ),
  ).toEqual(new Uint8Array(32).fill(7));
});

test('KY8 · words count only after three of them were typed again', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  await expect(laptop.recovering.confirm(['a', 'b', 'c'])).rejects.toMatchObject({ code: 'invite/expired' });
  const shown = await laptop.recovering.create();
  expect(shown).toMatchObject({ replaces: false, words: expect.objectContaining({ length: 24 }) });
  expect(new Set(shown.positions).size).toBe(3);
  const right = shown.positions.map((position) => shown.words[position - 1] ?? '');
  const wrong = right.with(1, right[1] === 'zoo' ? 'zero' : 'zoo');
  await expect(laptop.recovering.confirm(wrong)).rejects.toMatchObject({
    details: { positions: [shown.positions[1]] },
  });
  await expect(laptop.recovering.confirm(right.slice(1))).rejects.toMatchObject({ code: 'recovery/wrong-words' });
  await expect(laptop.recovering.test(shown.words)).rejects.toMatchObject({ code: 'recovery/wrong-words' });
  expect(await laptop.recovering.confirm(right)).toEqual({ version: 2, epoch: 1, devices: 1 });
  await expect(laptop.recovering.confirm(right)).rejects.toMatchObject({ code: 'invite/expired' });
});

test('T29 · the words open the current keyring, and trying them changes nothing', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const typed = await withWords(laptop);
  await laptop.inviting.rename(laptop.self.dev, 'renamed');
  const before = [...world.remote(url).objects];
  expect(await laptop.recovering.test(typed)).toEqual({ version: 3, epoch: 1, devices: 1 });
  expect([...world.remote(url).objects]).toEqual(before);
  const others = wordsFor(new Uint8Array(32).fill(9), words());
  await expect(laptop.recovering.test(others)).rejects.toThrow(/do not open the current keyring/);
});

test('T29 · with the words alone a fresh device joins, reads everything and is taken for what it is', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const desk = world.device('desk', []);
  const typed = await withWords(laptop);
  await letIn(laptop, desk);
  await laptop.inviting.revoke(desk.self.dev);
  // the only device is gone
  const fresh = world.device('fresh', []);
  expect(await fresh.joining.byWords(typed, place)).toEqual({ ws: laptop.self.ws, version: 5, devices: 2 });
  const keys = await fresh.membership.packKeys();
  expect([keys.epoch(1), keys.current]).toEqual([
    (await laptop.membership.packKeys()).epoch(1),
    (await laptop.membership.packKeys()).current,
  ]);
  expect(fresh.adopted).toMatchObject([{ ws: laptop.self.ws, user: laptop.self.user }]);
  await laptop.membership.start(laptop.remotes[0] ?? expect.fail('no remote'));
  expect((await laptop.membership.packKeys()).signer(fresh.self.dev)).toBeDefined();
  // and it may change the keyring like any other
  await fresh.inviting.rename(fresh.self.dev, 'saved');
});

test('T29 · replaced words open nothing that is written afterwards, and let nobody in', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const old = await withWords(laptop);
  expect(await laptop.recovering.create()).toMatchObject({ replaces: true });
  const typed = await withWords(laptop);
  expect((await laptop.membership.packKeys()).current?.epoch).toBe(2);
  await expect(laptop.recovering.test(old)).rejects.toMatchObject({ code: 'recovery/wrong-words' });
  await expect(world.device('thief', []).joining.byWords(old, place)).rejects.toThrow(/were replaced/);
  expect(await world.device('fresh', []).joining.byWords(typed, place)).toMatchObject({ version: 4 });
});

test('T29 · words of another workspace, or an empty place: refused, nothing is written or minted', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const typed = await withWords(laptop);
  await founder(world, 'stranger', ['folder:/other']);
  for (const [at, code] of [
    ['folder:/other', 'recovery/wrong-words'],
    ['folder:/none', 'recovery/wrong-words'],
  ] as const) {
    const before = [...world.remote(at).objects];
    const fresh = world.device(`fresh ${at}`, []);
    await expect(fresh.joining.byWords(typed, { ...place, url: at })).rejects.toMatchObject({ code });
    expect([...world.remote(at).objects]).toEqual(before);
    expect(fresh.adopted).toEqual([]);
  }
});

test('T29 · a made up history that names the words is not believed by a device that has nothing but them', async () => {
  const [world, evil] = [keyringWorld(), keyringWorld()];
  const laptop = await founder(world);
  const typed = await withWords(laptop);
  // the public half of the words is in every keyring: a stranger can name it, but not sign for it
  const devil = evil.device('devil');
  await devil.membership.start(devil.remotes[0] ?? expect.fail('no remote'));
  const real = laptop.needs.kept.keyrings(laptop.self.ws).at(-1)?.clear.recovery ?? expect.fail('no words');
  await devil.membership.change((draft) => ({ ...draft, recovery: { ...real, since: draft.version } }));
  expect(evil.remote(url).objects.has(keyringName(devil.self.ws, 2))).toBe(true);
  const fresh = evil.device('fresh', []);
  await expect(fresh.joining.byWords(typed, place)).rejects.toMatchObject({ code: 'recovery/wrong-words' });
  expect(fresh.adopted).toEqual([]);
});

test('KY8 · of two that join by words at once, the second does it again on top', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const typed = await withWords(laptop);
  const [one, two] = [world.device('one', []), world.device('two', [])];
  const remote = world.remote(url);
  let tries = 0;
  remote.beforePut = async (name) => {
    if (!name.endsWith('/k/3.kr')) return;
    tries += 1;
    if (tries === 1) await two.joining.byWords(typed, place);
  };
  expect(await one.joining.byWords(typed, place)).toMatchObject({ version: 4, devices: 3 });
  expect(tries).toBe(2);
});
