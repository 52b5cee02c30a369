// What search and briefs tell of entries, over all features: the same as lists and single reads.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { countReads } from '../../src/daemon/count-reads.ts';
import type { Bound, Caller } from '../../src/features/feature.ts';
import { linkProject, setState } from '../../src/features/system/queries.ts';
import { projectId, wiredWorld } from './wired-world.ts';

type Json = Readonly<Record<string, unknown>>;
const day = 86_400_000;

function world() {
  const wired = wiredWorld();
  const root = wired.project();
  const user = wired.projects.identity.user;
  const ask = async (operation: string, body: Json, caller: Partial<Caller> = {}) => {
    const asked = { operation, body, project: projectId, idempotencyKey: undefined };
    const { reply } = await wired.dispatch({ ...asked, caller: { user, origin: 'human', ...caller } });
    return reply;
  };
  const store = (key: string, body: Json = {}, caller: Partial<Caller> = {}) =>
    ask('context.store', { key, value: `quokka ${key}`, category: 'decision', ...body }, caller);
  /** Keys of items or results, in order. */
  const keys = (reply: Json) =>
    ((reply['items'] ?? reply['results']) as { key: string }[]).map(({ key }) => key).sort();
  /** Under each way of asking the keys that are told. */
  const told = async (caller: Partial<Caller> = {}) => ({
    list: keys(await ask('context.list', {}, caller)),
    search: keys(await ask('search.query', { query: 'quokka', kinds: ['entry'] }, caller)),
    entries: keys(await ask('context.search', { query: 'quokka' }, caller)),
  });
  const brief = async () => String((await ask('brief.get', { agent: 'codex', reason: 'startup' }))['brief']);
  return { ...wired, root, user, ask, store, told, brief };
}

test('EN75: search and brief go by the settings of the project, as lists do', async () => {
  const all = world();
  fs.mkdirSync(join(all.root, '.prsist'), { recursive: true });
  fs.writeFileSync(join(all.root, '.prsist/config.yaml'), 'memory: {short_term_days: 2}');
  await all.store('short', { layer: 'short_term' });
  await all.store('mine', { layer: 'short_term', scope: 'user' });
  await all.store('lasts', { layer: 'long_term' });
  expect(await all.told()).toEqual({
    ...{ list: ['lasts', 'mine', 'short'], search: ['lasts', 'mine', 'short'], entries: ['lasts', 'mine', 'short'] },
  });
  expect(await all.brief()).toMatch(/quokka short/);
  all.clock.now += 3 * day;
  expect(await all.told()).toEqual({ list: ['lasts'], search: ['lasts'], entries: ['lasts'] });
  const brief = await all.brief();
  expect(brief).toMatch(/quokka lasts/);
  expect(brief).not.toMatch(/quokka (?:short|mine)/);
});

test('EN75: an entry of the person that a session holds is found while the session goes on, and not after it', async () => {
  const all = world();
  await all.ask('session.start', { session_id: 's1' });
  await all.store('held', { layer: 'session', session_id: 's1', scope: 'user', priority: 'low' });
  all.clock.now += 2 * day;
  await all.ask('session.message', { session_id: 's1', role: 'user', content: 'still here' });
  expect(await all.told()).toEqual({ list: ['held'], search: ['held'], entries: ['held'] });
  await all.ask('session.end', { session_id: 's1' });
  expect(await all.told()).toEqual({ list: [], search: [], entries: [] });
});

test.each<[string, Bound, readonly string[]]>([
  ['a project', { project: projectId }, ['here', 'others', 'session']],
  ['a tenant', { tenant: 't1' }, ['everywhere', 'here', 'own', 'session', 'tenant']],
  ['a user', { user: 'bob' }, ['everywhere', 'here']],
])('EN76: a token of %s finds by searching what it finds by name, and nothing else', async (_, bound, expected) => {
  const all = world();
  await all.store('here');
  await all.store('everywhere', { scope: 'global' });
  await all.store('untied', { scope: 'user' });
  await all.store('own', { scope: 'user', tenant_id: 't1' });
  await all.store('session', { scope: 'session', session_id: 's1', tenant_id: 't1' });
  await all.store('others', { scope: 'session', session_id: 's1', tenant_id: 't2' });
  await all.store('tenant', { scope: 'tenant', tenant_id: 't1' });
  await all.store('stranger', { scope: 'tenant', tenant_id: 't2' });
  const caller = { ...(bound.user ? { user: bound.user } : {}), session: 's1', bound };
  const found = (await all.told(caller)).entries;
  expect(found).toEqual(expected);
  const byName = ['here', 'everywhere', 'untied', 'own', 'session', 'others', 'tenant', 'stranger'].map(async (key) => {
    const answer = await all.ask('context.retrieve', { key }, caller).catch(() => undefined);
    return answer ? [key] : [];
  });
  expect(found).toEqual((await Promise.all(byName)).flat().sort());
  expect((await all.told(caller)).search).toEqual(expected);
});

test('EN77: reads are counted in the end: of a project whose database was closed, linked or held meanwhile', async () => {
  const all = world();
  const other = '019a3985-b900-7000-8000-0000000000bb';
  all.project(other, 'other');
  const { accesses } = all.wired.entries;
  const count = () => countReads(all.wired.entries, all.projects, all.disk, all.clock.now);
  const read = () => all.ask('context.retrieve', { key: 'k' });
  await all.store('k');
  await read();
  all.projects.close(projectId);
  count();
  expect(all.projects.openProjects).toEqual([]);
  expect(await read()).toMatchObject({ access_count: 1 });
  const release = all.projects.store(projectId).hold();
  count();
  expect(accesses.waiting).toBe(1);
  release();
  count();
  expect(await read()).toMatchObject({ access_count: 2 });
  all.projects.user.maintain((tx) => tx.run(linkProject, { project_id: projectId, to: other }));
  await all.store('k');
  count();
  expect(await read()).toMatchObject({ access_count: 1 });
  all.projects.user.maintain((tx) => tx.run(setState, { project_id: other, state: 'removed' }));
  count();
  expect(accesses.waiting).toBe(0);
});
