// A prefix is computed once: saved by whichever engine computed it, read by the next of exactly the same kind.
import { PrsistError } from '../core/errors.ts';
import type { Reply, Request } from '../core/operation.ts';
import { prefixChain } from '../core/prefix-chain.ts';
import type { Operations } from '../features/operations.ts';
import { removeFile } from '../platform/files.ts';
import { monotonic } from '../platform/time.ts';
import type { LocalEngine, Prefix, Restored } from './local-engine.ts';

type Saves = 'tensor.place' | 'tensor.adopt';

/** A client, or the daemon itself. */
export interface Asking<C extends keyof Operations = Saves | 'tensor.find' | 'tensor.failed'> {
  call<N extends C>(name: N, input: Request<Operations[N]>): Promise<Reply<Operations[N]>>;
}

export type Saved = Reply<Operations['tensor.adopt']>;

/** How prefixes of whole texts are told apart: the engine stands beside the chain. */
const fingerprint = { render: 1 };

/** Links of a prefix. */
export function chainOf(texts: readonly string[]): string[] {
  return [...prefixChain(fingerprint, texts)];
}

/** Has an engine compute a prefix and keeps its state. Throws tensor/*, engine/*. */
export async function savePrefix(
  client: Asking<Saves>,
  engine: LocalEngine,
  { texts, project }: Prefix,
): Promise<Saved> {
  const described = await engine.describe();
  const file = await client.call('tensor.place', { engine: described });
  try {
    const { tokens, bytes, prefillMs } = await engine.save(file, texts.join(''));
    return await client.call('tensor.adopt', {
      ...{ engine: described, chain: chainOf(texts), name: file.name, tokens, bytes },
      prefill_ms: Math.round(prefillMs),
      ...(project === undefined ? {} : { project }),
    });
  } catch (error) {
    removeFile(file.path); // half of one, or one nobody keeps; killed before this, the daemon's sweep finds it
    throw error;
  }
}

/**
 * Has an engine read the longest kept state that a prefix begins with. A state the engine does not take is removed, the
 * engine erased, and it is a miss: it goes on as if there had been none. Throws engine/unavailable when it is not there.
 */
export async function restorePrefix(client: Asking, engine: LocalEngine, { texts }: Prefix): Promise<Restored> {
  const described = await engine.describe();
  const begun = monotonic();
  const { found, why } = await client.call('tensor.find', { engine: described, chain: chainOf(texts) });
  if (!found) return { kind: 'missed', why: why ?? 'unknown', told: '' };
  const { state_key, segments, tokens, bytes, prefill_ms } = found;
  try {
    requireTokens(await engine.restore(found), tokens);
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    await client.call('tensor.failed', { state: state_key, why: told.slice(0, 500) });
    await engine.erase().catch(() => undefined); // it may be gone: then it holds nothing
    return { kind: 'missed', why: 'failed', told };
  }
  return { kind: 'restored', state_key, texts: segments, tokens, bytes, prefill_ms, ms: monotonic() - begun };
}

function requireTokens(restored: number, tokens: number): void {
  if (restored === tokens) return;
  throw new PrsistError('engine/failed', `the engine restored ${restored} tokens of ${tokens}`);
}
