import { dirname } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { forgetOwnSources } from '../features/capture/keeping-queries.ts';
import type { JobShare } from '../features/system/needs.ts';
import { projectNow, register } from '../features/system/registry.ts';
import { ownDirectory, removeFile } from '../platform/files.ts';
import { moveFile, removeBeside, swapFile } from '../platform/swap.ts';
import { exists } from '../platform/walk.ts';
import { type Contents, closeOwnLogs, contentsOf, copyFile } from '../store/backup.ts';
import type { Pace } from '../store/steps.ts';
import { verifyAside } from '../store/verify.ts';
import type { Backups } from './backups.ts';
import type { Projects } from './projects.ts';
import { bringMirrored } from './recover.ts';

export interface RestoreParts {
  readonly projects: Projects;
  readonly backups: Backups;
  readonly schema: number;
  readonly newId: () => string;
  readonly failpoint: (name: string) => void;
  readonly pace: Pace;
}

type Result = Readonly<Record<string, unknown>>;

/**
 * Puts a copy in the place of a project's database: copied, checked and brought to today's schema beside it first, then
 * swapped in one step; what was there stays as *.before-restore. Its logs are closed, so it goes on in a new one. What
 * stands in the user database beyond it comes back, and transcripts are read again from their beginning.
 */
export async function restore(parts: RestoreParts, projectId: string, path: string, job: JobShare): Promise<Result> {
  const { projects, backups } = parts;
  const contents = requireOfProject(parts, projectId, path);
  const file = projects.file(projectId);
  const next = `${file}.restoring`;
  await prepare(parts, { path, next, projectId });
  if (job.cancelled()) {
    removeFile(next);
    return {};
  }
  const kept = await copyOfCurrent(parts, projectId);
  projects.close(projectId);
  const before = exists(file) ? `${file}.before-restore` : null;
  if (before === null) {
    removeBeside(file);
    moveFile(next, file);
  } else {
    swapFile(file, next, before);
  }
  parts.failpoint('restore.swapped');
  const brought = await catchUp(parts, projectId);
  // the newest copy is what comes back when the database is lost: not what was just replaced
  await backups.make(projectId, projects.store(projectId).db, 'restored');
  return {
    ...{ project_id: projectId, records: contents.records, mirrored: brought },
    ...(before === null ? {} : { before }),
    ...(kept === null ? {} : { backup: kept }),
  };
}

/** A copy of what is about to be replaced; none when it is not there, or too damaged to be copied. */
async function copyOfCurrent({ projects, backups }: RestoreParts, projectId: string): Promise<string | null> {
  if (!exists(projects.file(projectId))) return null;
  try {
    return await backups.make(projectId, projects.store(projectId).db, 'restore');
  } catch (error) {
    if (error instanceof PrsistError && error.code === 'store/corrupt') return null;
    throw error;
  }
}

/** Makes a copy a project of its own, under a new id and without directories. */
export async function restoreAsNew(parts: RestoreParts, path: string, job: JobShare): Promise<Result> {
  const { projects } = parts;
  const contents = contentsOf(path, parts.schema);
  requireKind(contents, path);
  const project_id = parts.newId();
  const next = `${projects.file(project_id)}.restoring`;
  await prepare(parts, { path, next, projectId: project_id });
  if (job.cancelled()) {
    removeFile(next);
    return {};
  }
  moveFile(next, projects.file(project_id));
  parts.failpoint('restore.swapped');
  const of = contents.project_id === null ? undefined : projectNow(projects.user.read, contents.project_id);
  const name = `${of?.name ?? 'project'}-restored`;
  projects.user.maintain((tx) => register(tx, { project_id, name }));
  projects.store(project_id);
  return { project_id, name, records: contents.records };
}

/** The copy is of this project, or of one that was joined to it. */
function requireOfProject({ projects, schema }: RestoreParts, projectId: string, path: string): Contents {
  const contents = contentsOf(path, schema);
  requireKind(contents, path);
  const of = contents.project_id;
  if (of !== projectId && (of === null || projectNow(projects.user.read, of)?.project_id !== projectId)) {
    throw new PrsistError('backup/foreign', `${path} is of another project (${of})`);
  }
  return contents;
}

function requireKind({ kind }: Contents, path: string): void {
  if (kind === 'project') return;
  throw new PrsistError('backup/foreign', `${path} is no project's database`, { hint: 'prsist backup --list' });
}

interface Preparing {
  readonly path: string;
  readonly next: string;
  readonly projectId: string;
}

/** A checked copy beside the place it is for, in its own log and of today's schema. */
async function prepare(parts: RestoreParts, { path, next, projectId }: Preparing): Promise<void> {
  const { schema, projects, pace } = parts;
  ownDirectory(dirname(next));
  removeFile(next);
  removeBeside(next);
  try {
    await copyFile(path, next, { schema, breathe: pace.breathe });
    closeOwnLogs(next);
    const store = projects.openCopy(next, projectId);
    try {
      const found = await verifyAside(store, 'chain', { pace });
      const [problem] = found?.problems ?? [];
      if (problem !== undefined) throw new PrsistError('store/corrupt', `${path}: ${problem}`);
    } finally {
      store.close();
    }
  } catch (error) {
    removeFile(next);
    removeBeside(next);
    throw error;
  }
}

async function catchUp({ projects }: RestoreParts, projectId: string): Promise<number> {
  const appended = bringMirrored(projects.user, projectId, projects.store(projectId));
  await projects.user.write((tx) => tx.run(forgetOwnSources, { project_id: projectId }));
  return appended;
}
