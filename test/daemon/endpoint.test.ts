import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PrsistError } from '../../src/core/errors.ts';
import {
  endpointLost,
  newEndpoint,
  publishEndpoint,
  withdrawEndpoint,
  writeStartError,
} from '../../src/daemon/endpoint.ts';
import { ownDirectory } from '../../src/platform/files.ts';
import { resolvePaths } from '../../src/platform/paths.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

function place() {
  const paths = resolvePaths({ HOME: '/h', PRSIST_HOME: temporaryDirectory() });
  ownDirectory(paths.state);
  const published = () => JSON.parse(fs.readFileSync(paths.endpoint, 'utf8'));
  return { paths, published };
}

test('DA60: no two daemons share a socket name or a token; sockets of the dead are swept', () => {
  const { paths } = place();
  const dead = join(paths.state, 'd-2147483646-aa.sock');
  fs.writeFileSync(dead, '');
  const [one, two] = [newEndpoint(paths, 42), newEndpoint(paths, 42)];
  expect(fs.existsSync(dead)).toBe(false);
  expect(one.socket).not.toBe(two.socket);
  expect(one.token).toMatch(/^[0-9a-f]{64}$/);
  expect(one.token).not.toBe(two.token);
});

test('DA61: what is published is one line that hooks can read, for nobody else; only its own is withdrawn', () => {
  const { paths, published } = place();
  const [one, two] = [newEndpoint(paths, 42), newEndpoint(paths, 43)];
  publishEndpoint(paths, one, process.pid);
  expect(published()).toMatchObject({ ...one, pid: process.pid, proto: 1 });
  expect(fs.readFileSync(paths.endpoint, 'utf8')).toMatch(new RegExp(`^[^\\n]*"pid":${process.pid},[^\\n]*\\n$`));
  expect(fs.statSync(paths.endpoint).mode & 0o077).toBe(0);
  expect([endpointLost(paths, one), endpointLost(paths, two)]).toEqual([false, true]);
  publishEndpoint(paths, two, process.pid);
  withdrawEndpoint(paths, one);
  expect(published().socket).toBe(two.socket);
  withdrawEndpoint(paths, two);
  expect([fs.existsSync(paths.endpoint), endpointLost(paths, two)]).toEqual([false, true]);
});

test('DA62: why a start failed is left for clients, a bug as one', () => {
  const { paths } = place();
  const left = () => JSON.parse(fs.readFileSync(paths.startError, 'utf8'));
  writeStartError(paths, new PrsistError('store/unsafe-mode', 'open to others', { hint: 'chmod 700 x' }), 5);
  expect(left()).toEqual({ code: 'store/unsafe-mode', message: 'open to others', hint: 'chmod 700 x', at: 5 });
  writeStartError(paths, 'thrown text', 6);
  expect(left()).toMatchObject({ code: 'internal', message: 'thrown text', at: 6 });
});
