// Snapshots of a project: made now and then, the newest is kept, and none that holds what was erased.
import { limits } from '../../core/limits.ts';
import { getBlob } from '../../store/blobs.ts';
import { recordErase } from '../../store/erasures.ts';
import { isUnproven } from '../../store/head-start.ts';
import type { Store } from '../../store/store.ts';
import { metaOf, namedTexts } from './cut.ts';
import { snapshotsOf } from './head-start.ts';
import { noProject, type SnapshotName } from './names.ts';
import type { PackText } from './pack/body.ts';
import { type Snapshot, type SnapshotRecord, sealSnapshot } from './pack/snapshot.ts';
import { type Place, type Run, requireDone } from './run.ts';
import { erasuresHere, ownErasesHere, recordsBefore, recordsHere } from './snapshot-queries.ts';

const longAgoMs = 30 * 24 * 3_600_000;

/** What was seen of snapshots on a remote when they were last looked at; kept beside what was listed there. */
interface Known {
  readonly at: number;
  readonly erasures: number;
  /** Erases of this device's own. */
  readonly own?: number;
}

const pinned = ['listed', 'snapshots'] as const;

/** Whether to look what snapshots there are: one may be due, or hold what was erased since. */
export function isSnapshotDue(run: Run, store: Store): boolean {
  const { snapshots, keys, clock, tidy } = run.parts;
  if (snapshots === 'none' || !keys.current) return false;
  const { from, behind } = snapshots ?? { from: limits.snapshotFrom, behind: limits.snapshotBehind };
  const count = store.read.one(recordsHere, {})?.count ?? 0;
  const last = run.pin(store, ...pinned);
  if (!last) return count >= from;
  const known = JSON.parse(last.value) as Known; // written by look
  if (known.erasures !== erasures(store)) return true;
  if (count < from || count <= last.n) return false;
  return tidy === true || count - last.n > behind || Math.abs(clock() - known.at) > longAgoMs;
}

/** Makes one where none of anybody is new enough, and takes away those before it, and such as hold what was erased. */
export async function keepSnapshots(run: Run, place: Place, store: Store): Promise<void> {
  if (!isSnapshotDue(run, store) || isUnproven(store.statements)) return;
  const { remote, signal, snapshots, failpoint, clock } = run.parts;
  const { from, behind } =
    snapshots && snapshots !== 'none' ? snapshots : { from: limits.snapshotFrom, behind: limits.snapshotBehind };
  const last = run.pin(store, ...pinned);
  const before = last && (JSON.parse(last.value) as Known); // written below
  const { whole, parts } = await snapshotsOf(run, place);
  const count = store.read.one(recordsHere, {})?.count ?? 0;
  const known: Known = { at: clock(), erasures: erasures(store), own: store.read.one(ownErasesHere, {})?.count ?? 0 };
  const stale = whole.filter((each) => mayHoldErased(run, each, { before, known }));
  const left = whole.filter((each) => !stale.includes(each));
  const newest = left[0]?.n ?? 0;
  const isOld = before !== undefined && newest <= (last?.n ?? 0) && known.at - before.at > longAgoMs;
  const isDue = count >= from && count > newest && (count - newest > behind || isOld || run.parts.tidy === true);
  // those that hold what was erased go first: a new device does without for a moment
  const spoilt = [...stale, ...parts.filter((each) => isOurs(run, each))];
  if (spoilt.length > 0) requireDone(await remote.delete(names(spoilt), signal));
  if (isDue) {
    const made = await make(run, place, store, count);
    requireDone(await remote.putIfAbsent([made], signal));
    failpoint('snapshot.put');
  }
  // those of others as well: whoever is about to take one does with the next, or with none
  const older = isDue ? left : left.slice(1);
  if (older.length > 0) await remote.delete(names(older), signal);
  await store.write((tx) => {
    const n = isDue ? count : newest;
    run.setPin(tx, pinned[0], {
      id: pinned[1],
      n,
      value: JSON.stringify(isDue || newest !== last?.n ? known : { ...known, at: before?.at ?? known.at }),
    });
  });
}

interface Looks {
  /** None where its maker was killed before it had noted what it put. */
  readonly before: Known | undefined;
  readonly known: Known;
}

/** Whoever erases takes away those of all, since a maker may be silent for long; the others their own, when they hear of it. */
function mayHoldErased(run: Run, name: SnapshotName, { before, known }: Looks): boolean {
  if ((before?.own ?? 0) !== known.own) return true;
  return (before?.erasures ?? 0) !== known.erasures && isOurs(run, name);
}

function names(all: readonly SnapshotName[]): string[] {
  return all.map(({ name }) => name);
}

/** Own ones, and those of devices that were put out and will not take theirs away. */
function isOurs({ parts: { keys } }: Run, { dev }: SnapshotName): boolean {
  const signer = keys.signer(dev);
  return dev === keys.dev || !signer || signer.lastAccepted !== undefined;
}

function erasures(store: Store): number {
  return store.read.one(erasuresHere, {})?.count ?? 0;
}

async function make(run: Run, place: Place, store: Store, n: number) {
  const { keys, random } = run.parts;
  if (!keys.current) throw new Error('nobody seals without a key');
  run.tell({ doing: 'packing', done: 0, of: n, bytes: 0 });
  const content = await chosen(run, store);
  const of = { ws: keys.ws, project: place.ids[0] ?? noProject, dev: keys.dev, n };
  const sealing = { sign: keys.sign.bind(keys), version: keys.version, current: keys.current };
  return sealSnapshot(of, { meta: metaOf(run, store), ...content }, sealing, random(32));
}

const page = 250;

/** Newest first: every erase, all of what is changed and merged, and of what only grows the newest; as much as fits. */
async function chosen(run: Run, store: Store): Promise<Snapshot> {
  const [records, texts] = [[] as SnapshotRecord[], new Map<string, PackText>()];
  let [bytes, others] = [0, 0];
  for (let n = Number.MAX_SAFE_INTEGER; ; ) {
    run.goOn();
    const rows = store.read.all(recordsBefore, { n, limit: page });
    for (const { name, n: _, ...record } of rows) {
      const isNeeded = name === recordErase.name || store.arriving.projector.merges(name);
      if (!isNeeded && others >= limits.snapshotNewest) continue;
      const named = textsOf(store, record.body).filter(([hex]) => !texts.has(hex));
      bytes += named.reduce((sum, [, text]) => sum + text.bytes.length, record.body.length);
      if (bytes > limits.snapshotBytes) return { records, texts: [...texts.values()] };
      if (!isNeeded) others += 1;
      records.push(record);
      for (const [hex, text] of named) texts.set(hex, text);
    }
    const last = rows.at(-1);
    if (!last) return { records, texts: [...texts.values()] };
    n = last.n;
    await run.parts.breathe();
  }
}

/** With its texts a record's rows are right at once; those that are not here come with the packs. */
function textsOf({ statements }: Store, body: string): [string, PackText][] {
  return namedTexts(body).flatMap((hex): [string, PackText][] => {
    const bytes = getBlob(statements, hex);
    return bytes ? [[hex, { hash: Buffer.from(hex, 'hex'), bytes }]] : [];
  });
}
