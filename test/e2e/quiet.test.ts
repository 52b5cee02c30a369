// T14: on defaults nothing leaves the machine, and what prsist itself says and does is not remembered as anybody's words.
import fs from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Agent, claudeCode, codex } from '../harness/agents.ts';
import { createHome, execute, type Home } from '../harness/home.ts';
import { prepared } from '../harness/prepared.ts';
import { createRepository, type Repository } from '../harness/repository.ts';

const recorder = resolve(import.meta.dirname, '../harness/record-network.cjs');

let home: Home;
let shop: Repository;
let log: string;
let env: Readonly<Record<string, string>>;
beforeEach(() => {
  home = createHome();
  for (const folder of ['.claude', '.codex']) fs.mkdirSync(join(home.home, folder));
  shop = createRepository(home);
  log = join(home.root, 'network.jsonl');
  env = { NODE_OPTIONS: `--require ${recorder}`, PRSIST_TEST_NETWORK_LOG: log };
});
afterEach(() => home.remove());

interface Noted {
  readonly kind: string;
  readonly what: string;
}

function noted(): Noted[] {
  const lines = fs.readFileSync(log, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

function prsist(...argv: readonly string[]) {
  return home.prsist(argv, { cwd: shop.path, env });
}

async function work(agent: Agent): Promise<void> {
  await agent.hook('SessionStart', { source: 'startup' });
  await agent.asked('Make the cart survive a reload');
  agent.said('I keep it in local storage now.');
  agent.edited('src/cart.ts', 'export const cart = [];\n');
  agent.ran('curl https://example.com', 'Could not resolve host', 6);
  await agent.stop();
}

const commands: readonly (readonly string[])[] = [
  ['remember', 'We deploy on Fridays'],
  ['context', 'store', 'port', '8080'],
  ['search', 'cart'],
  ['sessions'],
  ['resume'],
  ['handoff', 'codex', '--reason', 'lunch'],
  ['brief', '--why'],
  ['context', 'list'],
  ['task', 'add', 'look at the cart'],
  ['project', 'list'],
  ['config', 'explain'],
  ['import'],
  ['status'],
];

test('T14: a whole day on defaults: no connection but to the own socket, no name looked up, no program but git and our own hook', async () => {
  expect((await prsist('init')).exit).toBe(0);
  const agents = [claudeCode(home, { cwd: shop.path }), codex(home, { cwd: shop.path })];
  for (const agent of agents) await work(agent);
  shop.git('add', '.');
  shop.git('commit', '-q', '-m', 'Keep the cart');
  await home.settled();
  for (const argv of commands) {
    const { stdout, stderr } = await prsist(...argv);
    expect(`${stdout}${stderr}`).not.toMatch(/unknown command|unknown option/);
  }
  await prsist('daemon', 'stop');
  const seen = noted();
  const byKind = Object.groupBy(seen, ({ kind }) => kind);
  for (const kind of ['tcp', 'dns', 'udp', 'listen-tcp']) expect([kind, byKind[kind] ?? []]).toEqual([kind, []]);
  const sockets = [...(byKind['unix'] ?? []), ...(byKind['listen-unix'] ?? [])].map(({ what }) => what);
  expect(sockets.length).toBeGreaterThan(commands.length);
  expect(sockets.filter((path) => !path.startsWith(`${home.paths.state}/`))).toEqual([]);
  const programs = (byKind['program'] ?? []).map(({ what }) => what);
  expect(programs.length).toBeGreaterThan(0);
  expect(programs.filter((what) => !isLocal(what))).toEqual([]);
});

/** git where it reads what is on this disk, our own daemon, and our own hook where init tries whether it works here. */
function isLocal(command: string): boolean {
  const [program = '', ...args] = command.split(' ');
  if (program === process.execPath) return args.some((arg) => basename(arg) === 'prsist-daemon');
  return (
    command === 'sh -c "$HOME/prsist-hook" doctor Doctor' ||
    (basename(program) === 'git' && !/\b(fetch|pull|push|clone|ls-remote|submodule|archive --remote)\b/.test(command))
  );
}

test('T14: the recorder does see what it looks for', async () => {
  const script = `require('node:net').connect(9, '127.0.0.1').on('error', () => {});
    require('node:dns').lookup('localhost', () => {}); fetch('http://127.0.0.1:9/').catch(() => {});
    require('node:child_process').spawn('true');`;
  await execute(process.execPath, ['-e', script], { env: { ...home.agentEnv, ...env } });
  const kinds = noted().map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual(expect.arrayContaining(['begun', 'dns', 'program', 'tcp']));
});

test('T14: own briefs, commands and hooks read back by an agent become no memory of their own', async () => {
  await prsist('init', '--no-import');
  await prsist('remember', 'We deploy on Fridays');
  const agent = claudeCode(home, { cwd: shop.path });
  await prepared(home, shop.path, { names: ['claude-code.start'], what: /Fridays/ });
  const shown = await agent.hook('SessionStart', { source: 'startup' });
  expect(shown).toContain('Fridays');
  await agent.asked('What do we know?');
  const own = await prsist('search', 'Fridays');
  agent.ran('prsist search Fridays', own.stdout);
  agent.said('We deploy on Fridays, says the memory.');
  await agent.stop();
  await home.settled();
  const client = home.client(shop.path);
  const sessions = (await client.call('session.list', {})).items.map((one) => one.session_id);
  expect(sessions).toEqual([agent.session]);
  const { items } = await client.call('session.messages', { session_id: agent.session, limit: 500 });
  expect(items.map(({ role, content }) => [role, content])).toEqual([
    ['user', 'What do we know?'],
    ['assistant', 'We deploy on Fridays, says the memory.'],
  ]);
  expect(items.some(({ content }) => content.includes(shown.slice(0, 60)))).toBe(false);
  expect((await client.call('context.list', {})).items).toHaveLength(1);
});
