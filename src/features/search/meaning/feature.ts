import path from 'node:path';
import { type Feature, feature } from '../../feature.ts';
import { vectorProjection } from './vector-projection.ts';

/** Tables of vectors, and their erasing. Nothing can be asked of them by itself: search uses them. */
export function meaningFeature(): Feature {
  return feature(
    {},
    {
      verbs: {},
      projections: [vectorProjection()],
      migrations: { directory: path.join(import.meta.dirname, 'migrations'), files: ['0025-vectors.sql'] },
    },
  );
}
