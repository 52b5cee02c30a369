import type { EntryNeeds } from '../features/entries/needs.ts';
import type { Write } from '../store/record-type.ts';
import type { Disk } from './disk.ts';
import type { Projects } from './projects.ts';

/**
 * Writes down who read what since the last time, also of a project whose database was closed meanwhile. Counts are no
 * reason to fill the last of a disk, to hinder maintenance, or to fail: then they wait, and those of what is gone are lost.
 */
export function countReads({ accesses, ephemeral }: EntryNeeds, projects: Projects, disk: Disk, now: number): void {
  ephemeral.sweep(now);
  if (disk.state !== 'ok') return;
  accesses.flush((project, work) => {
    try {
      return project === '' ? counted(projects, null, work) : counted(projects, projects.resolve(project).id, work);
    } catch {
      // removed, or damaged, which others say: a count is not worth more
      return 'done';
    }
  });
}

/** project: null is the user database. */
function counted(projects: Projects, project: string | null, work: (tx: Write) => void): 'done' | 'waits' {
  const wasOpen = project === null || projects.opened(project) !== undefined;
  const store = project === null ? projects.user : projects.store(project);
  if (store.isHeld) return 'waits';
  store.maintain(work);
  if (!wasOpen) projects.close(project);
  return 'done';
}
