import { dropOldTranscripts } from '../features/capture/segments.ts';
import { trimTraces } from '../features/entries/mirror.ts';
import type { EntryNeeds } from '../features/entries/needs.ts';
import { sweepEntries } from '../features/entries/sweep.ts';
import { breathe } from '../platform/time.ts';
import { sweepAnswers } from '../store/idempotency.ts';
import type { Store } from '../store/store.ts';
import type { Projects } from './projects.ts';
import type { Settings } from './settings.ts';

/** What could not be swept; it is tried again an hour later. */
type OnFault = (what: string, error: unknown) => void;

/** What is swept every hour, by name. */
export type Sweeps = Readonly<Record<string, (onFault: OnFault) => Promise<void>>>;

/** Sweeps one after the other: what fails keeps none of the others from it. */
export async function sweepEach(sweeps: Sweeps, onFault: OnFault): Promise<void> {
  for (const [name, sweep] of Object.entries(sweeps)) {
    try {
      await sweep(onFault);
    } catch (error) {
      onFault(name, error);
    }
  }
}

interface Sweeping {
  readonly entries: EntryNeeds;
  readonly onFault: OnFault;
}

/** Takes away what has had its time: remembered answers, traces of exchanges, entries, and transcripts where a project does not keep them. */
export async function sweepStores(
  projects: Projects,
  settings: Settings,
  { entries, onFault }: Sweeping,
): Promise<void> {
  const { user } = projects.identity;
  const entriesOf = (store: Store, root: string | undefined) => () =>
    store.write((tx) => sweepEntries(tx, entries.settings(root), user));
  const ofUser = async () => {
    await projects.user.write((tx) => {
      sweepAnswers(tx);
      trimTraces(tx);
    });
    await untilDone(entriesOf(projects.user, undefined));
  };
  const ofProject = (id: string) => async () => {
    const { root } = projects.resolve(id);
    const { retention } = settings.at(root);
    await projects.store(id).write((tx) => {
      sweepAnswers(tx);
      trimTraces(tx);
      dropOldTranscripts(tx, retention.transcripts_days);
    });
    await untilDone(entriesOf(projects.store(id), root));
  };
  const each = projects.openProjects.map((id) => [`sweep of ${id}`, ofProject(id)] as const);
  await sweepEach({ 'sweep of the user': ofUser, ...Object.fromEntries(each) }, onFault);
}

/** Slice by slice, so that nobody waits for it. */
async function untilDone(sweep: () => Promise<{ readonly retired: number; readonly promoted: number }>): Promise<void> {
  for (let swept = await sweep(); swept.retired + swept.promoted > 0; swept = await sweep()) await breathe();
}
