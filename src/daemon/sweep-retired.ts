// What was deleted long ago is erased, in every open database, a slice at a time.
import type { ErasingNeeds } from '../features/erasing/needs.ts';
import { eraseRetired } from '../features/erasing/retention.ts';
import { noProject } from '../features/sync/engine.ts';
import { breathe } from '../platform/time.ts';
import type { Store } from '../store/store.ts';
import type { Projects } from './projects.ts';
import type { Settings } from './settings.ts';
import { sweepEach } from './sweep.ts';

const dayMs = 86_400_000;

interface Sweeping {
  readonly erasing: ErasingNeeds;
  readonly onFault: (what: string, error: unknown) => void;
}

/** Erases entries that were deleted, or expired, longer ago than `retention.entries_days` says. */
export async function sweepRetired(
  projects: Projects,
  settings: Settings,
  { erasing, onFault }: Sweeping,
): Promise<void> {
  const { user, dev } = projects.identity;
  const sweep = (store: Store, project: string, root: string | undefined) => async () => {
    const { entries_days } = settings.at(root).retention;
    if (entries_days === 'off') return;
    const { kind } = store.settings;
    const once = () =>
      store.write((tx) =>
        eraseRetired(erasing, tx, { project, kind, before: tx.now - entries_days * dayMs, dev, user }),
      );
    while ((await once()) > 0) await breathe();
  };
  const each = projects.openProjects.map((id) => {
    const store = projects.store(id);
    return [`retention of ${id}`, sweep(store, id, projects.resolve(id).root)] as const;
  });
  const ofUser = sweep(projects.user, noProject, undefined);
  await sweepEach({ 'retention of the user': ofUser, ...Object.fromEntries(each) }, onFault);
}
