// A server on this machine that speaks as Ollama, as OpenAI and as rerankers do. Vectors are hashed words, so texts that
// share words are near each other; a test rules what goes wrong.
import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Heard {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly headers: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** What happens to a request instead of an answer. */
export type Mishap =
  | { readonly status: number; readonly body?: string }
  | { readonly cut: true }
  | { readonly slowMs: number }
  | { readonly answer: unknown };

export interface EmbedderServer {
  readonly url: string;
  readonly heard: Heard[];
  /** Texts of all requests that were answered with vectors. */
  readonly texts: string[];
  /** Asked before every answer; undefined: all goes well. */
  mishap: (heard: Heard) => Mishap | undefined;
  dims: number;
  /** Requests that nobody has answered yet. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

/** The vector of a text: one direction for each of its words. */
export function hashedVector(text: string, dims: number): number[] {
  const vector = new Array<number>(dims).fill(0);
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? ['']) {
    const bytes = createHash('sha512').update(word).digest();
    for (let i = 0; i < dims; i++) vector[i] = (vector[i] ?? 0) + ((bytes[i % 64] ?? 0) - 127.5) * (1 + (i % 7));
  }
  return vector;
}

export async function embedderServer(): Promise<EmbedderServer> {
  let open = 0;
  const server = http.createServer(async (request, response) => {
    open += 1;
    response.on('close', () => (open -= 1));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // bytes, since no encoding is set
    const heard: Heard = {
      ...{ path: request.url ?? '', authorization: request.headers.authorization },
      headers: Object.keys(request.headers),
      body: JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}'),
    };
    state.heard.push(heard);
    const mishap = state.mishap(heard);
    if (mishap && 'cut' in mishap) return void request.socket.destroy();
    if (mishap && 'slowMs' in mishap) await new Promise((resolve) => setTimeout(resolve, mishap.slowMs));
    if (mishap && 'status' in mishap) {
      response.writeHead(mishap.status, { 'content-type': 'application/json', location: '/elsewhere' });
      return void response.end(mishap.body ?? '{"error":"so it is"}');
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(mishap && 'answer' in mishap ? mishap.answer : answerTo(heard, state)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // of a TCP server that listens
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const state: EmbedderServer = {
    ...{ url: `http://127.0.0.1:${port}`, heard: [], texts: [], mishap: () => undefined, dims: 64 },
    ...{ open: () => open, close },
  };
  onTestFinished(close);
  return state;
}

function answerTo({ path, body }: Heard, state: EmbedderServer): unknown {
  if (path.endsWith('/rerank')) return reranked(body);
  const texts = body['input'];
  // the port may have been another server's a moment ago, and somebody may still ask for that one
  if (!Array.isArray(texts)) return {};
  const dims = Number(body['dimensions'] ?? state.dims);
  state.texts.push(...texts.map(String));
  const vectors = texts.map((text) => hashedVector(`${String(body['model'])} ${text}`.slice(0, 8_000), dims));
  if (path === '/api/embed') return { model: body['model'], embeddings: vectors };
  // backwards: each says which text it is of
  return { data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })).reverse() };
}

/** More shared words are better. */
function reranked(body: Heard['body']): unknown {
  const words = new Set(String(body['query']).split(' '));
  const texts = (body['documents'] ?? body['texts']) as string[];
  const scores = texts.map((text) => text.split(' ').filter((word) => words.has(word)).length);
  const order = scores.map((_, index) => index).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  if (body['texts']) return order.map((index) => ({ index, score: scores[index] }));
  return { results: order.map((index) => ({ index, relevance_score: scores[index] })) };
}
