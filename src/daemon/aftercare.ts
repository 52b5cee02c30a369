// What follows a commit or happens around the databases while nobody asks: second copies, backups, what was lost or left for later.
import { join } from 'node:path';
import { uuidV7 } from '../core/ids.ts';
import type { Showing } from '../features/findable.ts';
import { freeBytes } from '../platform/files.ts';
import type { Log } from '../platform/log.ts';
import type { Paths } from '../platform/paths.ts';
import { createRandom } from '../platform/random.ts';
import { breathe, monotonic, wallClock } from '../platform/time.ts';
import { Backups } from './backups.ts';
import { Disk } from './disk.ts';
import { Keeping } from './keeping.ts';
import { LateTerms } from './late-terms.ts';
import { Mirrors } from './mirrors.ts';
import type { Projects } from './projects.ts';

export interface AftercareParts {
  readonly paths: Paths;
  readonly projects: () => Projects;
  readonly showings: () => readonly Showing[];
  /** How many daily copies of each database are kept. */
  readonly keep: () => number;
  readonly failpoint: (name: string) => void;
  readonly log: Log;
  readonly onBug: (what: string, error: unknown) => void;
  /** What agents of a project are told may have changed. */
  readonly onChanged: (projectId: string) => void;
}

export interface Aftercare {
  readonly keeping: Keeping;
  readonly mirrors: Mirrors;
  readonly disk: Disk;
  /** Something was written to a project; remembered: entries, of which there is a second copy. */
  readonly written: (project: string, remembered: boolean) => void;
  /** Ends what is under way; the databases are open still. */
  readonly finish: () => Promise<void>;
}

const idleMs = 60_000;

/** Puts mirror, backups and keeping together. */
export function createAftercare(parts: AftercareParts): Aftercare {
  const { paths, projects, failpoint } = parts;
  const random = createRandom();
  const mirrors = new Mirrors({
    ...{ projects, failpoint },
    onFault: (project, error) => parts.onBug(`mirror of ${project}`, error),
  });
  const terms = new LateTerms({
    ...{ projects, showings: parts.showings, clock: wallClock, monotonic, breathe, onFault: parts.onBug },
  });
  const directory = join(paths.backups, 'stores');
  const keeping = new Keeping({
    ...{ projects, failpoint, clock: wallClock, pace: { monotonic, breathe }, idleMs },
    newId: () => uuidV7(wallClock(), random(10)),
    backups: new Backups({ directory, keep: parts.keep, clock: wallClock, breathe, failpoint }),
    onOpened: (project) => {
      mirrors.opened(project);
      terms.wake(project);
    },
    onChanged: parts.onChanged,
    log: (event, details) => parts.log.warn(details, event),
  });
  const finish = async () => {
    await terms.stop();
    await keeping.finish();
    await mirrors.settle();
  };
  const disk = new Disk({ free: () => freeBytes(paths.data), monotonic });
  const written = (project: string, remembered: boolean) => {
    terms.wake(project);
    if (remembered) mirrors.wake(project);
  };
  return { keeping, mirrors, written, disk, finish };
}
