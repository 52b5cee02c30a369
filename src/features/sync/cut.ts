// Own records become packs: once, at fixed boundaries, the same bytes for every remote.
import { PrsistError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { genesisHead, type RecordBody } from '../../core/record.ts';
import { getBlob } from '../../store/blobs.ts';
import { type HeldChain, linkAt, rootOf } from '../../store/branches.ts';
import type { Store } from '../../store/store.ts';
import type { Epoch } from './keys.ts';
import { noProject, type PackName, parseName } from './names.ts';
import { type PackLine, type PackMeta, type PackText, packDensely, recordsPlain, textsPlain } from './pack/body.ts';
import { type PackRun, type Sealed, sealRecords, sealTexts, stubLine } from './pack/pack.ts';
import { textGroups } from './pack/text-groups.ts';
import {
  addPack,
  type CutRow,
  dropPackedTexts,
  isPackedText,
  lastOwn,
  notePackedText,
  packedTo,
  recordsAfter,
  replacePack,
  saveCursor,
  standingWithin,
  textsIn,
} from './queries.ts';
import { type Run, shelfKey } from './run.ts';

/** Of an erased record. */
const noSalt = Buffer.alloc(16);

/** Own logs of this database, as far as they are held: what this device wrote, wherever it was before. */
export function ownChains(run: Run, store: Store): HeldChain[] {
  return run.chains(store).filter(({ dev }) => dev === run.parts.keys.dev);
}

/** Whether there are own records that no pack holds. */
export function isUncut(run: Run, store: Store): boolean {
  return ownChains(run, store).some((chain) => packedUpTo(store, chain) < chain.seq);
}

function packedUpTo(store: Store, { log_n, first }: HeldChain): number {
  return store.read.one(packedTo, { log_n })?.seq ?? first - 1;
}

/** Packs everything that is not packed yet. */
export async function cutAll(run: Run, store: Store): Promise<void> {
  const epoch = requireEpoch(run);
  for (const chain of ownChains(run, store)) {
    for (let from = packedUpTo(store, chain) + 1; from <= chain.seq; ) {
      run.goOn();
      const cut = await cutFrom(run, store, chain, { from, to: chain.seq });
      if (!cut) break;
      run.tell({ doing: 'packing', done: from, of: chain.seq, bytes: 0 });
      await keep(run, store, { chain, epoch, ...cut });
      from += cut.rows.length;
      await run.parts.breathe();
    }
  }
}

/** A range that was packed before, and what becomes of the packs it stood in. */
export interface Again {
  readonly log_n: number;
  readonly from: number;
  readonly to: number;
  /** Greater than that of any pack it stands for; 0 where there is none any more. */
  readonly rev: number;
  /** Names of those it stands for, and from when on they go from remotes. */
  readonly replaces?: { readonly names: readonly string[]; readonly deleteAfter: number };
  /** Packed as tightly as it goes, whatever time that takes. */
  readonly dense?: boolean;
}

/**
 * Packs a range again: its pack was lost from this disk, holds what was erased, or is one of many small ones. Returns the
 * names of what stands for it now, none where it cannot be packed whole.
 */
export async function cutAgain(run: Run, store: Store, range: Again): Promise<readonly string[]> {
  const chain = run.chains(store).find(({ log_n }) => log_n === range.log_n);
  const names: string[] = [];
  if (!chain) return names;
  const epoch = requireEpoch(run);
  for (let from = range.from; from <= range.to; ) {
    const cut = await cutFrom(run, store, chain, { from, to: range.to, again: true });
    // one stands for others only when it has all of theirs
    if (!cut || (range.replaces && cut.rows.length < range.to - range.from + 1)) return names;
    names.push(...(await keep(run, store, { chain, epoch, ...cut, again: range })));
    from += cut.rows.length;
  }
  for (const name of range.replaces?.names ?? []) run.parts.shelf.remove(shelfKey(name));
  return names;
}

function requireEpoch({ parts }: Run): Epoch {
  if (parts.keys.current) return parts.keys.current;
  throw new PrsistError('key/missing', 'this device was not let in yet: nothing was sent');
}

interface Piece {
  readonly rows: readonly CutRow[];
  readonly lines: readonly PackLine[];
}

/**
 * The next pack's worth of records. Of one that was erased its commitment goes along, so that the others can. One that is
 * erased while others have their turn is found by the count of them that is noted of the pack.
 */
async function cutFrom(
  { parts }: Run,
  store: Store,
  { log_n }: HeldChain,
  { from, to, again = false }: { readonly from: number; readonly to: number; readonly again?: boolean },
): Promise<Piece | undefined> {
  // what was one pack once may have been joined from many
  const most = again ? limits.packAgainBytes : limits.packBytes;
  const last = again ? to : Math.min(to, from + limits.packRecords - 1);
  const rows: CutRow[] = [];
  const lines: PackLine[] = [];
  for (let [seq, bytes] = [from - 1, 0]; seq < last; ) {
    if (rows.length > 0) await parts.breathe();
    const page = store.read.all(recordsAfter, { log_n, seq, limit: Math.min(limits.packRecords, last - seq) });
    for (const row of page) {
      const body = row.body ?? stubLine(row.seq, row.com);
      bytes += Buffer.byteLength(body);
      const isFull = lines.length > 0 && bytes > most;
      if (isFull || row.v !== (rows[0] ?? row).v) return { rows, lines };
      rows.push(row);
      lines.push({ salt: row.salt ?? noSalt, body });
    }
    const reached = page.at(-1)?.seq;
    if (reached === undefined) break;
    seq = reached;
  }
  return rows.length === 0 ? undefined : { rows, lines };
}

interface Cutting extends Piece {
  readonly chain: HeldChain;
  readonly epoch: Epoch;
  readonly again?: Again;
}

/** Seals, writes both to disk, and only then notes them: killed in between, it is done again. */
async function keep(run: Run, store: Store, cutting: Cutting): Promise<readonly string[]> {
  const { parts } = run;
  const { chain, epoch, lines, rows, again } = cutting;
  const of = { ...runOf(store, chain, rows), rev: again?.rev ?? 0, signer: parts.keys.dev };
  const meta = { ...metaOf(run, store), ...standsFor(store, of, cutting) };
  const keys = { sign: parts.keys.sign.bind(parts.keys), version: parts.keys.version, current: epoch };
  const texts = textsOf(store, cutting);
  const isDense = again?.dense === true;
  const densely = async (plain: Buffer) => (isDense ? { packed: await packDensely(plain) } : {});
  const content = { meta, lines, ...(await densely(recordsPlain(meta, lines))) };
  const records = sealRecords(of, content, keys, parts.random(32));
  const carrying: (Sealed & { readonly texts: readonly PackText[] })[] = [];
  for (const group of textGroups(texts, isDense ? limits.packOldBytes : limits.packBytes)) {
    const carried = { meta, texts: group, ...(await densely(textsPlain(meta, group))) };
    carrying.push({ ...sealTexts(of, carried, keys, parts.random(32)), texts: group });
  }
  const packs = [records, ...carrying];
  const stubs = rows.filter(({ body }) => body === null).length;
  parts.failpoint('pack.cut');
  for (const { name, bytes } of packs) parts.shelf.write(shelfKey(name), bytes);
  parts.failpoint('pack.fsynced');
  await store.write((tx) => {
    const { names = [], deleteAfter = 0 } = again?.replaces ?? {};
    for (const name of names) tx.run(replacePack, { name, delete_after: deleteAfter });
    for (const name of names) tx.run(dropPackedTexts, { pack: name });
    for (const pack of packs) tx.run(addPack, { ...rowOf(pack, of, chain.log_n), stubs, at: parts.clock() });
    for (const pack of carrying) {
      for (const { hash } of pack.texts) tx.run(notePackedText, { log_n: chain.log_n, hash, pack: pack.name });
    }
    if (!again) tx.run(saveCursor, { n: store.read.one(lastOwn, {})?.n ?? 0, now: parts.clock() });
  });
  parts.failpoint('pack.rows');
  return packs.map(({ name }) => name);
}

/** Which packs a reader that takes this one need not look at, by what their names say of their bytes. */
function standsFor(
  store: Store,
  { from, to, rev = 0 }: PackRun,
  { chain, again }: Cutting,
): Pick<PackMeta, 'replaces'> {
  if (!again?.replaces) return {};
  const names = store.read.all(standingWithin, { log_n: chain.log_n, from, to, rev });
  return { replaces: names.flatMap(({ name }) => parsedPack(name)?.hash16 ?? []) };
}

function rowOf({ name, bytes }: Sealed, { from, to, rev = 0 }: PackRun, log_n: number) {
  return { name, log_n, seq_from: from, seq_to: to, rev, bytes: bytes.length, remotes: '[]' };
}

function runOf(store: Store, chain: HeldChain, rows: readonly CutRow[]): PackRun {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) throw new PrsistError('internal', 'a pack without records');
  const root = rootOf(store.statements, chain.log);
  const before = linkAt(store.statements, chain, first.seq - 1)?.head ?? genesisHead({ ...chain, log: root });
  return {
    ...{ ws: chain.ws, project: store.settings.identity.project ?? noProject, dev: chain.dev, log: root, v: first.v },
    ...{ from: first.seq, to: last.seq, headBefore: before, headAfter: last.head },
    hlcMax: rows.reduce((most, { hlc }) => (hlc !== null && hlc > most ? hlc : most), '0'.repeat(16)),
  };
}

/** What a pack says of its device: program, and how far it holds every log. */
export function metaOf(run: Run, store: Store): PackMeta {
  const chains = run.chains(store);
  const vector = chains.map(({ log, seq, head }) => [log, [seq, Buffer.from(head).toString('hex')] as const] as const);
  return { writer: run.parts.writer, vector: Object.fromEntries(vector) };
}

/** Texts that these records name and no earlier pack of the log carries, as far as they are here. */
function textsOf({ statements, read }: Store, { chain, lines, again }: Cutting): PackText[] {
  // what a pack carried that goes, for records of others as well, is carried on
  const before = (again?.replaces?.names ?? []).flatMap((pack) => read.all(textsIn, { pack }));
  const carried = before.map(({ hash }) => Buffer.from(hash).toString('hex'));
  const hashes = new Set([...carried, ...lines.flatMap(({ body }) => namedTexts(body))]);
  return [...hashes].flatMap((hex) => {
    const hash = Buffer.from(hex, 'hex');
    const isElsewhere = read.one(isPackedText, { log_n: chain.log_n, hash }) && !carried.includes(hex);
    if (isElsewhere && (!again || again.replaces)) return [];
    const bytes = getBlob(statements, hex);
    return bytes ? [{ hash, bytes }] : [];
  });
}

/** Texts that a record names, by their hashes in hex. */
export function namedTexts(body: string): string[] {
  if (!body.includes('_blob"')) return [];
  const { fields } = JSON.parse(body) as RecordBody; // a record that was written here
  return Object.entries(fields).flatMap(([name, hash]) =>
    name.endsWith('_blob') && typeof hash === 'string' ? [hash] : [],
  );
}

/** The range a pack of a device holds, by its name. */
export function rangeOf(
  name: string,
): { readonly from: number; readonly to: number; readonly texts: boolean } | undefined {
  return parsedPack(name);
}

function parsedPack(name: string): PackName | undefined {
  const read = parseName(name);
  return read?.is === 'pack' ? read : undefined;
}
