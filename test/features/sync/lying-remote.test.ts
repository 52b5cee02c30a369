// Each way in which the remote of the simulator lies, and that without one it keeps its word.
import { expect, test } from 'vitest';
import type { Remote } from '../../../src/features/sync/remote.ts';
import { type FaultKind, RemotePlace } from '../../sim/lying-remote.ts';

const signal = new AbortController().signal;
const object = (name: string) => ({ name, bytes: Buffer.from(`the bytes of ${name}`) });

async function listed(remote: Remote): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of remote.list('', signal)) names.push(name);
  return names;
}

async function got(remote: Remote, names: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  await remote.get(names, (name, bytes) => void texts.push(`${name}: ${Buffer.from(bytes)}`), signal);
  return texts;
}

/** A place with two objects, put one after the other, and a view of it that lies from its first call on. */
async function lying(kind: FaultKind) {
  const place = new RemotePlace('r');
  const honest = place.view(() => undefined);
  await honest.putIfAbsent([object('a')], signal);
  await honest.putIfAbsent([object('b')], signal);
  return { place, honest, liar: place.view(() => undefined, { kind, nth: 1, seed: 1 }) };
}

test('SI4: without a fault it keeps what it is given, once, and gives it back', async () => {
  const { honest } = await lying('drop');
  expect(await honest.putIfAbsent([object('a'), object('c')], signal)).toEqual([
    { name: 'a', is: 'exists' },
    { name: 'c', is: 'created' },
  ]);
  expect(await listed(honest)).toEqual(['a', 'b', 'c']);
  expect(await got(honest, ['c', 'x'])).toEqual(['c: the bytes of c']);
  expect(await honest.delete(['c', 'x'], signal)).toEqual([
    { name: 'c', is: 'deleted' },
    { name: 'x', is: 'absent' },
  ]);
});

test('SI4: what is put is dropped, cut, changed, shown late, refused, or kept without an answer', async () => {
  const put = async (kind: FaultKind) => {
    const { place, honest, liar } = await lying(kind);
    const results = await liar.putIfAbsent([object('c')], signal).catch((error: Error) => error.message);
    const bytes = place.objects.get('c')?.toString();
    return { results, bytes, seen: (await listed(honest)).includes('c'), place };
  };
  const created = [{ name: 'c', is: 'created' }];
  expect(await put('drop')).toMatchObject({ results: created, bytes: undefined });
  expect(await put('delay')).toMatchObject({ results: created, seen: false });
  const late = (await put('delay')).place;
  late.settle();
  expect(late.objects.has('c')).toBe(true);
  const short = await put('short-put');
  expect('the bytes of c'.startsWith(short.bytes ?? '-') && short.bytes !== 'the bytes of c').toBe(true);
  const flipped = await put('flipped-put');
  expect(flipped.bytes).not.toBe('the bytes of c');
  expect(flipped.place.tampered).toEqual([{ name: 'c', how: 'flipped-put' }]);
  expect((await put('full')).results).toMatchObject([{ is: 'failed', code: 'remote/full' }]);
  expect(await put('no-ack')).toMatchObject({ results: 'the connection was lost before the answer', seen: true });
  expect(await put('offline')).toMatchObject({ results: 'the remote cannot be reached', seen: false });
});

test('SI4: what is told and handed out is stale, doubled, in another order, cut, changed, or nobody’s', async () => {
  const of = async (kind: FaultKind) => (await lying(kind)).liar;
  expect(await listed(await of('stale'))).toEqual([]);
  expect((await listed(await of('duplicate'))).sort()).toEqual(['a', 'a', 'b', 'b']);
  expect((await listed(await of('reorder'))).sort()).toEqual(['a', 'b']);
  expect(await got(await of('flipped-get'), ['a'])).not.toEqual(['a: the bytes of a']);
  expect(await got(await of('short-get'), ['a'])).not.toEqual(['a: the bytes of a']);
  expect(await listed(await of('emptied'))).toEqual([]);
  expect((await listed(await of('foreign'))).length).toBeGreaterThan(2);
  const { place, liar } = await lying('rollback');
  expect(await listed(liar)).toEqual([]);
  expect(place.objects.size).toBe(0);
});
