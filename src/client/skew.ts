import { join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { productVersion, protocol } from '../core/protocol.ts';
import { readText, writeAtomic } from '../platform/files.ts';
import type { Paths } from '../platform/paths.ts';
import { wallClock } from '../platform/time.ts';
import type { Endpoint } from './endpoint.ts';
import { leave, waitUntilGone } from './leave.ts';

const calmMs = 60_000;
const leaveMs = 10_000;

/**
 * What to do about a daemon of another protocol that refused us. When ours is newer it is asked to leave and is gone on
 * return, so the caller's next try starts ours. At most one daemon is replaced per minute: two installations that take
 * turns must not restart each other for ever. Throws daemon/version-skew when ours is older or that minute is not over.
 */
export async function settleSkew(paths: Paths, endpoint: Endpoint): Promise<void> {
  if (protocol <= endpoint.proto) throw skew(endpoint, 'npm install -g prsist@latest');
  const last = lastChange(paths);
  const name = `${endpoint.pid} ${endpoint.start}`;
  const isRecent = last !== undefined && wallClock() - last.atMs < calmMs;
  if (isRecent && last.name !== name) throw skew(endpoint, 'remove the older prsist: which -a prsist');
  if (!isRecent) writeAtomic(changeFile(paths), `${wallClock()} ${name}\n`);
  const isGone = await (isRecent ? waitUntilGone : leave)(endpoint, leaveMs);
  if (!isGone) throw skew(endpoint, 'prsist daemon stop --force');
}

function skew(endpoint: Endpoint, hint: string): PrsistError {
  const message = `the daemon runs prsist ${endpoint.version}, this is ${productVersion}, and they do not understand each other`;
  return new PrsistError('daemon/version-skew', message, { hint });
}

function changeFile(paths: Paths): string {
  return join(paths.state, 'version-change');
}

function lastChange(paths: Paths): { readonly atMs: number; readonly name: string } | undefined {
  const [, at, name] = /^(\d+) (.*)$/m.exec(readText(changeFile(paths)) ?? '') ?? [];
  return at === undefined || name === undefined ? undefined : { atMs: Number(at), name };
}
