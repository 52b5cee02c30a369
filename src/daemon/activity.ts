// What the activity feature needs of capture: the same rules for editors as for agents.
import type { ActivityNeeds } from '../features/activity/feature.ts';
import { readBeats, type Surroundings, takeBeats } from '../features/activity/take.ts';
import type { Beaten, CaptureParts } from '../features/capture/needs.ts';
import { isPaused, pausesIn } from '../features/capture/pauses.ts';
import type { Write } from '../store/record-type.ts';

/** What a project wants of beats. source: for those that name no editor. */
export function beatsIn(capture: CaptureParts, projectId: string, source: string): Surroundings {
  const { root } = capture.target(projectId);
  const { ignores, redactor } = capture.rules(root);
  const pauses = pausesIn(capture.user.read, projectId);
  return { root, ignores, redactor, source, isPaused: (at) => isPaused(pauses, at) };
}

export function activityNeeds(capture: CaptureParts): ActivityNeeds {
  return { around: ({ project, caller }) => beatsIn(capture, project.id, caller.agent ?? 'editor') };
}

/** Takes in what an editor left in the spool. */
export function keepBeats(tx: Write, capture: CaptureParts, { projectId, editor, payload }: Beaten): void {
  takeBeats(tx, readBeats(payload), beatsIn(capture, projectId, editor));
}
