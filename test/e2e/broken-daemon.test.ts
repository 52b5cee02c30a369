// T8: a daemon that is there and does not serve. The command says what is wrong, and mends it where that is safe.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { claudeCode } from '../harness/agents.ts';
import { findings } from '../harness/audit.ts';
import { commandPath, createHome, ended, type Home, sockets, state, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
beforeEach(async () => {
  home = createHome();
  fs.mkdirSync(join(home.home, '.claude'));
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
  await home.json(['remember', 'We deploy on Fridays'], { cwd });
});
afterEach(() => home.remove());

function serving() {
  const endpoint = readEndpoint(home.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  return endpoint;
}

function daemons(): number[] {
  return home.processes().filter((pid) => state(pid) !== 'Z');
}

async function remembers(): Promise<void> {
  const { stdout } = await home.prsist(['search', 'Fridays'], { cwd });
  expect(stdout).toContain('We deploy on Fridays');
}

test('T8: stopped, the daemon is said to hang, hooks go on, no second one comes; it goes on where it was', async () => {
  const { pid } = serving();
  process.kill(pid, 'SIGSTOP');
  const asked = spawn(process.execPath, [commandPath, 'remember', 'asked while it hung'], {
    cwd,
    env: { ...home.env },
  });
  let said = '';
  asked.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const agent = claudeCode(home, { cwd });
  await agent.hook('SessionStart', { source: 'startup' });
  expect(await agent.asked('hello while it hangs')).toBe('');
  await until('the command says so', () => said !== '');
  expect(said).toMatch(/daemon is busy or hung.*prsist daemon stop --force/);
  expect(daemons().toSorted()).toEqual([pid, asked.pid].toSorted());
  process.kill(pid, 'SIGCONT');
  await ended(asked);
  expect(asked.exitCode).toBe(0);
  expect(serving().pid).toBe(pid);
  await home.settled();
  await remembers();
});

test('T8: with its socket cleaned away the daemon makes way at once for one that can be reached', async () => {
  const { pid, socket } = serving();
  fs.rmSync(socket);
  await remembers();
  expect(serving().pid).not.toBe(pid);
  expect(daemons()).toEqual([serving().pid]);
  expect(sockets(home.paths)).toHaveLength(1);
});

test('T8: with its whole state directory cleaned away it makes way when it looks', async () => {
  const { pid } = serving();
  fs.rmSync(home.paths.state, { recursive: true });
  await until('the daemon has noticed', () => {
    process.kill(pid, 'SIGHUP');
    return state(pid) === undefined || state(pid) === 'Z';
  }).catch(() => undefined);
  await remembers();
  expect(daemons()).toEqual([serving().pid]);
});

test('T8: an endpoint that was left behind, whose number somebody else has now, harms nobody', async () => {
  await home.kill();
  const left = JSON.parse(fs.readFileSync(home.paths.endpoint, 'utf8'));
  fs.writeFileSync(home.paths.endpoint, JSON.stringify({ ...left, pid: process.pid }));
  await remembers(); // and this process was neither signalled nor waited for
  expect(serving().pid).not.toBe(process.pid);
  expect(daemons()).toEqual([serving().pid]);
});

test('T8: whatever the environment is, it is the same daemon', async () => {
  const { pid } = serving();
  const others = [
    { XDG_RUNTIME_DIR: '/nowhere', TMUX: '/tmp/tmux-0/default,1,0', TERM: 'dumb' },
    { XDG_RUNTIME_DIR: home.home, SSH_CONNECTION: '::1 1 ::1 22', LANG: 'C', TZ: 'Asia/Tokyo' },
    { PATH: '/usr/bin:/bin', TMPDIR: home.home, DISPLAY: ':7', NODE_ENV: 'production' },
  ];
  for (const env of others) {
    for (const at of [cwd, home.home, '/']) {
      const { exit } = await home.prsist(['project', 'list'], { cwd: at, env });
      expect(exit).toBe(0);
    }
  }
  expect([serving().pid, daemons()]).toEqual([pid, [pid]]);
});

test('T8: a start that fails says why instead of waiting, and the next one after the repair serves', async () => {
  await home.prsist(['daemon', 'stop']);
  fs.chmodSync(home.paths.data, 0o755);
  const refused = await home.prsist(['search', 'Fridays'], { cwd });
  expect(refused.exit).not.toBe(0);
  expect(refused.stderr).toContain(`chmod 700 '${home.paths.data}'`);
  fs.chmodSync(home.paths.data, 0o700);
  await remembers();
  await home.prsist(['daemon', 'stop']);
  expect(findings(home)).toEqual([]);
});
