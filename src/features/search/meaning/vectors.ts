// Comparing a question with what is stored, on any connection that has the library: of the daemon or of a worker.
import { quantise } from '../../../core/quantise.ts';
import type { Projecting, Read } from '../../../store/record-type.ts';
import { canKeepVectors } from './models.ts';
import {
  addVector,
  allModels,
  cosinesOfTexts,
  dropText,
  dropVector,
  isText,
  itemsOfTexts,
  type ModelRow,
  modelByName,
  nearestTexts,
  progress,
  textsOfItems,
  unlinkedCount,
  vectorCount,
} from './vector-queries.ts';

/** A question as a model sees it. */
export interface QuestionVector {
  /** Name of the model, as vector_model has it: no other's vectors are compared. */
  readonly model: string;
  readonly vector: Float32Array;
}

export interface Near {
  readonly item_id: number;
  /** -1 to 1. */
  readonly cosine: number;
}

/** Bits are rough: so many times more are looked at by byte. */
const oversampling = 2;
/** More than a scan of bits does in some hundredths of a second: beyond it only given items are compared. */
const scannedMost = 300_000;
const nearestMost = 2_000;

/** The vector that a database is compared with: of a model that is whole there, else of one that has begun. */
export function vectorFor(read: Read, vectors: readonly QuestionVector[]): QuestionVector | undefined {
  const rows = vectors.map((vector) => ({ vector, row: usable(read, vector) }));
  return (rows.find(({ row }) => row?.state === 'whole') ?? rows.find(({ row }) => row))?.vector;
}

/**
 * Items nearest to a question in one database, nearest first; hidden ones left out, everything else is the caller's to
 * filter. [] where the database has no vectors of that model, or too many to look through.
 */
export function nearest(read: Read, question: QuestionVector, limit = 200): Near[] {
  const row = usable(read, question);
  if (!row || (read.one(vectorCount(row.model_id), {})?.count ?? 0) > scannedMost) return [];
  const { bits } = quantise(question.vector);
  const rough = read.all(nearestTexts(row.model_id), { bits, limit: Math.min(nearestMost, limit * oversampling) });
  const byText = cosinesIn(read, row, question, rough);
  const items = read.all(itemsOfTexts, { texts: JSON.stringify([...byText.keys()]) });
  return items
    .map(({ item_id, text_id }) => ({ item_id, cosine: byText.get(text_id) ?? -1 }))
    .sort((a, b) => b.cosine - a.cosine || a.item_id - b.item_id)
    .slice(0, limit);
}

/** Cosines of given items of one database; an item without a vector of that model is absent. */
export function cosines(read: Read, question: QuestionVector, items: readonly number[]): Map<number, number> {
  const row = usable(read, question);
  if (!row) return new Map();
  const linked = read.all(textsOfItems, { items: JSON.stringify(items) });
  const byText = cosinesIn(read, row, question, linked);
  return new Map(
    linked.flatMap(({ item_id, text_id }) => {
      const cosine = byText.get(text_id);
      return cosine === undefined ? [] : [[item_id, cosine] as const];
    }),
  );
}

/** Keeps the vector of a text that is still there; again is not an error. */
export function keepVector(tx: Projecting, model_id: number, text_id: number, vector: Float32Array): void {
  if (!tx.one(isText, { text_id })) return;
  tx.run(dropVector(model_id), { text_id: BigInt(text_id) });
  tx.run(addVector(model_id), { text_id: BigInt(text_id), ...quantise(vector) });
}

/** Takes texts out with every vector of them. */
export function dropTexts(tx: Projecting, texts: readonly number[]): void {
  const models = tx.all(allModels, {}).filter(({ dims, state }) => dims !== null && state !== 'lost');
  for (const text_id of texts) {
    for (const { model_id } of models) tx.run(dropVector(model_id), { text_id: BigInt(text_id) });
    tx.run(dropText, { text_id });
  }
}

function usable(read: Read, { model, vector }: QuestionVector): ModelRow | undefined {
  if (!canKeepVectors(read)) return undefined;
  const row = read.one(modelByName, { name: model });
  return row && row.state !== 'lost' && row.dims === vector.length ? row : undefined;
}

function cosinesIn(
  read: Read,
  { model_id }: ModelRow,
  { vector }: QuestionVector,
  texts: readonly { readonly text_id: number }[],
): Map<number, number> {
  const { bytes } = quantise(vector);
  const ids = JSON.stringify(texts.map(({ text_id }) => text_id));
  return new Map(
    read.all(cosinesOfTexts(model_id), { bytes, texts: ids }).map(({ text_id, cosine }) => [text_id, cosine]),
  );
}

export interface Counts {
  /** Texts that are to have a vector, as far as they are known. */
  readonly texts: number;
  /** Those that were sent. */
  readonly done: number;
  /** Those of them that the model did not take. */
  readonly skipped: number;
}

/** How far a model is in one database. */
export function countsOfModel(read: Read, name: string): Counts {
  const row = read.one(modelByName, { name });
  const counted = read.one(progress, { done_to: row?.done_to ?? 0 });
  const waiting = read.one(unlinkedCount, {})?.count ?? 0;
  return { texts: (counted?.total ?? 0) + waiting, done: counted?.done ?? 0, skipped: row?.skipped ?? 0 };
}
