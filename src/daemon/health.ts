import { seen } from '../features/capture/queries.ts';
import type { Health } from '../features/system/needs.ts';
import { allProjects, self } from '../features/system/queries.ts';
import { residentBytes } from '../platform/host.ts';
import type { Disk } from './disk.ts';
import type { MeaningState } from './meaning.ts';
import type { Projects } from './projects.ts';

const noRoomBytes = 4 * 1024 * 1024;

export interface Measured {
  readonly projects: Projects;
  readonly spool: { readonly waiting: number; readonly bad: number; readonly full: boolean; readonly oldestMs: number };
  readonly free: number;
  /** What writing to the databases has come to. */
  readonly store: Disk['state'];
  readonly tcp: string;
  readonly meaning: MeaningState;
  readonly process: Pick<Health, 'pid' | 'uptime_seconds' | 'restarted_after_crash_at' | 'rss_bytes' | 'queue'>;
  /** Agents whose hooks are looked for. */
  readonly agents: readonly string[];
  readonly alerts: Health['alerts'];
}

/** What a daemon's own process is like. crashedAt: when the one before it ended without leaving. */
export function processFacts(of: {
  readonly pid: number;
  readonly crashedAt: number | null;
  readonly ageMs: number;
  readonly queue: number;
}): Measured['process'] {
  return {
    ...{ pid: of.pid, rss_bytes: residentBytes(), queue: of.queue, uptime_seconds: Math.round(of.ageMs / 1000) },
    restarted_after_crash_at: of.crashedAt === null ? null : new Date(of.crashedAt).toISOString(),
  };
}

/** How the daemon is, from what was measured: failing when nothing could be kept, degraded when something is wrong. */
export function healthOf({
  projects,
  spool,
  free,
  tcp,
  process,
  agents,
  meaning,
  alerts,
  ...measured
}: Measured): Health {
  const store = answersReads(projects) ? measured.store : 'failing';
  const failing = store === 'failing' || free < noRoomBytes;
  const degraded = spool.full || spool.bad > 0 || store !== 'ok' || tcp.startsWith('port ');
  return {
    ...{ status: failing ? 'failing' : degraded ? 'degraded' : 'ok', ...process, alerts },
    checks: {
      ...{
        store,
        tcp,
        sync: 'off',
        capture: Object.fromEntries(agents.map((agent) => [agent, proof(projects, agent)])),
      },
      meaning: { ...meaning },
      spool: { waiting: spool.waiting, bad: spool.bad, oldest_ms: spool.oldestMs },
      disk: { free, projects: sizes(projects) },
    },
  };
}

function answersReads({ user }: Projects): boolean {
  try {
    return user.read.one(self, {}) !== undefined;
  } catch {
    return false; // that it does not answer is the finding
  }
}

function proof({ user }: Projects, agent: string) {
  const last = user.read.one(seen, { key: `seen:${agent}` });
  // written by ingest as {at, event}
  const at = last ? (JSON.parse(last.value) as { at: number }).at : null;
  return { last_event_at: at === null ? null : new Date(at).toISOString(), proven: at !== null };
}

function sizes(projects: Projects) {
  return projects.user.read
    .all(allProjects, {})
    .map(({ project_id, name }) => ({ project_id, name, bytes: projects.bytes(project_id) }));
}
