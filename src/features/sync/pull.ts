// Taking in what other devices wrote: only what is missing is got, and nothing is believed that is not verified.
import { limits } from '../../core/limits.ts';
import { type HeldChain, heldChains, linkAt } from '../../store/branches.ts';
import type { Store } from '../../store/store.ts';
import type { Announcement } from './announcement.ts';
import { ownChains } from './cut.ts';
import { beginWithSnapshot } from './head-start.ts';
import { type Look, look } from './look.ts';
import { type ListedPack, newestOf, planLog } from './plan.ts';
import {
  confirmPack,
  erasedBetween,
  noLongerKept,
  othersKept,
  type PackRow,
  replacedOn,
  setMetadata,
} from './queries.ts';
import { forgetErased, sealForOthers } from './revise.ts';
import { type Place, type Run, requireDone, shelfKey } from './run.ts';
import { noteTaken, takeRecords, takeTexts } from './take-in.ts';

/** One database while it is brought up to date. */
interface Here {
  readonly run: Run;
  readonly store: Store;
  /** Names that were looked at, or were given up. */
  readonly seen: Set<string>;
  readonly rows: ReadonlyMap<string, PackRow>;
  /** Everything on the remote was listed. */
  readonly whole: boolean;
}

/** Takes in everything that is new on the remote. */
export async function pullAll(run: Run): Promise<void> {
  run.tell({ doing: 'listing', done: 0, of: 0, bytes: 0 });
  const seen = await look(run);
  for (const place of run.places) {
    run.goOn();
    const packs = seen.packs.filter(({ project }) => place.ids.includes(project));
    if (packs.length === 0 && !seen.whole) continue;
    await place.use((store) => pullPlace(run, { place, store, packs, seen }));
  }
  await noteLooked(run, seen);
}

/** What was looked at is not looked at again, unless something of it is still to come. */
async function noteLooked(run: Run, { whole, projects, devices }: Look): Promise<void> {
  const { user, clock } = run.parts;
  await user.write((tx) => {
    for (const { dev, n, names } of devices) {
      const value = run.incomplete.has(dev) ? '' : names;
      const most = Math.max(n, run.pin(user, 'device', dev)?.n ?? 0);
      if (run.pin(user, 'device', dev)?.value !== names) run.findings.heard.add(dev);
      run.setPin(tx, 'device', { id: dev, n: most, value });
    }
    const listed = run.pin(user, 'listed', 'packs');
    const value = projects.join(' ');
    const n = whole ? clock() : (listed?.n ?? clock());
    if (whole || listed?.value !== value) run.setPin(tx, 'listed', { id: 'packs', n, value });
  });
}

export interface Pulling {
  readonly place: Place;
  readonly store: Store;
  readonly packs: readonly ListedPack[];
  readonly seen: Look;
}

/** Brings one database up to what was seen on the remote. */
export async function pullPlace(run: Run, { place, store, packs, seen }: Pulling): Promise<void> {
  if (packs.length > 0) await beginWithSnapshot(run, place, store);
  const here = hereOf(run, store, seen.whole);
  const byLog = Map.groupBy(packs, ({ log }) => log);
  if (seen.whole) for (const { id } of run.pins(store, 'log')) if (!byLog.has(id)) byLog.set(id, []);
  for (const [log, ofLog] of byLog) await pullLog(here, log, ofLog);
  for (const claim of seen.claims) compareClaim(run, store, { claim, ids: place.ids });
  await forgetErased(run, store);
  for (const [log, ofLog] of byLog) await noteGone(run, store, { log, packs: ofLog });
  await forgetOldest(run, store);
}

/** What a device says of its logs against what is held of them: a remote that withholds packs, or shows others, is told. */
function compareClaim(
  run: Run,
  { statements }: Store,
  { claim, ids }: { readonly claim: Announcement; readonly ids: readonly string[] },
): void {
  for (const [log, [seq, head, project]] of Object.entries(claim.logs)) {
    if (!ids.includes(project)) continue;
    const chains = heldChains(statements, log);
    const have = Math.max(0, ...chains.map((chain) => chain.seq));
    if (have < seq) {
      run.incomplete.add(claim.dev);
      run.findings.note({ is: 'rolled back', what: `log ${log}, by the word of its device`, was: seq, now: have });
    } else if (!chains.some((chain) => isAt(statements, chain, { seq, head }))) {
      run.findings.note({ is: 'other history', dev: claim.dev, log, seq });
    }
  }
}

function isAt(
  statements: Store['statements'],
  chain: HeldChain,
  { seq, head }: { readonly seq: number; readonly head: string },
): boolean {
  const link = seq <= chain.seq ? linkAt(statements, chain, seq) : undefined;
  return link !== undefined && Buffer.from(link.head).toString('hex') === head;
}

function hereOf(run: Run, store: Store, whole: boolean): Here {
  const rows = new Map(run.packs(store).map((row) => [row.name, row]));
  const version = `${run.parts.keys.version}:`;
  // what failed under an older keyring may be right under this one
  const bad = run.pins(store, 'bad').filter(({ n, value }) => n >= limits.packTries && value.startsWith(version));
  return { run, store, rows, whole, seen: new Set([...rows.keys(), ...bad.map(({ id }) => id)]) };
}

/** Packs of own logs that this device did not make: they are pulled like anybody's. */
export async function pullOwn(run: Run, store: Store, packs: readonly ListedPack[]): Promise<void> {
  const here = hereOf(run, store, false);
  for (const [log, ofLog] of Map.groupBy(packs, (pack) => pack.log)) {
    if (ofLog.some(({ name }) => !here.seen.has(name))) await pullLog(here, log, ofLog);
  }
}

async function pullLog(here: Here, log: string, packs: readonly ListedPack[]): Promise<void> {
  const { run, store } = here;
  const waits = new Set<string>();
  for (;;) {
    run.goOn();
    const chains = heldChains(store.statements, log);
    const [have, furthest] = [chains[0]?.seq ?? 0, Math.max(0, ...chains.map(({ seq }) => seq))];
    const plan = planLog(packs, have, new Set([...here.seen, ...waits]));
    const reached = plan.next.at(-1)?.to ?? furthest;
    const wanted = [...plan.next, ...plan.unseen.filter(({ from }) => from <= Math.max(reached, furthest) + 1)];
    if (wanted.length === 0) return finishLog(here, { log, packs, plan });
    for (const batch of batches(wanted)) await takeBatch(here, batch, { packs, waits });
  }
}

/** As many as are asked for at once. */
export function batches<T extends { readonly len: number }>(all: readonly T[]): T[][] {
  const found: T[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const each of all) {
    if (bytes + each.len > limits.syncBatchBytes || (found.at(-1)?.length ?? 0) >= limits.syncBatch) {
      found.push([]);
      bytes = 0;
    }
    found.at(-1)?.push(each);
    bytes += each.len;
  }
  return found;
}

interface Beside {
  readonly packs: readonly ListedPack[];
  readonly waits: Set<string>;
}

async function takeBatch(here: Here, batch: readonly ListedPack[], { packs, waits }: Beside): Promise<void> {
  const { run } = here;
  const companions = run.parts.texts === 'none' ? [] : batch.flatMap((pack) => companionsOf(here, pack, packs));
  await stage(run, [...batch, ...companions]);
  for (const [i, pack] of batch.entries()) {
    run.goOn();
    run.tell({ doing: 'applying', done: i, of: batch.length, bytes: pack.len });
    // texts first: rows are then computed with them
    const texts: ListedPack[] = [];
    for (const each of companions.filter((other) => isBeside(other, pack))) {
      if ((await takeTexts(here, each)) === 'taken') texts.push(each);
    }
    const taken = await takeRecords(here, pack, packs);
    if (taken === 'taken') {
      received(here, pack);
      await noteTexts(here, texts);
    } else {
      waits.add(pack.name);
      run.incomplete.add(pack.dev);
      if (taken === 'refused') run.parts.shelf.remove(shelfKey(pack.name));
    }
  }
}

function companionsOf({ seen }: Here, pack: ListedPack, packs: readonly ListedPack[]): ListedPack[] {
  return packs.filter(
    (each) => each.texts && each.isWhole && each.rev === pack.rev && isBeside(each, pack) && !seen.has(each.name),
  );
}

function isBeside(texts: ListedPack, { log, from, to }: ListedPack): boolean {
  return texts.log === log && texts.from === from && texts.to === to;
}

function received({ run, seen }: Here, { name, len }: ListedPack): void {
  seen.add(name);
  run.findings.received.packs += 1;
  run.findings.received.bytes += len;
}

/** Texts are noted when the log they belong to is here. */
async function noteTexts(here: Here, texts: readonly ListedPack[]): Promise<void> {
  const log_n = texts[0] && heldChains(here.store.statements, texts[0].log)[0]?.log_n;
  if (log_n === undefined) return;
  await here.store.write((tx) => {
    for (const each of texts) noteTaken(here, tx, each, { log_n, stubs: stubsOf(here, each, log_n) });
  });
  for (const each of texts) received(here, each);
}

/** Texts that were sealed again know of what is erased by now; others of nothing. */
function stubsOf({ store }: Here, { rev, from, to }: ListedPack, log_n: number): number {
  return rev === 0 ? 0 : (store.read.one(erasedBetween, { log_n, from, to })?.count ?? 0);
}

/** Gets what is not on the shelf yet. What a remote does not hand over waits for the next run. */
async function stage(run: Run, packs: readonly ListedPack[]): Promise<void> {
  const { remote, shelf, signal, failpoint } = run.parts;
  const missing = packs.filter(({ name }) => shelf.read(shelfKey(name)) === undefined);
  if (missing.length === 0) return;
  run.tell({ doing: 'getting', done: 0, of: missing.length, bytes: missing.reduce((sum, { len }) => sum + len, 0) });
  const keep = (name: string, bytes: Uint8Array) => {
    shelf.write(shelfKey(name), bytes);
    failpoint('get.staged');
  };
  const results = await remote.get(
    missing.map(({ name }) => name),
    keep,
    signal,
  );
  requireDone(results.filter((each) => each.is === 'failed' && each.code === 'remote/offline'));
}

interface LogEnd {
  readonly log: string;
  readonly packs: readonly ListedPack[];
  readonly plan: ReturnType<typeof planLog>;
}

/** Notes holes and what the remote lost, late texts, and how far it was seen to go. */
async function finishLog(here: Here, { log, packs, plan }: LogEnd): Promise<void> {
  const { run, store } = here;
  const [chain, ...branches] = heldChains(store.statements, log);
  const pinned = run.pin(store, 'log', log)?.n ?? 0;
  const project = store.settings.identity.project ?? packs[0]?.project ?? '';
  if (plan.reach < pinned) run.findings.note({ is: 'rolled back', what: `log ${log}`, was: pinned, now: plan.reach });
  const isCut = packs.some(({ name, isWhole }) => !isWhole && here.rows.has(name));
  // of a log that went on in two ways the remote may hold one way alone, which reaches as far
  if (plan.reach < pinned || isCut || (here.whole && branches.length > 0)) {
    await putBack(here, log, packs);
  }
  for (const [seq] of plan.holes) {
    if (seq <= (chain?.seq ?? 0)) continue;
    run.findings.note({ is: 'hole', project, log, seq });
    run.incomplete.add(packs[0]?.dev ?? '');
  }
  if (run.parts.texts !== 'none') await lateTexts(here, packs, [chain, ...branches]);
  if (!chain) return;
  if (chain.state === 'suspect') run.findings.note({ is: 'clock', dev: chain.dev, log });
  const n = Math.max(pinned, Math.min(plan.reach, chain.seq));
  const head = linkAt(store.statements, chain, n)?.head ?? chain.head;
  await store.write((tx) => {
    run.setPin(tx, 'log', { id: log, n, value: Buffer.from(head).toString('hex') });
    tx.run(setMetadata, {
      ...{ resource_id: log, remote_id: run.parts.remoteId, local_version: chain.seq, remote_version: plan.reach },
      ...{ last_sync: run.parts.clock(), sync_status: chain.seq === plan.reach ? 'synced' : 'pending' },
    });
  });
}

/** Texts of records that came without them. */
async function lateTexts(
  here: Here,
  packs: readonly ListedPack[],
  chains: readonly (HeldChain | undefined)[],
): Promise<void> {
  const held = Math.max(0, ...chains.map((chain) => chain?.seq ?? 0));
  const late = newestOf(
    packs.filter(({ texts, isWhole, name, to }) => texts && isWhole && to <= held && !here.seen.has(name)),
  );
  for (const batch of batches(late.toSorted((a, b) => b.from - a.from))) {
    await stage(here.run, batch);
    for (const texts of batch) if ((await takeTexts(here, texts)) === 'taken') await noteTexts(here, [texts]);
  }
}

/**
 * The remote lost packs: own ones are sent again by the next push, those of others are put back from the shelf, whoever
 * wrote them, since their names say what they hold.
 */
async function putBack({ run, store, rows }: Here, log: string, packs: readonly ListedPack[]): Promise<void> {
  const { shelf, remote, signal, remoteId } = run.parts;
  const there = new Set(packs.filter(({ isWhole }) => isWhole).map(({ name }) => name));
  const numbers = new Set(heldChains(store.statements, log).map(({ log_n }) => log_n));
  const gone = [...rows.values()].filter(
    ({ name, log_n, delete_after }) => numbers.has(log_n) && delete_after === null && !there.has(name),
  );
  await store.write((tx) => {
    for (const { name, remotes } of gone) {
      const left = (JSON.parse(remotes) as string[]).filter((id) => id !== remoteId); // a list of ids, written here
      tx.run(confirmPack, { name, remotes: JSON.stringify(left) });
    }
  });
  const cut = new Set(packs.filter(({ isWhole }) => !isWhole).map(({ name }) => name));
  for (const { name } of gone) {
    const bytes = shelf.read(shelfKey(name));
    if (!bytes) continue;
    // half a pack holds the name of the whole one, and its writer may have nothing left to put there
    if (cut.has(name)) await remote.delete([name], signal);
    await remote.putIfAbsent([{ name, bytes }], signal);
  }
  const isCovered = ({ seq_from, seq_to }: PackRow) =>
    packs.some(({ isWhole, texts, from, to }) => isWhole && !texts && from <= seq_from && to >= seq_to);
  const own = new Set(ownChains(run, store).map(({ log_n }) => log_n));
  const lost = gone.filter((row) => shelf.read(shelfKey(row.name)) === undefined && !own.has(row.log_n));
  await sealForOthers(
    run,
    store,
    lost.filter((row) => !isCovered(row)),
  );
}

/** Packs for which others stand that were on the remote and are no more: what was erased is gone from there. */
async function noteGone(run: Run, store: Store, { log, packs }: Pick<LogEnd, 'log' | 'packs'>): Promise<void> {
  const { remoteId } = run.parts;
  const there = new Set(packs.map(({ name }) => name));
  const numbers = new Set(heldChains(store.statements, log).map(({ log_n }) => log_n));
  const gone = store.read
    .all(replacedOn, { remote_id: remoteId })
    .filter(({ log_n, name }) => numbers.has(log_n) && !there.has(name));
  if (gone.length === 0) return;
  await store.write((tx) => {
    for (const { name, remotes } of gone) {
      const left = (JSON.parse(remotes) as string[]).filter((id) => id !== remoteId); // a list of ids, written here
      tx.run(confirmPack, { name, remotes: JSON.stringify(left) });
    }
  });
}

/** Packs of others are kept as long as there is room, the newest longest. */
async function forgetOldest(run: Run, store: Store): Promise<void> {
  const kept = store.read.all(othersKept, {});
  let over = kept.reduce((sum, { bytes }) => sum + bytes, 0) - limits.packCacheBytes;
  for (const { name, bytes } of kept) {
    if (over <= 0) return;
    over -= bytes;
    await store.write((tx) => tx.run(noLongerKept, { name }));
    run.parts.shelf.remove(shelfKey(name));
  }
}
