import { join } from 'node:path';
import { segmentBytes } from '../features/capture/queries.ts';
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
