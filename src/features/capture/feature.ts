import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';
import type { TranscriptRoots } from './discover.ts';
import { type EventNeeds, takeEvent } from './event.ts';
import { importTranscripts } from './import.ts';
import type { CaptureParts } from './needs.ts';
import { type PauseNeeds, pause, unpause } from './pause.ts';
import { preview } from './preview.ts';
import { type StatusNeeds, status } from './status.ts';

/** What agents and git do: hook events, transcripts, and the proof that both arrive. */
export function captureFeature(
  parts: CaptureParts,
  roots: TranscriptRoots,
  needs: StatusNeeds & EventNeeds & PauseNeeds,
): Feature {
  const migrations = {
    directory: join(import.meta.dirname, 'migrations'),
    files: ['0004-transcripts.sql', '0005-sources.sql', '0009-pauses.sql'],
  };
  return feature(contract, {
    migrations,
    verbs: {
      'capture.import': importTranscripts(parts, roots),
      'capture.event': takeEvent(needs),
      'capture.status': status(needs),
      'capture.redact': preview,
      'capture.pause': pause(needs),
      'capture.unpause': unpause(needs),
    },
  });
}
