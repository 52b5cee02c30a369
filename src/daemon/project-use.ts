import { join } from 'node:path';
import { segmentBytes } from '../features/capture/queries.ts';
import { liveEntries } from '../features/entries/queries.ts';
import { totals } from '../features/sessions/queries.ts';
import type { Paths } from '../platform/paths.ts';
import { fileBytes, filesBelow } from '../platform/walk.ts';
import { blobBytes } from '../store/blobs.ts';
import type { Projects } from './projects.ts';

/** What a project takes on disk, in bytes. */
export function diskOf(projects: Projects, paths: Paths, projectId: string) {
  const { read } = projects.store(projectId);
  const files = filesBelow(join(paths.projects, projectId), () => true);
  return {
    db: projects.bytes(projectId),
    blobs: read.one(blobBytes, {})?.bytes ?? 0,
    transcripts: read.one(segmentBytes, {})?.bytes ?? 0,
    bytes: files.reduce((sum, { path }) => sum + fileBytes(path), 0),
  };
}

/** How much a project holds. */
export function countsOf(projects: Projects, projectId: string) {
  const { read } = projects.store(projectId);
  const counts = read.one(totals, {}) ?? { sessions: 0, messages: 0, records: 0 };
  return { ...counts, entries: read.one(liveEntries, {})?.count ?? 0 };
}
