import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PrsistError } from '../../../src/core/errors.ts';
import { limits } from '../../../src/core/limits.ts';
import { misfit } from '../../../src/features/sync/package/fitting.ts';
import { type Frame, frame, frameTypes } from '../../../src/features/sync/package/frames.ts';
import { allFrames, bytesOf, draft, framesOf, manifest, otherId, read } from '../../harness/packages.ts';

const long = 'a text that is kept beside its record '.repeat(100);
const small = framesOf([draft(1), draft(2)]);

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'read';
  } catch (error) {
    if (error instanceof PrsistError) return error.code;
    throw error;
  }
}

describe('what is refused', () => {
  test('PG8: each byte of a package flipped is refused', async () => {
    const bytes = bytesOf(small);
    const accepted: number[] = [];
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 0x01;
      const code = await codeOf(() => read(flipped));
      if (!/^(?:package\/|limit\/)/.test(code)) accepted.push(at);
    }
    expect(accepted).toEqual([]);
    expect(await codeOf(() => read(bytes))).toBe('read');
  });

  test('PG8: each cut of a package is refused', async () => {
    const bytes = bytesOf(small);
    for (let at = 0; at < bytes.length; at += 7) {
      expect(await codeOf(() => read(bytes.subarray(0, at))), `cut at ${at}`).toBe('package/unreadable');
    }
    expect(await codeOf(() => read(Buffer.concat([bytes, Buffer.from([1])])))).toBe('package/unreadable');
  });

  test('PG8: pieces that are left out, repeated, or of another package are refused', async () => {
    const many = Array.from({ length: limits.packagePackRecords + 3 }, (_, n) => draft(n));
    const [first, second] = [1, 2];
    const changes: Readonly<Record<string, (frames: Frame[]) => Frame[]>> = {
      'a pack left out': (frames) => frames.toSpliced(first, 1),
      'the last one left out': (frames) => frames.toSpliced(second, 1),
      'one twice': (frames) => frames.toSpliced(first, 0, frames[first] as Frame),
      'in another order': ([head, one, two]) => [head, two, one] as Frame[],
      'of another project': (frames) => {
        const others = framesOf(many, { of: { ...manifest, project: { id: otherId('project'), name: 'shop' } } });
        return frames.toSpliced(first, 1, others[first] as Frame);
      },
    };
    expect(framesOf(many)).toHaveLength(4);
    for (const [what, change] of Object.entries(changes)) {
      const bytes = bytesOf(framesOf(many, { change }));
      expect(await codeOf(() => read(bytes)), what).toBe('package/unreadable');
    }
    // the end says what was before it, whoever put it together
    const [head, , two, end] = framesOf(many);
    expect(await codeOf(() => read(bytesOf([head, two, end] as Frame[])))).toBe('package/unreadable');
  });

  test('PG3: a later format is told as one', async () => {
    const bytes = bytesOf(small);
    bytes.write('2', 6, 'latin1');
    expect(await codeOf(() => read(bytes))).toBe('package/newer');
    const [head, ...rest] = small;
    const text = head?.bytes.toString('utf8').replace('"format":1', '"format":2') ?? '';
    const later = frame(frameTypes.manifest, 'manifest.json', Buffer.from(text));
    expect(await codeOf(() => read(bytesOf([later, ...rest])))).toBe('package/newer');
    const strange = framesOf([draft(1)], { change: (frames) => [...frames, frame(9, 'x', Buffer.from('x'))] });
    expect(await codeOf(() => read(bytesOf(strange)))).toBe('package/newer');
  });
});

describe('frames', () => {
  test('PG9: come out as they went in, wherever their bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ type: fc.integer({ min: 0, max: 255 }), name: fc.string(), bytes: fc.uint8Array() })),
        fc.integer({ min: 1, max: 64 }),
        async (given, length) => {
          const frames = given.map(({ type, name, bytes }) => frame(type, name.toWellFormed(), Buffer.from(bytes)));
          const back = await allFrames(bytesOf(frames), length);
          expect(back.map(({ type, name, bytes }) => ({ type, name, bytes: [...bytes] }))).toEqual(
            frames.map(({ type, name, bytes }) => ({ type, name, bytes: [...bytes] })),
          );
        },
      ),
    );
  });

  test('PG9: a length beyond its limit is refused by its name, before anything is held', async () => {
    const head = Buffer.alloc(11);
    head.writeUInt8(3, 0);
    head.writeBigUInt64BE(2n ** 62n, 3);
    const bytes = Buffer.concat([Buffer.from('PRSPKG1\0'), head]);
    await expect(allFrames(bytes)).rejects.toMatchObject({
      code: 'limit/too-large',
      message: expect.stringContaining('packageFrameBytes'),
    });
    head.writeUInt16BE(65_535, 1);
    await expect(allFrames(Buffer.concat([Buffer.from('PRSPKG1\0'), head]))).rejects.toThrow('packageNameBytes');
  });

  test('PG9: any bytes at all are a package, or are refused within their limits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const mark = Buffer.from('PRSPKG1\0');
        const codes = [
          await codeOf(() => read(Buffer.from(bytes))),
          await codeOf(() => read(Buffer.concat([mark, bytes]))),
        ];
        for (const code of codes) expect(code).toMatch(/^(?:package|limit)\//);
      }),
    );
  });
});

describe('records', () => {
  test('PG9: texts that are kept beside them are put back', async () => {
    const [, piece] = await read(bytesOf(framesOf([draft(1, { texts: { content: long } })])), 1_000);
    expect(piece).toMatchObject({
      is: 'records',
      records: [{ name: 'context.put', fields: { content: long, key: 'k1' } }],
    });
    expect(JSON.stringify(piece)).not.toContain('content_blob');
  });

  test('PG11: one that is too deep, too wide, or holds NUL is refused by the name of its limit', async () => {
    const deep = JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`);
    const wide = Array.from({ length: limits.packageMembers + 1 }, () => 0);
    const refused = async (fields: Record<string, unknown>) => {
      const bytes = bytesOf(framesOf([draft(1, { fields: { ...draft(1).fields, ...fields } })]));
      return read(bytes).then(
        () => 'read',
        (error: Error) => error.message,
      );
    };
    expect(await refused({ value: deep })).toContain('packageDepth');
    expect(await refused({ value: wide })).toContain('packageMembers');
    expect(await refused({ value: 'a\0b' })).toContain('NUL');
    expect(await refused({ content_blob: 'ab'.repeat(32) })).toContain('not in it');
    expect(misfit({ a: [{ b: 'c' }] })).toBeUndefined();
  });

  test('PG11: one that says it came with another package is refused', async () => {
    const seen = draft(1) as unknown as { body: Record<string, unknown> };
    const bytes = bytesOf(
      framesOf([{ ...draft(1), body: { ...seen.body, actor: { user: 'ana', via: {} } } as never }]),
    );
    expect(await codeOf(() => read(bytes))).toBe('package/unreadable');
  });
});
