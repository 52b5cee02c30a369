// What a rehearsal found, as people read it.
import { parseName } from '../features/sync/names.ts';
import { keptRehearsals, type RehearsalFinding } from '../features/sync/rehearsals.ts';
import type { RemoteRow } from '../features/sync/remotes/queries.ts';
import type { SyncNote } from '../features/sync/report.ts';
import type { Read } from '../store/record-type.ts';

/** Records of one log that should be there and are not. */
export interface MissingRecords {
  readonly log: string;
  readonly dev: string;
  readonly from: number;
  readonly to: number;
  /** They came here from elsewhere: nobody has ever put them there. */
  readonly isElsewhere: boolean;
}

export interface Wording {
  /** Name of the remote. */
  readonly remote: string;
  /** This device. */
  readonly dev: string;
}

/** Records that cannot be had from there. */
export function missingWords({ remote, dev }: Wording, { log, from, to, ...of }: MissingRecords): RehearsalFinding {
  const range = from === to ? `record ${from}` : `records ${from} to ${to}`;
  if (of.isElsewhere) {
    const what = `${range} of log ${short(log)}, written on ${device(of.dev, dev)}, never came there: that device exchanges elsewhere`;
    return { what, fix: `on that device: prsist remote list; prsist sync --remote ${remote}` };
  }
  const others = of.dev === dev ? '' : '; what is not kept here comes back with the same on that device';
  return {
    what: `${range} of log ${short(log)}, written on ${device(of.dev, dev)}, cannot be had from there${others}`,
    fix: mend(remote),
  };
}

/** Another log lies there under the same name. */
export function otherWords({ remote, dev }: Wording, { log, ...of }: Pick<MissingRecords, 'log' | 'dev'>) {
  const what = `log ${short(log)} of ${device(of.dev, dev)} is another one there than here: it was written by a copy, or tampered with`;
  return { what, fix: mend(remote) };
}

/** Whoever comes in by it gets keys that are too old, or none. */
export function keyringWords({ remote }: Wording, there: number, here: number): RehearsalFinding {
  const which = there === 0 ? 'there is no keyring there' : `the keyring there is version ${there}, here it is ${here}`;
  // an exchange stops at that until somebody says that it was meant
  const fix = `prsist remote test ${remote} --accept-rollback; ${mend(remote)}`;
  return { what: `${which}: without it nobody else can read what lies there`, fix };
}

/**
 * What stood in the way of taking it in; undefined for what is no fault of the remote, or is told already. told: logs of
 * which records are named as missing.
 */
export function noteWords(
  { remote, dev }: Wording,
  note: SyncNote,
  told: ReadonlySet<string>,
): RehearsalFinding | undefined {
  if (note.is === 'refused')
    return { what: `${packNamed(note.name, dev)} passes no check there (${note.why})`, fix: mend(remote) };
  if (note.is === 'newer')
    return { what: `a pack is of a later version of prsist (${note.why})`, fix: 'npm install -g prsist@latest' };
  if (note.is === 'no key') {
    return { what: `a pack is sealed with a key this device was not given (${note.why})`, fix: 'prsist device list' };
  }
  if (note.is === 'hole' && !told.has(note.log)) {
    return {
      what: `record ${note.seq} of log ${short(note.log)} is not there, and what follows it waits`,
      fix: mend(remote),
    };
  }
  if (note.is === 'rolled back' && ![...told].some((log) => note.what.includes(log))) {
    return { what: `${note.what}: ${note.was} records were put there, ${note.now} can be had`, fix: mend(remote) };
  }
  if (note.is === 'other history') {
    return {
      what: `device ${short(note.dev)} says that log ${short(note.log)} is another one than lies there`,
      fix: mend(remote),
    };
  }
  return undefined;
}

/** Own packs that were refused. */
export function spoiltOf(notes: readonly SyncNote[], dev: string): string[] {
  return notes.flatMap((note) => {
    const name = note.is === 'refused' ? parseName(note.name) : undefined;
    return name?.is === 'pack' && name.dev === dev ? [name.name] : [];
  });
}

/** What the last rehearsals found wanting of a remote. */
export function rehearsalFindings(
  read: Read,
  { remote_id, name }: Pick<RemoteRow, 'remote_id' | 'name'>,
): RehearsalFinding[] {
  const bad = keptRehearsals(read).filter((each) => each.remote_id === remote_id && each.state !== 'whole');
  return bad.flatMap(({ findings }) =>
    findings.map(({ what, fix }) => ({ what: `rebuilt from ${name} alone, ${what}`, fix })),
  );
}

/** The same in sentences. */
export function rehearsalNotes(read: Read, remote: Pick<RemoteRow, 'remote_id' | 'name'>): string[] {
  return rehearsalFindings(read, remote).map(({ what, fix }) => `${what}: ${fix}`);
}

/** What puts right what can be put right from here. */
export function mend(remote: string): string {
  return `prsist sync --remote ${remote} --full`;
}

function packNamed(name: string, dev: string): string {
  const pack = parseName(name);
  if (pack?.is !== 'pack') return 'a pack';
  const kind = pack.texts ? 'the texts of records' : 'the pack with records';
  return `${kind} ${pack.from} to ${pack.to} of log ${short(pack.log)}, written on ${device(pack.dev, dev)},`;
}

function device(dev: string, own: string): string {
  return dev === own ? 'this device' : `device ${short(dev)}`;
}

function short(id: string): string {
  return id.slice(-12);
}
