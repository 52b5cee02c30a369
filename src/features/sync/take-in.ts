// A pack that was got: verified, put where it belongs, in slices between which others have their turn.

import { PrsistError } from '../../core/errors.ts';
import { shortId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Contradicted } from '../../store/among.ts';
import { forkChain, type HeldChain, heldChains } from '../../store/branches.ts';
import { appendChain, type Chain, keepArrivedTexts } from '../../store/chain.ts';
import { recordErase } from '../../store/erasures.ts';
import type { Write } from '../../store/record-type.ts';
import type { Store } from '../../store/store.ts';
import { noProject } from './names.ts';
import { type OpenedRecords, openRecordsInTurns, openTexts } from './pack/pack.ts';
import { PackRefused } from './pack/refused.ts';
import { placeOf } from './placing.ts';
import type { ListedPack } from './plan.ts';
import { addPack, moveToBranch, replacePack } from './queries.ts';
import { type Run, shelfKey } from './run.ts';

/** What became of a pack. waits: it is kept, and looked at again in the next run. */
export type Taken = 'taken' | 'waits' | 'refused';

interface Into {
  readonly run: Run;
  readonly store: Store;
  /** Names that were looked at, or are not to be. */
  readonly seen: Set<string>;
}

/** Takes in the records of a pack whose bytes are on the shelf. beside: what else is listed of its log. */
export async function takeRecords(into: Into, name: ListedPack, beside: readonly ListedPack[]): Promise<Taken> {
  const { run, store } = into;
  const { keys, breathe } = run.parts;
  const opened = await checked(into, name, (bytes) => openRecordsInTurns(name, bytes, keys, breathe));
  if (typeof opened === 'string') return opened;
  run.parts.failpoint('verify.done');
  const chains = heldChains(store.statements, name.log);
  if (chains[0] && chains[0].dev !== name.dev) {
    return refuse(into, name, new PackRefused('signer', 'its log is that of another device', 'bad'));
  }
  const placing = placeOf(store.statements, chains, opened);
  if (placing.is === 'gap') return 'waits';
  const replaced = replacedBy(name, opened, beside).filter((each) => !into.seen.has(each.name));
  if (placing.is === 'held') {
    const { log_n } = placing.chain;
    await store.write((tx) => {
      noteTaken(into, tx, name, { log_n, stubs: opened.header.stubs });
      passOver(into, tx, replaced, log_n);
    });
    for (const each of replaced) into.seen.add(each.name);
    return 'taken';
  }
  const { log, skip } =
    placing.is === 'fork'
      ? await parted(into, placing.chain, placing.at, opened)
      : await leading(into, placing, opened);
  await append(into, { name, opened, log, skip, replaced });
  for (const each of replaced) into.seen.add(each.name);
  return 'taken';
}

/** Takes in the texts of a companion. Their records may be here already: then rows have to be computed again. */
export async function takeTexts(into: Into, name: ListedPack): Promise<Taken> {
  const { run, store } = into;
  const opened = await checked(into, name, (bytes) => openTexts(name, bytes, run.parts.keys));
  if (typeof opened === 'string') return opened;
  const waited = await store.write(() => keepArrivedTexts(store.arriving, opened.texts));
  if (waited > 0) run.findings.late.add(store.settings.identity.project ?? noProject);
  return 'taken';
}

async function checked<T>(into: Into, name: ListedPack, open: (bytes: Buffer) => T | Promise<T>): Promise<T | Taken> {
  const bytes = into.run.parts.shelf.read(shelfKey(name.name));
  if (!bytes) return 'waits';
  try {
    return await open(Buffer.from(bytes));
  } catch (error) {
    if (error instanceof PackRefused) return refuse(into, name, error);
    throw error;
  }
}

/** A pack that fails is not kept, but for one whose key or program is still to come; after three tries it is given up. */
async function refuse({ run, store }: Into, name: ListedPack, error: PackRefused): Promise<Taken> {
  const { findings, parts } = run;
  run.incomplete.add(name.dev);
  if (error.as === 'wrong key') {
    throw new PrsistError(
      'key/mismatch',
      `device ${shortId(name.dev)} seals with another key: ${error.message}; nothing was sent`,
      {
        details: { name: name.name },
      },
    );
  }
  if (error.as === 'no key') findings.note({ is: 'no key', name: name.name, why: error.message });
  if (error.as === 'newer') findings.note({ is: 'newer', name: name.name, why: error.message });
  if (error.as !== 'bad') return 'waits';
  parts.shelf.remove(shelfKey(name.name));
  const tries = (run.pin(store, 'bad', name.name)?.n ?? 0) + 1;
  const value = `${parts.keys.version}:${error.check}`;
  await store.write((tx) => run.setPin(tx, 'bad', { id: name.name, n: tries, value }));
  const givenUp = tries >= limits.packTries;
  findings.note({ is: 'refused', name: name.name, check: error.check, why: error.message, givenUp });
  return 'refused';
}

interface Target {
  readonly log: string;
  readonly skip: number;
}

/** Our own log goes on elsewhere: this database is an older copy of what was there. It is not written any more. */
async function leading(
  { run, store }: Into,
  { chain, skip }: { readonly chain: HeldChain | undefined; readonly skip: number },
  { header }: OpenedRecords,
): Promise<Target> {
  if (chain && chain.log === store.log.log) {
    await store.write(() => store.renewLog());
    run.findings.note({ is: 'restored', project: header.project, log: chain.log, seq: header.to });
  }
  return { log: chain?.log ?? header.log, skip };
}

async function parted(
  { run, store }: Into,
  chain: HeldChain,
  at: number,
  { header, records }: OpenedRecords,
): Promise<Target> {
  const theirs = records[at - header.from]?.com ?? header.headAfter;
  const forked = await store.write((tx) => {
    if (chain.log === store.log.log) store.renewLog();
    const parting = forkChain(store.statements, chain, at, theirs);
    if (parting.moved !== undefined) tx.run(moveToBranch, { from: chain.log_n, to: parting.moved, seq: at });
    return parting;
  });
  // what names positions behind the fork means something else from now on, and records of another log may stand in another
  // order among those of the same moment
  run.findings.late.add(store.settings.identity.project ?? noProject);
  run.findings.note({ is: 'fork', project: header.project, log: header.log, seq: at, branch: forked.branch });
  return { log: forked.log, skip: at - header.from };
}

interface Appending extends Target {
  readonly name: ListedPack;
  readonly opened: OpenedRecords;
  readonly replaced: readonly ListedPack[];
}

async function append(into: Into, { name, opened, log, skip, replaced }: Appending): Promise<void> {
  const { run, store } = into;
  const { header, records } = opened;
  const total = records.length - skip;
  if (records.slice(skip).some(isErase)) noteErase(into);
  let refusedCount = 0;
  for (let at = 0; at < total; ) {
    run.goOn();
    const first = skip + at;
    const chain: Chain = {
      ...{ ws: header.ws, dev: header.dev, log, v: header.v, from: header.from + first, records: records.slice(first) },
    };
    const done = await store.write((tx) => {
      const ends = run.parts.monotonic() + (run.parts.isQuiet?.() ? limits.bulkSliceMs : limits.sliceMs);
      const isTimeUp = () => run.parts.monotonic() >= ends;
      const take = () => appendChain(store.arriving, chain, isTimeUp);
      const appended = total >= limits.bulkRecords ? tx.bulk(take) : take();
      run.parts.failpoint('apply.half');
      if (first + appended.taken === records.length) {
        const log_n = logNumber(store, log);
        noteTaken(into, tx, name, { log_n, stubs: header.stubs });
        passOver(into, tx, replaced, log_n);
      }
      return appended;
    });
    at += done.taken;
    refusedCount += done.refused;
    if (done.contradicted) noteContradicted(into, log, done.contradicted);
    await run.parts.breathe();
  }
  const { findings } = run;
  findings.received.records += total;
  const project = store.settings.identity.project ?? noProject;
  findings.applied.set(project, (findings.applied.get(project) ?? 0) + total);
  if (refusedCount > 0) findings.note({ is: 'poison', project, log, records: refusedCount });
}

function isErase({ parsed }: OpenedRecords['records'][number]): boolean {
  if (typeof parsed !== 'object' || parsed === null || !('type' in parsed) || !('op' in parsed)) return false;
  return `${parsed.type}.${parsed.op}` === recordErase.name;
}

/** On disk before it happens: what lies outside the database goes also when this process ends in between. */
function noteErase({ run, store }: Into): void {
  const { project } = store.settings.identity;
  run.parts.erasing?.(project);
  run.findings.erased.add(project ?? noProject);
}

/** What stood in a snapshot is not what its log says: that is gone, and rows are right when they are computed again. */
function noteContradicted(
  { run, store }: Pick<Into, 'run' | 'store'>,
  log: string,
  { maker, seq }: Contradicted,
): void {
  run.findings.note({ is: 'other history', dev: maker, log, seq });
  run.findings.late.add(store.settings.identity.project ?? noProject);
}

function logNumber(store: Store, log: string): number {
  const held = heldChains(store.statements, log).find((chain) => chain.log === log);
  if (!held) throw new PrsistError('internal', `log ${log} was just appended to and is not here`);
  return held.log_n;
}

export interface Noted {
  readonly log_n: number;
  /** Erased records it knows of. */
  readonly stubs: number;
}

/** What a pack stands for by the word of its own device, and what lies there of it. */
function replacedBy(
  { dev, log, from, to, rev }: ListedPack,
  { meta, header }: OpenedRecords,
  beside: readonly ListedPack[],
): readonly ListedPack[] {
  if (!meta.replaces || header.signer !== dev) return [];
  const named = new Set(meta.replaces);
  const isWithin = (each: ListedPack) => each.from >= from && each.to <= to && each.rev < rev;
  return beside.filter((each) => named.has(each.hash16) && each.dev === dev && each.log === log && isWithin(each));
}

/** They are not asked for; a copy of this very device takes them from the remote. */
function passOver({ run }: Into, tx: Write, packs: readonly ListedPack[], log_n: number): void {
  const at = run.parts.clock();
  for (const pack of packs) {
    const row = { name: pack.name, log_n, seq_from: pack.from, seq_to: pack.to, rev: pack.rev, bytes: pack.len };
    tx.run(addPack, { ...row, stubs: 0, remotes: JSON.stringify([run.parts.remoteId]), at });
    tx.run(replacePack, { name: pack.name, delete_after: at });
  }
}

/** In the transaction of its last records: what was taken in is not looked at again. */
export function noteTaken(
  { run, store }: Pick<Into, 'run' | 'store'>,
  tx: Write,
  name: ListedPack,
  { log_n, stubs }: Noted,
): void {
  const row = { name: name.name, log_n, seq_from: name.from, seq_to: name.to, rev: name.rev, bytes: name.len, stubs };
  tx.run(addPack, { ...row, remotes: JSON.stringify([run.parts.remoteId]), at: run.parts.clock() });
  if (run.pin(store, 'bad', name.name)) run.dropPin(tx, 'bad', name.name);
}
