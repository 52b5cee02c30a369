import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { type Keeping, SearchAside } from '../../src/daemon/search-aside.ts';
import type { SearchRequest } from '../../src/daemon/search-verbs.ts';
import { contract } from '../../src/features/search/contract.ts';
import { noMeaning } from '../../src/features/search/meant.ts';
import { rebuildAside } from '../../src/store/rebuild.ts';
import { importWorld } from '../features/capture/import-world.ts';
import { projectId } from './wired-world.ts';

/** A thread that does what a request says: for ever nothing, its end, or an answer with the number it has itself. */
const program = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, threadId } from 'node:worker_threads';
    parentPort.on('message', ({ id, request, leave }) => {
      if (leave) { Atomics.store(leave, 0, 1); Atomics.notify(leave, 0); return; }
      if (request === 'hang') for (;;);
      if (request === 'end') process.exit(3);
      if (request === 'throw') throw new Error('out of order');
      parentPort.postMessage({ id, reply: { threadId } });
    });`)}`,
);

function thread(keeping: Keeping = {}) {
  const aside = new SearchAside({ program, ...keeping });
  onTestFinished(() => aside.close());
  const ask = (what: string) => aside.ask(what as unknown as SearchRequest); // this program reads it as it is
  return { aside, ask };
}

describe('the thread that searches', () => {
  test('FI60: one that never answers is ended; who waited is told to ask again, and the next is answered', async () => {
    const { ask } = thread({ stuckMs: 300 });
    const { threadId } = await ask('hello');
    const [stuck, behind] = await Promise.allSettled([ask('hang'), ask('hello')]);
    for (const told of [stuck, behind]) {
      expect(told).toMatchObject({ status: 'rejected', reason: { code: 'daemon/busy', retryMs: 200 } });
    }
    const next = await ask('hello');
    expect(next['threadId']).not.toBe(threadId);
  });

  test.each([
    ['end', { code: 'internal' }],
    ['throw', { message: 'out of order' }],
  ])('FI61: one that dies (%s) takes nobody with it; the next search starts another', async (how, reason) => {
    const { ask } = thread();
    expect(await Promise.allSettled([ask(how)])).toMatchObject([{ status: 'rejected', reason }]);
    expect(await ask('hello')).toEqual({ threadId: expect.any(Number) });
  });

  test('FI62: whoever closes a file waits for a stuck search only so long', async () => {
    const { aside, ask } = thread({ leaveMs: 200 });
    await ask('hello');
    const stuck = Promise.allSettled([ask('hang')]);
    const begun = performance.now();
    aside.leave();
    expect(performance.now() - begun).toBeGreaterThan(150);
    expect(await stuck).toMatchObject([{ status: 'rejected', reason: { code: 'daemon/busy' } }]);
    expect(await ask('hello')).toEqual({ threadId: expect.any(Number) });
  });

  test('FI63: 64 wait, the next is told when to ask again, and there is room afterwards', async () => {
    const { ask } = thread();
    const waiting = Array.from({ length: 64 }, () => ask('hello'));
    expect(() => ask('hello')).toThrow(expect.objectContaining({ code: 'daemon/busy', retryMs: 200 }));
    expect(await Promise.all(waiting)).toHaveLength(64);
    expect(await ask('hello')).toEqual({ threadId: expect.any(Number) });
  });

  test('FI64: after an erase another thread answers, which has read nothing', async () => {
    const { aside, ask } = thread();
    const { threadId } = await ask('hello');
    aside.leave();
    expect(await ask('hello')).toEqual({ threadId });
    aside.forget();
    expect(await ask('hello')).not.toEqual({ threadId });
  });
});

describe('a search while the index is made anew', () => {
  let world: ReturnType<typeof importWorld>;
  beforeEach(async () => {
    world = importWorld();
    const session = '22222222-2222-4222-8222-222222222222';
    const line = (n: number) => ({
      ...{ type: 'user', uuid: `${session.slice(0, -2)}${n + 10}`, parentUuid: null, sessionId: session },
      ...{ cwd: world.root, version: '2.0.0', timestamp: '2026-02-01T10:00:00.000Z' },
      message: { role: 'user', content: `Plant walnut tree number ${n}` },
    });
    const lines = Array.from({ length: 60 }, (_, n) => JSON.stringify(line(n)));
    await world.read(world.file(`${session}.jsonl`, `${lines.join('\n')}\n`));
  });
  afterEach(() => world.projects.closeAll());

  test('FI65: it finds what it found, all the while and afterwards', async () => {
    const aside = new SearchAside();
    onTestFinished(() => aside.close());
    const request: SearchRequest = {
      operation: 'search.query',
      input: contract['search.query'].input.parse({ query: 'walnut', limit: 100 }),
      context: {
        caller: { user: 'u', origin: 'human' },
        project: { id: projectId, name: 'shop' },
        now: world.clock.now,
      },
      config: loadConfig({ files: [], env: {} }).config,
      files: { project: world.projects.file(projectId), user: world.projects.user.settings.file },
      ...{ others: [], left_out: [], meant: noMeaning, least: 0 },
    };
    const found = async () => Number((await aside.ask(request))['result_count']);
    expect(await found()).toBe(60);
    const meanwhile: number[] = [];
    let time = 0;
    const pace = { monotonic: () => (time += 100), breathe: async () => void meanwhile.push(await found()) };
    expect(await rebuildAside(world.projects.store(projectId), new Set(['search']), pace)).toBeGreaterThan(60);
    expect(meanwhile.length).toBeGreaterThan(2);
    expect(new Set(meanwhile)).toEqual(new Set([60]));
    expect(await found()).toBe(60);
  });
});
