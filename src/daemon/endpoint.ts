import { join } from 'node:path';
import { errorBody, PrsistError } from '../core/errors.ts';
import { sha256Hex } from '../core/ids.ts';
import { productVersion, protocol } from '../core/protocol.ts';
import { ownDirectory, readText, removeFile, writeAtomic } from '../platform/files.ts';
import { type Paths, socketDirectory } from '../platform/paths.ts';
import { processStart } from '../platform/process.ts';
import { randomHex } from '../platform/random.ts';
import { deadSockets } from '../platform/sockets.ts';

export interface Endpoint {
  readonly socket: string;
  readonly token: string;
}

/** A new socket name and token: never a name that another daemon had, since closing a socket unlinks its name. */
export function newEndpoint(paths: Paths, pid: number): Endpoint {
  const directory = socketDirectory(paths.state, sha256Hex);
  ownDirectory(directory);
  for (const path of deadSockets(directory, pid)) removeFile(path);
  return { socket: join(directory, `d-${pid}-${randomHex(4)}.sock`), token: randomHex(32) };
}

/** Tells clients where the daemon listens; after its socket is open. One line: the hooks read `"pid":` from it. */
export function publishEndpoint(paths: Paths, { socket, token }: Endpoint, pid: number): void {
  const start = processStart(pid);
  const line = JSON.stringify({ socket, token, pid, start, proto: protocol, version: productVersion });
  writeAtomic(paths.endpoint, `${line}\n`);
}

/** True when the endpoint on disk is not this one: somebody cleaned the directory. */
export function endpointLost(paths: Paths, { socket }: Endpoint): boolean {
  return !(readText(paths.endpoint) ?? '').includes(JSON.stringify(socket));
}

/** Withdraws the endpoint, if it is still ours. */
export function withdrawEndpoint(paths: Paths, endpoint: Endpoint): void {
  if (!endpointLost(paths, endpoint)) removeFile(paths.endpoint);
}

/** Leaves the reason why a start failed where clients look for it. at: milliseconds. */
export function writeStartError(paths: Paths, error: unknown, at: number): void {
  const known =
    error instanceof PrsistError
      ? error
      : new PrsistError('internal', error instanceof Error ? error.message : String(error), { cause: error });
  writeAtomic(paths.startError, `${JSON.stringify({ ...errorBody(known), at })}\n`);
}
