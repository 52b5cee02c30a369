// What is computed by a server of the person's own while nobody works.
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { idleMs, restMs } from '../../src/daemon/idle-tensors.ts';
import { restorePrefix } from '../../src/engines/kept-prefix.ts';
import { touchBlock } from '../../src/features/cache/block-queries.ts';
import { addLinks, keepOwner } from '../../src/features/cache/blocks.ts';
import { chainOf } from '../../src/features/cache/chain.ts';
import { packedLink } from '../../src/features/cache/segments.ts';
import { driver, type TensorWorld, tensorWorld } from './tensor-world.ts';
import { projectId } from './wired-world.ts';

const rules = { slot: 'rules', text: 'the rules of the house\n', tokens: 700 };
const notes = { slot: 'notes', text: 'what was decided\n', tokens: 700 };
const short = { slot: 'short', text: 'hardly anything\n', tokens: 300 };
const texts = [rules.text, notes.text];

type Piece = typeof rules & { readonly ent?: string };

async function idle(env: Record<string, string> = {}) {
  const more: { url?: string } = {};
  const probe = tensorWorld();
  const server = await probe.serve({ context: 65_536, slots: 4 });
  more.url = server.url;
  const world = tensorWorld({
    ...{ PRSIST_KV_TENSORS__SERVER: server.url, PRSIST_KV_TENSORS__SAVE_WHEN_IDLE: 'true' },
    ...{ PRSIST_KV_TENSORS__DIR: probe.directory, PRSIST_KV_TENSORS__SERVER_SLOT: '2', ...env },
  });
  world.project();
  const look = (quiet = idleMs) => world.wired.cache.idleTensors.look(quiet);
  const states = async () => (await world.client.call('tensor.list', {})).items;
  return { ...world, server, look, states };
}

/** Sessions that began with some pieces. */
async function began({ projects }: Pick<TensorWorld, 'projects'>, owners: readonly string[], pieces: readonly Piece[]) {
  const segments = pieces.map((each) => ({ ...each, kind: 'documentation', place: 'system', change: 0 }) as const);
  const links = chainOf({}, segments);
  const packed = new Map(links.map((link, at) => [at, packedLink(link, false)]));
  for (const [n, owner] of owners.entries()) {
    await projects.store(projectId).write((tx) => {
      addLinks(tx, { links, packed, most: 100 });
      keepOwner(tx, owner, { links, known: n === 0 ? 0 : links.length, at: tx.now });
      for (const { h } of n === 0 ? [] : links) tx.run(touchBlock, { h, uses: 3, at: tx.now });
    });
  }
}

test('PC750: what two sessions begin with is computed when nobody works, once, and read by the next', async () => {
  const world = await idle();
  await began(world, ['one', 'two'], [rules, notes]);
  await world.look(idleMs - 1);
  expect(await world.states()).toEqual([]);
  await world.look();
  expect(await world.states()).toMatchObject([{ segments: 2, project_id: projectId, engine: 'llama.cpp server' }]);
  expect(world.server.asked).toContain('POST /slots/2?action=save');
  const { computed } = world.server;
  await world.look();
  expect(world.server.computed).toBe(computed);
  expect(await restorePrefix(world.client, driver(world.server), { texts })).toMatchObject({
    kind: 'restored',
    texts: 2,
  });
});

test('PC751: nothing of one session, of words that were said, or too short for it is computed', async () => {
  const world = await idle();
  await began(world, ['one'], [rules, notes]);
  await began(world, ['two', 'three'], [short]);
  await began(world, ['four', 'five'], [{ ...rules, text: 'said', ent: 'm1' }, notes]);
  await world.look();
  expect(world.server.computed).toBe(0);
  expect(await world.states()).toEqual([]);
});

test.each([
  ['without being asked for', { PRSIST_KV_TENSORS__SAVE_WHEN_IDLE: 'false' }],
  ['without the tier', { PRSIST_KV_TENSORS__ENABLED: 'false' }],
])('PC752: %s no server is asked for anything', async (_, env) => {
  const world = await idle(env);
  await began(world, ['one', 'two'], [rules, notes]);
  await world.look();
  expect(world.server.asked).toEqual([]);
});

test('PC753: a server that works for somebody is left alone; one that is away or fails is asked again later', async () => {
  const world = await idle();
  await began(world, ['one', 'two'], [rules, notes]);
  world.server.atWork = true;
  await world.look();
  expect([world.server.computed, world.told.filter((each) => each.startsWith('tensors'))]).toEqual([0, []]);
  world.server.atWork = false;
  world.server.behaviour = 'loading';
  await world.look();
  expect(world.told.filter((each) => each.startsWith('tensors')).length).toBe(1);
  world.server.behaviour = 'right';
  world.clock.now += restMs - 1;
  await world.look();
  expect(await world.states()).toEqual([]);
  world.clock.now += 1;
  await world.look();
  expect((await world.states()).length).toBe(1);
});

test('PC754: what a server does not take is not tried again, and nothing is taken away for what is saved by itself', async () => {
  const refusing = await idle();
  await began(refusing, ['one', 'two'], [rules, notes]);
  refusing.server.behaviour = 'writes less';
  await refusing.look();
  const { computed } = refusing.server;
  expect(computed).toBeGreaterThan(0);
  refusing.server.behaviour = 'right';
  refusing.clock.now += restMs;
  await refusing.look();
  expect([refusing.server.computed, await refusing.states()]).toEqual([computed, []]);

  const full = await idle({ PRSIST_KV_TENSORS__MAX_MB: '1' });
  await began(full, ['one', 'two'], [rules, notes]);
  await full.keep(['mine'], { bytes: Buffer.alloc(900_000) });
  await full.look();
  expect([full.server.computed, (await full.states()).length]).toEqual([0, 1]);
});

test('PC755: when something is erased meanwhile, nothing of it is kept', async () => {
  const world = await idle();
  await began(world, ['one', 'two'], [rules, notes]);
  world.server.behaviour = 'slow';
  const looking = world.look();
  while (!world.server.asked.some((each) => each.endsWith('action=save'))) await pause(5);
  await world.wired.cache.idleTensors.interrupt();
  await looking;
  expect([await world.states(), world.files().filter((name) => !name.startsWith('new-'))]).toEqual([[], []]);
  world.server.behaviour = 'right';
  await world.look();
  expect((await world.states()).length).toBe(1);
});
