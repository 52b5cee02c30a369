import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { openEmbedder } from '../../src/daemon/embedders.ts';
import { Meaning } from '../../src/daemon/meaning.ts';
import { meaningCheck } from '../../src/daemon/meaning-check.ts';
import { embedderSetting, rerankerSetting } from '../../src/daemon/meaning-settings.ts';
import { nearest } from '../../src/features/search/meaning/vectors.ts';
import { type EmbedderServer, embedderServer } from '../features/search/meaning/embedder-server.ts';
import { projectId, wiredWorld } from './wired-world.ts';

type Json = Readonly<Record<string, unknown>>;

function configOf(recall: Json) {
  return loadConfig({ files: [{ path: 'config.yaml', text: JSON.stringify({ recall }) }], env: {} }).config;
}

const keys = { env: { MY_KEY: 'k1', EMPTY: '' }, read: (path: string) => (path === '/key' ? 'k2\n' : undefined) };

describe('settings of the embedder', () => {
  const at = (recall: Json) => embedderSetting(configOf(recall), keys);

  it('VE30: none is the default; Ollama is on this machine', () => {
    expect(at({})).toBeUndefined();
    expect(at({ embedder: 'ollama', embedder_model: 'm' })).toEqual({
      ...{ embedder: 'ollama', url: 'http://127.0.0.1:11434', model: 'm', key: undefined, dimensions: undefined },
      ...{ prefix: { query: '', document: '' }, timeoutMs: 60_000 },
    });
  });

  it('VE30: the key is in a variable or a file, and what is missing is named', () => {
    const service = { embedder: 'openai-compatible', embedder_url: 'https://a.example/v1', embedder_model: 'm' };
    expect(at({ ...service, embedder_key_variable: 'MY_KEY' })).toMatchObject({ key: 'k1' });
    expect(at({ ...service, embedder_key_file: '/key' })).toMatchObject({ key: 'k2' });
    expect(at({ ...service, embedder_key_file: '/none' })).toMatchObject({ why: '/none holds no key' });
    expect(at({ ...service, embedder_key_variable: 'EMPTY' })).toMatchObject({
      why: expect.stringMatching(/^EMPTY was/),
    });
    expect(at({ embedder: 'openai-compatible', embedder_model: 'm' })).toMatchObject({
      why: 'recall.embedder_url is not set',
    });
    expect(at({ embedder: 'ollama' })).toMatchObject({ fix: 'prsist config set recall.embedder_model <model>' });
  });

  it('VE30: a key goes over an open line to this machine only; an address is one of a server', () => {
    const open = { embedder: 'openai-compatible', embedder_model: 'm', embedder_key_file: '/key' };
    for (const url of ['http://127.0.0.1:1/v1', 'http://localhost/v1', 'http://[::1]:8080', 'https://a.example']) {
      expect(at({ ...open, embedder_url: url })).toMatchObject({ url });
    }
    for (const url of ['http://a.example/v1', 'http://127.0.0.1.a.example', 'file:///etc/passwd', 'no address']) {
      expect(at({ ...open, embedder_url: url }), url).toHaveProperty('why');
    }
  });

  it('VE30: the reranker likewise', () => {
    const reranker = { reranker: 'tei', reranker_url: 'https://a.example/rerank', reranker_model: 'm' };
    expect(rerankerSetting(configOf({}), keys)).toBeUndefined();
    expect(rerankerSetting(configOf({ ...reranker, reranker_key_variable: 'MY_KEY' }), keys)).toEqual({
      ...{ reranker: 'tei', url: 'https://a.example/rerank', model: 'm', key: 'k1' },
    });
    expect(rerankerSetting(configOf({ reranker: 'tei' }), keys)).toHaveProperty('why');
  });

  it("VE31: a project's file says nothing of it: it could send texts elsewhere", () => {
    for (const key of ['embedder', 'embedder_url', 'embedder_key_file', 'reranker_url']) {
      const value = key === 'embedder' ? 'ollama' : '/x';
      const text = JSON.stringify({ recall: { [key]: value } });
      expect(() => loadConfig({ files: [{ path: 'p.yaml', text, of: 'project' }], env: {} })).toThrow(
        /is the user's alone/,
      );
    }
  });
});

function world(server: EmbedderServer, first: Json = {}) {
  const all = wiredWorld();
  const root = all.project();
  let recall: Json = {
    embedder: 'ollama',
    embedder_url: server.url,
    embedder_model: 'small',
    embedder_batch: 2,
    ...first,
  };
  const faults: string[] = [];
  const meaning = new Meaning({
    ...{ projects: () => all.projects, config: () => configOf(recall), keys, showings: () => all.wired.showings },
    ...{ redact: (text) => text, clock: () => all.clock.now, monotonic: () => performance.now() },
    ...{ breathe: async () => undefined, open: openEmbedder, times: { gather: 5, retry: 20 } },
    onFault: (what, error) => void faults.push(`${what} ${error instanceof Error ? error.message : String(error)}`),
  });
  onTestFinished(() => meaning.stop());
  const ask = async (operation: string, body: Json) => {
    const caller = { user: all.projects.identity.user, origin: 'human' } as const;
    const asked = { operation, body, project: projectId, idempotencyKey: undefined, caller };
    const { reply } = await all.dispatch(asked);
    meaning.wake(body['scope'] === 'user' ? null : projectId);
    return reply;
  };
  const until = async (embedder: string) => {
    for (let i = 0; i < 300 && meaning.state.embedder !== embedder; i++) await wait(10);
    expect(meaning.state.embedder).toBe(embedder);
  };
  return {
    ...{ ...all, root, meaning, faults, ask, until },
    store: (key: string, body: Json = {}) => ask('context.store', { key, value: `quokka ${key}`, ...body }),
    set: (more: Json) => {
      recall = { ...recall, ...more };
      meaning.changed();
    },
    /** How many items of the project are near to a question. */
    near: async (question: string) => {
      const { read } = all.projects.store(projectId);
      const { vectors } = await meaning.questions.ask(question, [read]);
      return vectors.flatMap((vector) => nearest(read, vector)).length;
    },
  };
}

describe('vectors behind the writes', () => {
  it('VE32: what is written gets its vector, in every database', async () => {
    const server = await embedderServer();
    const all = world(server);
    for (const key of ['one', 'two', 'three']) await all.store(key);
    await all.store('mine', { scope: 'user' });
    await all.until('ready');
    expect(server.texts.toSorted()).toEqual(
      ['one', 'two', 'three', 'mine'].map((key) => `${key}\nquokka ${key}`).sort(),
    );
    expect(all.meaning.state).toMatchObject({ texts: 4, done: 4, model: 'small', why: null });
    expect(await all.near('quokka')).toBe(3);
    expect(meaningCheck(all.meaning.state)).toMatchObject({
      name: 'embedder with small: ready, 4 of 4 texts',
      findings: [],
    });
  });

  it('VE32: what was written before is found at the start, in projects that nobody has opened', async () => {
    const server = await embedderServer();
    const all = world(server, { embedder: 'none' });
    await all.store('one');
    all.projects.close(projectId);
    all.set({ embedder: 'ollama' });
    await all.until('ready');
    expect(server.texts).toEqual(['one\nquokka one']);
    expect(all.projects.opened(projectId)).toBeUndefined();
  });

  it('VE33: a server that is away is waited for, and said once', async () => {
    const server = await embedderServer();
    server.mishap = () => ({ status: 503 });
    const all = world(server);
    await all.store('one');
    await all.until('away');
    for (let i = 0; i < 20; i++) await wait(10);
    expect(server.heard.length).toBeGreaterThan(1);
    expect(server.heard.length).toBeLessThan(8); // further apart each time
    expect(all.faults).toEqual([expect.stringMatching(/^vectors 503/)]);
    expect(meaningCheck(all.meaning.state).findings).toMatchObject([{ code: 'config/embedder-away' }]);
    expect(await all.near('quokka')).toBe(0);
    server.mishap = () => undefined;
    await all.until('ready');
    expect(await all.near('quokka')).toBe(1);
  });

  it('VE33: a model that is not there is tried again with other settings', async () => {
    const server = await embedderServer();
    server.mishap = ({ body }) =>
      body['model'] === 'small' ? { status: 404, body: '{"error":"no model"}' } : undefined;
    const all = world(server);
    await all.store('one');
    await all.until('unusable');
    expect(all.meaning.state.why).toMatch(/no model/);
    all.set({ embedder_model: 'large' });
    await all.until('ready');
    expect(all.meaning.state).toMatchObject({ model: 'large', done: 1 });
    all.set({ embedder: 'none' });
    expect(all.meaning.state).toMatchObject({ embedder: 'off', texts: 0 });
    expect(meaningCheck(all.meaning.state).name).toBe('embedder: none');
  });

  it('VE34: a daemon that leaves waits for no answer', async () => {
    const server = await embedderServer();
    server.mishap = () => ({ slowMs: 5_000 });
    const all = world(server);
    await all.store('one');
    while (server.heard.length === 0) await wait(5);
    const late = all.meaning.questions.ask('quokka', [all.projects.user.read]);
    const begun = performance.now();
    await all.meaning.stop();
    expect(performance.now() - begun).toBeLessThan(1_000);
    await late;
    await wait(30);
    expect(server.open()).toBe(0);
    await all.store('two');
    await wait(30);
    expect(server.heard).toHaveLength(1);
  });

  it('VE5: texts are scored by the reranker that is set, and by nobody without one', async () => {
    const server = await embedderServer();
    const all = world(server);
    expect(await all.meaning.scores('red', ['red', 'blue'])).toBe('off');
    all.set({ reranker: 'cohere', reranker_url: `${server.url}/rerank` });
    expect(await all.meaning.scores('red', ['red', 'blue'])).toBe('unusable');
    all.set({ reranker_model: 'm' });
    expect(await all.meaning.scores('red', ['red', 'blue'])).toEqual([1, 0]);
    await server.close();
    expect(await all.meaning.scores('red', ['red', 'blue'])).toBe('away');
  });

  it('VE35: what is erased has no vector any more when that is answered', async () => {
    const server = await embedderServer();
    const all = world(server);
    const { entry_id } = await all.store('one');
    await all.store('two');
    await all.until('ready');
    await all.ask('store.erase', { entry: entry_id, reason: 'asked for' });
    const count = 'select count(*) from search_vec_1';
    expect(all.projects.store(projectId).db.prepare(count).pluck().get()).toBe(1);
    expect(await all.near('quokka')).toBe(1);
  });

  it('VE35: a database that was made anew meanwhile is filled as it is now', async () => {
    const server = await embedderServer();
    const all = world(server);
    await all.store('one');
    await all.until('ready');
    fs.rmSync(join(all.projects.file(projectId)));
    await all.store('two');
    await all.until('ready');
    expect(server.texts).toContain('two\nquokka two');
    expect(await all.near('quokka')).toBeGreaterThan(0);
  });
});
