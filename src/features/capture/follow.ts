import type { FoundFile } from '../../platform/walk.ts';
import { familiesInOrder, ownTranscripts, type TranscriptRoots } from './discover.ts';
import { sourceInfo, sourcesOf } from './forms/sources.ts';
import { importFile } from './import-file.ts';
import type { CaptureParts } from './needs.ts';
import { followedMarks, ownMark } from './queries.ts';

const recentMs = 24 * 3_600_000;
const never = () => false;

/** Reads on in a project's own transcripts that were read lately and have grown. Returns how many brought something. */
export async function readOn(parts: CaptureParts, projectId: string, cancelled = never): Promise<number> {
  const rows = parts.user.read.all(followedMarks, { project_id: projectId, since: parts.clock() - recentMs });
  const grown = rows.flatMap((row) => {
    const info = sourceInfo(row.path);
    return info && (info.size !== row.size || info.mtimeMs !== row.mtime) ? [info] : [];
  });
  return readFiles(parts, grown, { into: projectId, cancelled });
}

/** Looks for transcripts that are new or have grown, in all projects. Returns how many brought something. */
export async function discover(parts: CaptureParts, roots: TranscriptRoots, cancelled = never): Promise<number> {
  const changed = (await sourcesOf(ownTranscripts(roots, undefined))).filter((file) => {
    const known = parts.user.read.one(ownMark, { path: file.path });
    return known?.size !== file.size || known.mtime !== file.mtimeMs;
  });
  return readFiles(parts, changed, { cancelled });
}

async function readFiles(
  parts: CaptureParts,
  files: readonly FoundFile[],
  task: { readonly into?: string; readonly cancelled: () => boolean },
): Promise<number> {
  let brought = 0;
  for (const file of await familiesInOrder(files)) {
    if (task.cancelled()) break;
    const report = await importFile(parts, file, { trusted: 'own', ...task });
    if (report.added > 0) brought += 1;
    if (report.error) parts.log('transcript not read', { path: file.path, why: report.error });
  }
  return brought;
}
