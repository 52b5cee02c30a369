// A server that speaks what is used of llama.cpp's HTTP interface, with real state files: one byte is one token.
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface SmallLlamaSetting {
  /** --slot-save-path. */
  readonly directory: string;
  readonly model: string;
  readonly build?: string;
  readonly context?: number;
  readonly slots?: number;
  readonly key?: string;
  readonly lora?: readonly { readonly id: number; readonly path: string; readonly scale: number }[];
  /** The port it had before. */
  readonly port?: number;
}

/** What it does wrong from now on. */
export type Behaviour =
  | 'right'
  | 'refuses' // 500 for every action on a slot
  | 'loading' // 503, as while it loads its model
  | 'slow' // no answer for a second
  | 'breaks off' // the connection goes in the middle of an action on a slot
  | 'writes less' // than it says
  | 'writes nothing'
  | 'interrupted' // somebody else uses the slot between computing and saving
  | 'restores less' // than was saved
  | 'talks nonsense';

export interface SmallLlama {
  readonly url: string;
  readonly port: number;
  behaviour: Behaviour;
  /** Tokens that a slot holds. */
  readonly held: (slot?: number) => readonly number[];
  /** Method and path of every request, in order. */
  readonly asked: string[];
  /** Tokens that were computed. */
  computed: number;
  /** Whether a slot computes for somebody else. */
  atWork: boolean;
  readonly stop: () => Promise<void>;
}

const magic = 0x67677371;
const version = 2;
/** Stands for keys and values. */
const bytesPerToken = 64;

/** Starts one. */
export async function startSmallLlama(setting: SmallLlamaSetting): Promise<SmallLlama> {
  const slots = new Map<number, number[]>();
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    void answer(request, response).catch(() => request.socket.destroy());
  });
  const llama: SmallLlama = {
    ...{ url: '', port: 0, behaviour: 'right' as Behaviour, asked, computed: 0, atWork: false },
    held: (slot = 0) => slots.get(slot) ?? [],
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const send = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
    if (setting.key !== undefined && request.headers.authorization !== `Bearer ${setting.key}`)
      return void send(401, {});
    if (llama.behaviour === 'loading') return void send(503, { error: { message: 'Loading model' } });
    if (llama.behaviour === 'talks nonsense') return void response.end('<html>');
    const url = new URL(request.url ?? '/', 'http://localhost');
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
    const slot = /^\/slots\/(\d+)$/.exec(url.pathname)?.[1];
    if (slot !== undefined)
      return act(Number(slot), url.searchParams.get('action') ?? '', body.filename, request, send);
    const found = plain(url.pathname, body);
    return void send(found === undefined ? 404 : 200, found ?? {});
  }

  function plain(path: string, body: Record<string, unknown>): unknown {
    if (path === '/health') return { status: 'ok' };
    if (path === '/slots') return [{ id: 0, is_processing: llama.atWork }];
    if (path === '/lora-adapters') return setting.lora ?? [];
    if (path === '/tokenize') return { tokens: tokensOf(String(body['content'])) };
    if (path === '/completion') return compute(Number(body['id_slot']), String(body['prompt']));
    if (path !== '/props') return undefined;
    return {
      default_generation_settings: { n_ctx: setting.context ?? 4096 },
      ...{ total_slots: setting.slots ?? 2, model_path: setting.model, build_info: setting.build ?? 'b6000-abc' },
    };
  }

  function compute(slot: number, prompt: string) {
    const tokens = tokensOf(prompt);
    const before = slots.get(slot) ?? [];
    let same = 0;
    while (same < tokens.length && before[same] === tokens[same]) same += 1;
    slots.set(slot, tokens);
    const count = tokens.length - same;
    llama.computed += count;
    return { content: '', tokens_evaluated: tokens.length, timings: { prompt_n: count, prompt_ms: count * 5 } };
  }

  async function act(
    slot: number,
    action: string,
    filename: string,
    request: http.IncomingMessage,
    send: (status: number, body: unknown) => void,
  ): Promise<void> {
    const { behaviour } = llama;
    if (behaviour === 'refuses') return send(500, { error: { message: 'failed' } });
    if (behaviour === 'breaks off') return void request.socket.destroy();
    if (behaviour === 'slow') await pause(1_000);
    if (action === 'erase') {
      const held = slots.get(slot) ?? [];
      slots.delete(slot);
      return send(200, { id_slot: slot, n_erased: held.length });
    }
    const path = join(setting.directory, filename);
    if (action === 'save') return save(slot, path, send);
    const tokens = readState(path);
    if (!tokens) return send(400, { error: { message: 'Unable to restore slot' } });
    if (behaviour === 'restores less') tokens.pop();
    slots.set(slot, tokens);
    return send(200, { id_slot: slot, filename, n_restored: tokens.length, n_read: fs.statSync(path).size });
  }

  function save(slot: number, path: string, send: (status: number, body: unknown) => void): void {
    const { behaviour } = llama;
    const held = slots.get(slot) ?? [];
    const tokens = behaviour === 'interrupted' ? held.map((token) => token ^ 1) : held;
    const state = stateOf(tokens);
    // as open as the server's own umask leaves it
    if (behaviour !== 'writes nothing') {
      fs.writeFileSync(path, behaviour === 'writes less' ? state.subarray(0, -10) : state, { mode: 0o644 });
      fs.chmodSync(path, 0o644);
    }
    send(200, { id_slot: slot, n_saved: tokens.length, n_written: state.length, timings: { save_ms: 1 } });
  }

  await new Promise<void>((resolve) => server.listen(setting.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(llama, { port, url: `http://127.0.0.1:${port}` });
}

/** The beginning of a text, and its bytes. */
function tokensOf(text: string): number[] {
  return [1, ...Buffer.from(text).map((byte) => byte)].map((token, at) => (at === 0 ? token : token + 3));
}

function stateOf(tokens: readonly number[]): Buffer {
  const head = Buffer.alloc(12 + 4 * tokens.length);
  head.writeUInt32LE(magic, 0);
  head.writeUInt32LE(version, 4);
  head.writeUInt32LE(tokens.length, 8);
  for (const [at, token] of tokens.entries()) head.writeInt32LE(token, 12 + 4 * at);
  return Buffer.concat([head, ...tokens.map((token) => Buffer.alloc(bytesPerToken, token))]);
}

function readState(path: string): number[] | undefined {
  const state = fs.existsSync(path) ? fs.readFileSync(path) : Buffer.alloc(0);
  if (state.length < 12 || state.readUInt32LE(0) !== magic) return undefined;
  return Array.from({ length: state.readUInt32LE(8) }, (_, at) => state.readInt32LE(12 + 4 * at));
}
