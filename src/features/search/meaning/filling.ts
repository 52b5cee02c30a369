// Vectors for texts that have none yet, a round of a few requests at a time. What a round has done stands in the
// database, so a killed daemon asks again for one round at most.
import { storedDims } from '../../../core/quantise.ts';
import type { Read, Write } from '../../../store/record-type.ts';
import { type Embedder, EmbedderFault, type EmbedderSetting, isFault } from './embedder.ts';
import { hashOf, linkSome, type Texts, textOf } from './linking.ts';
import { finishModel, modelName, openTable, wantedModel } from './models.ts';
import { allModels, dueTexts, lastDue, type ModelRow, markStale, modelByName, setDone } from './vector-queries.ts';
import { keepVector } from './vectors.ts';

export interface Filling {
  readonly read: Read;
  readonly write: <T>(work: (tx: Write) => T) => Promise<T>;
  readonly texts: Texts;
  readonly setting: EmbedderSetting;
  readonly embedder: Embedder;
  /** Texts in one request, and requests at a time. */
  readonly batch: number;
  readonly requests: number;
  readonly signal: AbortSignal;
}

interface Due {
  readonly text_id: number;
  readonly text: string;
}

/** Items that are linked in one write: some milliseconds. */
const linkedAtOnce = 50;
/** A text that is refused is sent again half as long, down to this. */
const shortest = 400;

/** One step: links items, or asks for one round of vectors. idle: nothing is left to do. Throws EmbedderFault. */
export async function fillSome(filling: Filling): Promise<'linked' | 'answered' | 'idle'> {
  const linked = await filling.write((tx) => linkSome(tx, filling.texts, linkedAtOnce));
  if (linked > 0) return 'linked';
  const model = await modelOf(filling);
  const limit = filling.batch * filling.requests;
  const last = filling.read.one(lastDue, { done_to: model.done_to, limit })?.last ?? null;
  if (last === null) {
    await finish(filling, model);
    return 'idle';
  }
  const skipped = await round(filling, model, await dueNow(filling, model, limit));
  await filling.write((tx) => tx.run(setDone, { model_id: model.model_id, done_to: last, skipped }));
  return 'answered';
}

async function modelOf({ read, write, setting }: Filling): Promise<ModelRow> {
  const known = read.one(modelByName, { name: modelName(setting) });
  if (known && known.state !== 'lost') return known;
  const row = await write((tx) => wantedModel(tx, setting));
  if (!row) throw new EmbedderFault('unusable', 'the model has no row');
  return row;
}

async function finish({ read, write, setting }: Filling, model: ModelRow): Promise<void> {
  if (model.dims === null) return; // not one text yet
  const isDone = model.state === 'whole' && read.all(allModels, {}).length === 1;
  if (!isDone) {
    await write((tx) => {
      wantedModel(tx, setting); // its address and prefix as they are now
      finishModel(tx, model);
    });
  }
}

/** Texts of the next round. One that reads otherwise than when it was linked is linked again first. */
async function dueNow({ read, write, texts }: Filling, { done_to }: ModelRow, limit: number): Promise<Due[]> {
  const changed: number[] = [];
  const due = read.all(dueTexts, { done_to, limit }).flatMap(({ text_id, hash, ...place }): Due[] => {
    const text = textOf(read, place, texts);
    if (text !== undefined && hashOf(text) === hash) return [{ text_id, text }];
    changed.push(place.item_id);
    return [];
  });
  if (changed.length > 0) {
    await write((tx) => {
      for (const item_id of changed) tx.run(markStale, { item_id });
    });
  }
  return due;
}

/** Returns how many texts the model did not take. Throws the first fault after every request has ended. */
async function round(filling: Filling, model: ModelRow, due: readonly Due[]): Promise<number> {
  const batches = Array.from({ length: Math.ceil(due.length / filling.batch) }, (_, i) =>
    due.slice(i * filling.batch, (i + 1) * filling.batch),
  );
  const ended = await Promise.allSettled(batches.map((batch) => take(filling, model, batch)));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  const skipped = ended.reduce((sum, one) => sum + (one.status === 'fulfilled' ? one.value : 0), 0);
  // refused from the first text on, it is not the texts
  if (skipped > 0 && skipped === due.length && model.dims === null) {
    throw new EmbedderFault('unusable', 'the embedder refuses every text');
  }
  return skipped;
}

/** Asks for some texts and keeps their vectors; refused together, they are tried in halves, and one alone shortened. */
async function take(filling: Filling, model: ModelRow, due: readonly Due[]): Promise<number> {
  const { embedder, signal } = filling;
  try {
    const vectors = await embedder.embed(
      due.map(({ text }) => text),
      'document',
      signal,
    );
    await keep(filling, model, due, vectors);
    return 0;
  } catch (error) {
    if (!isFault(error) || error.fault !== 'refused') throw error;
  }
  const [first] = due;
  if (first && due.length === 1) return takeShorter(filling, model, first);
  const half = Math.ceil(due.length / 2);
  return (await take(filling, model, due.slice(0, half))) + (await take(filling, model, due.slice(half)));
}

function takeShorter(filling: Filling, model: ModelRow, { text_id, text }: Due): Promise<number> | number {
  if (text.length <= shortest) return 1;
  const half = text.slice(0, Math.max(shortest, Math.floor(text.length / 2))).toWellFormed();
  return take(filling, model, [{ text_id, text: half }]);
}

function keep(
  { write, setting }: Filling,
  { model_id }: ModelRow,
  due: readonly Due[],
  vectors: readonly Float32Array[],
): Promise<void> {
  return write((tx) => {
    // the first of several answers has opened the table
    const row = tx.one(modelByName, { name: modelName(setting) });
    const dims = vectors[0]?.length ?? 0;
    if (row?.model_id !== model_id) return; // another model is wanted by now
    if (row.dims !== null && row.dims !== dims) {
      throw new EmbedderFault('unusable', `${dims} numbers in a vector where there were ${row.dims} before`);
    }
    openTable(tx, row, dims, storedDims(dims));
    for (const [i, { text_id }] of due.entries()) {
      const vector = vectors[i];
      if (vector) keepVector(tx, model_id, text_id, vector);
    }
  });
}
