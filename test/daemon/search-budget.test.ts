// What enters a search with a budget, through every feature and the thread that searches.
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { openEmbedder } from '../../src/daemon/embedders.ts';
import { Meaning } from '../../src/daemon/meaning.ts';
import { embedderServer } from '../features/search/meaning/embedder-server.ts';
import { projectId, wiredWorld } from './wired-world.ts';

type Json = Readonly<Record<string, unknown>>;
type Env = Readonly<Record<string, string>>;

const filtering = 'PRSIST_OPTIMIZATION__AI_FILTERING__';

function world(env: Env = {}) {
  const all = wiredWorld({ env });
  all.project();
  const ask = async (operation: string, body: Json): Promise<Json> => {
    const caller = { user: all.projects.identity.user, origin: 'human' } as const;
    const asked = { operation, body, project: projectId, idempotencyKey: undefined };
    return (await all.dispatch({ ...asked, caller })).reply;
  };
  const store = (key: string, value: string) => ask('context.store', { key, value });
  return { ...all, ask, store };
}

const keysOf = (reply: Json) => (reply['results'] as { key: string | null }[]).map(({ key }) => key);
const query = 'which database keeps the orders';
const budget = { query, budget_tokens: 2000 };

/** Four entries that have words of the question, of which one is superseded and one a copy of another. */
async function filled(env?: Env) {
  const all = world(env);
  await all.store('orders', 'The database that keeps the orders is Postgres, because of its transactions');
  await all.store('orders', 'The database that keeps the orders is Postgres, because of its transactions and backups');
  const { entry_id } = await all.store('before', 'Orders were kept in a database of SQLite files on every till');
  await all.store('orders-now', 'Keep carts in the database only until the orders are placed');
  await all.store('lunch', 'Lunch orders go round at noon');
  await all.ask('context.link', { key: 'orders', add: [{ rel: 'supersedes', entry_id }] });
  await all.ask('session.start', { session_id: 's1' });
  const say = (content: string, author?: string) =>
    all.ask('session.message', { session_id: 's1', role: 'user', content, ...(author ? { author } : {}) });
  await say('The database keeps the orders and is called Postgres', 'Ana');
  await say('the database keeps the orders, and is called postgres!', 'Ana');
  await say('The database keeps the orders and is called Postgres', 'Ben');
  return all;
}

const none = { below: 0, same: 0, superseded: 0 };

test('RL3: a budget leaves out what says nothing new and what is superseded, and says how many', async () => {
  const all = await filled();
  const whole = await all.ask('search.query', { query });
  expect(keysOf(whole)).toContain('before');
  expect(whole['results']).toHaveLength(7);
  expect([whole['dropped'], whole['reranked']]).toEqual([undefined, undefined]);
  const within = await all.ask('search.query', budget);
  expect(within['dropped']).toEqual({ ...none, same: 1, superseded: 1 });
  expect(keysOf(within)).not.toContain('before');
  // two who say the same say two things
  const authors = (within['results'] as { author: string }[]).map(({ author }) => author);
  expect(authors.filter((name) => /Ana|Ben/.test(name ?? '')).sort()).toEqual(['Ana', 'Ben']);
  expect(await all.ask('search.query', budget)).toMatchObject({
    dropped: within['dropped'],
    results: within['results'],
  });
});

test('RL4: below the threshold only the best stays; a request may have its own', async () => {
  const all = await filled({ [`${filtering}RELEVANCE_THRESHOLD`]: '1', [`${filtering}ATTENTION_PRUNING`]: 'false' });
  const strict = await all.ask('search.query', budget);
  expect([strict['result_count'], strict['dropped']]).toEqual([1, { ...none, below: 6 }]);
  const [best] = keysOf(await all.ask('search.query', { query }));
  expect(keysOf(strict)).toEqual([best]);
  const all7 = await all.ask('search.query', { ...budget, least_relevance: 0 });
  expect([all7['result_count'], all7['dropped']]).toEqual([7, none]);
  expect((await all.ask('search.query', { query, least_relevance: 1 }))['result_count']).toBe(7);
});

test('RL4: what is left out is what is improbable', async () => {
  const all = await filled({ [`${filtering}ATTENTION_PRUNING`]: 'false' });
  const judged = await all.ask('search.query', { ...budget, explain: true, least_relevance: 0 });
  const of = (reply: Json) => (reply['results'] as { id: string; explain: { relevance: number } }[]) ?? [];
  const sure = of(judged).map(({ explain }) => explain.relevance);
  // between two of them: they are told rounded
  const [, , low = 0, high = 0] = sure.toSorted((a, b) => a - b);
  const middle = (low + high) / 2;
  expect(high).toBeGreaterThan(low);
  const half = await all.ask('search.query', { ...budget, explain: true, least_relevance: middle });
  const expected = of(judged).filter(({ explain }, i) => i === 0 || explain.relevance >= middle);
  expect(of(half).map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  expect(half['dropped']).toEqual({ ...none, below: 7 - expected.length });
});

test('RL5: switched off, a budget leaves nothing out but what does not fit', async () => {
  const all = await filled({ [`${filtering}ENABLED`]: 'false', [`${filtering}RELEVANCE_THRESHOLD`]: '1' });
  const within = await all.ask('search.query', budget);
  expect([within['result_count'], within['dropped']]).toEqual([7, none]);
  const narrow = await all.ask('search.query', { ...budget, budget_tokens: 60 });
  expect(narrow['result_count']).toBeLessThan(4);
  expect(narrow['dropped']).toEqual(none);
});

async function reranked(recall: Json) {
  const all = await filled({ PRSIST_RECALL__RERANKER: String(recall['reranker'] ?? 'none') });
  const text = JSON.stringify({ recall });
  const { config } = loadConfig({ files: [{ path: 'config.yaml', text }], env: {} });
  const meaning = new Meaning({
    ...{ projects: () => all.projects, config: () => config, keys: { env: {}, read: () => undefined } },
    ...{ showings: () => all.wired.showings, redact: (each) => each, clock: () => all.clock.now },
    ...{ monotonic: () => performance.now(), breathe: async () => undefined, open: openEmbedder },
    onFault: () => undefined,
  });
  onTestFinished(() => meaning.stop());
  all.useMeaning(meaning);
  return all;
}

test('RL6: a reranker puts a budgeted result in its order; late or away, the order stays and says so', async () => {
  const server = await embedderServer();
  const plain = await filled();
  const usual = await plain.ask('search.query', budget);
  expect(usual['reranked']).toBe(false);
  const all = await reranked({ reranker: 'cohere', reranker_url: `${server.url}/rerank`, reranker_model: 'm' });
  // the worst of all has it right
  const last = keysOf(usual).length - 1;
  server.mishap = ({ body }) => {
    const texts = body['documents'] as string[];
    return { answer: { results: texts.map((_, index) => ({ index, relevance_score: index })) } };
  };
  const turned = await all.ask('search.query', budget);
  expect(turned['reranked']).toBe(true);
  const texts = (reply: Json) => (reply['results'] as { text: string }[]).map(({ text }) => text);
  expect(texts(turned)).toEqual(texts(usual).toReversed());
  // nothing is sent where there is no budget
  expect(server.heard.map(({ body }) => body['query'])).toEqual([query]);
  expect((await all.ask('search.query', { query }))['reranked']).toBeUndefined();
  expect(server.heard).toHaveLength(1);
  const one = await all.ask('search.query', { ...budget, budget_tokens: 50 });
  expect(texts(one)[0]).toBe(texts(usual)[last]);
  server.mishap = () => ({ status: 503 });
  const without = await all.ask('search.query', budget);
  expect([without['reranked'], texts(without)]).toEqual([false, texts(usual)]);
  const short = await all.ask('search.query', { ...budget, budget_tokens: 60 });
  expect(texts(short)).toEqual(texts(await plain.ask('search.query', { ...budget, budget_tokens: 60 })));
});
