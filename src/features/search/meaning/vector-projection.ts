// Erasing of vectors. They have no records behind them, so nothing is computed here.
import { type Projecting, type Projection, projection } from '../../../store/record-type.ts';
import { canKeepVectors } from './models.ts';
import { allModels, blankPieces, loosen, looseTexts, setState, textsOf, unlinkEntities } from './vector-queries.ts';
import { dropTexts } from './vectors.ts';

/** Takes the vectors of erased entities along, in the same transaction: from a vector a text can be guessed. */
export function vectorProjection(): Projection {
  return projection({ name: 'vectors', version: 1, tables: {}, handlers: [], erase: eraseVectors });
}

function eraseVectors(tx: Projecting, ents: readonly string[]): void {
  const those = { ents: JSON.stringify(ents) };
  for (const { text_id } of tx.all(textsOf, those)) tx.run(loosen, { text_id });
  tx.run(unlinkEntities, those);
  if (!canKeepVectors(tx)) blankAll(tx);
  const loose = tx.all(looseTexts, { limit: -1 });
  dropTexts(
    tx,
    loose.filter(({ used }) => used === 0).map(({ text_id }) => text_id),
  );
}

/** Without the library: every vector becomes 0; they are made again where it is back. */
export function blankAll(tx: Projecting): void {
  for (const { model_id, dims } of tx.all(allModels, {})) {
    if (dims === null) continue;
    tx.run(blankPieces(model_id, '00'), {});
    tx.run(blankPieces(model_id, '01'), {});
    tx.run(setState, { model_id, state: 'lost' });
  }
}
