// Loaded contexts in the index of prefixes: kept behind the answer, found again, learned from.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { enterAhead } from '../../src/daemon/load-ahead.ts';
import { faults } from '../features/cache/world.ts';
import { projectId, wiredWorld } from './wired-world.ts';

type Json = Readonly<Record<string, unknown>>;
interface Loaded {
  readonly hit: { readonly segments: number; readonly tokens: number };
  readonly segments: readonly { readonly slot: string; readonly place: string; readonly tokens: number }[];
}

function world(env: Record<string, string> = {}) {
  const wired = wiredWorld({ env });
  const root = wired.project();
  const caller = { user: wired.projects.identity.user, origin: 'human' } as const;
  const ask = async <T = Json>(operation: string, body: Json = {}) => {
    const asked = { operation, body, caller, project: projectId, idempotencyKey: undefined };
    return (await wired.dispatch(asked)).reply as T;
  };
  const write = (name: string, text: string) => {
    wired.clock.now += 60_000;
    fs.writeFileSync(join(root, name), text);
    fs.utimesSync(join(root, name), wired.clock.now / 1000 - 30, wired.clock.now / 1000 - 30);
  };
  const load = () => ask<Loaded>('cache.load');
  const stable = ({ segments }: Loaded) => segments.filter(({ place }) => place !== 'messages');
  const tokens = (list: Loaded['segments']) => list.reduce((sum, each) => sum + each.tokens, 0);
  const fresh = () => wired.wired.cache.loading.forget(); // as after a restart
  write('AGENTS.md', 'Use tabs.\n');
  write('README.md', 'A shop.\n');
  const store = () => wired.projects.store(projectId);
  return { ...wired, ask, write, load, stable, tokens, fresh, store };
}

test('PC725: a second load says how much of it was loaded before, byte for byte, also after a restart; emptied or off it knows nothing', async () => {
  const all = world();
  const first = await all.load();
  expect(first.hit).toEqual({ segments: 0, tokens: 0 });
  // not written down yet
  const whole = { segments: all.stable(first).length, tokens: all.tokens(all.stable(first)) };
  expect((await all.load()).hit).toEqual(whole);
  await all.prefixes.look();
  all.fresh();
  expect((await all.load()).hit).toEqual(whole);
  all.write('README.md', 'A shop, and more.\n');
  const changed = await all.load();
  const at = all.stable(changed).findIndex(({ slot }) => slot === 'doc:README.md');
  expect(at).toBeGreaterThan(0);
  expect(changed.hit).toEqual({ segments: at, tokens: all.tokens(all.stable(changed).slice(0, at)) });
  await all.prefixes.look();
  expect(faults(all.store())).toEqual([]);
  const slots = all.store().db.prepare("select changes, requests from kv_slot where slot = 'doc:README.md'").get();
  expect(slots).toEqual({ changes: 1, requests: 4 });
  expect(await all.ask('cache.stats')).toMatchObject({ sessions: 0, last_7_days: { lookups: 4 } });
  const { job_id } = await all.ask('cache.clear');
  await all.jobs.show(String(job_id), 5_000);
  expect((await all.load()).hit).toEqual({ segments: 0, tokens: 0 });
  const off = world({ PRSIST_OPTIMIZATION__KV_CACHE__ENABLED: 'false' });
  for (let n = 0; n < 2; n += 1) expect((await off.load()).hit).toEqual({ segments: 0, tokens: 0 });
});

test('PC726: after an erase nothing of what was loaded is written down, nor known', async () => {
  const all = world();
  await all.ask('context.store', { key: 'k', value: 'the secret word', priority: 'high' });
  await all.load();
  await all.ask('store.erase', { entry: 'k', reason: 'r', dry_run: false });
  await all.prefixes.look();
  const stored = all.store().db.prepare('select content from kv_cache').all() as { content: Uint8Array }[];
  expect(stored.map(({ content }) => Buffer.from(content).toString()).join('')).not.toContain('secret word');
});

test('PC729: entering a project and the end of a conversation load ahead, too, and cache stats says how often that was right', async () => {
  const all = world();
  const ahead = async () => {
    await all.wired.cache.loading.settled();
    return (await all.ask('cache.stats'))['preload'];
  };
  expect(await ahead()).toMatchObject({ trials: 0, right: 0, loaded: 0 });
  const event = { projectId, agent: 'claude-code', native: 's1', cwd: undefined, at: all.clock.now };
  const told = all.told.length;
  await all.wired.capture.told({ ...event, what: 'ended' });
  expect(all.told.slice(told)).toEqual([]); // nobody is told anything any more
  expect(await ahead()).toMatchObject({ loaded: 1, trials: 0 });
  await all.load();
  expect(await ahead()).toMatchObject({ loaded: 1, trials: 1, right: 1, used: 1, precision: 1 });
  const loading = { noticed: (id: string, trigger: string) => void all.told.push(`${id} ${trigger}`) };
  enterAhead(
    () => ({ id: 'p', name: 'n', root: all.top }),
    () => loading,
  )({ root: all.top } as Parameters<ReturnType<typeof enterAhead>>[0]);
  expect(all.told.at(-1)).toBe('p entry');
});
