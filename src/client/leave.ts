import { errorCode } from '../platform/files.ts';
import { processExists, processStart } from '../platform/process.ts';
import { monotonic, wait } from '../platform/time.ts';
import type { Endpoint } from './endpoint.ts';
import { type Answer, exchange } from './exchange.ts';

/**
 * Asks a daemon to finish and leave; true when it is gone, false when it still lives after `timeoutMs`.
 * That it does not listen any more, or hangs up while leaving, is what was wanted. Throws daemon/wedged when it is silent.
 */
export async function leave(endpoint: Endpoint, timeoutMs: number): Promise<boolean> {
  try {
    await drain(endpoint, timeoutMs);
  } catch (error) {
    if (!['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(errorCode(error))) throw error;
  }
  return waitUntilGone(endpoint, timeoutMs);
}

/** In its own protocol number, so that one of another version understands. */
function drain(endpoint: Endpoint, timeoutMs: number): Promise<Answer> {
  return exchange(endpoint.socket, {
    path: '/memory/system/drain',
    headers: { authorization: `Bearer ${endpoint.token}`, 'x-prsist-proto': String(endpoint.proto) },
    body: '{}',
    slowMs: timeoutMs,
    timeoutMs,
    slow: () => undefined,
  });
}

/** True while the very process that wrote an endpoint lives: same number and, where the system tells, same start time. */
export function isAlive(endpoint: Endpoint): boolean {
  if (!processExists(endpoint.pid)) return false;
  const start = processStart(endpoint.pid);
  return start === '' || endpoint.start === '' || start === endpoint.start;
}

/** Waits until that process is gone; false when it still lives after `timeoutMs`. */
export async function waitUntilGone(endpoint: Endpoint, timeoutMs: number): Promise<boolean> {
  const begun = monotonic();
  while (isAlive(endpoint)) {
    if (monotonic() - begun > timeoutMs) return false;
    await wait(25);
  }
  return true;
}
