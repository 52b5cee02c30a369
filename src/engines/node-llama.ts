// node-llama-cpp where the person has it: found by name at run time, never a dependency of ours.
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrsistError } from '../core/errors.ts';
import { readText } from '../platform/files.ts';
import { monotonic } from '../platform/time.ts';
import { fileBytes } from '../platform/walk.ts';
import type { LocalEngine, StateFile, Written } from './local-engine.ts';
import { requireSameTokens } from './state-head.ts';

/** What is used of a sequence; the package's own has more. */
export interface LlamaSequence {
  readonly contextTokens: readonly number[];
  readonly contextSize: number;
  clearHistory(): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<unknown>;
  saveStateToFile(path: string): Promise<{ readonly fileSize: number }>;
  loadStateFromFile(path: string, risk: { readonly acceptRisk: true }): Promise<void>;
  evaluate(tokens: readonly number[], options: { readonly temperature: number }): AsyncGenerator<number>;
}

export interface LlamaModel {
  tokenize(text: string, special?: boolean): readonly number[];
  readonly tokens: { readonly shouldPrependBosToken: boolean; readonly bos: number | null };
  createContext(options: { readonly contextSize: number; readonly batchSize?: number }): Promise<LlamaContext>;
}

interface LlamaContext {
  readonly flashAttention: boolean;
  getSequence(): LlamaSequence;
  dispose(): Promise<void>;
}

interface Llama {
  readonly llamaCppRelease: { readonly repo: string; readonly release: string };
  loadModel(options: { readonly modelPath: string; readonly gpuLayers: number }): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

export interface NodeLlamaSetting {
  /** Where the package is looked for: in node_modules there and above. */
  readonly from: string;
  readonly model: string;
  readonly contextSize: number;
}

export interface NodeLlama extends LocalEngine {
  readonly model: LlamaModel;
  readonly sequence: LlamaSequence;
  /** Tokens of a text as the beginning of a prompt. */
  tokens(text: string): readonly number[];
  close(): Promise<void>;
}

const packageName = 'node-llama-cpp';

/** Loads a model in this process. Throws engine/unavailable where the package is not installed. */
export async function openNodeLlama({ from, model: modelPath, contextSize }: NodeLlamaSetting): Promise<NodeLlama> {
  const { version, entry } = findPackage(from);
  const { getLlama }: { getLlama: (options: object) => Promise<Llama> } = await import(pathToFileURL(entry).href);
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  const context = await model.createContext({ contextSize });
  const sequence = context.getSequence();
  const tokens = (text: string) => tokensOf(model, text);
  const kv_type = context.flashAttention ? 'f16/f16 flash' : 'f16/f16';
  const build = `${version} ${llama.llamaCppRelease.release}`;
  return {
    ...{ model, sequence, tokens },
    describe: async () => ({ engine: packageName, build, model: modelPath, kv_type, context: sequence.contextSize }),
    save: (file, prefix) => save(sequence, file, tokens(prefix)),
    async restore({ path }) {
      await sequence.loadStateFromFile(path, { acceptRisk: true });
      return sequence.contextTokens.length;
    },
    erase: () => sequence.clearHistory(),
    async close() {
      await context.dispose();
      await llama.dispose();
    },
  };
}

async function save(sequence: LlamaSequence, { path }: StateFile, tokens: readonly number[]): Promise<Written> {
  await sequence.clearHistory();
  const begun = monotonic();
  await sequence.evaluateWithoutGeneratingNewTokens(tokens);
  const prefillMs = monotonic() - begun;
  await sequence.saveStateToFile(path);
  requireSameTokens(path, tokens, tokens.length);
  return { tokens: tokens.length, bytes: fileBytes(path), prefillMs };
}

function tokensOf(model: LlamaModel, text: string): readonly number[] {
  const tokens = model.tokenize(text, false);
  const { shouldPrependBosToken, bos } = model.tokens;
  return shouldPrependBosToken && bos !== null ? [bos, ...tokens] : tokens;
}

function findPackage(from: string): { readonly version: string; readonly entry: string } {
  for (let at = from; ; at = dirname(at)) {
    const place = join(at, 'node_modules', packageName);
    const manifest = readText(join(place, 'package.json'));
    if (manifest !== undefined) {
      const { version, exports } = JSON.parse(manifest);
      return { version: String(version), entry: join(place, String(exports['.'].import)) };
    }
    if (at === dirname(at)) break;
  }
  throw new PrsistError('engine/unavailable', `${packageName} is not installed in ${from} or above`, {
    hint: `npm install ${packageName} (725 MB with its packages for GPUs)`,
  });
}
