// Models whose vectors a database has, and which of them a question is compared with.
import { sha256Hex } from '../../../core/ids.ts';
import type { Projecting, Read } from '../../../store/record-type.ts';
import type { EmbedderSetting } from './embedder.ts';
import {
  addModel,
  allModels,
  createTable,
  dropModel,
  dropTable,
  type ModelRow,
  modelByName,
  setDims,
  setState,
  vectorModule,
} from './vector-queries.ts';

/** What makes vectors comparable; all of it stands in the model's name. */
export type ModelKey = Pick<EmbedderSetting, 'embedder' | 'model' | 'dimensions'> & { readonly prefix: string };

/** Whether vectors can be kept on this connection at all. */
export function canKeepVectors(read: Read): boolean {
  return read.one(vectorModule, {}) !== undefined;
}

/** The name under which vectors of these settings are kept. */
export function modelName({ embedder, model, dimensions, prefix }: EmbedderSetting): string {
  return JSON.stringify({ embedder, model, dimensions: dimensions ?? null, prefix: prefix.document });
}

/** The settings behind the name of a model; only ever a name that modelName made. */
export function modelKey(name: string): ModelKey {
  const { dimensions, ...key } = JSON.parse(name) as Omit<ModelKey, 'dimensions'> & { dimensions: number | null };
  return { ...key, dimensions: dimensions ?? undefined };
}

/** An address as a database remembers it: enough to tell another, not enough to be led there. */
export function endpointOf({ embedder, url }: Pick<EmbedderSetting, 'embedder' | 'url'>): string {
  return sha256Hex(`${embedder} ${url}`).slice(0, 32);
}

/** The row of the wanted model, begun where it is new; one whose vectors were lost begins again. */
export function wantedModel(tx: Projecting, setting: EmbedderSetting): ModelRow | undefined {
  const name = modelName(setting);
  if (tx.one(modelByName, { name })?.state === 'lost') forgetModel(tx, tx.one(modelByName, { name }));
  tx.run(addModel, { name, question_prefix: setting.prefix.query, endpoint: endpointOf(setting) });
  return tx.one(modelByName, { name });
}

/** Makes the table of a model when its first answer says how many numbers its vectors have. */
export function openTable(tx: Projecting, { model_id, dims }: ModelRow, found: number, stored: number): void {
  if (dims !== null) return;
  tx.run(dropTable(model_id), {});
  tx.run(createTable(model_id, stored), {});
  tx.run(setDims, { model_id, dims: found });
}

/** The wanted model has a vector of nearly every text: it answers from now on, and those before it go. */
export function finishModel(tx: Projecting, { model_id }: ModelRow): void {
  tx.run(setState, { model_id, state: 'whole' });
  for (const other of tx.all(allModels, {})) if (other.model_id !== model_id) forgetModel(tx, other);
}

/** Drops a model with all its vectors. */
export function forgetModel(tx: Projecting, row: ModelRow | undefined): void {
  if (!row) return;
  if (row.dims !== null) tx.run(dropTable(row.model_id), {});
  tx.run(dropModel, { model_id: row.model_id });
}

/**
 * The model whose vectors questions are compared with: the wanted one when it is whole; until then an older one that is,
 * if whoever computed it can still be asked; else the wanted one with what it has so far.
 */
export function servingModel(read: Read, setting: EmbedderSetting): ModelRow | undefined {
  if (!canKeepVectors(read)) return undefined;
  const rows = read.all(allModels, {}).filter(({ dims, state }) => dims !== null && state !== 'lost');
  const name = modelName(setting);
  const wanted = rows.find((row) => row.name === name);
  if (wanted?.state === 'whole') return wanted;
  const endpoint = endpointOf(setting);
  return rows.find((row) => row.state === 'whole' && row.endpoint === endpoint) ?? wanted;
}

/** The settings by which a question to a model is asked: the wanted ones, but for what belongs to that model. */
export function settingOf({ name, question_prefix }: ModelRow, wanted: EmbedderSetting): EmbedderSetting {
  if (name === modelName(wanted)) return wanted;
  const { prefix, ...key } = modelKey(name);
  return { ...wanted, ...key, prefix: { document: prefix, query: question_prefix } };
}
