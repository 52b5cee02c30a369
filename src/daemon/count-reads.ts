import type { EntryNeeds } from '../features/entries/needs.ts';
import type { Disk } from './disk.ts';
import type { Projects } from './projects.ts';

/**
 * Writes down who read what since the last time. Counts are no reason to fill the last of a disk, to open a database, or to
 * fail: then they are lost, or wait.
 */
export function countReads({ accesses, ephemeral }: EntryNeeds, projects: Projects, disk: Disk, now: number): void {
  ephemeral.sweep(now);
  if (disk.state !== 'ok') return;
  const open = new Set(projects.openProjects);
  accesses.flush((project, work) => {
    if (project !== '' && !open.has(project)) return;
    try {
      (project === '' ? projects.user : projects.store(project)).maintain(work);
    } catch {
      // held by a rebuild, or damaged, which others say: a count is not worth more
    }
  });
}
