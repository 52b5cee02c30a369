// The second copy of what must not be lost: raw records of permanent and critical entries, carried to the user database.
import { dropBlobs } from '../../store/erase.ts';
import type { Read, Write } from '../../store/record-type.ts';
import {
  addMirrored,
  addPackedText,
  addTrace,
  cursorOf,
  dropMirroredRecord,
  entriesChanged,
  entryName,
  erasedRecord,
  isMirrored,
  lastRecord,
  mirrorConsumer,
  mirroredEntities,
  mirroredOf,
  moveCursor,
  packedText,
  type RawRecord,
  rawRecords,
  trimTrace,
  vitalEntry,
  waitingForMirror,
} from './mirror-queries.ts';

/** A database as the mirror uses it. */
interface Base {
  readonly read: Read;
  readonly write: <T>(work: (tx: Write) => T) => Promise<T>;
}

export interface MirrorParts {
  readonly projectId: string;
  readonly project: Base;
  readonly user: Base;
  readonly failpoint: (name: string) => void;
}

const recordsPerRound = 500;
const dayMs = 86_400_000;
const keptTraces = 100_000;

/** Where the mirror of a project goes on. */
export function mirrorPosition(project: Read): number {
  return project.one(cursorOf, { consumer: mirrorConsumer })?.n ?? 0;
}

/** Changes of permanent and critical entries of a project that do not stand in the user database yet. */
export function pendingSyncs(project: Read): number {
  return project.one(waitingForMirror, { consumer: mirrorConsumer })?.count ?? 0;
}

/**
 * Copies what is next after a position: first to the user database, then the position moves; stopped in between it is
 * copied again, which changes nothing. An entry that is mirrored stays so, for its end is to be known as well.
 * Returns the new position; the same one at the end.
 */
export async function mirrorOn(parts: MirrorParts, after: number): Promise<number> {
  const { project } = parts;
  const to = Math.min(project.read.one(lastRecord, {})?.n ?? 0, after + recordsPerRound);
  if (to <= after) return after;
  const copied = project.read
    .all(entriesChanged, { after, to })
    .flatMap(({ ent }) => chosen(parts, ent, { after, to }));
  if (copied.length === 0) return to;
  await parts.user.write((tx) => {
    for (const row of copied) copy(parts, tx, row);
  });
  parts.failpoint('mirror.copied');
  await project.write((tx) => {
    for (const row of copied) trace(parts, tx, row);
    tx.run(moveCursor, { consumer: mirrorConsumer, n: to, now: tx.now });
  });
  return to;
}

/** Notes a position up to which there was nothing to copy. */
export function notePosition(tx: Write, n: number): void {
  tx.run(moveCursor, { consumer: mirrorConsumer, n, now: tx.now });
}

/** Forgets what was done over a week ago. */
export function trimTraces(tx: Write): void {
  tx.run(trimTrace, { before: tx.now - 7 * dayMs, most: keptTraces });
}

/** Takes out of the mirror what was erased from its project, with the texts that nothing else names. */
export function forgetMirrored(
  tx: Write,
  { projectId, project, isErased }: Pick<MirrorParts, 'projectId'> & ErasedFrom,
): void {
  const erased = tx.all(mirroredEntities, { project_id: projectId }).filter(({ ent }) => isErased(ent));
  for (const { ent } of erased) {
    // an entry stored again after it was erased has records that stand
    for (const { log, seq, body } of tx.all(mirroredOf, { project_id: projectId, ent })) {
      if (!project.one(erasedRecord, { log, seq })) continue;
      if (body !== null) dropBlobs(tx, body);
      tx.run(dropMirroredRecord, { log, seq });
    }
  }
}

interface ErasedFrom {
  /** The project's own database, after the erase. */
  readonly project: Read;
  readonly isErased: (ent: string) => boolean;
}

/** An entry's records of this range, all earlier ones with them when it is new in the mirror. */
function chosen({ project, user, projectId }: MirrorParts, ent: string, { after, to }: { after: number; to: number }) {
  if (user.read.one(isMirrored, { project_id: projectId, ent }))
    return project.read.all(rawRecords, { ent, after, to });
  return project.read.one(vitalEntry, { ent }) ? project.read.all(rawRecords, { ent, after: 0, to }) : [];
}

function copy({ project, projectId }: MirrorParts, tx: Write, row: RawRecord): void {
  if (tx.run(addMirrored, { project_id: projectId, ...row }) === 0) return;
  for (const hash of textsOf(row.body)) {
    const text = project.read.one(packedText, { hash });
    if (text) tx.run(addPackedText, { ...text, now: tx.now });
  }
}

/** Hashes of the texts that a record keeps outside its body. */
function textsOf(body: string | null): Buffer[] {
  // a body that an engine of ours wrote, read back from its own table
  const { fields } = body === null ? { fields: {} } : (JSON.parse(body) as { fields: Record<string, unknown> });
  return Object.entries(fields).flatMap(([name, hash]) =>
    name.endsWith('_blob') && typeof hash === 'string' ? [Buffer.from(hash, 'hex')] : [],
  );
}

function trace({ projectId }: MirrorParts, tx: Write, { ent, log, seq }: RawRecord): void {
  const named = tx.one(entryName, { ent });
  tx.run(addTrace, {
    ...{ event_id: `mirror:${log}:${seq}`, context_key: named?.key ?? ent, source_system: `project:${projectId}` },
    ...{ priority: named?.priority ?? 'medium', payload: JSON.stringify({ log, seq }), now: tx.now },
  });
}
