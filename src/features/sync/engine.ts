// The one entrance of the engine: push and pull against a remote, over what it is handed and nothing else.

import type { SyncParts } from './ports.ts';
import { pullAll } from './pull.ts';
import { pushAll } from './push.ts';
import { dropPins, unconfirmAll } from './queries.ts';
import type { SyncReport } from './report.ts';
import { Run } from './run.ts';

export { noProject } from './names.ts';
export type { Marks, Progress, Shelf, SyncedProject, SyncParts } from './ports.ts';
export type { Rebuilt } from './rehearse.ts';
export { rehearse } from './rehearse.ts';
export type { SyncNote, SyncReport } from './report.ts';
export { together } from './report.ts';

/**
 * Takes in what others wrote. Whoever calls has looked at workspace and keyring before (the keys it hands in are those of
 * the newest keyring), and runs one at a time per remote. Throws the error of a remote that cannot be reached at all, and
 * key/mismatch; everything else is told in the report. May be killed anywhere: the next run goes on.
 */
export async function pull(parts: SyncParts): Promise<SyncReport> {
  const run = new Run(parts);
  await pullAll(run);
  return run.findings.report();
}

/** Sends what this device wrote. The same holds; key/missing when it was not let in yet. */
export async function push(parts: SyncParts): Promise<SyncReport> {
  const run = new Run(parts);
  await pushAll(run);
  return run.findings.report();
}

/** Both: first what others wrote, so that what is sent has seen it. */
export async function sync(parts: SyncParts): Promise<SyncReport> {
  const run = new Run(parts);
  await pullAll(run);
  await pushAll(run);
  return run.findings.report();
}

/** The remote was replaced on purpose: what it once held is forgotten, and everything it lacks is sent again. */
export async function acceptRollback(parts: Pick<SyncParts, 'user' | 'projects' | 'remoteId'>): Promise<void> {
  const forget = (store: SyncParts['user']) =>
    store.write((tx) => {
      tx.run(dropPins, { remote_id: parts.remoteId });
      tx.run(unconfirmAll, { remote_id: parts.remoteId });
    });
  await forget(parts.user);
  for (const { use } of parts.projects) await use(forget);
}
