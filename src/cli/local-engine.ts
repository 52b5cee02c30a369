// Which engine a command means, by its options.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PrsistError } from '../core/errors.ts';
import { llamaServer } from '../engines/llama-server.ts';
import type { LocalEngine } from '../engines/local-engine.ts';
import { openNodeLlama } from '../engines/node-llama.ts';
import { serverSetting } from '../engines/own-server.ts';
import type { Cli } from './cli.ts';
import { count, wholeNumber } from './input.ts';

export interface EngineOptions {
  readonly server?: string;
  readonly slot?: number;
  readonly keyVariable?: string;
  readonly kvType?: string;
  readonly rope?: string;
  readonly swa?: string;
  readonly model?: string;
  readonly context?: number;
  readonly within?: number;
}

const serverUrl = 'http://127.0.0.1:8080';
const contextSize = 4096;
const withinSeconds = 600;

/** Adds the options by which an engine is meant. */
export function withEngine(command: Command): Command {
  return command
    .option('--server <url>', `a llama.cpp server of this machine (kv_tensors.server, else ${serverUrl})`)
    .option('--slot <n>', 'the slot of the server (kv_tensors.server_slot, else 0)', wholeNumber('--slot', 1_023))
    .option('--key-variable <name>', "variable that holds the server's API key")
    .option('--kv-type <k/v>', 'types of keys and values, where the server was started with others (f16/f16)')
    .option('--rope <text>', 'what the server was told of RoPE, as --rope-freq-base 10000; it does not say so itself')
    .option('--swa <text>', 'what it was told of sliding windows, as full')
    .option('--model <file>', 'a GGUF file, computed in this process by node-llama-cpp, which you have to install')
    .option('--context <n>', `tokens of its context (${contextSize})`, count('--context', 10_000_000))
    .option('--within <seconds>', `how long computing may take (${withinSeconds})`, count('--within', 86_400));
}

/** Does something with the engine that is meant, and lets go of it. */
export async function withLocalEngine<T>(
  cli: Cli,
  options: EngineOptions,
  work: (engine: LocalEngine) => Promise<T>,
): Promise<T> {
  if (options.model === undefined) return work(await serverOf(cli, options));
  if (options.server !== undefined) {
    throw new PrsistError('input/invalid', 'either --server or --model', { field: '--model' });
  }
  const model = resolve(cli.cwd, options.model);
  const engine = await openNodeLlama({ from: cli.cwd, model, contextSize: options.context ?? contextSize });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** By the options; what they leave open is said by the settings, where the server is the one of these. */
async function serverOf(cli: Cli, options: EngineOptions): Promise<LocalEngine> {
  const { server, slot, keyVariable, kvType, rope, swa, within = withinSeconds } = options;
  const key = keyVariable === undefined ? undefined : cli.env[keyVariable];
  if (keyVariable !== undefined && !key) {
    throw new PrsistError('input/invalid', `${keyVariable} is not set`, { field: '--key-variable' });
  }
  const own = (await cli.client.call('tensor.list', {})).server;
  const known =
    own && (server === undefined || server === own.url)
      ? serverSetting(own)
      : { url: server ?? serverUrl, slot: 0, told: {} };
  return llamaServer({
    ...{ ...known, slot: slot ?? known.slot ?? 0, timeoutMs: within * 1000 },
    ...(key === undefined ? {} : { key }),
    told: {
      ...known.told,
      ...(kvType === undefined ? {} : { kv_type: kvType }),
      ...(rope === undefined ? {} : { rope }),
      ...(swa === undefined ? {} : { swa }),
    },
  });
}
