// Measuring with an embedder: how it is named, how long is waited for it, and the server that proves the way.
import { expect, onTestFinished, test } from 'vitest';
import type { World } from '../../scripts/bench/measure.ts';
import { embedderOf, filled, setEmbedder } from '../../scripts/eval/retrieval/embedding.ts';
import { ngramEmbedder, ngramVector } from '../../scripts/eval/retrieval/ngram-embedder.ts';
import { openEmbedder } from '../../src/daemon/embedders.ts';

function worldOf(states: readonly Readonly<Record<string, unknown>>[]) {
  const asked: string[][] = [];
  let at = -1;
  const prsist = async (...args: string[]) => {
    asked.push(args);
    at = Math.min(at + 1, states.length - 1);
    return { health: { checks: { meaning: states[at] } } };
  };
  // of a world nothing else is used here
  return { asked, world: { prsist } as unknown as World };
}

test('EV12 an embedder is named by its address and its model, and set as a person would, who it is last', async () => {
  const url = 'http://127.0.0.1:1/v1';
  expect(embedderOf({ embedder: 'ollama', 'embedder-url': url })).toBeUndefined();
  const given = embedderOf({
    embedder: 'ollama',
    ...{ 'embedder-url': url, 'embedder-model': 'm', 'embedder-key-file': '/k', json: true },
  });
  const { asked, world } = worldOf([]);
  if (given) await setEmbedder(world, given);
  expect(asked.map((args) => args.slice(2).join(' ')).toSorted()).toEqual([
    ...['recall.embedder ollama', 'recall.embedder_key_file /k', 'recall.embedder_model m'],
    `recall.embedder_url ${url}`,
  ]);
  expect(asked.at(-1)?.[2]).toBe('recall.embedder');
});

test('EV12 nothing is asked before every text has its vector, nor waited for who cannot answer', async () => {
  const said: string[] = [];
  const { world, asked } = worldOf([
    { embedder: 'filling', texts: 2, done: 1, why: null },
    { embedder: 'ready', texts: 2, done: 2, why: null },
  ]);
  await filled(world, (line) => said.push(line));
  expect([asked.length, said.at(-1)]).toEqual([2, expect.stringMatching(/^vectors: 2 texts/)]);
  const { world: without } = worldOf([{ embedder: 'unusable', texts: 0, done: 0, why: 'no model' }]);
  await expect(filled(without, () => undefined)).rejects.toThrow('no model');
});

test('EV12 the embedder of the proof gives the same vector each time, near for words of one stem', async () => {
  const server = await ngramEmbedder();
  onTestFinished(server.close);
  const prefix = { query: '', document: '' };
  const setting = {
    embedder: 'openai-compatible',
    url: server.url,
    model: 'ngrams',
    prefix,
    timeoutMs: 5_000,
  } as const;
  const embedder = await openEmbedder({ ...setting, dimensions: undefined, key: undefined });
  const texts = ['counselling', 'counsellor', 'zebra', ''];
  const [first = [], second = [], other = []] = await embedder.embed(texts, 'document', new AbortController().signal);
  expect([...first]).toEqual(ngramVector('counselling').map(Math.fround));
  const product = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  expect(product(first, second)).toBeGreaterThan(2 * Math.abs(product(first, other)));
});
