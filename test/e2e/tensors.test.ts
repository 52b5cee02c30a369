import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeGguf, tiny } from '../../scripts/make-gguf.ts';
import { restorePrefix, savePrefix } from '../../src/engines/kept-prefix.ts';
import { driver } from '../daemon/tensor-world.ts';
import { freePort } from '../harness/free-port.ts';
import { createHome, ended, type Home, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';
import { type SmallLlama, startSmallLlama } from '../harness/small-llama.ts';

const texts = ['the rules of the house\n', 'what was decided\n'];
let home: Home;
let model: string;
let directory: string;
let server: SmallLlama;

beforeEach(async () => {
  home = createHome();
  model = join(home.root, 'model.gguf');
  makeGguf(model, tiny);
  await home.prsist(['config', 'set', 'kv_tensors.enabled', 'true']);
  await home.prsist(['daemon', 'stop']);
  directory = join(home.paths.data, 'tensors');
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  server = await startSmallLlama({ directory, model });
});
afterEach(async () => {
  await server.stop();
  await home.remove();
});

async function leave(daemon: ChildProcess): Promise<void> {
  daemon.kill('SIGTERM');
  await ended(daemon);
}

test('PC640: the command saves, lists, restores after a restart of both, verifies and drops', async () => {
  const files = texts.map((text, at) => {
    const path = join(home.home, `${at}.md`);
    fs.writeFileSync(path, text);
    return path;
  });
  const at = ['--server', server.url];
  const saved = await home.json(['cache', 'tensors', 'save', ...files, ...at]);
  expect(saved).toMatchObject({ segments: 2, engine: 'llama.cpp server' });
  await home.prsist(['daemon', 'stop']);
  await server.stop();
  server = await startSmallLlama({ directory, model, port: server.port });
  expect(await home.json(['cache', 'tensors', 'restore', ...files, ...at])).toMatchObject({
    kind: 'restored',
    texts: 2,
  });
  expect(await home.json(['cache', 'tensors', 'list'])).toMatchObject({ enabled: true, items: [{ uses: 1 }] });
  expect(await home.prsist(['cache', 'tensors', 'verify'])).toMatchObject({
    exit: 0,
    stdout: '1 state read  all are right\n',
  });
  const other = await home.prsist(['cache', 'tensors', 'restore', files[1] ?? '', ...at]);
  expect(other).toMatchObject({ exit: 1 });
  expect(other.stdout).toContain('no state is kept for this engine and prompt');
  fs.writeFileSync(
    join(home.home, 'secret.md'),
    `aws_secret_access_key=${'wJalrXUtnFEMI/K7MDENG'}${'/bPxRfiCYzzzzzzzKEY'}\n`,
  );
  const refused = await home.prsist(['cache', 'tensors', 'save', join(home.home, 'secret.md'), ...at]);
  expect(refused).toMatchObject({ exit: 2 });
  expect(refused.stderr).toContain('the text holds secrets');
  expect(await home.json(['cache', 'tensors', 'drop', '--all'])).toMatchObject({ dropped: 1 });
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('PC756: warm --local has the server of the settings hold what contexts of the project begin with', async () => {
  const { path: root } = createRepository(home);
  fs.writeFileSync(join(root, 'CLAUDE.md'), '# Rules\n\nUse tabs.\n');
  const at = (...argv: string[]) => home.prsist(argv, { cwd: root });
  await at('init');
  const missing = await at('cache', 'warm', '--local', '--server', 'http://127.0.0.1:1');
  expect([missing.exit, missing.stderr]).toEqual([69, expect.stringContaining('nobody answers at http://127.0.0.1:1')]);
  await at('config', 'set', 'kv_tensors.server', server.url);
  await at('config', 'set', 'kv_tensors.server_slot', '1');
  const first = await at('cache', 'warm', '--local');
  expect([first.exit, first.stdout]).toEqual([
    0,
    expect.stringMatching(/local engine: \d+ tokens .* computed in .* and kept/),
  ]);
  const loaded = await home.json(['cache', 'load'], { cwd: root });
  const begins = (loaded['segments'] as { place: string; text: string }[]).filter(({ place }) => place !== 'messages');
  const prompt = begins.map(({ text }) => text).join('');
  expect(prompt).toContain('Use tabs.');
  expect(server.held(1).length).toBe(Buffer.byteLength(prompt) + 1);
  await server.stop();
  server = await startSmallLlama({ directory, model, port: server.port });
  const { local } = await home.json(['cache', 'warm', '--local'], { cwd: root });
  expect(local).toMatchObject({ kind: 'restored', texts: begins.length, of_texts: begins.length });
  expect([server.held(1).length, server.computed]).toEqual([Buffer.byteLength(prompt) + 1, 0]);
  // a change of what stands last is computed on top of what is kept
  fs.writeFileSync(join(root, 'CLAUDE.md'), '# Rules\n\nUse spaces.\n');
  expect((await at('cache', 'warm', '--local')).stdout).toContain('and kept');
  expect((await at('cache', 'stats')).stdout).toMatch(/^local engines +2 states, .* of 4.1 GB, [12] restores? saved/m);

  expect(await at('cache', 'clear', '--tensors')).toMatchObject({
    ...{ exit: 2, stderr: expect.stringContaining('computing them again takes its time') },
  });
  expect(await at('cache', 'clear', '--tensors', '--kind', 'system')).toMatchObject({ exit: 2 });
  expect(await at('cache', 'clear', '--tensors', '--yes')).toMatchObject({
    ...{ exit: 0, stdout: expect.stringMatching(/^gone: 2 states, /) },
  });
  expect(fs.readdirSync(directory)).toEqual([]);
  await at('config', 'set', 'kv_tensors.enabled', 'false');
  const off = await at('cache', 'warm', '--local');
  expect([off.exit, off.stdout]).toEqual([1, expect.stringContaining('prsist config set kv_tensors.enabled true')]);
});

test('PC757: a program keeps and restores states with what the package exports', async () => {
  const library = join(import.meta.dirname, '../../bin/built/library/tensors.mjs');
  const program = `
    import { llamaServer, openStates } from ${JSON.stringify(library)};
    const states = openStates();
    const engine = llamaServer({ url: ${JSON.stringify(server.url)}, slot: 1 });
    const missed = await states.restore(engine, ['rules', 'docs']);
    const saved = await states.save(engine, ['rules', 'docs']);
    const restored = await states.restore(engine, ['rules', 'docs', 'a question']);
    const code = await states.save(engine, ['aws_secret_access_key=' + 'wJalrXUtnFEMI/K7MDENG' + '/bPxRfiCYzzzzzzzKEY']).catch((error) => error.code);
    console.log(JSON.stringify({ missed: missed.why, tokens: saved.tokens, texts: restored.texts, code }));
  `;
  const ran = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env: home.env });
  expect(ran.stderr).toBe('');
  expect(JSON.parse(ran.stdout)).toEqual({ missed: 'unknown', tokens: 10, texts: 2, code: 'input/invalid' });
});

test.each(['tensor.sealed', 'tensor.renamed', 'tx.before-commit'])(
  'PC641: killed at %s, nothing half is found, and it can be saved again',
  async (name) => {
    const daemon = await home.serve({ PRSIST_FAILPOINT: `${name}:kill:${name.startsWith('tx') ? 2 : 1}` });
    const client = home.client(home.home);
    // a client goes on with the next daemon; where it cannot, it says so
    const outcome = await savePrefix(client, driver(server), { texts }).then(
      () => 'saved',
      (error: Error) => error.name,
    );
    await ended(daemon);
    expect(daemon.signalCode).toBe('SIGKILL');
    expect(['saved', 'PrsistError']).toContain(outcome);
    const found = await restorePrefix(client, driver(server), { texts });
    expect(found.kind).toBe(outcome === 'saved' ? 'restored' : 'missed');
    if (found.kind === 'missed') expect(found.why).toBe('unknown');
    await savePrefix(client, driver(server), { texts });
    expect(await restorePrefix(client, driver(server), { texts })).toMatchObject({ kind: 'restored' });
    const { items } = await client.call('tensor.list', {});
    expect(items.length).toBe(1);
    // what was left over is gone once a daemon starts an hour later
    const old = Date.now() / 1000 - 7_200;
    const kept = items[0]?.file.split('/').at(-1);
    for (const left of fs.readdirSync(directory)) fs.utimesSync(join(directory, left), old, old);
    await home.prsist(['daemon', 'stop']);
    const next = await home.serve();
    await until('only what is kept is left', () => fs.readdirSync(directory).join() === kept);
    await leave(next);
  },
);

const found = spawnSync('sh', ['-c', 'command -v llama-server'], { encoding: 'utf8' }).stdout.trim();
const program = process.env['LLAMA_SERVER'] ?? found;

test.skipIf(program === '')(
  `PC642: the real llama.cpp server${program === '' ? ' (none is installed: put llama-server into PATH or LLAMA_SERVER)' : ''}`,
  async () => {
    const port = await freePort();
    const start = async () => {
      const args = ['-m', model, '--port', String(port), '--slot-save-path', directory, '-c', '4096', '-np', '1'];
      const child = spawn(program, args, { stdio: 'ignore' });
      await until('the server answers', async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
        return answer?.ok;
      });
      return child;
    };
    const client = home.client(home.home);
    const engine = driver({ url: `http://127.0.0.1:${port}` });
    const first = await start();
    await savePrefix(client, engine, { texts }).finally(() => leave(first));
    const second = await start();
    const restored = await restorePrefix(client, engine, { texts }).finally(() => leave(second));
    expect(restored).toMatchObject({ kind: 'restored', texts: 2 });
  },
);
