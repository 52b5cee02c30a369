// An embedder without a model, to prove the way from end to end: pieces of words, hashed. It knows no meaning, so its
// figures say what vectors of spelling are worth and nothing about a real model. Speaks as OpenAI does.
//   node scripts/eval/retrieval/ngram-embedder.ts [--port 0]    prints its address, serves until it is ended
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';

const dims = 384;
/** Letters of a piece. */
const shortest = 3;
const longest = 5;

/** The vector of a text: pieces of its words with their ends marked, each in a place and with a sign of its own. */
export function ngramVector(text: string): number[] {
  const vector = Array.from({ length: dims }, () => 0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const marked = `<${word}>`;
    for (let size = shortest; size <= longest; size += 1) {
      for (let at = 0; at + size <= marked.length; at += 1) {
        const hash = fnv(marked.slice(at, at + size));
        // what occurs often in a text counts less each time
        vector[hash % dims] = (vector[hash % dims] ?? 0) + (hash & 0x8000_0000 ? -1 : 1);
      }
    }
  }
  const damped: number[] = vector.map((value) => Math.sign(value) * Math.sqrt(Math.abs(value)));
  if (!damped.some((value) => value !== 0)) damped[0] = 1; // a text without words
  return damped;
}

export interface NgramEmbedder {
  /** What recall.embedder_url is set to. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Serves /v1/embeddings on this machine. port 0: any that is free. */
export async function ngramEmbedder(port = 0): Promise<NgramEmbedder> {
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // bytes, since no encoding is set
    const { input = [] } = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as { input?: string[] }; // of the SDK
    const data = input.map((text, index) => ({ object: 'embedding', index, embedding: ngramVector(text) }));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ object: 'list', model: 'ngrams', data }));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo; // of a TCP server that listens
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function fnv(text: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193) >>> 0;
  return hash;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
  const { url } = await ngramEmbedder(Number(values.port));
  process.stdout.write(`${url}\n`);
}
