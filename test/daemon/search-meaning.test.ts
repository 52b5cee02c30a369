// Vectors of an embedder in the ranking, through every feature: a server that takes two words for one.
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { openEmbedder } from '../../src/daemon/embedders.ts';
import { Meaning } from '../../src/daemon/meaning.ts';
import type { Caller } from '../../src/features/feature.ts';
import { type EmbedderServer, embedderServer, hashedVector } from '../features/search/meaning/embedder-server.ts';
import { projectId, wiredWorld } from './wired-world.ts';

type Json = Readonly<Record<string, unknown>>;

/** "soccer" is "football" to it. */
async function knowing(): Promise<EmbedderServer> {
  const server = await embedderServer();
  server.mishap = ({ body }) => {
    const texts = (body['input'] as string[]).map((text) => text.replaceAll('soccer', 'football'));
    return { answer: { embeddings: texts.map((text) => hashedVector(text, 64)) } };
  };
  return server;
}

function world(server: EmbedderServer, recall: Json = {}) {
  const all = wiredWorld();
  all.project();
  const set = { embedder: 'ollama', embedder_url: server.url, embedder_model: 'm', ...recall };
  const text = JSON.stringify({ recall: set });
  const { config } = loadConfig({ files: [{ path: 'config.yaml', text }], env: {} });
  const meaning = new Meaning({
    ...{ projects: () => all.projects, config: () => config, keys: { env: {}, read: () => undefined } },
    ...{ showings: () => all.wired.showings, redact: (each) => each, clock: () => all.clock.now },
    ...{ monotonic: () => performance.now(), breathe: async () => undefined, open: openEmbedder },
    ...{ times: { gather: 5, retry: 20 }, onFault: () => undefined },
  });
  onTestFinished(() => meaning.stop());
  all.useMeaning(meaning);
  const ask = async (operation: string, body: Json, caller: Partial<Caller> = {}) => {
    const { user } = all.projects.identity;
    const asked = { operation, body, project: projectId, idempotencyKey: undefined };
    const { reply } = await all.dispatch({ ...asked, caller: { user, origin: 'human', ...caller } });
    return reply;
  };
  const store = (key: string, body: Json = {}, caller: Partial<Caller> = {}) =>
    ask('context.store', { key, value: `football ${key}`, ...body }, caller);
  const filled = async () => {
    meaning.wakeAll();
    for (let i = 0; i < 300 && meaning.state.embedder !== 'ready'; i++) await wait(10);
    expect(meaning.state).toMatchObject({ embedder: 'ready', done: meaning.state.texts });
  };
  return { ...all, meaning, ask, store, filled };
}

const keysOf = (reply: Json) => (reply['results'] as { key: string | null }[]).map(({ key }) => key).sort();

test('VE40: what shares no word with the question is found by what it means, and says so', async () => {
  const all = world(await knowing());
  await all.store('match');
  await all.store('soup', { value: 'tomatoes and basil' });
  await all.filled();
  const reply = await all.ask('search.query', { query: 'soccer', explain: true });
  expect(reply['meaning']).toEqual({ state: 'used', percent: 100 });
  const [first] = reply['results'] as Json[];
  expect(first).toMatchObject({ key: 'match', found_by: 'meaning', explain: { parts: { meaning: 0.5 } } });
  expect(keysOf(await all.ask('context.search', { query: 'soccer' }))).toContain('match');
  const exact = await all.ask('search.query', { query: 'soccer', exact: true });
  expect([exact['meaning'], exact['results']]).toEqual([{ state: 'off', percent: 0 }, []]);
});

test('VE41: filters and rights hold for what is found by meaning, as for what is found by words', async () => {
  const all = world(await knowing());
  const codex = { agent: 'codex', origin: 'agent' } as const;
  await all.ask('session.start', { session_id: 's1' });
  await all.store('plain', { tags: ['red'], priority: 'high', category: 'decision' });
  await all.store('lasting', { layer: 'permanent' });
  await all.store('held', { scope: 'session', session_id: 's1', layer: 'session' });
  await all.store('own', { scope: 'agent', agent_id: 'codex' }, codex);
  await all.store('other', { scope: 'agent', agent_id: 'cursor' }, { ...codex, agent: 'cursor' });
  await all.store('mine', { scope: 'user' });
  await all.store('offside', { value: 'football offside rule' });
  await all.ask('session.message', { session_id: 's1', role: 'user', author: 'Ana', content: 'we play football' });
  await all.filled();
  const filters: readonly Json[] = [
    {},
    { tags: ['red'] },
    { layer: 'permanent' },
    { scope: 'user' },
    { scope: 'agent' },
    { kinds: ['message'] },
    { kinds: ['task'] },
    { session_id: 's1', kinds: ['entry'] },
    { agent: 'codex' },
    { author: 'Ana' },
    { author: 'Bob' },
    { path: 'src/a.ts' },
    { branch: 'main' },
    { until: '2020-01-01' },
    { since: '2020-01-01' },
  ];
  const callers: readonly Partial<Caller>[] = [{}, codex, { ...codex, agent: 'cursor' }, { ...codex, session: 's1' }];
  let found = 0;
  for (const caller of callers) {
    for (const filter of filters) {
      const by = async (query: string) => keysOf(await all.ask('search.query', { query, ...filter }, caller));
      for (const more of ['', ' -offside', ' "offside rule"', ' kind:entry layer:permanent']) {
        const words = await by(`football${more}`);
        expect(await by(`soccer${more}`), JSON.stringify([caller, filter, more])).toEqual(words);
        found += words.length;
      }
    }
    for (const filter of [
      {},
      { priority: 'high' },
      { category: 'decision' },
      { agent_id: 'codex' },
      { scope: 'agent' },
    ]) {
      const by = async (query: string) => keysOf(await all.ask('context.search', { query, ...filter }, caller));
      expect(await by('soccer'), JSON.stringify([caller, filter])).toEqual(await by('football'));
    }
  }
  expect(found).toBeGreaterThan(100);
});

test('VE42: without a vector in time words alone decide, and the answer says why', async () => {
  const server = await knowing();
  const all = world(server);
  await all.store('match');
  const state = async (query: string) => (await all.ask('search.query', { query }))['meaning'];
  expect(await state('football one')).toEqual({ state: 'building', percent: 0 });
  await all.filled();
  server.mishap = () => ({ slowMs: 2_000 });
  const begun = performance.now();
  expect(await state('football two')).toEqual({ state: 'late', percent: 100 });
  expect(performance.now() - begun).toBeLessThan(1_500);
  server.mishap = () => ({ status: 503 });
  expect(await state('football three')).toEqual({ state: 'away', percent: 100 });
  expect(keysOf(await all.ask('search.query', { query: 'football four' }))).toEqual(['match']);
  const without = world(server, { embedder: 'none' });
  await without.store('match');
  expect((await without.ask('search.query', { query: 'football' }))['meaning']).toEqual({ state: 'off', percent: 0 });
});
