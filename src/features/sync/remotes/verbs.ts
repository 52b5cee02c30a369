// Adding, listing, trying and forgetting remotes. What is tried is tried before the transaction.
import { dirname, join } from 'node:path';
import { type ErrorCode, errorTable, PrsistError } from '../../../core/errors.ts';
import type { Parsed, Reply } from '../../../core/operation.ts';
import { removeIfEmpty } from '../../../platform/files.ts';
import type { ObjectFiles } from '../../../platform/object-files.ts';
import type { Read, Write } from '../../../store/record-type.ts';
import type { Context } from '../../feature.ts';
import type { remoteContract } from '../contract-remotes.ts';
import type { ProbeReport, Remote } from '../remote.ts';
import { addRemote, allRemotes, noteTried, type RemoteRow, remoteById, remotesMeant, removeRemote } from './queries.ts';
import { formatPlace, type Place, parsePlace } from './remote-url.ts';

type Add = (typeof remoteContract)['remote.add'];
type Test = (typeof remoteContract)['remote.test'];
type Wire = Reply<(typeof remoteContract)['remote.remove']>;

export interface RemoteNeeds {
  /** Home directory of the person: what `~` stands for. */
  readonly home: string;
  /** Opens a remote by its address as it is written down. */
  readonly open: (url: string) => Remote;
  readonly files: ObjectFiles;
  /** The workspace whose packs go to remotes. */
  readonly ws: () => string;
  /** Forgets all that was ever seen of a remote, so that what it shows now is the beginning. Says how many marks went. */
  readonly acceptRollback: (remoteId: string) => Promise<number>;
  /** A remote was found to work: what stood in its way may be gone. */
  readonly works: (remoteId: string) => void;
}

const never = new AbortController().signal;

interface Tried {
  readonly place: Place;
  readonly report: ProbeReport;
  readonly isMade: boolean;
}

/** Tries what is to be added; nothing is written down of a remote that cannot be used. */
export const prepareAdd =
  (needs: RemoteNeeds) =>
  async (input: Parsed<Add>, { caller, read }: Context): Promise<Tried> => {
    const around = { home: needs.home, directory: caller.directory ?? needs.home, kind: input.kind };
    const place = parsePlace(input.url, around);
    requireNew(read.user, input.name, formatPlace(place));
    const isMade = place.kind === 'folder' && (await madeInside(needs.files, place.at));
    const report = await probed(needs, formatPlace(place));
    if (report.ok) return { place, report, isMade };
    if (isMade) for (const path of [join(place.at, 'prsist1'), place.at]) removeIfEmpty(path);
    throw unusable(report);
  };

export const add =
  (needs: RemoteNeeds) =>
  (tx: Write, input: Parsed<Add>, { prepared }: Context): Reply<Add> => {
    const { place, report, isMade } = prepared as Tried; // what prepareAdd gave
    const url = formatPlace(place);
    requireNew(tx, input.name, url);
    const remote_id = tx.newId();
    tx.run(addRemote, { remote_id, name: input.name, kind: place.kind, url, ws: needs.ws(), now: tx.now });
    return { ...wireOf(found(tx, remote_id)), probe: onWire(report), made: isMade };
  };

export function list({ read }: Context): { items: Wire[] } {
  return { items: read.user.all(allRemotes, {}).map(wireOf) };
}

export function remove(tx: Write, { name }: { readonly name: string }): Wire {
  const row = meant(tx, name);
  tx.run(removeRemote, { remote_id: row.remote_id });
  return wireOf(row);
}

interface Tested {
  readonly remoteId: string;
  readonly report: ProbeReport;
  readonly forgotten: number | null;
}

export const prepareTest =
  (needs: RemoteNeeds) =>
  async (input: Parsed<Test>, { read }: Context): Promise<Tested> => {
    const { remote_id: remoteId, url } = meant(read.user, input.name);
    const report = await probed(needs, url);
    if (report.ok) needs.works(remoteId);
    const forgotten = input.accept_rollback && report.ok ? await needs.acceptRollback(remoteId) : null;
    return { remoteId, report, forgotten };
  };

export function test(tx: Write, _: Parsed<Test>, { prepared }: Context): Reply<Test> {
  const { remoteId, report, forgotten } = prepared as Tested; // what prepareTest gave
  const failure = report.steps.find(({ ok }) => !ok);
  const error = failure ? `${failure.name}: ${failure.why ?? 'failed'}` : null;
  tx.run(noteTried, { remote_id: remoteId, now: tx.now, error });
  return { ...wireOf(found(tx, remoteId)), probe: onWire(report), forgotten };
}

/** Makes the folder itself where the one above it is there: a disk that is not mounted lacks more than one. */
async function madeInside(files: ObjectFiles, path: string): Promise<boolean> {
  try {
    if ((await files.placeOf(path)) !== 'absent' || (await files.placeOf(dirname(path))) !== 'directory') return false;
    return await files.makeDirectory(path);
  } catch {
    return false; // the probe says what is wrong with it
  }
}

async function probed(needs: RemoteNeeds, url: string): Promise<ProbeReport> {
  const remote = needs.open(url);
  try {
    return await remote.probe(never);
  } finally {
    await remote.close();
  }
}

/** A probe that failed, as an error: nothing was written down. */
function unusable({ steps }: ProbeReport): PrsistError {
  const failure = steps.find(({ ok }) => !ok);
  const why = `it was not added: ${failure?.name} failed: ${failure?.why}`;
  const code = knownCode(failure?.code);
  const isAway = code === 'remote/offline';
  return new PrsistError(code, why, {
    ...(isAway ? { hint: 'check that it is there and can be reached, then add it again' } : {}),
    details: { steps },
  });
}

function knownCode(code = ''): ErrorCode {
  // the lookup is the reason for the cast
  return Object.hasOwn(errorTable, code) ? (code as ErrorCode) : 'remote/offline';
}

function requireNew(read: Read, name: string, url: string): void {
  const known = read.all(allRemotes, {});
  const field = known.some((row) => row.name === name) ? 'name' : known.some((row) => row.url === url) ? 'url' : '';
  const other = known.find((row) => row.url === url)?.name;
  if (field === 'name') {
    throw new PrsistError('input/invalid', `there is a remote ${name} already`, {
      ...{ field, hint: `prsist remote remove ${name}, or take another name` },
    });
  }
  if (field === 'url') {
    throw new PrsistError('input/invalid', `that place is the remote ${other} already`, {
      ...{ field, hint: `prsist remote test ${other}` },
    });
  }
}

function meant(read: Read, asked: string): RemoteRow {
  const [row, second] = read.all(remotesMeant, { asked, end: `${asked}\uffff` });
  if (!row) throw new PrsistError('remote/not-found', `no remote ${asked}`);
  if (second && row.name !== asked) {
    throw new PrsistError('input/invalid', `several remotes are meant by ${asked}`, {
      ...{ field: 'name', hint: 'give the name: prsist remote list' },
    });
  }
  return row;
}

function found(tx: Write, remote_id: string): RemoteRow {
  const row = tx.one(remoteById, { remote_id });
  if (!row) throw new PrsistError('remote/not-found', 'it was removed meanwhile');
  return row;
}

function wireOf(row: RemoteRow): Wire {
  return {
    ...row,
    paused: row.paused === 1,
    created_at: new Date(row.created_at).toISOString(),
    last_ok_at: row.last_ok_at === null ? null : new Date(row.last_ok_at).toISOString(),
  };
}

function onWire({ ok, steps }: ProbeReport): Reply<Test>['probe'] {
  return { ok, steps: [...steps] };
}
