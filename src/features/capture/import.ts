import type { Parsed } from '../../core/operation.ts';
import type { FoundFile } from '../../platform/walk.ts';
import type { JobContext } from '../feature.ts';
import type { contract } from './contract.ts';
import { familiesInOrder, namedTranscripts, ownTranscripts, type TranscriptRoots } from './discover.ts';
import type { FileReport, ImportTask } from './file-report.ts';
import { sourcesOf } from './forms/sources.ts';
import { importFile } from './import-file.ts';
import type { CaptureParts } from './needs.ts';
import { markIn, ownMark } from './queries.ts';

type Import = (typeof contract)['capture.import'];

/** Sums of an import, as they stand in the result of its job. */
export interface ImportResult {
  files: number;
  read: number;
  unchanged: number;
  lines: number;
  bytes: number;
  records_added: number;
  records_known: number;
  sessions: number;
  unknown_lines: number;
  unparsable_lines: number;
  too_long_lines: number;
  held_back_lines: number;
  /** Lines said in a pause: passed over. */
  paused_lines: number;
  redacted: Record<string, number>;
  redact_ms: number;
  store_ms: number;
  /** Part of store_ms. */
  index_ms: number;
  total_ms: number;
  /** Files that were not read, and why; at most 100. */
  skipped: { path: string; why: string }[];
  agents: Record<string, number>;
}

/** Takes in what the agents, or the named files, hold. */
export function importTranscripts(parts: CaptureParts, roots: TranscriptRoots) {
  return async (context: JobContext, input: Parsed<Import>): Promise<Record<string, unknown>> => {
    const since = input.since ? Date.parse(input.since) : 0;
    const found = await sourcesOf(input.paths ? namedTranscripts(input.paths) : ownTranscripts(roots, input.agents));
    const files = await familiesInOrder(found.filter((file) => file.mtimeMs >= since));
    if (input.dry_run) return { ...dryRun(parts, files, input.paths ? context.project.id : undefined) };
    const task: ImportTask = {
      ...(input.paths ? { into: context.project.id } : {}),
      trusted: input.paths ? 'foreign' : 'own',
      cancelled: context.cancelled,
    };
    const chosen = input.paths ? files : files.filter((file) => mayBelong(parts, file, context.project.id));
    return { ...(await importFiles(parts, chosen, { task, context })) };
  };
}

/** A file known to belong to another project is not this project's import. */
function mayBelong(parts: CaptureParts, file: FoundFile, projectId: string): boolean {
  const known = parts.user.read.one(ownMark, { path: file.path });
  return !known?.project_id || known.project_id === projectId;
}

async function importFiles(
  parts: CaptureParts,
  files: readonly FoundFile[],
  { task, context }: { task: ImportTask; context: JobContext },
): Promise<ImportResult> {
  const started = parts.monotonic();
  const result = emptyResult(files.length);
  const sessions = new Set<string>();
  const whole = files.reduce((sum, file) => sum + file.size, 0);
  let before = 0;
  for (const [index, file] of files.entries()) {
    if (context.cancelled()) break;
    // a packed file is smaller than what is read from it
    const onProgress = (bytes: number) =>
      context.report({
        files_done: index,
        files: files.length,
        share: share(before + Math.min(bytes, file.size), whole),
      });
    const report = await importFile(parts, file, { ...task, onProgress });
    before += file.size;
    add(result, report);
    for (const session of report.sessions) sessions.add(session);
  }
  return { ...result, sessions: sessions.size, total_ms: Math.round(parts.monotonic() - started) };
}

function share(done: number, whole: number): string {
  return `${Math.floor((100 * done) / Math.max(whole, 1))} %`;
}

const manySkipped = 100;

function add(result: ImportResult, report: FileReport): void {
  if (report.outcome === 'read') result.read += 1;
  else if (report.outcome === 'unchanged') result.unchanged += 1;
  else if (result.skipped.length < manySkipped) {
    result.skipped.push({ path: report.path, why: report.error ?? report.outcome });
  }
  result.lines += report.lines;
  result.bytes += report.bytes;
  result.records_added += report.added;
  result.records_known += report.known;
  result.unknown_lines += report.unknown;
  result.unparsable_lines += report.unparsable;
  result.too_long_lines += report.tooLong;
  result.held_back_lines += report.heldBack;
  result.paused_lines += report.paused;
  result.redact_ms = Math.round(result.redact_ms + report.redactMs);
  result.store_ms = Math.round(result.store_ms + report.storeMs);
  result.index_ms = Math.round(result.index_ms + report.indexMs);
  for (const [kind, count] of Object.entries(report.redacted)) {
    result.redacted[kind] = (result.redacted[kind] ?? 0) + count;
  }
  if (report.agent && report.outcome === 'read') result.agents[report.agent] = (result.agents[report.agent] ?? 0) + 1;
}

function emptyResult(files: number): ImportResult {
  return {
    ...{ files, read: 0, unchanged: 0, lines: 0, bytes: 0, records_added: 0, records_known: 0, sessions: 0 },
    ...{ unknown_lines: 0, unparsable_lines: 0, too_long_lines: 0, held_back_lines: 0, paused_lines: 0, redacted: {} },
    ...{ redact_ms: 0, store_ms: 0, index_ms: 0, total_ms: 0, skipped: [], agents: {} },
  };
}

/** into: the project that the files are named for; undefined when each goes where it belongs. */
function dryRun(parts: CaptureParts, files: readonly FoundFile[], into: string | undefined) {
  const { read } = parts.user;
  const isNew = ({ path, ...file }: FoundFile) => {
    const known = into === undefined ? read.one(ownMark, { path }) : read.one(markIn, { path, project_id: into });
    return known?.size !== file.size || known.mtime !== file.mtimeMs;
  };
  const fresh = files.filter(isNew);
  const bytes = fresh.reduce((sum, file) => sum + file.size, 0);
  return {
    dry_run: true,
    files: files.length,
    to_read: fresh.length,
    bytes,
    paths: fresh.slice(0, 200).map((f) => f.path),
  };
}
