// What programs get by `import { openStates } from 'prsist/tensors'`: states of local engines, kept by the daemon.
import { join } from 'node:path';
import { restorePrefix, savePrefix } from '../engines/kept-prefix.ts';
import type { LocalEngine, Restored } from '../engines/local-engine.ts';
import { requireNoSecrets } from '../engines/no-secrets.ts';
import { environment } from '../platform/environment.ts';
import { createClient } from './call.ts';

export { llamaServer, type ServerSetting } from '../engines/llama-server.ts';
export type * from '../engines/local-engine.ts';
export { type NodeLlama, type NodeLlamaSetting, openNodeLlama } from '../engines/node-llama.ts';

export interface StatesOptions {
  /** Absolute directory, id or name of the project whose texts they hold; they go with it. */
  readonly project?: string;
}

export interface SavedState {
  readonly state_key: string;
  readonly path: string;
  readonly tokens: number;
  readonly bytes: number;
  /** What computing it took, which each restore saves. */
  readonly prefill_ms: number;
  /** States that went for want of room. */
  readonly dropped: number;
}

export interface States {
  /** Has an engine compute texts that a prompt begins with, and keeps its state. A text with secrets is refused. */
  save(engine: LocalEngine, texts: readonly string[]): Promise<SavedState>;
  /** Has an engine read the longest kept state that these texts begin with; a miss where there is none of exactly this engine. */
  restore(engine: LocalEngine, texts: readonly string[]): Promise<Restored>;
}

/**
 * The kept states of this person. Each text may be the end of what another prompt shares. Starts the daemon where none
 * runs. What is thrown has a `code` and a `hint`: tensor/off, tensor/paused, engine/unavailable, engine/failed, input/invalid.
 */
export function openStates({ project }: StatesOptions = {}): States {
  const env = environment();
  // this module lies in bin/built/library
  const daemon = join(import.meta.dirname, '../../prsist-daemon');
  const personal = () => createClient({ env, daemon });
  const client = project === undefined ? personal() : createClient({ env, daemon, project });
  return {
    async save(engine, texts) {
      await requireNoSecrets(texts, { client, personal });
      const { state_key, path, tokens, bytes, prefill_ms, dropped } = await savePrefix(client, engine, {
        ...{ texts, project },
      });
      return { state_key, path, tokens, bytes, prefill_ms, dropped };
    },
    restore: (engine, texts) => restorePrefix(client, engine, { texts }),
  };
}
