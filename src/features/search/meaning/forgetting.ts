import type { Projecting } from '../../../store/record-type.ts';
import { canKeepVectors, forgetModel } from './models.ts';
import { blankAll } from './vector-projection.ts';
import { allModels, dropAllTexts, dropItems, dropModel, progress } from './vector-queries.ts';

/**
 * Drops every vector of a database, with what is remembered of its texts for their sake; returns how many texts there
 * were. Without the library the numbers are made 0, and their tables go when it is back.
 */
export function forgetVectors(tx: Projecting): number {
  const texts = tx.one(progress, { done_to: 0 })?.total ?? 0;
  if (!canKeepVectors(tx)) blankAll(tx);
  for (const row of tx.all(allModels, {})) {
    if (canKeepVectors(tx)) forgetModel(tx, row);
    else if (row.dims === null) tx.run(dropModel, { model_id: row.model_id });
  }
  tx.run(dropItems, {});
  tx.run(dropAllTexts, {});
  return texts;
}
