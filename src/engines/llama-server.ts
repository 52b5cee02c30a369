// The HTTP side of a llama.cpp server: it reads and writes states itself, in the directory it was started with.
import { PrsistError } from '../core/errors.ts';
import { exists } from '../platform/walk.ts';
import type { Described, LocalEngine, StateFile, Written } from './local-engine.ts';
import { requireSameTokens } from './state-head.ts';

export interface ServerSetting {
  readonly url: string;
  /** One that nobody else uses meanwhile; 0 when absent. */
  readonly slot?: number;
  /** Of the server's --api-key. */
  readonly key?: string | undefined;
  /** What no server tells of itself: as it was started with. */
  readonly told?: Pick<Described, 'kv_type' | 'rope' | 'swa'>;
  /** Milliseconds that computing a prefix may take; ten minutes when absent. */
  readonly timeoutMs?: number;
  /** The same for everything else; 30 s when absent. */
  readonly askMs?: number;
  /** Ends whatever is under way. */
  readonly signal?: AbortSignal;
}

type Setting = ServerSetting & Required<Pick<ServerSetting, 'slot' | 'timeoutMs'>>;

/** Anything but the computing is done in this time, or the server hangs. */
const usualMs = 30_000;
const local = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

type Json = Readonly<Record<string, unknown>>;

/** A server by its settings. Throws input/invalid for one on another machine, whose files are not here. */
export function llamaServer(given: ServerSetting): LocalEngine {
  requireLocal(given.url);
  const setting: Setting = { slot: 0, timeoutMs: 600_000, ...given };
  const slot = (action: 'save' | 'restore' | 'erase', body: Json, timeoutMs?: number) =>
    asked(setting, `/slots/${setting.slot}?action=${action}`, { body, timeoutMs });
  return {
    describe: () => describe(setting),
    save: (file, prefix) => save(setting, slot, file, prefix),
    async restore({ name }) {
      return numberOf(await slot('restore', { filename: name }), 'n_restored');
    },
    async erase() {
      await slot('erase', {});
    },
  };
}

/** Whether a server computes for somebody now; one that does not tell (--no-slots) is taken to rest. */
export async function isAtWork(setting: ServerSetting): Promise<boolean> {
  const slots = await asked(setting, '/slots').catch((error: unknown) => {
    if (error instanceof PrsistError && error.code === 'engine/failed') return [];
    throw error;
  });
  return Array.isArray(slots) && slots.some((each: Json) => each['is_processing'] === true);
}

async function describe(setting: Setting): Promise<Described> {
  const props = await asked(setting, '/props');
  const context = numberOf(objectOf(props, 'default_generation_settings'), 'n_ctx');
  const slots = numberOf(props, 'total_slots');
  const model = textOf(props, 'model_path');
  if (setting.slot >= slots)
    throw new PrsistError('input/invalid', `the server has ${slots} slots`, { field: '--slot' });
  if (!model.startsWith('/')) {
    const why = `the server names its model ${model}: start it with an absolute path`;
    throw new PrsistError('engine/failed', why);
  }
  const build = textOf(props, 'build_info');
  return { engine: 'llama.cpp server', build, model, context, ...setting.told, lora: await adapters(setting) };
}

async function adapters(setting: ServerSetting): Promise<NonNullable<Described['lora']>> {
  const list = await asked(setting, '/lora-adapters');
  if (!Array.isArray(list)) throw strange('/lora-adapters');
  return list.map((each: Json) => ({ path: textOf(each, 'path'), scale: numberOf(each, 'scale') }));
}

type Slot = (action: 'save', body: Json, timeoutMs?: number) => Promise<Json>;

/** The prefix alone, and nothing generated: what the slot holds then is exactly its tokens. */
async function save(setting: Setting, slot: Slot, file: StateFile, prefix: string): Promise<Written> {
  const { timeoutMs } = setting;
  const prompt = { prompt: prefix, id_slot: setting.slot, n_predict: 0, cache_prompt: true, temperature: 0 };
  const done = await asked(setting, '/completion', { body: prompt, timeoutMs });
  const written = await slot('save', { filename: file.name }, timeoutMs);
  const tokens = numberOf(written, 'n_saved');
  if (!exists(file.path)) {
    throw new PrsistError('engine/failed', 'the server has written its file elsewhere', {
      hint: `start it with --slot-save-path '${file.directory}'`,
    });
  }
  const given = await asked(setting, '/tokenize', { body: { content: prefix, add_special: true } });
  requireSameTokens(file.path, tokensOf(given), tokens);
  return { tokens, bytes: numberOf(written, 'n_written'), prefillMs: prefillOf(done, tokens) };
}

/** Of what was in the slot already, the time is estimated from the rest. */
function prefillOf(done: Json, tokens: number): number {
  const timings = objectOf(done, 'timings');
  const [count, ms] = [numberOf(timings, 'prompt_n'), numberOf(timings, 'prompt_ms')];
  return count > 0 ? (ms * Math.max(tokens, count)) / count : 0;
}

interface Request {
  readonly body?: Json | undefined;
  readonly timeoutMs?: number | undefined;
}

async function asked(setting: ServerSetting, path: string, request: Request = {}): Promise<Json> {
  const answer = await reached(setting, path, request);
  const text = await answer.text().catch((cause: unknown) => {
    throw new PrsistError('engine/failed', `${path}: the server broke off`, { cause });
  });
  if (answer.ok) return parsed(text, path);
  const why = `${path}: the server says ${answer.status} ${text.slice(0, 200)}`;
  // 503 while it loads its model; anything else it will say again
  throw new PrsistError(answer.status === 503 ? 'engine/unavailable' : 'engine/failed', why);
}

async function reached(
  { url, key, signal, askMs = usualMs }: ServerSetting,
  path: string,
  request: Request,
): Promise<Response> {
  const { body, timeoutMs = askMs } = request;
  try {
    return await fetch(new URL(path, url), {
      method: body ? 'POST' : 'GET',
      headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
      redirect: 'error',
    });
  } catch (cause) {
    const isSlow = cause instanceof Error && cause.name === 'TimeoutError';
    if (isSlow) throw new PrsistError('engine/failed', `${path}: no answer in ${timeoutMs / 1000} s`, { cause });
    throw new PrsistError('engine/unavailable', `${path}: nobody answers at ${url}`, { cause });
  }
}

function parsed(text: string, path: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Json; // an object, as just looked
  } catch {
    // told below
  }
  throw strange(path);
}

function tokensOf(json: Json): readonly number[] {
  const { tokens } = json;
  if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === 'number')) throw strange('tokens');
  return tokens;
}

function objectOf(json: Json, name: string): Json {
  const value = json[name];
  if (typeof value !== 'object' || value === null) throw strange(name);
  return value as Json; // as just looked
}

function numberOf(json: Json, name: string): number {
  const value = json[name];
  if (typeof value !== 'number') throw strange(name);
  return value;
}

function textOf(json: Json, name: string): string {
  const value = json[name];
  if (typeof value !== 'string' || value === '') throw strange(name);
  return value;
}

function strange(what: string): PrsistError {
  return new PrsistError('engine/failed', `the server tells nothing we understand: ${what}`);
}

function requireLocal(url: string): void {
  const { protocol, hostname } = URL.parse(url) ?? { protocol: '', hostname: '' };
  if (protocol === 'http:' && local.test(hostname)) return;
  throw new PrsistError('input/invalid', `${url}: a server of this machine is meant, since its files are here`, {
    ...{ field: '--server', hint: '--server http://127.0.0.1:8080' },
  });
}
