import { environment } from './environment.ts';

/** Those of synchronisation, in the order in which a push and a pull come by. */
export const syncFailpoints = [
  ...(['pack.cut', 'pack.fsynced', 'pack.rows', 'put.half', 'put.done', 'announce.put', 'ack.written'] as const),
  ...(['get.staged', 'verify.done', 'apply.half'] as const),
] as const;

/** Those of sealing packs again: joined, put in the place of others, and these taken away. */
export const sealingFailpoints = ['repack.done', 'revision.deleted'] as const;

/** Those of snapshots: one lies on the remote, and some of one is in the database. */
export const snapshotFailpoints = ['snapshot.put', 'snapshot.slice'] as const;

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
  'tensor.sealed',
  'tensor.renamed',
  ...syncFailpoints,
  ...sealingFailpoints,
  ...snapshotFailpoints,
  'keyring.put',
] as const;

/** What the operating system would say, by the action that stands for it. */
const systemCodes: Readonly<Record<string, string>> = { full: 'ENOSPC', io: 'EIO' };

/** What a flush takes on a disk that is slow. */
const slowMs = 200;

/**
 * Reads PRSIST_FAILPOINT, `<name>:<kill|error|full|io|slow>[:<n>[+]]` (the n-th time, 1 when absent; with + from then on), and
 * only where PRSIST_HOME is set: an ordinary installation has no failpoints. Returns what to call at each crossing.
 */
export function createFailpoint(
  env: Readonly<Record<string, string | undefined>> = environment(),
): (name: string) => void {
  const asked = env.PRSIST_HOME ? env.PRSIST_FAILPOINT : undefined;
  if (!asked) return () => undefined;
  const [wanted, action = 'error', nth = '1'] = asked.split(':');
  let left = Number.parseInt(nth, 10);
  return (name) => {
    if (name !== wanted) return;
    left -= 1;
    if (nth.endsWith('+') ? left > 0 : left !== 0) return;
    if (action === 'kill') process.kill(process.pid, 'SIGKILL');
    if (action === 'slow') return hold(slowMs);
    const code = systemCodes[action];
    throw Object.assign(new Error(`failpoint ${name}`), code === undefined ? {} : { code });
  };
}

/** As a disk does that does not come back: the thread waits, and everything in it. */
function hold(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
