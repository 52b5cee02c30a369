import { dropOldTranscripts } from '../features/capture/segments.ts';
import type { EntryNeeds } from '../features/entries/needs.ts';
import { sweepEntries } from '../features/entries/sweep.ts';
import { breathe } from '../platform/time.ts';
import { sweepAnswers } from '../store/idempotency.ts';
import type { Store } from '../store/store.ts';
import type { Projects } from './projects.ts';
import type { Settings } from './settings.ts';

/** Takes away what has had its time: remembered answers, entries, and transcripts where a project does not keep them. */
export async function sweepStores(projects: Projects, settings: Settings, entries: EntryNeeds): Promise<void> {
  const { user } = projects.identity;
  const entriesOf = (store: Store, root: string | undefined) => () =>
    store.write((tx) => sweepEntries(tx, entries.settings(root), user));
  await projects.user.write((tx) => sweepAnswers(tx));
  await untilDone(entriesOf(projects.user, undefined));
  for (const id of projects.openProjects) {
    const { root } = projects.resolve(id);
    const { retention } = settings.at(root);
    await projects.store(id).write((tx) => {
      sweepAnswers(tx);
      dropOldTranscripts(tx, retention.transcripts_days);
    });
    await untilDone(entriesOf(projects.store(id), root));
  }
}

/** Slice by slice, so that nobody waits for it. */
async function untilDone(sweep: () => Promise<{ readonly retired: number; readonly promoted: number }>): Promise<void> {
  for (let swept = await sweep(); swept.retired + swept.promoted > 0; swept = await sweep()) await breathe();
}
