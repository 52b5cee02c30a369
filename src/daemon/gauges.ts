// Everything the daemon measures, as numbers.
import { lookupsSince } from '../features/cache/block-queries.ts';
import { openCount } from '../features/conflicts/queries.ts';
import type { RemoteRow } from '../features/sync/remotes/queries.ts';
import type { Health } from '../features/system/needs.ts';
import { allProjects } from '../features/system/queries.ts';
import type { Store } from '../store/store.ts';
import type { WeakLink } from './chains.ts';
import { type Gauge, gauge, type Values } from './metrics.ts';
import type { Projects } from './projects.ts';
import type { RemoteState } from './syncing.ts';

const dayMs = 86_400_000;

/** How a daemon is, from what it answers to whoever asks for its health. */
export function healthGauges({ rss_bytes, uptime_seconds, queue, checks, ...health }: Health): Gauge[] {
  const { spool, disk, capture, meaning } = checks;
  const heard: Values = Object.entries(capture).flatMap(([agent, { last_event_at }]) =>
    last_event_at === null ? [] : [[{ agent }, Date.parse(last_event_at) / 1000] as const],
  );
  return [
    gauge('prsist_up', health.status === 'failing' ? 0 : 1),
    gauge('prsist_uptime_seconds', uptime_seconds),
    gauge('prsist_resident_memory_bytes', rss_bytes),
    gauge('prsist_jobs_running', queue),
    gauge('prsist_spool_waiting', spool.waiting),
    gauge('prsist_spool_bad', spool.bad),
    gauge('prsist_spool_oldest_seconds', spool.oldest_ms / 1000),
    gauge('prsist_disk_free_bytes', disk.free),
    gauge('prsist_capture_last_event_timestamp_seconds', heard),
    gauge('prsist_meaning_texts', meaning.texts),
    gauge('prsist_meaning_done', meaning.done),
    gauge('prsist_alerts', counted(health.alerts.map(({ name }) => ({ name })))),
  ];
}

/** Weak links of capture, by agent. */
export function linkGauges(weak: readonly WeakLink[]): Gauge[] {
  const of = (state: string) => counted(weak.flatMap(({ agent, link }) => (link.state === state ? [{ agent }] : [])));
  return [gauge('prsist_capture_degraded_links', of('degraded')), gauge('prsist_capture_broken_links', of('broken'))];
}

/** How it stands with one remote, as synchronisation sees it. */
export interface RemoteStanding extends Pick<RemoteState, 'running' | 'error'> {
  readonly pending: number;
  readonly row: Pick<RemoteRow, 'name' | 'last_ok_at'>;
  /** A person has to do something first. */
  readonly isStopped: boolean;
}

export function syncGauges(remotes: readonly RemoteStanding[], now: number): Gauge[] {
  const each = (value: (remote: RemoteStanding) => number | undefined): Values =>
    remotes.flatMap((remote) => {
      const found = value(remote);
      return found === undefined ? [] : [[{ remote: remote.row.name }, found] as const];
    });
  return [
    gauge(
      'prsist_sync_running',
      each(({ running }) => Number(running)),
    ),
    gauge(
      'prsist_sync_failing',
      each(({ error }) => Number(error !== undefined)),
    ),
    gauge(
      'prsist_sync_stopped',
      each(({ isStopped }) => Number(isStopped)),
    ),
    gauge(
      'prsist_sync_pending_records',
      each(({ pending }) => pending),
    ),
    gauge(
      'prsist_sync_since_ok_seconds',
      each(({ row }) => (row.last_ok_at === null ? undefined : (now - row.last_ok_at) / 1000)),
    ),
  ];
}

/** Sizes and depths of databases. Nothing is opened for it. */
export function storeGauges(projects: Projects, now: number): Gauge[] {
  const known = projects.user.read.all(allProjects, {});
  const open = projects.openProjects.flatMap((id): [string, Store][] => {
    const store = projects.opened(id);
    return store ? [[id, store]] : [];
  });
  const of = (value: (store: Store) => number): Values =>
    open.map(([project_id, store]) => [{ project_id }, value(store)]);
  const lookups = (store: Store) => store.read.one(lookupsSince, { day: Math.floor(now / dayMs) - 6 });
  return [
    gauge('prsist_open_databases', open.length + 1),
    gauge(
      'prsist_database_bytes',
      known.map(({ project_id }) => [{ project_id }, projects.bytes(project_id)]),
    ),
    gauge('prsist_conflicts_open', [
      [{ project_id: 'user' }, projects.user.read.one(openCount, {})?.open ?? 0],
      ...of(({ read }) => read.one(openCount, {})?.open ?? 0),
    ]),
    gauge(
      'prsist_cache_asked_tokens',
      of((store) => lookups(store)?.asked ?? 0),
    ),
    gauge(
      'prsist_cache_hit_tokens',
      of((store) => lookups(store)?.hit ?? 0),
    ),
  ];
}

/** How often each set of labels comes. */
function counted(labels: readonly Readonly<Record<string, string>>[]): Values {
  const groups = Map.groupBy(labels, (each) => JSON.stringify(each));
  return [...groups.values()].map((same) => [same[0] ?? {}, same.length]);
}
