import { limits } from '../../core/limits.ts';
import { packed, unpacked } from '../../store/blobs.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { allSegments, dropSegmentsBefore, lastSegment, type SegmentRow, saveSegment, sourcesOfRun } from './queries.ts';

export interface KeptFile {
  readonly agent: string;
  readonly native_id: string;
  /** Which file of that conversation: its base name. */
  readonly source: string;
}

/**
 * Keeps transcript lines (already redacted) in parts of 64 KiB of plain text, whatever the pieces they come in.
 * first: number of the first of the lines in its file. Lines that are kept already are passed over.
 */
export function keepLines(tx: Write, file: KeptFile, first: number, lines: readonly string[]): void {
  const last = tx.one(lastSegment, { ...file });
  // none before: the beginning, or what was kept has had its time
  const done = last ? last.first_line + last.lines : first;
  const fresh = lines.slice(Math.max(0, done - first));
  if (fresh.length === 0) return;
  let part = last && last.bytes < limits.segmentBytes ? reopened(last) : begun((last?.part ?? -1) + 1, done);
  for (const line of fresh) {
    if (part.bytes >= limits.segmentBytes) {
      save(tx, file, part);
      part = begun(part.part + 1, part.first_line + part.lines.length);
    }
    part.lines.push(line);
    part.bytes += Buffer.byteLength(line) + 1;
  }
  save(tx, file, part);
}

const dayMs = 86_400_000;

/** Takes kept lines away that were kept so many days ago; the records that came from them stay. */
export function dropOldTranscripts(tx: Write, days: number | 'off'): number {
  return days === 'off' ? 0 : tx.run(dropSegmentsBefore, { before: tx.now - days * dayMs });
}

/** The plain lines of one kept part. */
export function segmentLines(row: SegmentRow): string[] {
  return unpacked(row.codec, row.data).toString('utf8').split('\n').slice(0, -1);
}

/** Every kept line of a conversation, file after file, in parts. */
export function* keptTranscript(read: Read, run: Pick<KeptFile, 'agent' | 'native_id'>): Iterable<string[]> {
  const { agent, native_id } = run;
  for (const { source } of read.all(sourcesOfRun, { agent, native_id })) {
    for (const row of read.all(allSegments, { agent, native_id, source })) yield segmentLines(row);
  }
}

interface Part {
  readonly part: number;
  readonly first_line: number;
  readonly lines: string[];
  bytes: number;
}

function begun(part: number, first_line: number): Part {
  return { part, first_line, lines: [], bytes: 0 };
}

function reopened(row: SegmentRow): Part {
  return { part: row.part, first_line: row.first_line, lines: segmentLines(row), bytes: row.bytes };
}

function save(tx: Write, file: KeptFile, part: Part): void {
  const plain = Buffer.from(`${part.lines.join('\n')}\n`, 'utf8');
  const { codec, data } = packed(plain);
  const { first_line, bytes } = part;
  tx.run(saveSegment, {
    ...file,
    part: part.part,
    first_line,
    lines: part.lines.length,
    codec,
    bytes,
    data,
    at: tx.now,
  });
}
