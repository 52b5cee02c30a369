import fs from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { exchange, type Question } from '../../src/client/exchange.ts';
import { temporaryHome } from './wire-server.ts';

const home = temporaryHome();
const path = join(home, 'x.sock');
let server: net.Server | undefined;

afterAll(() => fs.rmSync(home, { recursive: true }));

afterEach(async () => {
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
});

/** A server that sends these pieces, each in a write of its own, then closes or stays silent. */
async function sends(pieces: readonly string[], then: 'close' | 'stay' = 'close'): Promise<void> {
  fs.rmSync(path, { force: true });
  server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', async () => {
      for (const piece of pieces) await new Promise((resolve) => socket.write(piece, () => setImmediate(resolve)));
      if (then === 'close') socket.end();
    });
  });
  await new Promise<void>((resolve) => server?.listen(path, resolve));
}

const question: Question = {
  path: '/memory/a/b',
  headers: { 'x-one': '1' },
  body: '{"ü":1}',
  slowMs: 10_000,
  timeoutMs: 10_000,
  slow: () => undefined,
};

test('an answer of known length is read in any pieces, and the rest of the connection is not waited for', async () => {
  await sends(['HTTP/1.1 200 O', 'K\r\nContent-Len', 'gth: 9\r\n\r\n{"ä"', ':12', '}ignored'], 'stay');
  // "{"ä":12}" is 9 bytes: the length counts bytes, not characters
  expect(await exchange(path, question)).toEqual({ status: 200, body: '{"ä":12}' });
});

test('a chunked answer is joined', async () => {
  await sends(['HTTP/1.1 202 OK\r\ntransfer-encoding: chunked\r\n\r\n', '5\r\n{"a":\r\n', '2;x=y\r\n1}\r\n0\r\n\r\n']);
  expect(await exchange(path, question)).toEqual({ status: 202, body: '{"a":1}' });
});

test('an answer that ends with the connection is read to its end', async () => {
  await sends(['HTTP/1.0 404 No\r\n\r\n', '{}']);
  expect(await exchange(path, question)).toEqual({ status: 404, body: '{}' });
});

test.each([
  ['before anything', []],
  ['within the head', ['HTTP/1.1 200 OK\r\ncont']],
  ['within the body', ['HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"a"']],
  ['within a chunk', ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{"a"']],
])('a connection that closes %s is an error of the connection', async (_, pieces) => {
  await sends(pieces);
  await expect(exchange(path, question)).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('a silent server: told once that it is slow, then wedged', async () => {
  await sends([], 'stay');
  const told: number[] = [];
  const asked = exchange(path, { ...question, slowMs: 10, timeoutMs: 40, slow: () => told.push(1) });
  await expect(asked).rejects.toMatchObject({ code: 'daemon/wedged' });
  expect(told).toEqual([1]);
});

test('nobody there is the system error', async () => {
  await expect(exchange(join(home, 'none.sock'), question)).rejects.toMatchObject({ code: 'ENOENT' });
});
