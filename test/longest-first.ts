// In which order test files begin: where nothing is known of earlier runs, as after a fresh clone, the longest first, so that
// no process works alone at the end.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take 10 seconds or more, the longest first; sizes of files, which decide about all others, say nothing of them. */
const longest = [
  ...[
    'e2e/schedules-1',
    'e2e/schedules-2',
    'e2e/schedules-3',
    'e2e/remote-rclone',
    'e2e/remote-git',
    'e2e/doctor',
    'e2e/packages',
  ],
  ...['e2e/secrets', 'e2e/chain-links', 'e2e/failpoints', 'e2e/fuzz', 'e2e/erase', 'e2e/simulator', 'e2e/versions'],
  ...['e2e/damage', 'e2e/demo', 'e2e/capture-loss', 'e2e/agent-loop', 'e2e/schedules-found', 'e2e/tensors'],
  ...['daemon/rehearsals', 'features/capture/import-file', 'features/sync/repack', 'daemon/keeping'],
  ...['features/capture/import-documents', 'features/capture/ingest-together', 'daemon/syncing', 'property/sessions'],
].map((name) => `/test/${name}.test.ts`);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

function place({ moduleId }: TestSpecification): number {
  const found = longest.findIndex((name) => moduleId.endsWith(name));
  return found < 0 ? longest.length : found;
}
