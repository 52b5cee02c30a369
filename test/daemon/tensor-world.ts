// The tensor tier with everything behind it but a process: a real user database, real files, an engine of the test's own.
import fs from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeGguf, tiny } from '../../scripts/make-gguf.ts';
import type { Client } from '../../src/client/call.ts';
import { chainOf } from '../../src/engines/kept-prefix.ts';
import { llamaServer, type ServerSetting } from '../../src/engines/llama-server.ts';
import type { Described } from '../../src/engines/local-engine.ts';
import { type SmallLlama, type SmallLlamaSetting, startSmallLlama } from '../harness/small-llama.ts';
import { type WiredWorld, wiredWorld } from './wired-world.ts';

export interface TensorWorld extends WiredWorld {
  readonly client: Pick<Client, 'call'>;
  readonly directory: string;
  /** A model of random weights. */
  readonly model: string;
  readonly engine: Described;
  /** Writes a file as an engine would and has it adopted. */
  readonly keep: (
    texts: readonly string[],
    more?: Kept,
  ) => Promise<{ state_key: string; path: string; dropped: number }>;
  readonly find: (texts: readonly string[], engine?: Described) => ReturnType<typeof finding>;
  readonly files: () => string[];
  readonly serve: (more?: Partial<SmallLlamaSetting>) => Promise<SmallLlama>;
}

interface Kept {
  readonly engine?: Described;
  readonly bytes?: Buffer;
  readonly said?: number;
  readonly prefill_ms?: number;
  readonly project?: string;
}

export function tensorWorld(env: Readonly<Record<string, string>> = {}): TensorWorld {
  const world = wiredWorld({ env: { PRSIST_KV_TENSORS__ENABLED: 'true', ...env } });
  const model = join(world.top, 'model.gguf');
  makeGguf(model, tiny);
  const engine: Described = { engine: 'a test', build: '1', model, context: 4096 };
  const client: Pick<Client, 'call'> = {
    call: async (operation, body) => {
      const caller = { user: world.projects.identity.user, origin: 'human' } as const;
      const asked = { operation, body, caller, project: undefined, idempotencyKey: undefined };
      const { reply } = await world.dispatch(asked);
      return reply as never; // by the contract of that name
    },
  };
  const directory = env['PRSIST_KV_TENSORS__DIR'] ?? join(world.paths.data, 'tensors');
  return {
    ...{ ...world, client, directory, model, engine },
    async keep(texts, { engine: other = engine, bytes = Buffer.from(texts.join('|')), said, ...more } = {}) {
      const place = await client.call('tensor.place', { engine: other });
      fs.writeFileSync(place.path, bytes);
      const facts = { tokens: 7, bytes: said ?? bytes.length, prefill_ms: more.prefill_ms ?? 1_000 };
      const { project } = more;
      const whose = project === undefined ? {} : { project };
      return client.call('tensor.adopt', {
        engine: other,
        chain: chainOf(texts),
        name: place.name,
        ...facts,
        ...whose,
      });
    },
    find: (texts, other = engine) => finding(client, texts, other),
    files: () => (fs.existsSync(directory) ? fs.readdirSync(directory).sort() : []),
    async serve(more = {}) {
      fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
      const llama = await startSmallLlama({ directory, model, ...more });
      onTestFinished(() => llama.stop());
      return llama;
    },
  };
}

function finding(client: Pick<Client, 'call'>, texts: readonly string[], engine: Described) {
  return client.call('tensor.find', { engine, chain: chainOf(texts) });
}

/** The driver of a server of the test's own. */
export function driver({ url }: { readonly url: string }, more: Partial<ServerSetting> = {}) {
  return llamaServer({ url, slot: 0, told: {}, timeoutMs: 5_000, ...more });
}
