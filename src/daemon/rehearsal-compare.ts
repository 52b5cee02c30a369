// One database that came back from a remote alone, beside the one in use.
import type { Rebuilt } from '../features/sync/engine.ts';
import type { RehearsalFinding } from '../features/sync/rehearsals.ts';
import { compareLogs, type LogCompared, tablesApart, textsOnlyHere } from '../store/compare.ts';
import { rebuildAside, type Side } from '../store/rebuild.ts';
import { openSnapshot } from '../store/snapshot.ts';
import { inSlices, type Pace, type Steps } from '../store/steps.ts';
import type { Store } from '../store/store.ts';
import type { Expected } from './rehearsal-expected.ts';
import {
  keyringWords,
  type MissingRecords,
  mend,
  missingWords,
  noteWords,
  otherWords,
  spoiltOf,
  type Wording,
} from './rehearsal-words.ts';

export interface Comparing {
  /** The database in use: it is only read, and written to meanwhile. */
  readonly live: Store;
  readonly expected: Expected;
  readonly rebuilt: Rebuilt;
  readonly words: Wording;
  readonly texts: 'all' | 'none';
  /** Version of the keyring here. */
  readonly keyring: number;
  readonly pace: Pace;
}

export interface Compared {
  readonly state: 'whole' | 'differs' | 'failed';
  /** Records that came back. */
  readonly records: number;
  /** Own records here that were not sent yet. */
  readonly pending: number;
  /** Records there that were not taken in here yet. */
  readonly ahead: number;
  readonly rows: 'equal' | 'differ' | 'not compared';
  readonly findings: readonly RehearsalFinding[];
  /** What is as it should be, but good to know. */
  readonly notes: readonly string[];
  readonly spoilt: readonly string[];
}

/** Compares at the records that both hold. undefined: called off. */
export async function compare(comparing: Comparing): Promise<Compared | undefined> {
  const { live, rebuilt, pace } = comparing;
  const here = openSnapshot(live);
  try {
    // of what is gone nothing may be left in the rows, and what came late stands in them
    if (rebuilt.isLate) await rebuildAside(rebuilt.store, undefined, pace);
    return await inSlices(judge(comparing, here), pace);
  } finally {
    here.close();
  }
}

function* judge({ expected, rebuilt, words, texts, keyring }: Comparing, here: Side): Steps<Compared> {
  const { store, notes } = rebuilt;
  const logs = compareLogs(here, store, store.log.log);
  const missing = logs.flatMap((log) => missingOf(log, expected));
  const told = new Set(missing.map(({ log }) => log));
  const textsGone = yield* textsOnlyHere(here, store);
  const counts = countsOf(logs, expected);
  const isUser = here.settings.identity.project === null;
  const findings: RehearsalFinding[] = [
    ...(isUser && rebuilt.keyring < keyring ? [keyringWords(words, rebuilt.keyring, keyring)] : []),
    ...notes.flatMap((note) => noteWords(words, note, told) ?? []),
    ...missing.map((each) => missingWords(words, each)),
    ...logs.filter(({ isSame }) => !isSame).map((each) => otherWords(words, each)),
    ...(textsGone > 0 && texts === 'all'
      ? [
          {
            what: `${textsGone} long text${textsGone === 1 ? '' : 's'} cannot be had from there`,
            fix: mend(words.remote),
          },
        ]
      : []),
  ];
  const isAlike = textsGone === 0 && logs.every((log) => log.isSame && log.here === log.there);
  const apart = isAlike ? yield* tablesApart(here, store) : [];
  if (apart.length > 0) findings.push(rowsApart(here, apart));
  const isLost = counts.records === 0 && missing.length > 0;
  return {
    ...{ ...counts, state: isLost ? 'failed' : findings.length > 0 ? 'differs' : 'whole' },
    ...{ rows: !isAlike ? 'not compared' : apart.length > 0 ? 'differ' : 'equal', findings },
    notes: notesOf({
      kept: texts === 'none' ? textsGone : 0,
      ...counts,
      isWritten: logs.some(({ log, here: now }) => now > (expected.held.get(log) ?? 0)),
    }),
    spoilt: spoiltOf(notes, words.dev),
  };
}

function missingOf({ log, dev, there }: LogCompared, { sent, seen }: Expected): MissingRecords[] {
  const to = sent.get(log) ?? 0;
  return there < to ? [{ log, dev, from: there + 1, to, isElsewhere: (seen.get(log) ?? 0) <= there }] : [];
}

function countsOf(logs: readonly LogCompared[], { sent }: Expected) {
  const sum = (of: (log: LogCompared) => number) => logs.reduce((all, log) => all + Math.max(0, of(log)), 0);
  return {
    records: sum(({ there }) => there),
    pending: sum(({ log, here, there }) => here - Math.max(there, sent.get(log) ?? 0)),
    ahead: sum(({ here, there }) => there - here),
  };
}

function rowsApart({ settings }: Side, tables: readonly string[]): RehearsalFinding {
  const { project } = settings.identity;
  return {
    what: `the records are the same, but not what is computed of them: ${tables.join(', ')}`,
    fix: project === null ? 'prsist doctor --deep' : `prsist --project ${project} store rebuild`,
  };
}

interface Noted {
  /** Texts that do not travel. */
  readonly kept: number;
  readonly pending: number;
  readonly ahead: number;
  readonly isWritten: boolean;
}

function notesOf({ kept, pending, ahead, isWritten }: Noted): string[] {
  return [
    ...(pending > 0 ? [`${records(pending)} not sent yet`] : []),
    ...(ahead > 0 ? [`${records(ahead)} written on other devices and not taken in here yet`] : []),
    ...(kept > 0 ? [`${kept} long text${kept === 1 ? '' : 's'} not there: portable_sync.texts is none`] : []),
    ...(isWritten ? ['something was written meanwhile: compared is what both hold'] : []),
  ];
}

function records(count: number): string {
  return count === 1 ? '1 record was' : `${count} records were`;
}
