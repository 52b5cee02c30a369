import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { cliOptions } from '../../scripts/build.ts';

const outfile = join(fs.mkdtempSync(join(tmpdir(), 'prsist-bundle-')), 'cli.cjs');
afterAll(() => fs.rmSync(dirname(outfile), { recursive: true }));
const { metafile } = await build(cliOptions(outfile));

test('of all packages only commander is in the command line', () => {
  const packages = Object.keys(metafile.inputs)
    .map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
    .filter((name) => name !== undefined);
  expect([...new Set(packages)]).toEqual(['commander']);
});

test('nothing of store, features or daemon is in it', () => {
  expect(Object.keys(metafile.inputs).filter((path) => /^src\/(store|features|daemon|config)\//.test(path))).toEqual(
    [],
  );
});

test('loading it does nothing and loads neither cryptography nor child processes', () => {
  // a file, not -e: there Node has loaded its cryptography already
  const probe = join(dirname(outfile), 'probe.cjs');
  const heavy = '/ (crypto|_http_client|child_process|inspector|fs.promises)$/';
  fs.writeFileSync(
    probe,
    `const before = new Set(process.moduleLoadList);
     require(${JSON.stringify(outfile)});
     console.log(process.moduleLoadList.filter((name) => !before.has(name) && ${heavy}.test(name)).join());`,
  );
  const ran = spawnSync(process.execPath, [probe], { encoding: 'utf8' });
  expect({ stdout: ran.stdout, stderr: ran.stderr }).toEqual({ stdout: '\n', stderr: '' });
});

test('the built file answers', () => {
  const script = `require(${JSON.stringify(outfile)}).main({ daemon: '', operations: '' }).then((code) => { process.exitCode = code; })`;
  const ran = spawnSync(process.execPath, ['-e', script, '--', '--version'], { encoding: 'utf8' });
  expect(ran).toMatchObject({ status: 0, stderr: '' });
});

const full = '/dev/full';

test.skipIf(!fs.existsSync(full))(
  'output that cannot be written is one line and exit 1; a closed pipe is no error',
  () => {
    const script = `require(${JSON.stringify(outfile)}).main({ daemon: '', operations: '' }).then((code) => { process.exitCode = code; })`;
    const argv = ['-e', script, '--', 'prsist', 'help', 'all'];
    const sink = fs.openSync(full, 'w');
    const ran = spawnSync(process.execPath, argv, { encoding: 'utf8', stdio: ['ignore', sink, 'pipe'] });
    const mute = spawnSync(process.execPath, [...argv.slice(0, 4), 'nosuch'], { stdio: ['ignore', 'pipe', sink] });
    fs.closeSync(sink);
    expect(ran).toMatchObject({ status: 1, stderr: expect.stringMatching(/^error: cannot write: ENOSPC.*\n$/) });
    expect(mute.status).toBe(1);
  },
);

test('a failure nobody expected is one line without a stack', () => {
  const script = `setImmediate(() => { throw new TypeError('surprise'); });
    require(${JSON.stringify(outfile)}).main({ daemon: '', operations: '' })`;
  const ran = spawnSync(process.execPath, ['-e', script, '--', 'prsist', 'help'], { encoding: 'utf8' });
  expect(ran).toMatchObject({ status: 70, stderr: 'error: surprise\ntry: run it again with --debug\n' });
});
