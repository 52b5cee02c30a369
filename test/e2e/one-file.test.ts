// The single executable does what the package does, with no Node beside it: commands, daemon, hooks, MCP.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildExecutable } from '../../scripts/executable.ts';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { createHome, execute, type Home, type Ran, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

const canBuild = process.platform === 'linux';
if (!canBuild) process.stderr.write('the single executable is built for Linux without further tools: not tried here\n');

let home: Home;
let cwd: string;
let program: string;
let programs: string;
beforeAll(async () => {
  if (!canBuild) return;
  home = createHome();
  cwd = createRepository(home).path;
  fs.mkdirSync(join(home.home, '.claude'));
  program = join(home.root, 'bin', 'prsist');
  programs = join(home.home, '.local', 'share', 'prsist', 'programs');
  const platform = { system: process.platform, arch: process.arch };
  const modules = join(import.meta.dirname, '..', '..', 'node_modules');
  const built = buildExecutable({ out: program, node: process.execPath, platform, modules });
  process.stderr.write(`the single executable has ${Math.round(built.bytes / 2 ** 20)} MiB\n`);
}, 120_000);
afterAll(() => home?.remove());

/** Runs it where there is no other Node. */
const run = (args: readonly string[], input?: string): Promise<Ran> =>
  execute(program, args, {
    cwd,
    env: { ...home.env, PATH: '/usr/bin:/bin' },
    ...(input === undefined ? {} : { input }),
  });

const pid = () => readEndpoint(home.paths.endpoint)?.pid;

test.skipIf(!canBuild)(
  'OF1: init, remember and search work from the one file, laid out once for this person alone',
  async () => {
    expect(await run(['--version'])).toMatchObject({ exit: 0, stderr: '' });
    expect(await run(['init', '--no-import'])).toMatchObject({ exit: 0 });
    expect(await run(['remember', 'we chose SQLite for the store'])).toMatchObject({ exit: 0 });
    const found = await run(['search', 'SQLite', '--json']);
    expect(JSON.parse(found.stdout).results[0].snippet).toContain('we chose SQLite');
    const folders = fs.readdirSync(programs);
    expect(folders).toHaveLength(1);
    expect(fs.statSync(join(programs, folders[0] ?? '')).mode & 0o777).toBe(0o700);
    expect(fs.readlinkSync(`/proc/${pid()}/exe`)).toBe(program);
  },
);

test.skipIf(!canBuild)(
  'OF2: a hook installed by it is taken in, also with no daemon running, and starts one',
  async () => {
    await run(['daemon', 'stop']);
    const settings = JSON.parse(fs.readFileSync(join(home.home, '.claude', 'settings.json'), 'utf8'));
    const command = settings.hooks.SessionStart[0].hooks[0].command;
    const event = { session_id: 'one-file', cwd, hook_event_name: 'SessionStart', source: 'startup' };
    const said = await execute('/bin/sh', ['-c', command], { cwd, env: home.agentEnv, input: JSON.stringify(event) });
    expect(said).toMatchObject({ exit: 0, stderr: '' });
    await until('the hook has started a daemon', () => pid() !== undefined);
    await home.settled();
    const status = JSON.parse((await run(['status', '--json'])).stdout);
    const link = status.capture.links.find(({ agent }: { agent: string }) => agent === 'claude-code');
    expect(link.last_event_at).not.toBeNull();
  },
);

test.skipIf(!canBuild)('OF3: a daemon that was killed is followed by another one with all that was kept', async () => {
  const before = pid();
  await home.kill();
  const found = await run(['search', 'SQLite', '--json']);
  expect(JSON.parse(found.stdout).results).toHaveLength(1);
  expect(pid()).not.toBe(before);
  expect(await run(['doctor'])).toMatchObject({ exit: 0 });
});

test.skipIf(!canBuild)('OF4: it serves MCP, and events', async () => {
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } };
  const child = spawn(program, ['mcp'], { cwd, env: { ...home.env, PATH: '/usr/bin:/bin' } });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
  await until('it answers', () => said.includes('"serverInfo"'));
  child.stdin.end();
  const events = await run(['events', '--type', 'context.*', '--json']);
  expect(JSON.parse(events.stdout.split('\n')[0] ?? '').event).toBe('context.stored');
});

test.skipIf(!canBuild)(
  'OF5: programs of another version lead to this one; a folder that others may write is refused',
  async () => {
    const [own = ''] = fs.readdirSync(programs);
    const older = join(programs, '0.0.1-000000000000', 'bin', 'prsist');
    expect(await run([older, '--version'])).toMatchObject({ exit: 0, stdout: '0.1.0\n' });
    fs.chmodSync(join(programs, own), 0o777);
    const refused = await run(['--version']);
    expect(refused).toMatchObject({ exit: 69, stdout: '' });
    expect(refused.stderr).toContain('not yours alone');
    fs.chmodSync(join(programs, own), 0o700);
  },
);
