// What is erased on one machine goes from all of them, and from what lies between them.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasRclone } from '../features/sync/rclone-places.ts';
import { claudeCode } from '../harness/agents.ts';
import { execute, type Home } from '../harness/home.ts';
import { filesBelow, standing } from '../harness/on-disk.ts';
import { createRepository } from '../harness/repository.ts';
import { cloneOf, exchange, letIn, machine } from '../harness/synced.ts';

interface Told {
  readonly name: string;
  readonly state: string;
}
interface Receipt {
  readonly devices: readonly Told[];
  readonly remotes: readonly Told[];
}

async function receipts(home: Home, cwd: string): Promise<readonly Receipt[]> {
  const { stdout } = await home.prsist(['erase', '--status', '--json'], { cwd });
  return (JSON.parse(stdout) as { receipts: Receipt[] }).receipts;
}

const statesOf = (told: readonly Told[]) => told.map(({ state }) => state);

function packsIn(folder: string): string[] {
  return filesBelow(folder)
    .map(({ path }) => path)
    .filter((path) => /\.[pb]k$/.test(path))
    .sort();
}

test('T30: a person, a session and an entry are erased on one of three machines, over a folder, rclone and git, one away and late', async () => {
  const homes = [await machine(), await machine(), await machine()] as const;
  const [laptop, desk, late] = homes;
  fs.mkdirSync(join(laptop.home, '.claude'));
  const shop = createRepository(laptop);
  const bare = join(laptop.root, 'shop.git');
  shop.git('clone', '-q', '--bare', shop.path, bare);
  shop.git('remote', 'add', 'origin', bare);
  await laptop.json(['init'], { cwd: shop.path });
  const folder = join(laptop.root, 'sync');
  const git = join(laptop.root, 'memory.git');
  await execute('git', ['init', '-q', '--bare', git], { env: laptop.env });
  fs.mkdirSync(folder);
  // one place, reached in two ways: what one of them seals again and deletes there, the others see
  await laptop.json(['remote', 'add', 'home', hasRclone ? `rclone::local:${folder}` : folder]);
  await laptop.json(['remote', 'add', 'work', `git:${git}`]);
  const agent = claudeCode(laptop, { cwd: shop.path });
  await agent.hook('SessionStart', { source: 'startup' });
  await agent.asked('Write to Zacharias Quibble about the invoice');
  agent.said(`I wrote to zacharias quibble. ${'The invoice is long. '.repeat(200)}`);
  agent.ran('cat letter.txt', `Dear Zacharias Quibble, ${'words '.repeat(600)}`, 0);
  await agent.stop();
  await laptop.json(['remember', 'Zacharias Quibble likes his letters short'], { cwd: shop.path });
  await laptop.json(['context', 'store', 'customer', 'Zacharias Quibble', '--layer', 'permanent'], { cwd: shop.path });
  await laptop.json(['remember', 'Zacharias Quibble is a friend', '--scope', 'user']);
  await laptop.json(['remember', 'We deploy on Fridays'], { cwd: shop.path });
  await letIn(laptop, desk, folder);
  await letIn(laptop, late, folder);
  await exchange(laptop, desk, late);
  const at = (home: Home) => join(home.home, 'shop');
  for (const home of [desk, late]) await home.json(['init'], { cwd: cloneOf(home, bare).path });
  await exchange(...homes, ...homes);
  await desk.json(['remember', 'The desk met Zacharias Quibble'], { cwd: at(desk) });
  await exchange(desk, laptop);
  // away meanwhile, and it goes on with what it knows
  await late.json(['context', 'store', 'customer', 'Zacharias Quibble and sons'], { cwd: at(late) });
  await late.kill(); // or it would exchange by itself before long
  const words = ['Zacharias', 'zacharias', 'Quibble', 'quibble'];
  for (const home of homes) expect(standing(home, words)).not.toEqual([]);
  const before = new Map(packsIn(folder).map((path) => [path, fs.readFileSync(path)]));

  const shown = await laptop.prsist(['erase', '--subject', 'zacharias quibble', '--dry-run'], { cwd: shop.path });
  expect(shown.stdout).toMatch(/message/);
  const done = await laptop.json(['erase', '--subject', 'zacharias quibble', '--yes'], { cwd: shop.path });
  expect((done.places as unknown[]).length).toBe(2);
  expect(standing(laptop, words)).toEqual([]);
  const first = await receipts(laptop, shop.path);
  for (const { devices, remotes } of first) {
    expect(statesOf(devices)).toEqual(['done', 'pending', 'pending']);
    expect(statesOf(remotes)).toContain('pending');
  }
  await exchange(laptop, desk, desk, laptop); // the second time it says that it is done
  expect(standing(desk, words)).toEqual([]);
  for (const { devices } of await receipts(laptop, shop.path)) {
    expect(statesOf(devices)).toEqual(['done', 'done', 'pending']);
  }
  expect(standing(late, words)).not.toEqual([]);
  await exchange(late, laptop, desk, late, laptop, desk);
  for (const home of homes) {
    expect(standing(home, words)).toEqual([]);
    expect(await home.prsist(['store', 'verify', '--deep'], { cwd: at(home) })).toMatchObject({ exit: 0 });
    const { items } = await home.json(['context', 'list'], { cwd: at(home) });
    expect((items as { value: string }[]).map(({ value }) => value)).toEqual(['We deploy on Fridays']);
    const found = await receipts(home, at(home));
    for (const { devices, remotes } of found)
      expect([...statesOf(devices), ...statesOf(remotes)]).not.toContain('pending');
  }
  // whoever puts an old pack back brings nothing back, and it goes again
  const gone = [...before].filter(([path]) => !fs.existsSync(path));
  expect(gone.length).toBeGreaterThan(0);
  for (const [path, bytes] of gone) fs.writeFileSync(path, bytes, { mode: 0o600 });
  for (const home of [desk, laptop, late, desk]) await home.json(['sync', '--full']);
  for (const home of homes) expect(standing(home, words)).toEqual([]);
  expect(gone.filter(([path]) => fs.existsSync(path))).toEqual([]);

  await laptop.json(['erase', '--session', agent.session, '--yes'], { cwd: shop.path });
  await exchange(laptop, desk, late, laptop);
  for (const home of homes) {
    const { items } = await home.json(['session', 'list'], { cwd: at(home) });
    expect(items).toEqual([]);
    expect(standing(home, ['I wrote to', 'letter.txt'])).toEqual([]);
  }
});

test.runIf(!hasRclone)('T30: over a folder in place of rclone, which is not installed', (context) =>
  context.skip('rclone is not installed'),
);
