import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';

/** What the databases need to travel; the engine itself is run by the daemon (`engine.ts`). */
export function syncFeature(): Feature {
  return feature(
    {},
    { verbs: {}, migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0030-packs.sql'] } },
  );
}
