// What a model file is: hashed once, since gigabytes take seconds, and again when it is another file by size, time or inode.
import { createHash } from 'node:crypto';
import { PrsistError } from '../../../core/errors.ts';
import type { Parsed } from '../../../core/operation.ts';
import { beginningOf } from '../../../platform/files.ts';
import { slicesOf } from '../../../platform/tensor-files.ts';
import { fileInfo } from '../../../platform/walk.ts';
import type { tensorContract } from '../contract-tensors.ts';
import type { Engine } from './engine.ts';
import { quantisationOf } from './gguf.ts';
import type { UserStore } from './needs.ts';
import { putWeights, type WeightsRow, weightsOf } from './state-queries.ts';

const headBytes = 64 * 1024;
const partName = /-(\d{5})-of-(\d{5})(\.gguf)$/;

export type Described = Parsed<(typeof tensorContract)['tensor.find']>['engine'];

/** An engine by what its files hold. Throws file/unreadable or tensor/mismatch for a model that cannot be read. */
export async function engineOf(store: UserStore, described: Described): Promise<Engine> {
  const { engine, build, model, kv_type, context, rope, swa } = described;
  const weights = await knownWeights(store, model);
  const lora: Engine['lora'][number][] = [];
  for (const { path, scale } of described.lora) lora.push({ weights: (await knownWeights(store, path)).hash, scale });
  lora.sort((a, b) => (a.weights < b.weights ? -1 : 1));
  return {
    ...{ engine, build, weights: weights.hash, quantisation: weights.quantisation },
    ...{ kv_type, context, rope, swa, lora },
  };
}

async function knownWeights(store: UserStore, path: string): Promise<WeightsRow> {
  const parts = partsOf(path);
  const mark = parts.map(markOf).join(' ');
  const known = store.read.one(weightsOf, { path });
  if (known?.mark === mark) return known;
  const quantisation = quantisationOf(beginningOf(path, headBytes));
  const hash = createHash('sha256');
  for (const part of parts) for await (const slice of slicesOf(part)) hash.update(slice);
  const row = { mark, hash: hash.digest('hex'), quantisation };
  // written to while it was read: nobody knows what was hashed
  if (parts.map(markOf).join(' ') !== mark) throw unreadable(path, 'it is being written to');
  await store.write((tx) => tx.run(putWeights, { path, ...row }));
  return row;
}

/** A split model is all of its files. */
function partsOf(path: string): readonly string[] {
  const count = Number(partName.exec(path)?.[2] ?? 1);
  if (count === 1) return [path];
  return Array.from({ length: Math.min(count, 1000) }, (_, part) =>
    path.replace(partName, (_all, _part, of, end) => `-${String(part + 1).padStart(5, '0')}-of-${of}${end}`),
  );
}

function markOf(path: string): string {
  const info = fileInfo(path);
  if (!info) throw unreadable(path, 'there is no such file');
  return `${info.size}:${info.mtimeMs}:${info.inode}`;
}

function unreadable(path: string, why: string): PrsistError {
  return new PrsistError('file/unreadable', `${path}: ${why}`, { field: 'engine.model' });
}
