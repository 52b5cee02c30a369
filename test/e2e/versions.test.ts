// T9: clients and daemons of different protocols on one machine, as during an upgrade or with two installations.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { protocol } from '../../src/core/protocol.ts';
import { findings, withStore } from '../harness/audit.ts';
import { createHome, execute, type Home, type Ran, sockets, state, until } from '../harness/home.ts';
import { type Product, productOf } from '../harness/product.ts';
import { createRepository } from '../harness/repository.ts';

const versions = [protocol - 1, protocol, protocol + 1] as const;
const products = new Map<number, Product>();
let place: Home;
beforeAll(async () => {
  place = createHome();
  for (const version of versions) products.set(version, await productOf(place.root, version));
  return () => place.remove();
});

let home: Home;
let cwd: string;
beforeEach(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
  await home.prsist(['daemon', 'stop']);
});
afterEach(() => home.remove());

function product(version: number): Product {
  const found = products.get(version);
  if (!found) throw new Error(`no product ${version}`);
  return found;
}

function run(version: number, ...argv: readonly string[]): Promise<Ran> {
  return execute(process.execPath, [product(version).command, ...argv], { cwd, env: home.env });
}

async function serve(version: number): Promise<number> {
  const child = spawn(process.execPath, [product(version).daemon], { env: { ...home.env }, stdio: 'ignore' });
  await until('it serves', () => serving()?.pid === child.pid);
  return child.pid ?? 0;
}

function serving() {
  return readEndpoint(home.paths.endpoint);
}

function daemons(): number[] {
  return home.processes().filter((pid) => state(pid) !== 'Z');
}

for (const of of versions) {
  for (const asking of versions) {
    const outcome = asking === of ? 'served' : asking > of ? 'served after one hand-over' : 'told to upgrade';
    test(`T9: a client of protocol ${asking} at a daemon of protocol ${of} is ${outcome}; nothing is lost`, async () => {
      const pid = await serve(of);
      expect((await run(of, 'remember', 'Known before')).exit).toBe(0);
      const ran = await run(asking, 'search', 'Known');
      if (outcome === 'told to upgrade') {
        expect([ran.exit, ran.stdout]).toEqual([69, '']);
        expect(ran.stderr).toMatch(/do not understand each other[\s\S]*npm install -g prsist@latest/);
      } else {
        expect([ran.exit, ran.stdout]).toEqual([0, expect.stringContaining('Known before')]);
      }
      expect(serving()?.proto).toBe(Math.max(of, asking));
      expect(serving()?.pid === pid).toBe(asking <= of);
      // one that was started beside it finds the lock taken and leaves
      await until('one daemon is left', () => daemons().length === 1);
      expect([daemons(), sockets(home.paths).length]).toEqual([[serving()?.pid], 1]);
    });
  }
}

test('T9: two installations that take turns do not restart each other for ever', async () => {
  const [older, newer] = [protocol, protocol + 1];
  const seen = new Set([await serve(older)]);
  for (let n = 0; n < 6; n += 1) {
    const ran = await run(n % 2 === 0 ? newer : older, 'remember', `Said in turn ${n}`);
    expect(ran.exit).toBe(n % 2 === 0 ? 0 : 69);
    seen.add(serving()?.pid ?? 0);
  }
  expect(seen.size).toBe(2);
  const found = await run(newer, 'search', 'turn');
  for (const n of [0, 2, 4]) expect(found.stdout).toContain(`Said in turn ${n}`);
});

test('T9: many clients of a newer version at once hand over once, and each is answered', async () => {
  const pid = await serve(protocol);
  const asked = [...Array(8).keys()].map((n) => run(protocol + 1, 'remember', `Said at once ${n}`));
  for (const { exit, stderr } of await Promise.all(asked)) expect([exit, stderr]).toEqual([0, '']);
  expect(serving()?.pid).not.toBe(pid);
  expect(daemons()).toEqual([serving()?.pid]);
  const { stdout } = await run(protocol + 1, 'search', 'once', '--limit', '20');
  for (const n of [...Array(8).keys()]) expect(stdout).toContain(`Said at once ${n}`);
});

test('T9: a store newer than the daemon is refused unchanged, with the command that helps; then all is there', async () => {
  await run(protocol, 'remember', 'Written before');
  await run(protocol, 'daemon', 'stop');
  const [id = ''] = fs.readdirSync(home.paths.projects);
  const file = join(home.paths.projects, id, 'memory.db');
  const schema = withStore(file, ({ db }) => {
    const version = Number(db.pragma('user_version', { simple: true }));
    db.pragma('user_version = 9999');
    return version;
  });
  for (const command of [['search', 'Written'], ['remember', 'refused'], ['status']]) {
    const { exit, stdout, stderr } = await run(protocol, ...command);
    if (command[0] !== 'status') expect(exit).not.toBe(0);
    expect(`${stdout}${stderr}`).toMatch(/newer prsist/);
  }
  await run(protocol, 'daemon', 'stop');
  const { default: Database } = await import('better-sqlite3');
  const db = new Database(file);
  expect(db.pragma('user_version', { simple: true })).toBe(9999);
  db.pragma(`user_version = ${schema}`);
  db.close();
  const { stdout } = await run(protocol, 'search', 'Written');
  expect(stdout).toContain('Written before');
  expect(stdout).not.toContain('refused');
  await run(protocol, 'daemon', 'stop');
  expect(findings(home)).toEqual([]);
});
