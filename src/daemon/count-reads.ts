import type { EntryNeeds } from '../features/entries/needs.ts';
import type { Disk } from './disk.ts';
import type { Projects } from './projects.ts';

/** Writes down who read what since the last time. Counts are no reason to fill the last of a disk: then they wait. */
export function countReads({ accesses, ephemeral }: EntryNeeds, projects: Projects, disk: Disk, now: number): void {
  ephemeral.sweep(now);
  if (disk.state !== 'ok') return;
  accesses.flush((project, work) => (project === '' ? projects.user : projects.store(project)).maintain(work));
}
