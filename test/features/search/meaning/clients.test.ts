import { describe, expect, it, vi } from 'vitest';
import { openEmbedder } from '../../../../src/daemon/embedders.ts';
import type { EmbedderKind, EmbedderSetting } from '../../../../src/features/search/meaning/embedder.ts';
import { httpReranker } from '../../../../src/features/search/meaning/rerank.ts';
import { scoresInTime } from '../../../../src/features/search/meaning/reranking.ts';
import { type EmbedderServer, embedderServer, hashedVector } from './embedder-server.ts';

const signal = () => new AbortController().signal;

/** Resolves to the embedder of that protocol, as the daemon opens it. */
async function embedderAt(server: EmbedderServer, embedder: EmbedderKind, more: Partial<EmbedderSetting> = {}) {
  return openEmbedder({
    ...{ embedder, url: embedder === 'ollama' ? server.url : `${server.url}/v1`, model: 'small', timeoutMs: 5_000 },
    ...{ dimensions: undefined, prefix: { query: 'ask: ', document: 'text: ' }, key: undefined },
    ...more,
  });
}

describe.each(['ollama', 'openai-compatible'] as const)('an embedder of %s', (kind) => {
  it('VE2: gives each text its vector, with the prefix of what it is', async () => {
    const server = await embedderServer();
    const embedder = await embedderAt(server, kind);
    const vectors = await embedder.embed(['one', 'two words'], 'document', signal());
    expect(vectors).toEqual(
      ['one', 'two words'].map((text) => Float32Array.from(hashedVector(`small text: ${text}`, 64))),
    );
    await embedder.embed(['why'], 'query', signal());
    expect(server.texts).toEqual(['text: one', 'text: two words', 'ask: why']);
  });

  it('VE2: asks for so many numbers, and refuses others', async () => {
    const server = await embedderServer();
    const embedder = await embedderAt(server, kind, { dimensions: 32 });
    const [vector] = await embedder.embed(['one'], 'document', signal());
    expect(vector).toHaveLength(32);
    server.mishap = ({ body }) => ({
      answer:
        kind === 'ollama'
          ? { embeddings: (body['input'] as string[]).map(() => [1, 2, 3]) }
          : { data: [{ index: 0, embedding: [1, 2, 3] }] },
    });
    await expect(embedder.embed(['one'], 'document', signal())).rejects.toMatchObject({ fault: 'unusable' });
  });

  it.each([
    [500, 'away'],
    [503, 'away'],
    [429, 'away'],
    [400, 'refused'],
    [413, 'refused'],
    [401, 'unusable'],
    [404, 'unusable'],
  ])('VE3: status %i means %s, and is asked once', async (status, fault) => {
    const server = await embedderServer();
    server.mishap = () => ({ status });
    await expect((await embedderAt(server, kind)).embed(['one'], 'query', signal())).rejects.toMatchObject({ fault });
    expect(server.heard).toHaveLength(1);
  });

  it('VE3: a connection that is cut, refused or led elsewhere means away', async () => {
    const server = await embedderServer();
    const embedder = await embedderAt(server, kind);
    server.mishap = () => ({ cut: true });
    await expect(embedder.embed(['one'], 'query', signal())).rejects.toMatchObject({ fault: 'away' });
    server.mishap = () => ({ status: 307 });
    await expect(embedder.embed(['one'], 'query', signal())).rejects.toMatchObject({ fault: 'away' });
    expect(server.heard.map(({ path }) => path)).not.toContain('/elsewhere');
    await server.close();
    await expect(embedder.embed(['one'], 'query', signal())).rejects.toMatchObject({ fault: 'away' });
  });

  it('VE3: a slow answer is given up at the limit, and when it is no longer wanted', async () => {
    const server = await embedderServer();
    server.mishap = () => ({ slowMs: 5_000 });
    const late = (await embedderAt(server, kind, { timeoutMs: 50 })).embed(['one'], 'query', signal());
    await expect(late).rejects.toMatchObject({ fault: 'away', message: 'no answer in time' });
    const ended = new AbortController();
    const asked = (await embedderAt(server, kind)).embed(['one'], 'query', ended.signal);
    setTimeout(() => ended.abort(), 20);
    await expect(asked).rejects.toMatchObject({ fault: 'away' });
  });

  it.each([
    ['no vectors', { nothing: true }],
    ['too few', { embeddings: [], data: [] }],
    ['words for numbers', { embeddings: [['a', 'b']], data: [{ index: 0, embedding: ['a', 'b'] }] }],
    ['vectors of nothing', { embeddings: [[0, 0]], data: [{ index: 0, embedding: [0, 0] }] }],
    ['something that is no list', { embeddings: 'x', data: 'x' }],
  ])('VE3: an answer with %s is a fault', async (_, answer) => {
    const server = await embedderServer();
    server.mishap = () => ({ answer });
    await expect((await embedderAt(server, kind)).embed(['one'], 'query', signal())).rejects.toMatchObject({
      fault: expect.stringMatching(/unusable|refused/),
    });
  });

  it('VE4: sends the key that was given and no other, and nothing about this machine', async () => {
    const server = await embedderServer();
    vi.stubEnv('OPENAI_API_KEY', 'of-somebody');
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9');
    vi.stubEnv('OPENAI_ORG_ID', 'org');
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-custom: 1');
    try {
      await (await embedderAt(server, kind)).embed(['one'], 'query', signal());
      await (await embedderAt(server, kind, { key: 'mine' })).embed(['one'], 'query', signal());
    } finally {
      vi.unstubAllEnvs();
    }
    expect(server.heard.map(({ authorization }) => authorization)).toEqual([undefined, 'Bearer mine']);
    const known = ['host', 'connection', 'content-type', 'content-length', 'accept', 'accept-encoding'];
    const usual = [...known, 'accept-language', 'sec-fetch-mode', 'user-agent', 'authorization'];
    expect(server.heard.flatMap(({ headers }) => headers).filter((name) => !usual.includes(name))).toEqual([]);
  });
});

describe('a reranker', () => {
  const texts = ['nothing of it', 'red and blue', 'red'];

  it.each(['cohere', 'tei'] as const)('VE5: of %s scores each text in order', async (reranker) => {
    const server = await embedderServer();
    const one = httpReranker({ reranker, url: `${server.url}/rerank`, model: 'm', key: 'k' });
    expect(await one.score('red blue', texts, signal())).toEqual([0, 2, 1]);
    expect(await one.score('red blue', [], signal())).toEqual([]);
    expect(server.heard).toHaveLength(1);
    expect(server.heard[0]?.authorization).toBe('Bearer k');
  });

  it('VE5: late, away or wrong there are no scores, and a word for why', async () => {
    const server = await embedderServer();
    const reranker = httpReranker({ reranker: 'cohere', url: server.url, model: 'm', key: undefined });
    const reranking = { reranker, redact: (text: string) => text, deadlineMs: 60, ended: signal() };
    server.mishap = () => ({ slowMs: 2_000 });
    expect(await scoresInTime(reranking, 'red', texts)).toBe('away');
    server.mishap = () => ({ answer: { results: [{ index: 0, relevance_score: 1 }] } });
    expect(await scoresInTime(reranking, 'red', texts)).toBe('unusable');
    server.mishap = () => ({ answer: [null, 'x'] });
    expect(await scoresInTime(reranking, 'red', texts)).toBe('unusable');
    server.mishap = () => ({ status: 400 });
    expect(await scoresInTime(reranking, 'red', texts)).toBe('refused');
  });

  it('VE5: a secret in the question is not sent', async () => {
    const server = await embedderServer();
    const reranker = httpReranker({
      reranker: 'cohere',
      url: `${server.url}/rerank`,
      model: 'm',
      key: undefined,
    });
    const redact = (text: string) => text.replace('hunter2', '[secret]');
    await scoresInTime({ reranker, redact, deadlineMs: 1_000, ended: signal() }, 'is hunter2 red', texts);
    expect(server.heard[0]?.body['query']).toBe('is [secret] red');
  });
});
