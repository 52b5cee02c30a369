import { expect, test } from 'vitest';
import { throttled } from '../../src/daemon/sync-throttle.ts';
import type { Remote } from '../../src/features/sync/remote.ts';
import { pause } from '../../src/platform/time.ts';
import { memoryRemote } from '../harness/memory-remote.ts';

const signal = new AbortController().signal;

/** A remote that tells what it is asked, in order, with the pauses between. */
function slow(kibPerS: number) {
  const told: string[] = [];
  const inner = memoryRemote();
  const spied: Remote = {
    ...inner,
    putIfAbsent: async (objects, given) => {
      told.push(`put ${objects.map(({ name }) => name).join(' ')}`);
      return inner.putIfAbsent(objects, given);
    },
    get: async (names, into, given) => {
      told.push(`get ${names.join(' ')}`);
      return inner.get(names, into, given);
    },
    close: async () => void told.push('closed'),
  };
  const remote = throttled(spied, kibPerS, async (ms) => void told.push(`${ms} ms`));
  return { told, remote, spied, objects: inner.objects };
}

const object = (name: string, bytes: number) => ({ name, bytes: new Uint8Array(bytes) });

test('SN8: after each object there is a pause as long as its bytes are worth, both ways, in order', async () => {
  const { remote, told } = slow(64);
  const results = await remote.putIfAbsent([object('a', 64 * 1024), object('b', 16 * 1024)], signal);
  expect(results).toEqual([
    { name: 'a', is: 'created' },
    { name: 'b', is: 'created' },
  ]);
  const came: string[] = [];
  const got = await remote.get(['b', 'gone', 'a'], (name) => void came.push(name), signal);
  expect(got).toEqual([
    { name: 'b', is: 'got' },
    { name: 'gone', is: 'absent' },
    { name: 'a', is: 'got' },
  ]);
  expect(came).toEqual(['b', 'a']);
  expect(told).toEqual([
    ...['put a', '1000 ms', 'put b', '250 ms'],
    ...['get b', '250 ms', 'get gone', '0 ms', 'get a', '1000 ms'],
  ]);
});

test('SN8: nothing goes beside it, listing and closing go through, and without a limit it is the remote itself', async () => {
  const { remote, told, spied, objects } = slow(1);
  expect(remote.limits).toEqual({ ...spied.limits, parallel: 1 });
  objects.set('a', new Uint8Array(3));
  const listed = [];
  for await (const each of remote.list('', signal)) listed.push(each);
  expect(listed).toEqual([{ name: 'a', sizeBytes: 3 }]);
  expect(await remote.delete(['a'], signal)).toEqual([{ name: 'a', is: 'deleted' }]);
  await remote.close();
  expect(told).toEqual(['closed']);
  expect(throttled(spied, 0, async () => undefined)).toBe(spied);
});

test('SN8: an object that fails ends it there with what the remote said', async () => {
  const { spied, told } = slow(1);
  const full: Remote = { ...spied, putIfAbsent: async () => Promise.reject(new Error('full')) };
  const pauses: number[] = [];
  const remote = throttled(full, 1, async (ms) => void pauses.push(ms));
  await expect(remote.putIfAbsent([object('a', 1024), object('b', 1024)], signal)).rejects.toThrow('full');
  expect([pauses, told]).toEqual([[], []]);
});

test('SN8: a pause that is called off ends at once, and nothing goes after it', async () => {
  const { spied, told } = slow(1);
  const leaving = new AbortController();
  const remote = throttled(spied, 1, pause);
  const going = remote.putIfAbsent([object('a', 1024 * 1024), object('b', 1024)], leaving.signal);
  setTimeout(() => leaving.abort(), 20);
  await expect(going).rejects.toThrow('aborted');
  expect(told).toEqual(['put a']);
});
