import { limits } from '../../core/limits.ts';
import type { FoundFile } from '../../platform/walk.ts';
import { emptyReport, type FileReport, type ImportTask } from './file-report.ts';
import { sourceInfo } from './forms/sources.ts';
import type { CaptureParts } from './needs.ts';
import { noteFault } from './queries.ts';
import { noteReader, openReader, type Reader } from './reader.ts';
import { keepLines } from './segments.ts';
import { beginSlice, readLine, type Slice } from './slice.ts';

/**
 * Takes in one transcript file from where it was left, in slices of one transaction each. Stopped anywhere, what came in
 * the last second is read again and adds nothing, because every record has the id of its source's own key.
 * A file that cannot be read as a transcript is reported, never thrown. One that is being read already is waited for, and
 * then looked at again.
 */
export async function importFile(parts: CaptureParts, found: FoundFile, task: ImportTask): Promise<FileReport> {
  const { reading } = parts;
  let now = found;
  for (let other = reading.get(found.path); other; other = reading.get(found.path)) {
    await other;
    now = sourceInfo(found.path) ?? found;
  }
  const run = readFile(parts, now, task).finally(() => reading.delete(found.path));
  // whoever waits is not told of faults: they look for themselves
  const end = run.then(nothing, nothing);
  reading.set(found.path, end);
  return run;
}

function nothing(): void {}

async function readFile(parts: CaptureParts, found: FoundFile, task: ImportTask): Promise<FileReport> {
  const report = emptyReport(found.path);
  try {
    const reader = await openReader(parts, { found, task, report });
    if (reader) await readAll(reader);
  } catch (error) {
    if (!isFileFault(error)) throw error;
    report.outcome = 'unreadable';
    report.error = error instanceof Error ? error.message : String(error);
    const fault = { path: found.path, error: report.error };
    await parts.user.write((tx) => tx.run(noteFault, fault));
  }
  return report;
}

const faultsOfFiles: ReadonlySet<string> = new Set(
  'ENOENT EACCES EPERM EISDIR ENOTDIR ELOOP ENAMETOOLONG EIO ENXIO ESTALE file/unreadable'.split(' '),
);

/** The system and the unpacker say what is wrong with a file by a code; anything else is not the file's fault. */
function isFileFault(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return faultsOfFiles.has(code) || /^Z_[A-Z_]+$/.test(code);
}

const firstSliceBytes = 64 * 1024;
const leastSliceBytes = 32 * 1024;
/** How often it is noted how far a file has been read; what was taken in since then is read again after a crash. */
const noteMs = 1_000;

async function readAll(reader: Reader): Promise<void> {
  const { parts, task, report } = reader;
  const unkept: Unkept = { first: reader.state.kept, lines: [] };
  let slice = beginSlice(reader);
  let started = parts.monotonic();
  let noted = started;
  let room = firstSliceBytes;
  const soFar = { offset: reader.offset, marks: reader.state.marks ?? [] };
  for await (const line of reader.form.lines(reader.found.path, soFar)) {
    if (!readLine(reader, slice, line)) break;
    const { bytes } = slice;
    const full = bytes >= room || slice.kept.length >= limits.importLines;
    if (!full && parts.monotonic() - started < limits.sliceMs) continue;
    const wroteMs = await commit(reader, slice, unkept);
    // others wait while a slice is written, so the next one is as large as can be written in the time of a slice
    room = Math.max(leastSliceBytes, Math.min(1.25 * room, (bytes * limits.sliceMs) / Math.max(wroteMs, 1)));
    slice = beginSlice(reader);
    task.onProgress?.(report.bytes);
    const stopped = task.cancelled?.() ?? false;
    if (stopped || parts.monotonic() - noted >= noteMs) {
      await note(reader, unkept, { ended: false });
      noted = parts.monotonic();
    }
    if (stopped) {
      report.outcome = 'stopped';
      return;
    }
    await parts.breathe();
    started = parts.monotonic();
  }
  await commit(reader, slice, unkept);
  await note(reader, unkept, { ended: true });
  task.onProgress?.(report.bytes);
}

/** Lines that were taken in and are not kept yet: what has been noted as read is always kept. */
interface Unkept {
  first: number;
  lines: readonly string[];
}

/**
 * Writes one slice in one transaction. Its lines are kept when they fill a part, so that each part is packed once; a
 * crash before that reads them again. Returns how long that took, in milliseconds.
 */
async function commit(reader: Reader, slice: Slice, unkept: Unkept): Promise<number> {
  const { parts, rules, target, report, keptAs, state } = reader;
  const [before, indexBefore] = [parts.monotonic(), target.indexMs()];
  const trusted = reader.adapter.isSecondHand ? 'foreign' : reader.trusted;
  const source = { agent: keptAs.agent, trusted, from: 'transcript', root: target.root } as const;
  const lines = [...unkept.lines, ...slice.kept];
  const isFull = lines.reduce((sum, line) => sum + line.length, 0) >= limits.segmentBytes;
  const taken = await target.write((tx) => {
    const items = parts.keepers.takeIn(tx, source, state.announced, slice.items);
    const isGap = items.erased > 0; // what was forgotten is not kept either
    if ((isFull || isGap) && rules.transcripts === 'keep') {
      keepLines(tx, keptAs, unkept.first, isGap ? unkept.lines : lines);
    }
    return items;
  });
  if (isFull || taken.erased > 0) isKept(unkept, lines.length);
  else unkept.lines = lines;
  report.added += taken.added;
  report.known += taken.known;
  for (const session of taken.sessions) report.sessions.add(session);
  const ms = parts.monotonic() - before;
  report.storeMs += ms;
  report.indexMs += target.indexMs() - indexBefore;
  return ms;
}

function isKept(unkept: Unkept, count: number): void {
  unkept.first += count;
  unkept.lines = [];
}

async function note(reader: Reader, unkept: Unkept, { ended }: { readonly ended: boolean }): Promise<void> {
  const { parts, rules, target, keptAs } = reader;
  const before = parts.monotonic();
  if (unkept.lines.length > 0 && rules.transcripts === 'keep') {
    await target.write((tx) => keepLines(tx, keptAs, unkept.first, unkept.lines));
  }
  isKept(unkept, unkept.lines.length);
  await noteReader(reader, { ended });
  reader.report.storeMs += parts.monotonic() - before;
}
