// Everything that is measured and is one number now: its name and what it says. Rules of alerts may name these.

export const metricHelp = {
  prsist_up: 'Whether anything can be kept.',
  prsist_uptime_seconds: 'Seconds since the daemon began.',
  prsist_resident_memory_bytes: 'Memory the process holds.',
  prsist_jobs_running: 'Jobs under way.',
  prsist_requests_running: 'Requests that are being answered.',
  prsist_listeners: 'Listeners to events.',
  prsist_open_databases: 'Databases open now.',
  prsist_database_bytes: 'Size of a database with its write-ahead log.',
  prsist_disk_free_bytes: 'Free bytes of the disk the memory lies on.',
  prsist_spool_waiting: 'Event files not yet taken in.',
  prsist_spool_bad: 'Event files that could not be understood.',
  prsist_spool_full: 'Whether new event files are refused.',
  prsist_spool_oldest_seconds: 'Age of the oldest event file that waits.',
  prsist_capture_last_event_timestamp_seconds: 'When the last hook of an agent told something.',
  prsist_capture_degraded_links: 'Links of capture that work, but not as they should, by agent.',
  prsist_capture_broken_links: 'Links of capture that are broken, by agent.',
  prsist_sync_running: 'Whether a remote is exchanged with now.',
  prsist_sync_failing: 'Whether the last exchange with a remote failed.',
  prsist_sync_stopped: 'Whether a remote waits for a person.',
  prsist_sync_pending_records: 'Records written here that a remote has not confirmed.',
  prsist_sync_since_ok_seconds: 'Seconds since the last exchange with a remote that went well.',
  prsist_conflicts_open: 'Conflicts that nobody has decided, of databases that are open.',
  prsist_cache_bytes: 'Size of the prefix cache, over all projects.',
  prsist_cache_asked_tokens: 'Tokens of contexts that were loaded in the last 7 days, of projects that are open.',
  prsist_cache_hit_tokens: 'How many of them were known from before, byte for byte.',
  prsist_tensor_bytes: 'Size of kept states of local engines.',
  prsist_meaning_texts: 'Texts that are to have a vector.',
  prsist_meaning_done: 'Texts that have one.',
  prsist_alerts: 'Alerts that are raised, by the name of their rule.',
} as const;

export type MetricName = keyof typeof metricHelp;

export function isMetric(name: string): name is MetricName {
  return Object.hasOwn(metricHelp, name);
}
