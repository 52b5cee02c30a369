// What follows an erase outside the database it happened in. Noted before, so that a daemon that was killed goes on with it.
import { join } from 'node:path';
import { forgetStates, isForgottenEvent } from '../features/capture/erasing.ts';
import type { CaptureParts } from '../features/capture/needs.ts';
import { forgetMirrored } from '../features/entries/mirror.ts';
import { dropEraseNote, erasedIn, eraseNoteKey, eraseNotes, noteErase } from '../features/erasing/queries.ts';
import { allProjects } from '../features/system/queries.ts';
import { deleteSpoolFile, filesIn, readSpoolFile } from '../platform/spool-files.ts';
import type { Write } from '../store/record-type.ts';
import { Projects } from './projects.ts';
import { forgetTold } from './told-briefs.ts';

export interface ErasingParts {
  readonly projects: Projects;
  readonly capture: CaptureParts;
  readonly spool: string;
  /** Where hooks keep what they printed. */
  readonly printed: string;
  /** Renders what agents of a project start with. */
  readonly render: (projectId: string) => Promise<void>;
  /** Replaces copies of its databases that hold what was erased. */
  readonly renewCopies: (projectId: string) => Promise<void>;
}

type Kind = 'project' | 'user';

/**
 * Notes that an erase is about to happen: on disk before anything is gone.
 * where: the databases; the transaction itself where that is one of the user database.
 */
export function noteErasing(where: Projects | Write, projectId: string, kind: Kind): void {
  if (where instanceof Projects) where.user.maintain((tx) => note(tx, projectId, kind));
  else note(where, projectId, kind);
}

function note(tx: Write, projectId: string, kind: Kind): void {
  const key = eraseNoteKey(projectId);
  const before = tx.all(eraseNotes, {}).find((each) => each.key === key)?.value;
  tx.run(noteErase, { key, value: before === 'user' ? before : kind });
}

/**
 * Takes what was erased out of reading states, spool, briefs, mirror, copies and write-ahead logs. Does nothing where nothing was; may be
 * called again at any time. only: a project; all of which an erase is noted when absent.
 */
export async function finishErasing(parts: ErasingParts, only?: string): Promise<void> {
  const { projects } = parts;
  for (const { key, value } of projects.user.read.all(eraseNotes, {})) {
    const projectId = key.slice(eraseNoteKey('').length);
    if (only !== undefined && projectId !== only) continue;
    await forgetStates(parts.capture, projectId);
    sweepSpool(parts, projectId);
    forgetTold(parts.printed);
    const isErased = erasedIn(projects.store(projectId).read);
    if (isErased)
      await projects.user.write((tx) =>
        forgetMirrored(tx, { projectId, project: projects.store(projectId).read, isErased }),
      );
    await parts.renewCopies(projectId);
    const folded = [projects.store(projectId), projects.user].map((store) => store.fold());
    // where somebody still reads an old state, what is gone can still be read in the log: it is tried again
    if (folded.includes('in use')) continue;
    // last, and each by itself: another project that cannot be opened must not keep what was erased on the disk
    const told = value === 'user' ? everyProject(projects) : [projectId];
    const rendered = await Promise.allSettled(told.map((id) => parts.render(id)));
    if (rendered[told.indexOf(projectId)]?.status === 'rejected') continue;
    await projects.user.write((tx) => tx.run(dropEraseNote, { key }));
  }
}

/** Every brief may tell an entry of the person. */
function everyProject(projects: Projects): string[] {
  return projects.user.read.all(allProjects, {}).map(({ project_id }) => project_id);
}

/** Events that still wait, and those that were set aside: of these nobody can say whose words they hold. */
function sweepSpool({ capture, spool }: ErasingParts, projectId: string): void {
  for (const directory of [spool, join(spool, 'bad')]) {
    for (const name of filesIn(directory, '.evt')) {
      const bytes = readSpoolFile(directory, name);
      if (bytes && isForgottenEvent(capture, projectId, bytes)) deleteSpoolFile(directory, name);
    }
  }
}
