import { environment } from './environment.ts';

/** Named crossings from memory to disk or wire, where tests kill, fail or hold the process. */
export const failpointNames = [
  'spool.renamed',
  'ingest.parsed',
  'tx.begun',
  'record.inserted',
  'projection.applied',
  'tx.before-commit',
  'tx.after-commit',
  'spool.before-delete',
  'lock.taken',
  'endpoint.renamed',
  'mirror.copied',
  'rebuild.dropped',
  'rebuild.half',
  'backup.half',
  'restore.swapped',
] as const;

/**
 * Reads PRSIST_FAILPOINT, `<name>:<kill|error>[:<n>]` (the n-th time, 1 when absent), and only where PRSIST_HOME is set:
 * an ordinary installation has no failpoints. Returns what to call at each crossing.
 */
export function createFailpoint(
  env: Readonly<Record<string, string | undefined>> = environment(),
): (name: string) => void {
  const asked = env.PRSIST_HOME ? env.PRSIST_FAILPOINT : undefined;
  if (!asked) return () => undefined;
  const [wanted, action, nth = '1'] = asked.split(':');
  let left = Number(nth);
  return (name) => {
    if (name !== wanted) return;
    left -= 1;
    if (left !== 0) return;
    if (action === 'kill') process.kill(process.pid, 'SIGKILL');
    throw new Error(`failpoint ${name}`);
  };
}
