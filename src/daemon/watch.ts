// How things stand: health as it is asked for, and what is told of it to those who listen.
import { hookedAgents } from '../core/words.ts';
import type { Health } from '../features/system/needs.ts';
import { freeBytes } from '../platform/files.ts';
import type { WeakLink } from './chains.ts';
import type { DaemonParts } from './daemon-parts.ts';
import { userKey } from './event-cursor.ts';
import type { Moment } from './event-stream.ts';
import { gauges, healthOf, type Measured, processFacts } from './health.ts';
import type { Gauge } from './metrics.ts';
import { Moments } from './moments.ts';
import { sessionTimes } from './project-settings.ts';
import type { Projects } from './projects.ts';
import type { Settings } from './settings.ts';

export interface WatchParts {
  readonly of: Pick<DaemonParts, 'pid' | 'crashedAt' | 'paths'>;
  readonly settings: Settings;
  readonly projects: () => Projects;
  readonly spool: { readonly state: () => Measured['spool'] };
  readonly disk: { readonly state: Measured['store'] };
  readonly meaning: { readonly state: Measured['meaning'] };
  readonly jobs: { readonly running: number };
  readonly front: () => {
    readonly tcp: { readonly state: string };
    readonly events: { readonly listeners: number };
  };
  /** Where capture is weak, with the git of some projects. */
  readonly weak: (git: readonly string[]) => Promise<readonly WeakLink[]>;
  readonly tell: (project: string | undefined, moment: Moment) => void;
  readonly clock: () => number;
  readonly monotonic: () => number;
}

/** Health, its numbers, and the moments in which it changes. */
export class Watch {
  readonly #parts: WatchParts;
  readonly #moments: Moments;
  readonly #begun: number;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#begun = parts.monotonic();
    const { projects, settings, tell, clock } = parts;
    this.#moments = new Moments({
      isHeard: () => this.#isHeard,
      ...{ tell, clock, openProjects: () => projects().openProjects },
      read: (key) => (key === userKey ? projects().user : projects().store(key)).read,
      idleMs: () => sessionTimes(settings.config).idleMs,
    });
  }

  health(): Health {
    const { of, projects, spool, disk, meaning, front, jobs, monotonic } = this.#parts;
    const { pid, crashedAt, paths } = of;
    return healthOf({
      ...{ projects: projects(), agents: hookedAgents, free: freeBytes(paths.data) },
      ...{ spool: spool.state(), store: disk.state, meaning: meaning.state, tcp: front().tcp.state },
      process: processFacts({ pid, crashedAt, ageMs: monotonic() - this.#begun, queue: jobs.running }),
    });
  }

  gauges(): readonly Gauge[] {
    return gauges(this.health());
  }

  get #isHeard(): boolean {
    return this.#parts.front().events.listeners > 0;
  }

  /** Something was committed. project: null for the user database. */
  committed(project: string | null): void {
    this.#moments.committed(project ?? userKey);
  }

  /** Every two seconds. */
  tick(): void {
    this.#moments.look();
  }

  /** Every minute: what costs more than a look. */
  async look(): Promise<void> {
    const { weak, projects } = this.#parts;
    // looking at git opens the database of its project, which would then never be closed
    this.#moments.links(await weak(this.#isHeard ? projects().openProjects : []));
  }
}
