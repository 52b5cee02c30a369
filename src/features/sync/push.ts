// Sending what this device wrote: packs that the remote has not confirmed, in order, and then word of them.

import { sha256Hex, uuidV7 } from '../../core/ids.ts';
import { type HeldChain, rootOf } from '../../store/branches.ts';
import type { Store } from '../../store/store.ts';
import { type AnnouncedLogs, sealAnnouncement } from './announcement.ts';
import { cutAgain, cutAll, isUncut, ownChains, rangeOf } from './cut.ts';
import { announcementsPrefix, packsPrefix, parseName } from './names.ts';
import { cover, type ListedPack, readListing } from './plan.ts';
import { batches, pullOwn } from './pull.ts';
import type { Pin } from './queries.ts';
import { addSyncEvent, confirmPack, dropPack, type PackRow, setMetadata } from './queries.ts';
import { isToRepack, repack } from './repack.ts';
import { holdsErased, leftByRevoked, sealForOthers, withoutErased } from './revise.ts';
import { type Place, type Run, requireDone, shelfKey } from './run.ts';
import { isSnapshotDue, keepSnapshots } from './snapshots.ts';

interface Sent {
  readonly place: Place;
  readonly rows: readonly PackRow[];
  readonly logs: AnnouncedLogs;
}

/** Sends everything of every database that this remote has not confirmed. */
export async function pushAll(run: Run): Promise<void> {
  const all: Sent[] = [];
  for (const place of run.places) {
    run.goOn();
    const sent = await place.use((store) => pushPlace(run, place, store));
    if (sent) all.push(sent);
  }
  if (all.length === 0) return;
  await announce(run, all);
  for (const sent of all) await sent.place.use((store) => acknowledge(run, store, sent));
}

async function pushPlace(run: Run, place: Place, store: Store): Promise<Sent | undefined> {
  if (!run.parts.full && !hasWork(run, store)) return undefined;
  const before = await withoutSpoilt(run, await ownListing(run, place));
  await pullOwn(run, store, before); // a copy of this device may have written to its logs
  await cutAll(run, store);
  await withoutErased(run, store);
  await repack(run, store);
  await sealForOthers(run, store, leftByRevoked(run, store));
  const { remoteId, marks } = run.parts;
  const chains = ownChains(run, store);
  // before anything leaves: a database that comes back older than this must not go on in these logs
  marks.raise(Object.fromEntries(chains.map(({ log, seq }) => [log, seq])));
  const there = new Map(before.map((pack) => [pack.name, pack]));
  await replaceLost(run, store, (name) => there.get(name)?.isWhole === true);
  const rows = own(run, store);
  const missing = rows.filter(({ name }) => !there.get(name)?.isWhole);
  const cut = missing.filter(({ name }) => there.has(name)).map(({ name }) => name);
  if (cut.length > 0) await run.parts.remote.delete(cut, run.parts.signal);
  await put(run, missing);
  await keepSnapshots(run, place, store);
  const project = place.ids[0];
  const logs = chains.map(
    ({ log, seq, head }) => [log, [seq, Buffer.from(head).toString('hex'), project] as const] as const,
  );
  const unconfirmed = rows.filter(({ remotes }) => !remotes.includes(remoteId));
  const isDone = missing.length === 0 && unconfirmed.length === 0 && leftovers(run, store, before).length === 0;
  return isDone ? undefined : { place, rows, logs: Object.fromEntries(logs) };
}

function hasWork(run: Run, store: Store): boolean {
  if (isUncut(run, store) || waiting(run, store).length > 0 || holdsErased(run, store)) return true;
  if (isToRepack(run, store) || isSnapshotDue(run, store)) return true;
  const { remoteId, clock } = run.parts;
  return everyOwn(run, store).some((row) => isLeftover(row, clock()) && row.remotes.includes(remoteId));
}

function everyOwn(run: Run, store: Store): PackRow[] {
  const numbers = new Set(ownChains(run, store).map(({ log_n }) => log_n));
  return run.packs(store).filter(({ log_n }) => numbers.has(log_n));
}

function own(run: Run, store: Store): PackRow[] {
  return everyOwn(run, store).filter(({ delete_after }) => delete_after === null);
}

function isLeftover({ delete_after }: PackRow, now: number): boolean {
  return delete_after !== null && delete_after <= now;
}

/** Own packs on a remote for which others stand. */
function leftovers(run: Run, store: Store, listed: readonly ListedPack[]): PackRow[] {
  const there = new Set(listed.map(({ name }) => name));
  return everyOwn(run, store).filter((row) => there.has(row.name) && isLeftover(row, run.parts.clock()));
}

/** Own packs that this remote has not confirmed, or holds in another form than they were sent. */
function waiting(run: Run, store: Store): PackRow[] {
  const { remoteId, spoilt } = run.parts;
  return own(run, store).filter(({ name, remotes }) => !remotes.includes(remoteId) || spoilt?.has(name));
}

/** What lies there of this device and is not what was sent makes room for it. */
async function withoutSpoilt({ parts }: Run, packs: readonly ListedPack[]): Promise<ListedPack[]> {
  const spoilt = packs.filter(({ name }) => parts.spoilt?.has(name)).map(({ name }) => name);
  if (spoilt.length > 0) requireDone(await parts.remote.delete(spoilt, parts.signal));
  return packs.filter(({ name }) => !spoilt.includes(name));
}

async function ownListing(run: Run, { ids }: Place): Promise<ListedPack[]> {
  const { ws, dev } = run.parts.keys;
  const packs: ListedPack[] = [];
  for (const id of ids) packs.push(...readListing(await run.list(packsPrefix(ws, id, dev)), ws).packs);
  return packs;
}

/** Packs whose bytes are gone from this disk: their records are packed again, with the texts that they name. */
async function replaceLost(run: Run, store: Store, isThere: (name: string) => boolean): Promise<void> {
  const done = new Set<string>();
  const waits = new Set(waiting(run, store).map(({ name }) => name));
  for (const row of own(run, store)) {
    if ((isThere(row.name) && !waits.has(row.name)) || isKept(run, row.name)) continue;
    await store.write((tx) => tx.run(dropPack, { name: row.name }));
    const range = rangeOf(row.name);
    const place = `${row.log_n}:${range?.from}-${range?.to}`; // that of a pack is the one of its texts
    if (range && !done.has(place)) await cutAgain(run, store, { log_n: row.log_n, rev: row.rev, ...range });
    done.add(place);
  }
}

/** Of one that is spoilt there, that it is not spoilt here as well. */
function isKept({ parts }: Run, name: string): boolean {
  const bytes = parts.shelf.read(shelfKey(name));
  if (!bytes || !parts.spoilt?.has(name)) return bytes !== undefined;
  const pack = parseName(name);
  return pack?.is === 'pack' && sha256Hex(bytes).startsWith(pack.hash16);
}

/** Records before texts, each log in its order, so that a listing in between shows no hole. */
async function put(run: Run, missing: readonly PackRow[]): Promise<void> {
  const { remote, shelf, signal, failpoint } = run.parts;
  const sorted = [...missing]
    .sort((a, b) => a.log_n - b.log_n || a.seq_from - b.seq_from || (a.name < b.name ? 1 : -1))
    .map((row) => ({ ...row, len: row.bytes }));
  const bytes = sorted.reduce((sum, { len }) => sum + len, 0);
  let done = 0;
  for (const batch of batches(sorted)) {
    run.goOn();
    run.tell({ doing: 'sending', done, of: sorted.length, bytes });
    const objects = batch.flatMap(({ name }) => {
      const packed = shelf.read(shelfKey(name));
      return packed ? [{ name, bytes: packed }] : [];
    });
    const results = await remote.putIfAbsent(objects, signal);
    failpoint('put.half');
    requireDone(results);
    const made = new Set(results.filter((each) => each.is === 'created').map(({ name }) => name));
    for (const row of batch.filter(({ name }) => made.has(name))) {
      run.findings.sent.packs += 1;
      run.findings.sent.bytes += row.len;
      run.findings.sent.records += rangeOf(row.name)?.texts ? 0 : row.seq_to - row.seq_from + 1;
    }
    done += batch.length;
  }
  failpoint('put.done');
}

interface Announced {
  readonly names: string;
  readonly logs: AnnouncedLogs;
}

/** Says how far the own logs reach, after everything they name is there. The newest two announcements are kept. */
async function announce(run: Run, all: readonly Sent[]): Promise<void> {
  const { parts } = run;
  const { ws, dev } = parts.keys;
  const known = run.pin(parts.user, 'announced', dev);
  const logs = { ...announcedBefore(known), ...Object.assign({}, ...all.map((sent) => sent.logs)) };
  const heads = readListing(await run.list(announcementsPrefix(ws)), ws).heads.filter((each) => each.dev === dev);
  const newest = Math.max(known?.n ?? 0, ...heads.map(({ n }) => n));
  const made = sealAnnouncement(newest + 1, logs, parts.keys);
  requireDone(await parts.remote.putIfAbsent([made], parts.signal));
  parts.failpoint('announce.put');
  const old = heads.filter(({ n }) => n < newest).map(({ name }) => name);
  if (old.length > 0) await parts.remote.delete(old, parts.signal);
  const said: Announced = { names: made.name, logs };
  await parts.user.write((tx) => {
    run.setPin(tx, 'announced', { id: dev, n: newest + 1, value: JSON.stringify(said) });
    run.setPin(tx, 'device', { id: dev, n: newest + 1, value: made.name });
  });
}

function announcedBefore(known: Pin | undefined): AnnouncedLogs {
  // written by announce
  return known ? (JSON.parse(known.value) as Announced).logs : {};
}

/** What is listed with its whole length is confirmed; the rest is sent again by the next run. */
async function acknowledge(run: Run, store: Store, { place, rows }: Sent): Promise<void> {
  const { remoteId, clock, failpoint } = run.parts;
  const after = await ownListing(run, place);
  const whole = new Map(after.filter(({ isWhole }) => isWhole).map((pack) => [pack.name, pack]));
  const chains = ownChains(run, store);
  await dropLeftovers(run, store, { rows, listed: after });
  await store.write((tx) => {
    for (const { name, remotes } of rows) {
      const list = JSON.parse(remotes) as string[]; // a list of ids, written here
      if (!whole.has(name) || list.includes(remoteId)) continue;
      tx.run(confirmPack, { name, remotes: JSON.stringify([...list, remoteId]) });
    }
    for (const chain of chains) noteReach(run, store, { chain, packs: [...whole.values()], tx });
    tx.run(addSyncEvent, {
      ...{ event_id: uuidV7(clock(), run.parts.random(10)), key: 'packs', source: `project:${place.ids[0]}` },
      ...{ targets: JSON.stringify([`remote:${remoteId}`]), payload: JSON.stringify({ packs: rows.length }) },
      ...{ now: clock(), error: null },
    });
    failpoint('ack.written');
  });
  const left = rows.filter(({ name }) => !whole.has(name));
  run.findings.pending += left.reduce((sum, { seq_from, seq_to }) => sum + seq_to - seq_from + 1, 0);
}

interface Standing {
  readonly rows: readonly PackRow[];
  readonly listed: readonly ListedPack[];
}

/** Takes from a remote what others stand for, once all of these are there. */
async function dropLeftovers(run: Run, store: Store, { rows, listed }: Standing): Promise<void> {
  const whole = new Set(listed.filter(({ isWhole }) => isWhole).map(({ name }) => name));
  if (!rows.every(({ name }) => whole.has(name))) return;
  const { remote, remoteId, signal, failpoint } = run.parts;
  const old = leftovers(run, store, listed);
  if (old.length > 0)
    requireDone(
      await remote.delete(
        old.map(({ name }) => name),
        signal,
      ),
    );
  failpoint('revision.deleted');
  const gone = everyOwn(run, store).filter(
    (row) => isLeftover(row, run.parts.clock()) && row.remotes.includes(remoteId),
  );
  await store.write((tx) => {
    for (const { name, remotes } of gone) {
      const left = (JSON.parse(remotes) as string[]).filter((id) => id !== remoteId); // a list of ids, written here
      tx.run(confirmPack, { name, remotes: JSON.stringify(left) });
    }
  });
}

interface Reach {
  readonly chain: HeldChain;
  readonly packs: readonly ListedPack[];
  readonly tx: Store['outside'];
}

function noteReach(run: Run, store: Store, { chain, packs, tx }: Reach): void {
  const root = rootOf(store.statements, chain.log);
  const reach =
    cover(
      packs.filter(({ log, texts }) => log === root && !texts),
      0,
    ).at(-1)?.to ?? 0;
  const n = Math.max(run.pin(store, 'log', chain.log)?.n ?? 0, Math.min(reach, chain.seq));
  if (chain.log === root) run.setPin(tx, 'log', { id: chain.log, n, value: Buffer.from(chain.head).toString('hex') });
  tx.run(setMetadata, {
    ...{ resource_id: chain.log, remote_id: run.parts.remoteId, local_version: chain.seq, remote_version: reach },
    ...{ last_sync: run.parts.clock(), sync_status: reach >= chain.seq ? 'synced' : 'pending' },
  });
}
