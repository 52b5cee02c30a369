import { type Check, type Finding, manual } from '../core/finding.ts';
import { allRemotes, type RemoteRow } from '../features/sync/remotes/queries.ts';
import type { Projects } from './projects.ts';
import { rehearsalFindings } from './rehearsal-words.ts';
import type { SyncSchedule } from './sync-schedule.ts';
import type { Syncing } from './syncing.ts';

type Runs = Pick<Syncing, 'state'>;
type Due = Pick<SyncSchedule, 'dueIn'>;

/** What doctor says of the remotes: which fails, which waits for a person, and what the last run found. */
export function remoteCheck(projects: Projects, syncing: Runs, schedule: Due): Check {
  const rows = projects.user.read.all(allRemotes, {});
  const name =
    rows.length === 0 ? 'no remote: what is here is on this device alone' : rows.map((row) => row.name).join(', ');
  return {
    group: 'sync',
    name,
    findings: rows.flatMap((row) => [...found(row, syncing, schedule), ...rehearsed(projects, row)]),
  };
}

function found({ name, remote_id, paused }: RemoteRow, syncing: Runs, schedule: Due): Finding[] {
  if (paused) return [];
  const { error, notes } = syncing.state(remote_id);
  const isStopped = schedule.dueIn(remote_id) === undefined;
  const failed = error
    ? [
        manual({
          ...{ group: 'sync', code: error.code, what: `remote ${name}: ${error.message}` },
          why: isStopped
            ? 'nothing is exchanged with it until that is mended'
            : 'it is tried again; what is written here waits',
          fix: error.hint === '' ? `prsist sync --remote ${name}` : error.hint,
        }),
      ]
    : [];
  const seen = notes.map((note) =>
    manual({
      ...{ group: 'sync', code: 'sync/noticed', what: `remote ${name}: ${note}` },
      ...{ why: 'nothing is lost by it here', fix: `prsist sync --remote ${name} --full` },
    }),
  );
  return [...failed, ...seen];
}

/** What would be missing if this remote were all that is left. */
function rehearsed({ user }: Projects, row: RemoteRow): Finding[] {
  if (row.paused) return [];
  const why = 'who loses everything here would not get all of it back from there';
  return rehearsalFindings(user.read, row).map((finding) =>
    manual({ group: 'sync', code: 'sync/rehearsal', why, ...finding }),
  );
}
