import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical } from '../../../src/core/canonical.ts';
import { PrsistError } from '../../../src/core/errors.ts';
import { digitsId, idDigits } from '../../../src/features/sync/id-digits.ts';
import { toBase64 } from '../../../src/features/sync/keyring/canonical-file.ts';
import { requireNext } from '../../../src/features/sync/keyring/chain.ts';
import { readRequest, requestObject } from '../../../src/features/sync/keyring/join-request.ts';
import {
  type Keyring,
  type KeyringClear,
  readKeyring,
  signKeyring,
} from '../../../src/features/sync/keyring/keyring.ts';
import { keyringName, requestDevice } from '../../../src/features/sync/keyring/object-names.ts';
import { ownKeys } from '../../../src/features/sync/keyring/own-keys.ts';
import { readToken, tokenOf } from '../../../src/features/sync/keyring/token.ts';
import { readWorkspace, workspaceBytes } from '../../../src/features/sync/keyring/workspace-file.ts';
import { type Device, founder, idOf, keyringWorld, letIn, seededBytes } from './keyring-world.ts';

const newestOf = (device: Device) => device.needs.kept.keyrings(device.self.ws).at(-1) ?? expect.fail('no keyring');

/** The code of the error that something throws; 'taken' when it throws none. */
function answerTo(work: () => void): string {
  try {
    work();
    return 'taken';
  } catch (error) {
    return error instanceof PrsistError ? error.code : String(error);
  }
}

/** Two devices, one of them revoked, and who can sign for the other. */
async function revokedWorld() {
  const world = keyringWorld();
  const laptop = await founder(world);
  const desk = world.device('desk', []);
  await letIn(laptop, desk);
  await laptop.inviting.revoke(desk.self.dev);
  const keys = await ownKeys(laptop.needs);
  return { laptop, desk, keys: keys ?? expect.fail('no keys'), before: newestOf(laptop) };
}

test('KY5 · T29 · every flipped bit of a keyring file is refused', async () => {
  const laptop = await founder(keyringWorld());
  await laptop.inviting.rename(laptop.self.dev, 'renamed');
  const [first, second] = laptop.needs.kept.keyrings(laptop.self.ws);
  if (!first || !second) return expect.fail('two versions were expected');
  expect(() => requireNext(first, readKeyring(second.bytes, 'it'))).not.toThrow();
  const answers = new Set<string>();
  for (let bit = 0; bit < second.bytes.length * 8; bit += 1) {
    const bytes = Uint8Array.from(second.bytes);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    answers.add(answerTo(() => requireNext(first, readKeyring(bytes, 'it'))));
  }
  answers.delete('remote/tampered');
  answers.delete('remote/newer-format');
  expect([...answers]).toEqual([]);
});

test('KY5 · T29 · every cut of a keyring file is refused', async () => {
  const laptop = await founder(keyringWorld());
  const { bytes } = newestOf(laptop);
  for (let length = 0; length < bytes.length; length += 1) {
    expect(() => readKeyring(bytes.subarray(0, length), 'it')).toThrow(/is not a keyring/);
  }
});

test('KY6 · attack 10 · what an admin signs is refused too when it breaks the rules', async () => {
  const { laptop, desk, keys, before } = await revokedWorld();
  const next = (change: Partial<KeyringClear>, sign = keys.sign, signer = keys.dev): Keyring => {
    const { clear } = before;
    const said = { ...clear, version: clear.version + 1, prev: before.hash, signer, ...change };
    return signKeyring(said as KeyringClear, before.sealed, sign);
  };
  expect(() => requireNext(before, next({}))).not.toThrow();
  const { devices, epoch } = before.clear;
  const [own, out] = devices;
  if (!own || !out) return expect.fail('two devices were expected');
  const { revoked, ...revived } = out;
  const deskKeys = (await ownKeys(desk.needs)) ?? expect.fail('no keys');
  const words = { sign: own.sign, box: own.box, since: 1, attest: toBase64(new Uint8Array(64)) };
  const wrong: readonly (readonly [string, Keyring])[] = [
    ['follow', next({ version: before.clear.version + 2 })],
    ['another version before it', next({ prev: '0'.repeat(64) })],
    ['another workspace', next({ ws: idOf('other') as KeyringClear['ws'] })],
    ['nobody who may change it', next({}, deskKeys.sign, desk.self.dev)],
    ['does not hold', next({}, deskKeys.sign)],
    ['nobody who may change it', next({}, keys.sign, 'recovery')],
    ['changes the revoked device', next({ devices: [own, revived] })],
    ['changes the revoked device', next({ devices: [own, { ...out, revoked: { version: 1, accepted: {} } }] })],
    ['instead of revoking it', next({ devices: [own] })],
    ['other keys', next({ devices: [own, { ...out, box: own.box }] })],
    ['names a device twice', next({ devices: [own, out, own] })],
    ['leaves nobody', next({ devices: [{ ...own, role: 'member' }, out] })],
    ['jumps to another epoch', next({ epoch: epoch + 2 })],
    ['jumps to another epoch', next({ epoch: epoch - 1 })],
    ['the key of the one before', next({ epoch: epoch + 1 })],
    ['another key', next({ kid: '0'.repeat(16) })],
    ['came from nowhere', next({ recovery: words })],
    ['version to come', next({ recovery: { ...words, since: 99 } })],
  ];
  for (const [what, keyring] of wrong) expect(() => requireNext(before, keyring)).toThrow(what);
  expect(revoked?.accepted).toEqual(laptop.needs.acceptedOf(desk.self.dev));
});

test('KY6 · attack 10 · a device put out without a new key, or backdated, is refused', async () => {
  const world = keyringWorld();
  const laptop = await founder(world);
  const desk = world.device('desk', []);
  await letIn(laptop, desk);
  const before = newestOf(laptop);
  const keys = (await ownKeys(laptop.needs)) ?? expect.fail('no keys');
  const { clear } = before;
  const [own, other] = clear.devices;
  if (!own || !other) return expect.fail('two devices were expected');
  const out = (version: number, more: Partial<KeyringClear>) =>
    signKeyring(
      {
        ...{ ...clear, version: clear.version + 1, prev: before.hash, signer: own.dev, ...more },
        devices: [own, { ...other, revoked: { version, accepted: {} } }],
      },
      before.sealed,
      keys.sign,
    );
  expect(() => requireNext(before, out(3, {}))).toThrow('without a new key');
  expect(() => requireNext(before, out(2, { epoch: 2, kid: '1'.repeat(16) }))).toThrow('backdates');
  expect(() => requireNext(before, out(3, { epoch: 2, kid: '1'.repeat(16) }))).not.toThrow();
});

test('KY6 · attack 10 · a keyring that is signed by itself alone is taken by nobody', async () => {
  const [world, evil] = [keyringWorld(), keyringWorld()];
  const laptop = await founder(world);
  const devil = evil.device('devil');
  Object.assign(devil.self, { ws: laptop.self.ws });
  await devil.membership.start(devil.remotes[0] ?? expect.fail('no remote'));
  await devil.inviting.rename(devil.self.dev, 'devil');
  const name = keyringName(laptop.self.ws, 2);
  world.remote('folder:/sync').objects.set(name, evil.remote('folder:/sync').objects.get(name) ?? new Uint8Array());
  const started = laptop.membership.start(laptop.remotes[0] ?? expect.fail('no remote'));
  await expect(started).rejects.toMatchObject({ code: 'remote/tampered' });
  expect((await laptop.membership.packKeys()).version).toBe(1);
});

test('KY7 · garbage in place of a keyring, a mark, a request or a token is refused, and crashes nothing', () => {
  const ws = idOf('ws');
  const secret = seededBytes('secret')(16);
  const json = fc.json({ maxDepth: 2 });
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    json,
    fc.string().map((text) => `prsist-join-1.${text}`),
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    texts.map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, (garbage) => {
      expect(() => readKeyring(garbage, 'it')).toThrow(/is not a keyring|newer version/);
      expect(() => readWorkspace(garbage, ws)).toThrow(/does not name|newer version/);
      expect(readRequest(garbage, ws, secret)).toBeUndefined();
    }),
    { numRuns: 100 },
  );
  fc.assert(
    fc.property(texts, (garbage) => {
      expect(() => readToken(garbage)).toThrow(/^the token /);
      expect(requestDevice(ws, garbage)).toBeUndefined();
    }),
    { numRuns: 100 },
  );
  const deep = Buffer.from(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
  expect(() => readKeyring(deep, 'it')).toThrow('is not a keyring');
  expect(() => readKeyring(new Uint8Array((1 << 20) + 1), 'it')).toThrow('is not a keyring');
});

test('KY7 · every flipped bit of a request, and every changed letter of a token, is refused', async () => {
  const laptop = await founder(keyringWorld());
  const ws = laptop.self.ws;
  const { sign, box } = newestOf(laptop).clear.devices[0] ?? expect.fail('no device');
  const secret = seededBytes('secret')(16);
  const asked = { ws, dev: idOf('dev'), publicKey: Buffer.from(sign, 'base64url'), box, name: 'desk' };
  const { bytes } = requestObject(asked, secret, seededBytes('nonce')(12));
  expect(readRequest(bytes, ws, secret)).toEqual(asked);
  expect(readRequest(bytes, idOf('other'), secret)).toBeUndefined();
  expect(readRequest(bytes, ws, seededBytes('other')(16))).toBeUndefined();
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(readRequest(flipped, ws, secret)).toBeUndefined();
  }
  const { token } = await laptop.inviting.invite(undefined);
  expect(canonical(readToken(`  ${token}\n`))).toContain(ws);
  for (let at = 0; at < token.length; at += 1) {
    const other = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
    expect(() => readToken(other)).toThrow(/^the token /);
  }
});

test('KY7 · a token carries no password, and no error repeats a token', () => {
  const invitation = {
    ...{ format: 1 as const, ws: idOf('ws') as KeyringClear['ws'], kind: 'git' as const, by: 'laptop' },
    ...{ fingerprint: '0'.repeat(32), secret: toBase64(seededBytes('s')(16)) },
  };
  expect(() => tokenOf({ ...invitation, url: 'https://me:pass@example.org/x.git' })).toThrow(/password/);
  const token = tokenOf({ ...invitation, url: 'ssh://git@example.org/x.git' });
  try {
    readToken(`${token}x`);
    expect.fail('it was read');
  } catch (error) {
    expect(String(error)).not.toContain(token.slice(20, 40));
  }
});

test('KY7 · ids in names of objects have one spelling', () => {
  fc.assert(
    fc.property(fc.uuid({ version: [4, 7] }), (id) => {
      expect(idDigits(id)).toMatch(/^[a-z2-7]{26}$/);
      expect(digitsId(idDigits(id))).toBe(id);
    }),
  );
  const name = idDigits(idOf('x'));
  const twins = [...'abcdefghijklmnopqrstuvwxyz234567'].filter(
    (last) => digitsId(name.slice(0, 25) + last) !== undefined,
  );
  expect(twins).toHaveLength(8);
  expect(digitsId(name.toUpperCase())).toBeUndefined();
  expect(workspaceBytes(idOf('x')).length).toBeGreaterThan(36);
});
