import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commitment, genesisHead, nextHead } from '../../../src/core/record.ts';
import { digitsId, idDigits } from '../../../src/features/sync/id-digits.ts';
import { type PackName, packName, parseName } from '../../../src/features/sync/names.ts';
import type { PackLine } from '../../../src/features/sync/pack/body.ts';
import { packPlain, unpackPlain } from '../../../src/features/sync/pack/body.ts';
import { headerBytes } from '../../../src/features/sync/pack/header.ts';
import {
  hash16,
  openRecords,
  openTexts,
  type PackRun,
  sealRecords,
  sealTexts,
} from '../../../src/features/sync/pack/pack.ts';
import { checks, PackRefused } from '../../../src/features/sync/pack/refused.ts';
import { mutated } from '../../harness/mutate.ts';
import { deviceKey, epochNumber, packKeys } from '../../harness/pack-keys.ts';
import { seeded } from '../../harness/seed.ts';
import { knownPack } from './known-pack.ts';
import { deviceId, members, project, ws } from './sync-world.ts';

const log = '019a3985-b900-7000-8000-0000000000b1';
const dev = deviceId(1);
const [ours, theirs] = [packKeys(dev, members), packKeys(deviceId(2), members)];
const sealing = { sign: ours.sign, version: 1, current: epochNumber(1) };
const meta = { writer: 'test', vector: { [log]: [3, 'ab'] as const } };
const salt = Buffer.alloc(32, 7);

function lines(bodies: readonly string[]): PackLine[] {
  return bodies.map((body, i) => ({ body, salt: Buffer.alloc(16, i + 1) }));
}

function run(content: readonly PackLine[], more: Partial<PackRun> = {}): PackRun {
  const of = { ws, dev, log, ...more };
  const headBefore = genesisHead(of);
  const headAfter = content.reduce(
    (head, { salt: own, body }, i) => nextHead(head, i + 1, commitment(own, body)),
    headBefore,
  );
  return {
    ...of,
    project,
    v: 1,
    from: 1,
    to: content.length,
    hlcMax: '019a39b5b1000000',
    headBefore,
    headAfter,
    ...more,
  };
}

const bodies = ['{"a":1}', '{"text":"ä é 漢"}', '{"c":[]}'];
const sealed = sealRecords(run(lines(bodies)), { meta, lines: lines(bodies) }, sealing, salt);
const named = (name: string): PackName => {
  const read = parseName(name);
  if (read?.is !== 'pack') throw new Error(`${name} is no pack`);
  return read;
};

/** The check that refuses a pack, by its own name or, as a remote that lies would do it, by a name that fits its bytes. */
function refusal(bytes: Buffer, name: PackName, keys = theirs): string {
  try {
    openRecords(name, bytes, keys);
    return 'opened';
  } catch (error) {
    if (error instanceof PackRefused) return error.check;
    throw error;
  }
}
const fitting = (bytes: Buffer, of = named(sealed.name)): PackName => ({
  ...of,
  len: bytes.length,
  hash16: hash16(bytes),
});

/** As a device of the workspace would sign it: only what comes after the signature can refuse it. */
function signedAgain(bytes: Buffer, by = dev): Buffer {
  const end = bytes.length - 64;
  const body = createHash('sha256').update(bytes.subarray(headerBytes, end)).digest();
  const message = Buffer.concat([Buffer.from('prsist pack v1\0'), bytes.subarray(0, headerBytes), body]);
  return Buffer.concat([bytes.subarray(0, end), deviceKey(by).sign(message)]);
}

describe('packs', () => {
  test('PK1: what is packed is what is opened, whatever it says; sizes are rounded up', () => {
    const line = fc.string({ unit: 'binary' }).map((text) => JSON.stringify({ text }));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), (texts) => {
        const content = lines(texts);
        const pack = sealRecords(run(content), { meta, lines: content }, sealing, salt);
        const opened = openRecords(named(pack.name), pack.bytes, theirs);
        expect(opened.records.map(({ body }) => body)).toEqual(texts);
        expect(opened.meta).toEqual(meta);
        expect((pack.bytes.length - headerBytes - 64 - 16) % 1024).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test('PK2: a pack of fixed content has this very header, and one that was made once opens for ever', () => {
    expect(sealed.bytes.length).toBe(1392);
    expect(createHash('sha256').update(sealed.bytes.subarray(0, headerBytes)).digest('hex')).toMatchInlineSnapshot(
      `"d15d39df15f138c9eddf8e04482eec116b78cd91d68f955967e78c20df0c5619"`,
    );
    expect(sealed.bytes.subarray(0, 8).toString('hex')).toBe('5052534b01010101');
    const known = Buffer.from(knownPack, 'base64');
    expect(
      openRecords(named(sealed.name.replace(hash16(sealed.bytes), hash16(known))), known, theirs).records.map(
        ({ body }) => body,
      ),
    ).toEqual(bodies);
  });

  test('PK3: every changed byte and every cut is refused, by the check that is to find it', () => {
    const name = named(sealed.name);
    const found = new Map<string, number>();
    for (let at = 0; at < sealed.bytes.length; at += 1) {
      const bytes = Buffer.from(sealed.bytes);
      bytes[at] = (bytes[at] ?? 0) ^ 0x40;
      expect(refusal(bytes, name)).toBe('hash');
      const check = refusal(bytes, fitting(bytes));
      expect(check, `byte ${at}`).not.toBe('opened');
      found.set(check, (found.get(check) ?? 0) + 1);
    }
    expect(Object.fromEntries(found)).toMatchInlineSnapshot(`
      {
        "count": 24,
        "format": 3,
        "length": 4,
        "magic": 4,
        "path": 52,
        "reserved": 16,
        "signature": 1257,
        "signer": 32,
      }
    `);
    for (let length = 0; length < sealed.bytes.length; length += 1) {
      const bytes = sealed.bytes.subarray(0, length);
      expect(refusal(bytes, name)).toBe('length');
      expect(['magic', 'length']).toContain(refusal(bytes, fitting(bytes)));
    }
  });

  test('PK4: what a device signed itself is still checked: seal, commitment, kid, epoch, path, chain, count', () => {
    const change = (at: number, of = sealed.bytes) => {
      const bytes = Buffer.from(of);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      const signed = signedAgain(bytes);
      return refusal(signed, fitting(signed));
    };
    expect(change(headerBytes + 3)).toBe('seal');
    expect(change(208)).toBe('commit');
    expect(change(240)).toBe('commit');
    expect(change(120)).toBe('kid');
    expect(change(119)).toBe('epoch');
    expect(change(8)).toBe('path');
    expect(change(95)).toBe('count');
    expect(change(272)).toBe('reserved');
    expect(change(115)).toBe('seal');
    const broken = { ...run(lines(bodies)), headAfter: Buffer.alloc(32, 1) };
    const chain = sealRecords(broken, { meta, lines: lines(bodies) }, sealing, salt);
    expect(refusal(chain.bytes, named(chain.name))).toBe('chain');
    const deep = lines([`${'['.repeat(100)}${']'.repeat(100)}`]);
    const nested = sealRecords(run(deep), { meta, lines: deep }, sealing, salt);
    expect(refusal(nested.bytes, named(nested.name))).toBe('lines');
  });

  test('PK5: a pack of a later version is told from a bad one: kinds, formats', () => {
    const later = (at: number, value: number) => {
      const bytes = Buffer.from(sealed.bytes);
      bytes[at] = value;
      const signed = signedAgain(bytes);
      try {
        openRecords(fitting(signed), signed, theirs);
      } catch (error) {
        return error instanceof PackRefused ? error.as : 'thrown';
      }
      return 'opened';
    };
    for (const [at, value] of [
      ...[
        [4, 2],
        [5, 4],
        [6, 2],
        [280, 1],
      ],
    ] as [number, number][]) {
      expect(later(at, value), `byte ${at}`).toBe('newer');
    }
  });

  test('PK6: strangers, revoked devices and keys of others open and sign nothing', () => {
    const stranger = deviceId(40);
    const keys = packKeys(stranger, { ...members, devices: [stranger] });
    const forged = sealRecords(
      run(lines(bodies), { dev: stranger }),
      { meta, lines: lines(bodies) },
      { ...sealing, sign: keys.sign },
      salt,
    );
    expect(refusal(forged.bytes, named(forged.name))).toBe('signer');
    const asOther = sealRecords(
      run(lines(bodies)),
      { meta, lines: lines(bodies) },
      { ...sealing, sign: keys.sign },
      salt,
    );
    expect(refusal(asOther.bytes, named(asOther.name))).toBe('signature');
    const revoked = (seq: number) => packKeys(deviceId(2), { ...members, revoked: { [dev]: { [log]: seq } } });
    expect(refusal(sealed.bytes, named(sealed.name), revoked(3))).toBe('opened');
    expect(refusal(sealed.bytes, named(sealed.name), revoked(2))).toBe('signer');
    const without = packKeys(deviceId(2), { ...members, epochs: [epochNumber(2)] });
    expect(refusal(sealed.bytes, named(sealed.name), without)).toBe('epoch');
    const otherKey = packKeys(deviceId(2), { ...members, epochs: [epochNumber(1, 'elsewhere')] });
    expect(refusal(sealed.bytes, named(sealed.name), otherKey)).toBe('kid');
  });

  test('PK7: bombs are refused before they are unpacked, and texts that compress too well travel as they are', () => {
    const zeros = Buffer.alloc(4 * 1024 * 1024);
    const packed = packPlain(zeros);
    expect(packed.codec).toBe(0);
    expect(unpackPlain(packed.codec, packed.body).equals(zeros)).toBe(true);
    const bomb = Buffer.from(packPlain(Buffer.from('x'.repeat(300) + Math.PI)).body);
    bomb.writeUInt32BE(200 * 1024 * 1024, 4);
    expect(() => unpackPlain(1, bomb)).toThrow('would unpack to 209715200 bytes');
  });

  test('PK8: texts come back by their hashes, and a text that is another one is refused', () => {
    const bytes = Buffer.from('large '.repeat(1_000));
    const hash = createHash('sha256').update(bytes).digest();
    const pack = sealTexts(run(lines(bodies)), { meta, texts: [{ hash, bytes }] }, sealing, salt);
    expect(openTexts(named(pack.name), pack.bytes, theirs).texts).toEqual([{ hash, bytes }]);
    const lie = sealTexts(run(lines(bodies)), { meta, texts: [{ hash, bytes: Buffer.from('other') }] }, sealing, salt);
    expect(() => openTexts(named(lie.name), lie.bytes, theirs)).toThrow('not the one it is named by');
    expect(refusal(pack.bytes, { ...named(pack.name), texts: false })).toBe('path');
  });

  test('PK9: garbage is refused and never anything else, signed or not', () => {
    const random = seeded('packs');
    for (let i = 0; i < 600; i += 1) {
      const bytes = mutated(random, sealed.bytes);
      const check = refusal(bytes, fitting(bytes));
      if (!bytes.equals(sealed.bytes)) expect(checks).toContain(check);
      if (bytes.length < headerBytes + 64) continue;
      const signed = signedAgain(bytes);
      const second = refusal(signed, fitting(signed));
      if (!bytes.subarray(0, -64).equals(sealed.bytes.subarray(0, -64))) expect(checks).toContain(second);
    }
    for (let i = 0; i < 600; i += 1) {
      const plain = mutated(random, packPlain(Buffer.from(bodies.join(''))).body);
      try {
        unpackPlain(random.below(2), plain);
      } catch (error) {
        expect(error).toBeInstanceOf(PackRefused);
      }
    }
  });
});

describe('names', () => {
  test('PK10: an id is 26 digits and back; everything that is not exactly a name of ours is none', () => {
    fc.assert(fc.property(fc.uuid(), (id) => digitsId(idDigits(id)) === id));
    const random = seeded('names');
    const { name } = sealed;
    expect(parseName(name)).toMatchObject({ is: 'pack', ws, project, dev, log, from: 1, to: 3, rev: 0, texts: false });
    for (let i = 0; i < 3_000; i += 1) {
      const other = mutated(random, Buffer.from(name)).toString();
      const read = parseName(other);
      if (read?.is === 'pack') expect(packName(read)).toBe(other);
    }
    for (const bad of [
      '../x',
      `${name}/..`,
      ` ${name}`,
      name.toUpperCase(),
      'desktop.ini',
      name.replace('0000000001-', '1-'),
    ]) {
      expect(parseName(bad)).toBeUndefined();
    }
  });
});
