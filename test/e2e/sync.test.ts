// Machines as they are: a home, a daemon and a clone each, and a dumb place between them.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serve } from '../features/sync/real-places.ts';
import { claudeCode, codex } from '../harness/agents.ts';
import { freePort } from '../harness/free-port.ts';
import { execute, type Home, until } from '../harness/home.ts';
import { createRepository, type Repository } from '../harness/repository.ts';
import { cloneOf, exchange, letIn, machine } from '../harness/synced.ts';

/** A repository with a bare one behind it, to be cloned elsewhere. */
function published(home: Home): { readonly shop: Repository; readonly bare: string } {
  for (const folder of ['.claude', '.codex']) fs.mkdirSync(join(home.home, folder));
  const shop = createRepository(home);
  const bare = join(home.root, 'shop.git');
  shop.git('clone', '-q', '--bare', shop.path, bare);
  shop.git('remote', 'add', 'origin', bare);
  shop.git('fetch', '-q', 'origin');
  shop.git('branch', '-q', '-u', 'origin/main');
  return { shop, bare };
}

async function entries(home: Home, cwd: string): Promise<string[]> {
  const { items } = await home.json(['context', 'list'], { cwd });
  return (items as { key: string; value: unknown }[]).map(({ key, value }) => `${key}: ${value}`).sort();
}

test('SN1: two machines over git: offline work of both, and one goes on with another agent where the other stopped', async () => {
  const [laptop, desk] = [await machine(), await machine()];
  const { shop, bare } = published(laptop);
  const { project_id } = await laptop.json(['init'], { cwd: shop.path });
  const first = claudeCode(laptop, { cwd: shop.path });
  await first.hook('SessionStart', { source: 'startup' });
  await first.asked('Make the cart survive a reload');
  first.said('I will keep it in local storage.');
  first.ran('npm test', '1 failed: cart is empty', 1);
  await first.stop();
  await laptop.json(['remember', 'We deploy on Fridays'], { cwd: shop.path });

  const memory = join(laptop.root, 'memory');
  await execute('git', ['init', '-q', '--bare', memory], { env: laptop.env });
  await execute('git', ['-C', memory, 'config', 'daemon.receivepack', 'true'], { env: laptop.env });
  const port = await freePort();
  const url = `git://127.0.0.1:${port}/memory`;
  let served = await serve(memory, port);
  await laptop.json(['remote', 'add', 'work', url]);
  await letIn(laptop, desk);
  await exchange(laptop, desk);

  fs.mkdirSync(join(desk.home, '.codex'));
  const clone = cloneOf(desk, bare);
  expect((await desk.json(['init'], { cwd: clone.path })).project_id, 'known by its history').toBe(project_id);
  await exchange(desk);
  const messages = await desk.client(clone.path).call('session.messages', { session_id: first.session });
  expect((messages.items as { content: string }[]).map(({ content }) => content)).toContain(
    'I will keep it in local storage.',
  );
  const briefs = [
    await laptop.prsist(['resume'], { cwd: shop.path }),
    await desk.prsist(['resume'], { cwd: clone.path }),
  ];
  expect(briefs[1]).toEqual(briefs[0]);
  expect(briefs[0]?.stdout).toContain('Make the cart survive a reload');

  await laptop.json(['handoff', 'codex', '--reason', 'rate limit'], { cwd: shop.path });
  await exchange(laptop, desk);
  const second = await until('codex is told of the handoff', async () => {
    const agent = codex(desk, { cwd: clone.path });
    return /rate limit/.test(await agent.hook('SessionStart', { source: 'startup' })) ? agent : undefined;
  });
  await second.asked('Go on');
  second.said('It reads the storage first.');
  await second.stop();
  await desk.settled();

  await served.stop(); // both are on their own
  await laptop.json(['remember', 'The laptop was on a train'], { cwd: shop.path });
  await desk.json(['remember', 'The desk stood still'], { cwd: clone.path });
  const away = await laptop.prsist(['sync']);
  expect(away).toMatchObject({ exit: 75, stderr: expect.stringMatching(/^error: work: .*(refused|reach)/) });
  served = await serve(memory, port);
  try {
    await exchange(desk, laptop, desk);
  } finally {
    await served.stop();
  }
  const known = await entries(laptop, shop.path);
  expect(known).toEqual(
    expect.arrayContaining([expect.stringContaining('train'), expect.stringContaining('stood still')]),
  );
  expect(await entries(desk, clone.path)).toEqual(known);
  const shown = await laptop.client(shop.path).call('session.show', { session_id: first.session });
  expect(shown.handoffs).toMatchObject([{ status: 'accepted', accepted_by: 'codex' }]);
  for (const home of [laptop, desk]) {
    expect((await home.prsist(['store', 'verify'], { cwd: join(home.home, 'shop') })).exit).toBe(0);
  }
});

test('SN2: over a folder: a third machine comes in by check words, a fourth by recovery words, and all of them know the same', async () => {
  const [laptop, desk, third, fourth] = [await machine(), await machine(), await machine(), await machine()];
  const { shop, bare } = published(laptop);
  await laptop.json(['init'], { cwd: shop.path });
  await laptop.json(['remember', 'Ports begin at 7700', '--scope', 'user'], { cwd: shop.path });
  await laptop.json(['context', 'store', 'port', '8080'], { cwd: shop.path });
  await desk.json(['remember', 'I like tabs', '--scope', 'user']); // as somebody else still
  const folder = join(laptop.root, 'sync');
  await laptop.json(['remote', 'add', 'home', folder]);
  await letIn(laptop, desk);
  const made = await laptop.json(['recovery', 'create']);
  const words = made.words as string[];
  const three = (made.positions as number[]).map((position) => words[position - 1]).join(' ');
  await laptop.prsist(['recovery', 'confirm'], { input: three });
  await exchange(laptop);
  await letIn(desk, third);
  const join24 = await fourth.prsist(['device', 'join', '--words', '--remote', folder], { input: words.join(' ') });
  expect(join24.stdout).toMatch(/^joined {2}4 devices now share this memory\n/);

  const homes = [laptop, desk, third, fourth];
  for (const home of homes.slice(1)) await home.json(['init'], { cwd: cloneOf(home, bare).path });
  await exchange(...homes, ...homes);
  const at = (home: Home) => join(home.home, 'shop');
  // said apart on two of them, neither having seen the other
  await laptop.json(['context', 'store', 'port', '9090'], { cwd: at(laptop) });
  await third.json(['context', 'store', 'port', '7070'], { cwd: at(third) });
  await third.kill();
  await exchange(...homes, ...homes);
  const known = await entries(laptop, at(laptop));
  expect(known).toHaveLength(3);
  for (const home of homes) {
    expect(await entries(home, at(home))).toEqual(known);
    const { items } = await home.json(['conflicts', 'list'], { cwd: at(home) });
    expect(items).toMatchObject([{ name: 'port', sides: [{ value: '9090' }, { value: '7070' }] }]);
  }
  const { items } = await fourth.json(['conflicts', 'list'], { cwd: at(fourth) });
  const [conflict] = items as { conflict_id: string }[];
  await fourth.json(['conflicts', 'resolve', conflict?.conflict_id ?? '', '--pick', '1'], { cwd: at(fourth) });
  await exchange(fourth, ...homes);
  for (const home of homes) {
    expect(await entries(home, at(home))).toContain('port: 9090');
    expect((await home.json(['conflicts', 'list'], { cwd: at(home) })).items).toEqual([]);
  }
  expect(await desk.json(['sync', 'status'])).toMatchObject({ devices: 4, remotes: [{ pending: 0, error: null }] });
});
