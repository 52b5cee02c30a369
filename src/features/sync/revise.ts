// What was erased goes from packs as well: own ones are sealed again without it, copies of others' go from this disk.
import type { Store } from '../../store/store.ts';
import { cutAgain, ownChains } from './cut.ts';
import {
  confirmPack,
  dropUnnamedTexts,
  holdingErased,
  holdingGoneTexts,
  leavingWithErased,
  noLongerKept,
  olderRevisions,
  type PackRow,
  replacePack,
  unnamedTexts,
} from './queries.ts';
import { type Run, requireDone, shelfKey } from './run.ts';

/** When a pack goes from remotes for which another stands. */
const atOnce = 0;

/** Whether packs lie somewhere that hold what was erased and are this device's to seal again. */
export function holdsErased(run: Run, store: Store): boolean {
  return rangesToSeal(run, store).length > 0 || leavingTooLate(run, store).length > 0;
}

/** Seals own packs again that hold what was erased; what they stood for goes from a remote once that has the new ones. */
export async function withoutErased(run: Run, store: Store): Promise<void> {
  await dropOlder(run, store);
  const late = leavingTooLate(run, store);
  await replaceAtOnce(store, late);
  for (const rows of rangesToSeal(run, store)) {
    run.goOn();
    await sealAgain(run, store, rows);
    await run.parts.breathe();
  }
}

/** Of a range that was sealed again the newest counts; a copy of this device may have done it, or it itself before it was set back. */
async function dropOlder({ parts }: Run, store: Store): Promise<void> {
  const older = store.read.all(olderRevisions, {});
  if (older.length === 0) return;
  await replaceAtOnce(store, older);
  for (const { name } of older) parts.shelf.remove(shelfKey(name));
}

type Named = { readonly name: string };

function leavingTooLate({ parts }: Run, store: Store): readonly Named[] {
  return store.read.all(leavingWithErased, { now: parts.clock() });
}

async function replaceAtOnce(store: Store, packs: readonly Named[]): Promise<void> {
  if (packs.length === 0) return;
  await store.write((tx) => {
    for (const { name } of packs) tx.run(replacePack, { name, delete_after: atOnce });
  });
}

/** Lets go of copies of packs that hold what was erased here, and of texts that came with records that were dropped. Whoever wrote them puts others in their place. */
export async function forgetErased(run: Run, store: Store): Promise<void> {
  const { parts } = run;
  await dropOlder(run, store);
  const stale = store.read.all(holdingErased, {}).filter(({ own, kept }) => own === 0 && kept === 1);
  const unnamed = store.read.one(unnamedTexts, {})?.count ?? 0;
  if (stale.length + unnamed === 0) return;
  await store.write((tx) => {
    for (const { name } of stale) tx.run(noLongerKept, { name });
    if (unnamed > 0) tx.run(dropUnnamedTexts, {});
  });
  for (const { name } of stale) parts.shelf.remove(shelfKey(name));
}

/**
 * Seals packs of others again and puts them on the remote: those it lost of which no copy is kept, since they held what was
 * erased, and those of devices that were put out. Only an admin may; whoever reads them looks at that.
 */
export async function sealForOthers(run: Run, store: Store, rows: readonly PackRow[]): Promise<void> {
  const { remote, remoteId, keys, shelf, signal } = run.parts;
  if (rows.length === 0 || !keys.signer(keys.dev)?.isAdmin || !keys.current) return;
  for (const ofRange of rangesOf(rows)) {
    run.goOn();
    const names = await sealAgain(run, store, ofRange);
    const objects = names.flatMap((name) => {
      const bytes = shelf.read(shelfKey(name));
      return bytes ? [{ name, bytes }] : [];
    });
    if (objects.length === 0) continue;
    requireDone(await remote.putIfAbsent(objects, signal));
    await remote.delete(ofRange.map(nameOf), signal);
    await store.write((tx) => {
      for (const name of names) tx.run(confirmPack, { name, remotes: JSON.stringify([remoteId]) });
    });
  }
}

/** Packs with what was erased, of devices that were put out and will not seal them again. */
export function leftByRevoked({ parts: { keys } }: Run, store: Store): readonly PackRow[] {
  const isPutOut = (dev: string) => keys.signer(dev)?.lastAccepted !== undefined;
  return store.read.all(holdingErased, {}).filter(({ own, dev }) => own === 0 && isPutOut(dev));
}

type Rows = readonly [PackRow, ...PackRow[]];

/** The packs of one range each, records and texts, of which one holds too much. */
function rangesToSeal(run: Run, store: Store): readonly Rows[] {
  const tooMuch = new Set([...store.read.all(holdingErased, {}), ...store.read.all(holdingGoneTexts, {})].map(nameOf));
  if (tooMuch.size === 0) return [];
  const numbers = new Set(ownChains(run, store).map(({ log_n }) => log_n));
  const own = run.packs(store).filter((row) => row.delete_after === null && numbers.has(row.log_n));
  return rangesOf(own).filter((rows) => rows.some(({ name }) => tooMuch.has(name)));
}

/** Records and texts of one range together. */
function rangesOf(all: readonly PackRow[]): readonly Rows[] {
  const ranges = Map.groupBy(all, ({ log_n, seq_from, seq_to }) => `${log_n}:${seq_from}-${seq_to}`);
  return [...ranges.values()].flatMap(([first, ...more]) => (first ? [[first, ...more] as const] : []));
}

function nameOf({ name }: Named): string {
  return name;
}

async function sealAgain(run: Run, store: Store, rows: Rows): Promise<readonly string[]> {
  const [{ log_n, seq_from, seq_to }] = rows;
  const chains = run.chains(store);
  const chain = chains.find((each) => each.log_n === log_n);
  if (!chain) return [];
  const rev = Math.max(...rows.map((row) => row.rev)) + 1;
  // of a pack from before a log went on in two ways the first part stands in the log it branched off
  const from = Math.max(seq_from, chain.first);
  const before = seq_from < from ? chains.find(({ log }) => log === chain.parent) : undefined;
  const first = before ? await cutAgain(run, store, { log_n: before.log_n, from: seq_from, to: from - 1, rev }) : [];
  const replaces = { names: rows.map(nameOf), deleteAfter: atOnce };
  return [...first, ...(await cutAgain(run, store, { log_n, from, to: seq_to, rev, replaces }))];
}
