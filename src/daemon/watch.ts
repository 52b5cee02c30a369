// How things stand: health and numbers as they are asked for, alerts, and what is told of it to those who listen.
import { join } from 'node:path';
import { hookedAgents } from '../core/words.ts';
import type { Health } from '../features/system/needs.ts';
import { showNotice } from '../platform/desktop.ts';
import { freeBytes } from '../platform/files.ts';
import { Alerts } from './alerts.ts';
import type { WeakLink } from './chains.ts';
import type { DaemonParts } from './daemon-parts.ts';
import { userKey } from './event-cursor.ts';
import type { Moment } from './event-stream.ts';
import { healthGauges, linkGauges, type RemoteStanding, storeGauges, syncGauges } from './gauges.ts';
import { healthOf, type Measured, processFacts } from './health.ts';
import { type Gauge, gauge } from './metrics.ts';
import { Moments } from './moments.ts';
import { sessionTimes } from './project-settings.ts';
import type { Projects } from './projects.ts';
import type { Settings } from './settings.ts';

export interface WatchParts {
  readonly of: Pick<DaemonParts, 'pid' | 'crashedAt' | 'paths' | 'env'>;
  readonly settings: Settings;
  readonly projects: () => Projects;
  readonly spool: { readonly state: () => Measured['spool'] };
  readonly disk: { readonly state: Measured['store'] };
  readonly meaning: { readonly state: Measured['meaning'] };
  readonly jobs: { readonly running: number };
  readonly front: () => {
    readonly tcp: { readonly state: string };
    readonly load: { readonly listeners: number; readonly requests: number };
  };
  readonly remotes: () => readonly RemoteStanding[];
  /** Bytes of the prefix cache, and of states of local engines. */
  readonly cached: () => { readonly blocks: number; readonly tensors: number };
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
  readonly #alerts: Alerts;
  /** As of the last look. */
  #weak: readonly WeakLink[] = [];

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#begun = parts.monotonic();
    const { projects, settings, tell, clock } = parts;
    this.#alerts = new Alerts({
      ...{ file: join(parts.of.paths.state, 'alerts.json'), settings: () => settings.config.alerts, clock },
      ...{ tell: (moment) => tell(undefined, moment), show: (notice) => showNotice(notice, parts.of.env) },
    });
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
      alerts: this.#alerts.raised,
      process: processFacts({ pid, crashedAt, ageMs: monotonic() - this.#begun, queue: jobs.running }),
    });
  }

  gauges(): readonly Gauge[] {
    const { projects, remotes, cached, front, clock, spool } = this.#parts;
    const { listeners, requests } = front().load;
    const { blocks, tensors } = cached();
    return [
      ...healthGauges(this.health()),
      gauge('prsist_spool_full', Number(spool.state().full)),
      gauge('prsist_requests_running', requests),
      gauge('prsist_listeners', listeners),
      gauge('prsist_cache_bytes', blocks),
      gauge('prsist_tensor_bytes', tensors),
      ...storeGauges(projects(), clock()),
      ...syncGauges(remotes(), clock()),
      ...linkGauges(this.#weak),
    ];
  }

  get #isHeard(): boolean {
    return this.#parts.front().load.listeners > 0;
  }

  /** Something was committed. project: null for the user database. */
  committed(project: string | null): void {
    this.#moments.committed(project ?? userKey);
  }

  /** Every two seconds. */
  tick(): void {
    this.#moments.look();
  }

  /** Every minute: what costs more than a look, and the rules of alerts. */
  async look(): Promise<void> {
    const { weak, projects } = this.#parts;
    // looking at git opens the database of its project, which would then never be closed
    this.#weak = await weak(this.#isHeard ? projects().openProjects : []);
    this.#moments.links(this.#weak);
    this.#alerts.look(this.gauges());
  }
}
