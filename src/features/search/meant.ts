// What a question means, as vectors of a chosen embedder, and how near the candidates come to it.
import type { meaningStates } from '../../core/words.ts';
import type { Read } from '../../store/record-type.ts';
import { modelKey } from './meaning/models.ts';
import { cosines, nearest, type QuestionVector, vectorFor } from './meaning/vectors.ts';
import { weights } from './weights.ts';

/** A question as the models of the searched databases see it: plain data, computed before the search begins. */
export interface Meant {
  readonly state: (typeof meaningStates)[number];
  /** Of all texts that are to have a vector, how many were sent, in percent. */
  readonly percent: number;
  readonly vectors: readonly QuestionVector[];
}

export const noMeaning: Meant = { state: 'off', percent: 0, vectors: [] };

/** How near an item comes to the question, by the model of its database. */
export interface Nearness {
  readonly cosine: number;
  readonly model: string;
}

/** How many of the nearest join the candidates. */
export const nearestMost = 200;
/** So many are looked at where a filter leaves few of them. */
const nearestNarrow = 1_000;

/** Ids of the items of a database that come nearest to the question, nearest first. */
export function nearestIn(read: Read, { vectors }: Meant, isNarrow: boolean): readonly number[] {
  const vector = vectorFor(read, vectors);
  if (!vector) return [];
  return nearest(read, vector, isNarrow ? nearestNarrow : nearestMost).map(({ item_id }) => item_id);
}

/** How near items of a database come to the question; those without a vector are absent. */
export function nearnessIn(read: Read, { vectors }: Meant, items: readonly number[]): ReadonlyMap<number, Nearness> {
  const vector = items.length === 0 ? undefined : vectorFor(read, vectors);
  if (!vector) return new Map();
  const { model } = vector;
  return new Map([...cosines(read, vector, items)].map(([id, cosine]) => [id, { cosine, model }]));
}

/** Makes a function from the nearness of an item to what it adds to its score. all: those of every candidate. */
export function meaningOf(all: readonly (Nearness | null)[]): (near: Nearness | null) => number {
  const most = new Map<string, number>();
  for (const near of all) if (near) most.set(near.model, Math.max(most.get(near.model) ?? 0, near.cosine));
  const weight = new Map([...most].map(([model, largest]) => [model, largest > 0 ? weightOf(model) / largest : 0]));
  return (near) => (near ? Math.max(0, near.cosine) * (weight.get(near.model) ?? 0) : 0);
}

function weightOf(model: string): number {
  return weights.meaningOf[modelKey(model).model] ?? weights.meaning;
}
