import { dropOldTranscripts } from '../features/capture/segments.ts';
import { sweepAnswers } from '../store/idempotency.ts';
import type { Projects } from './projects.ts';
import type { Settings } from './settings.ts';

/** Takes away what has had its time: remembered answers, and transcripts where a project does not keep them for ever. */
export async function sweepStores(projects: Projects, settings: Settings): Promise<void> {
  await projects.user.write((tx) => sweepAnswers(tx));
  for (const id of projects.openProjects) {
    const { retention } = settings.at(projects.resolve(id).root);
    await projects.store(id).write((tx) => {
      sweepAnswers(tx);
      dropOldTranscripts(tx, retention.transcripts_days);
    });
  }
}
