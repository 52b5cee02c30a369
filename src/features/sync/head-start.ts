// A new device begins with a snapshot: what is remembered is there at once, and the packs that follow prove it.

import { packed } from '../../store/blobs.ts';
import type { BlobSource } from '../../store/foreign.ts';
import { appendHeadStart, isNew } from '../../store/head-start.ts';
import { isStoreFailure, storeError } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { noProject, parseName, type SnapshotName, snapshotsPrefix } from './names.ts';
import { PackRefused } from './pack/refused.ts';
import { openSnapshot, type Snapshot } from './pack/snapshot.ts';
import type { Place, Run } from './run.ts';

/** Records of one transaction. */
const slice = 250;

/** Takes in the newest snapshot of a project of which nothing of others is here. One that fails a check is told and passed over. */
export async function beginWithSnapshot(run: Run, place: Place, store: Store): Promise<void> {
  if (run.parts.snapshots === 'none' || !isNew(store.statements)) return;
  for (let tries = 0; tries < 2; tries += 1) {
    const { whole } = await snapshotsOf(run, place);
    const outcomes = new Set<Outcome>();
    for (const name of whole) {
      const outcome = await takeSnapshot(run, store, name);
      if (outcome === 'taken') return;
      outcomes.add(outcome);
    }
    // since it was listed, a newer one has taken its place
    if (!outcomes.has('gone')) return;
  }
}

type Outcome = 'taken' | 'gone' | 'refused';

/** The newest first; of some only a part is there: they are being put, or never were to the end. */
interface SnapshotsThere {
  readonly whole: readonly SnapshotName[];
  readonly parts: readonly SnapshotName[];
}

/** What lies there for a project, under any of its ids. */
export async function snapshotsOf(run: Run, { ids }: Place): Promise<SnapshotsThere> {
  const { ws } = run.parts.keys;
  const [whole, parts] = [[] as SnapshotName[], [] as SnapshotName[]];
  for (const id of ids) {
    for (const { name, sizeBytes } of await run.list(snapshotsPrefix(ws, id))) {
      const read = parseName(name);
      if (read?.is === 'snapshot') (sizeBytes === null || sizeBytes === read.len ? whole : parts).push(read);
    }
  }
  whole.sort((a, b) => b.n - a.n || (a.name < b.name ? 1 : -1)); // the same first one for every device
  return { whole, parts };
}

async function takeSnapshot(run: Run, store: Store, name: SnapshotName): Promise<Outcome> {
  const bytes = await run.small(name.name);
  if (!bytes) return 'gone';
  const snapshot = opened(run, name, bytes);
  if (!snapshot || !(await take(run, store, name, snapshot))) return 'refused';
  run.findings.received.bytes += bytes.length;
  return 'taken';
}

function opened(run: Run, name: SnapshotName, bytes: Buffer): Snapshot | undefined {
  try {
    return openSnapshot(name, bytes, run.parts.keys);
  } catch (error) {
    if (!(error instanceof PackRefused)) throw error;
    passOver(run, name, error.check, error.message);
    return undefined;
  }
}

/** Whatever is wrong with it, its packs are as good without. */
function passOver({ findings }: Run, { name }: SnapshotName, check: string, why: string): void {
  findings.note({ is: 'refused', name, check, why, givenUp: true });
}

/** In the order in which they were written: most rows are then laid one over the other. */
async function take(run: Run, store: Store, name: SnapshotName, { records, texts }: Snapshot): Promise<boolean> {
  const { keys, breathe, failpoint } = run.parts;
  const ordered = records
    .filter(({ dev }) => dev !== keys.dev)
    .map((record) => ({ record, hlc: hlcOf(record.body) }))
    .sort((a, b) => (a.hlc < b.hlc ? -1 : a.hlc > b.hlc ? 1 : 0))
    .map(({ record }) => record);
  const blobs = sourceOf(texts);
  for (let at = 0; at < ordered.length; at += slice) {
    run.goOn();
    run.tell({ doing: 'applying', done: at, of: ordered.length, bytes: 0 });
    try {
      const rows = ordered.slice(at, at + slice);
      await store.write((tx) => tx.bulk(() => appendHeadStart(store.arriving, name.dev, { rows, blobs })));
    } catch (error) {
      if (!store.db.open || !(error instanceof Error) || isStoreFailure(storeError(error, store.settings.file)))
        throw error;
      passOver(run, name, 'snapshot', error.message);
      return false;
    }
    failpoint('snapshot.slice');
    await breathe();
  }
  const project = store.settings.identity.project ?? noProject;
  run.findings.applied.set(project, (run.findings.applied.get(project) ?? 0) + ordered.length);
  return true;
}

function sourceOf(texts: Snapshot['texts']): BlobSource {
  const byHash = new Map(texts.map(({ hash, bytes }) => [Buffer.from(hash).toString('hex'), { hash, bytes }]));
  return (hex) => {
    const text = byHash.get(hex);
    return text && { hash: text.hash, bytes: text.bytes.length, ...packed(text.bytes) };
  };
}

/** By what stands first in the canonical form; where it does not, the order does not matter. */
function hlcOf(body: string): string {
  return /"hlc":"([0-9a-f]{16})"/.exec(body)?.[1] ?? '';
}
