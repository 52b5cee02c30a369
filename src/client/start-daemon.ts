import { errorFromBody, type PrsistError } from '../core/errors.ts';
import { readText } from '../platform/files.ts';
import { startDetached } from '../platform/process.ts';

/**
 * Starts the daemon in the background. launcher: path of bin/prsist-daemon. Too many starts do no harm: one holds the lock.
 * Returns its process number, undefined when it could not be started.
 */
export function startDaemon(launcher: string, env: Readonly<Record<string, string | undefined>>): number | undefined {
  return startDetached(process.execPath, [launcher], { ...env });
}

/**
 * The reason a daemon gave for not starting, when it did so after `sinceMs` (wall clock); undefined otherwise.
 * path: start-error.json, `{code, message, hint, at}`.
 */
export function startFailure(path: string, sinceMs: number): PrsistError | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  const told = toldReason(text);
  return told && told.at >= sinceMs ? errorFromBody(told) : undefined;
}

interface ToldReason {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly at: number;
}

function toldReason(text: string): ToldReason | undefined {
  try {
    const { code, message, hint, at } = JSON.parse(text);
    const atMs = typeof at === 'number' ? at : Date.parse(String(at));
    return { code: String(code), message: String(message), hint: String(hint ?? ''), at: atMs };
  } catch {
    return undefined; // half written: the next look sees the whole
  }
}
