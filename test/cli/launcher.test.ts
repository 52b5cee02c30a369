// The launchers under a Node that says it is older than it is. The whole of bin/ is copied into a package of its own.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const bin = join(import.meta.dirname, '..', '..', 'bin');
const places: string[] = [];
afterEach(() => {
  for (const place of places.splice(0)) fs.rmSync(place, { recursive: true, force: true });
});

/** A package with the launchers and a command line that says which Node runs it; own: with a Node beside it. */
function installed({ own }: { readonly own?: string }): string {
  const place = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'prsist-bin-')));
  places.push(place);
  const inside = join(place, 'node_modules', 'prsist', 'bin');
  fs.mkdirSync(join(inside, 'built'), { recursive: true });
  for (const file of fs.readdirSync(bin).filter((name) => fs.statSync(join(bin, name)).isFile())) {
    fs.copyFileSync(join(bin, file), join(inside, file));
  }
  const told = `console.log(process.versions.node, process.execPath, process.argv.slice(2).join(' '));`;
  const ends = `({ fail: () => process.exit(7), die: () => process.kill(process.pid, 'SIGKILL'),
    wait: () => setInterval(() => undefined, 1000) })[process.argv[2]]?.();`;
  fs.writeFileSync(
    join(inside, 'built', 'cli.cjs'),
    `exports.main = async () => { process.on('SIGTERM', () => process.exit(9)); ${told} ${ends} };`,
  );
  fs.writeFileSync(join(inside, 'built', 'daemon.mjs'), told);
  if (own !== undefined) {
    const node = join(place, 'node_modules', 'node');
    fs.mkdirSync(join(node, 'bin'), { recursive: true });
    fs.writeFileSync(join(node, 'package.json'), JSON.stringify({ version: own }));
    fs.symlinkSync(process.execPath, join(node, 'bin', 'node'));
  }
  fs.writeFileSync(
    join(place, 'old.cjs'),
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });`,
  );
  return inside;
}

function argvOf(inside: string, script: string, argv: readonly string[]): string[] {
  return ['-r', join(dirname(dirname(dirname(inside))), 'old.cjs'), join(inside, script), ...argv];
}

function oldNode(inside: string, script: string, argv: readonly string[] = []) {
  return spawnSync(process.execPath, argvOf(inside, script, argv), { encoding: 'utf8' });
}

test.each(['prsist', 'prsist-daemon'])('%s runs itself again with the Node that came with it', (script) => {
  const ran = oldNode(installed({ own: '24.1.0' }), script, ['a', 'b c']);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  expect(ran.stdout).toContain(`${process.versions.node} `);
  expect(ran.stdout).toContain('a b c\n');
});

test('status and signal of the second run are those of the first', () => {
  const inside = installed({ own: '24.1.0' });
  expect(oldNode(inside, 'prsist', ['fail']).status).toBe(7);
  expect(oldNode(inside, 'prsist', ['die'])).toMatchObject({ status: null, signal: 'SIGKILL' });
});

test('whoever ends the first ends the second', async () => {
  const child = spawn(process.execPath, argvOf(installed({ own: '24.1.0' }), 'prsist', ['wait']));
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([9, null]);
});

test.each([{}, { own: '20.1.0' }])('without one that is new enough it says so: %j', (given) => {
  for (const script of ['prsist', 'prsist-daemon']) {
    const ran = oldNode(installed(given), script);
    expect(ran).toMatchObject({ status: 69, stdout: '', stderr: expect.stringContaining('20.1.0 is too old') });
  }
});
