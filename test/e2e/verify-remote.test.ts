// Whether everything would come back from a folder alone, with the built product.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import { serve } from '../features/sync/real-places.ts';
import { claudeCode } from '../harness/agents.ts';
import { freePort } from '../harness/free-port.ts';
import { ended, execute, type Home, until } from '../harness/home.ts';
import { createRepository, type Repository } from '../harness/repository.ts';
import { cloneOf, exchange, letIn, machine } from '../harness/synced.ts';

interface Doctor {
  readonly exit: number | null;
  readonly findings: readonly Finding[];
  readonly states: readonly string[];
}

interface Verified {
  readonly databases: readonly { readonly name: string; readonly state: string; readonly rows: string }[];
}

async function verified(home: Home, cwd: string): Promise<Doctor> {
  const { exit, stdout, stderr } = await home.prsist(['doctor', '--verify-remote', 'home', '--json'], { cwd });
  expect(stdout, stderr).not.toBe('');
  const reply = JSON.parse(stdout) as { checks: { findings: Finding[] }[]; verified: Verified[] };
  expect(fs.existsSync(join(home.paths.data, 'rehearsal'))).toBe(false);
  return {
    exit,
    findings: reply.checks.flatMap(({ findings }) => findings).filter(({ group }) => group === 'sync'),
    states: reply.verified.flatMap(({ databases }) =>
      databases.map(({ name, state, rows }) => `${name}: ${state}, rows ${rows}`),
    ),
  };
}

interface Shared {
  readonly laptop: Home;
  readonly desk: Home;
  readonly shop: Repository;
  readonly clone: Repository;
  readonly folder: string;
}

/** Two machines with the same project over one folder, each of which has written something. */
async function shared(): Promise<Shared> {
  const [laptop, desk] = [await machine(), await machine()];
  for (const each of [laptop, desk]) fs.mkdirSync(join(each.home, '.claude'));
  const shop = createRepository(laptop);
  const bare = join(laptop.root, 'shop.git');
  shop.git('clone', '-q', '--bare', shop.path, bare);
  await laptop.json(['init'], { cwd: shop.path });
  await laptop.json(['remember', 'We deploy on Fridays'], { cwd: shop.path });
  const agent = claudeCode(laptop, { cwd: shop.path });
  await agent.hook('SessionStart', { source: 'startup' });
  await agent.asked('Make the cart survive a reload');
  agent.said('I will keep it in local storage.');
  agent.ran('npm test', `1 failed: cart is empty\n${'at cart.test.ts\n'.repeat(500)}`, 1);
  await agent.stop();
  await laptop.json(['handoff', 'codex', '--reason', 'rate limit'], { cwd: shop.path });
  const folder = join(laptop.root, 'folder');
  fs.mkdirSync(folder);
  await laptop.json(['remote', 'add', 'home', `folder:${folder}`]);
  await letIn(laptop, desk);
  const clone = cloneOf(desk, bare);
  await exchange(laptop, desk);
  await desk.json(['init'], { cwd: clone.path });
  await desk.json(['remember', 'The desk stood still'], { cwd: clone.path });
  await exchange(desk, laptop, desk);
  return { laptop, desk, shop, clone, folder };
}

/** Packs of records on the remote, the greatest first. */
function packsOf(folder: string): string[] {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.pk'));
  const paths = names.map((name) => join(folder, name));
  return paths.sort((a, b) => fs.statSync(b).size - fs.statSync(a).size);
}

function emptyPacks({ paths }: Home): void {
  const packs = join(paths.data, 'packs');
  for (const name of fs.readdirSync(packs)) fs.rmSync(join(packs, name));
}

const isWhole = { exit: 0, findings: [], states: expect.arrayContaining(['shop: whole, rows equal']) };

test('VR12: what lies in a folder is whole; what is deleted or flipped is found, and the next exchange mends it', async () => {
  const { laptop, desk, shop, clone, folder } = await shared();
  expect(await verified(laptop, shop.path)).toEqual(isWhole);
  expect(await verified(desk, clone.path)).toEqual(isWhole);
  const told = await laptop.prsist(['doctor', '--verify-remote'], { cwd: shop.path });
  expect(told).toMatchObject({
    exit: 0,
    stderr: expect.stringMatching(/from home alone, shop: whole, \d+ records from there, rows alike/),
  });

  for (const each of [laptop, desk]) emptyPacks(each);
  for (const pack of packsOf(folder)) fs.rmSync(pack);
  const gone = await verified(laptop, shop.path);
  expect(gone.exit).toBe(1);
  expect(gone.states).toContain('shop: failed, rows not compared');
  expect(gone.findings).toContainEqual(
    expect.objectContaining({
      code: 'sync/rehearsal',
      what: expect.stringMatching(
        /^rebuilt from home alone, shop: records 1 to \d+ of log \S+, written on this device, cannot be had from there/,
      ),
      fix: 'prsist sync --remote home --full',
    }),
  );
  const status = await laptop.prsist(['doctor'], { cwd: shop.path });
  expect(status).toMatchObject({ exit: 1, stdout: expect.stringContaining('rebuilt from home alone, shop') });
  expect((await laptop.prsist(['sync', 'status'], { cwd: shop.path })).stderr).toContain(
    'rebuilt from home alone, shop',
  );
  expect((await laptop.prsist(['status'], { cwd: shop.path })).stderr).toContain('rebuilt from home alone, shop');
  await exchange(laptop);
  for (const each of [desk, laptop]) await each.json(['sync', '--full']);
  expect(await verified(laptop, shop.path)).toEqual(isWhole);
  expect((await laptop.prsist(['doctor'], { cwd: shop.path })).exit).toBe(0);
  expect((await laptop.prsist(['status'], { cwd: shop.path })).stderr).not.toContain('rebuilt');

  const [greatest = ''] = packsOf(folder);
  const bytes = fs.readFileSync(greatest);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  fs.chmodSync(greatest, 0o600);
  fs.writeFileSync(greatest, bytes);
  const flipped = await verified(laptop, shop.path);
  expect(flipped.exit).toBe(1);
  expect(flipped.findings.map(({ what }) => what)).toContainEqual(
    expect.stringMatching(/the pack with records \d+ to \d+ of .* passes no check there/),
  );
  await verified(desk, clone.path); // whoever of the two wrote it knows it now
  await exchange(laptop, desk);
  expect(await verified(laptop, shop.path)).toEqual(isWhole);
  expect(await verified(desk, clone.path)).toEqual(isWhole);
});

test('VR13: killed in the middle of it, the next daemon removes what was rebuilt', async () => {
  const { laptop, shop } = await shared();
  const place = join(laptop.paths.data, 'rehearsal');
  await exchange(laptop); // nothing is left to get: it is in the rehearsal that it dies
  await laptop.kill();
  const dying = await laptop.serve({ PRSIST_FAILPOINT: 'get.staged:kill' });
  await laptop.client(shop.path).call('sync.verify', { remote: 'home' });
  await ended(dying);
  expect(fs.existsSync(join(place, 'packs'))).toBe(true);
  expect(fs.statSync(place).mode & 0o777).toBe(0o700);
  for (const { path } of below(place)) expect(fs.statSync(path).mode & 0o077, path).toBe(0);
  await laptop.json(['status'], { cwd: shop.path });
  await until('what was left is removed', () => !fs.existsSync(place));
  expect((await verified(laptop, shop.path)).states).toContain('shop: whole, rows equal');
});

test('VR17: over git as well; one that is away is said with what to do', async () => {
  const laptop = await machine();
  const shop = createRepository(laptop);
  await laptop.json(['init'], { cwd: shop.path });
  await laptop.json(['remember', 'We deploy on Fridays'], { cwd: shop.path });
  const memory = join(laptop.root, 'memory');
  await execute('git', ['init', '-q', '--bare', memory], { env: laptop.env });
  await execute('git', ['-C', memory, 'config', 'daemon.receivepack', 'true'], { env: laptop.env });
  const port = await freePort();
  const served = await serve(memory, port);
  try {
    await laptop.json(['remote', 'add', 'home', `git://127.0.0.1:${port}/memory`]);
    await exchange(laptop);
    expect(await verified(laptop, shop.path)).toEqual(isWhole);
  } finally {
    await served.stop();
  }
  const away = await verified(laptop, shop.path);
  expect(away).toMatchObject({ exit: 1, states: [] });
  expect(away.findings).toContainEqual(
    expect.objectContaining({ code: 'remote/offline', what: expect.stringMatching(/^remote home: /) }),
  );
  expect((await laptop.prsist(['doctor', '--verify-remote', 'nowhere'], { cwd: shop.path })).stderr).toMatch(
    /no remote nowhere/,
  );
});

function below(place: string): { readonly path: string }[] {
  return fs.readdirSync(place, { recursive: true, encoding: 'utf8' }).map((name) => ({ path: join(place, name) }));
}
