// `prsist hook` against the sh script: the same world, the same call, the same bytes printed and the same event left.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commandPath } from '../harness/home.ts';
import { briefKey, createWorld, type World } from './hook-world.ts';

const agents = ['claude-code', 'codex', 'gemini-cli', 'cursor', 'copilot-cli'] as const;

interface Pair {
  readonly sh: World;
  readonly node: World;
}
let pair: Pair;
beforeEach(() => {
  pair = { sh: createWorld(), node: createWorld() };
  for (const world of [pair.sh, pair.node]) {
    for (const agent of agents) {
      for (const kind of ['start', 'plain', 'handoff', 's.compact', 's.delta']) {
        world.write(join(world.brief, `${agent}.${kind}`), `${agent} ${kind}\n`);
      }
    }
    world.write(join(world.state, 'deltas'), '');
    // this process lives, so no daemon is started
    const endpoint = {
      v: 1,
      proto: 1,
      version: 'x',
      pid: process.pid,
      socket: '/nowhere',
      token: '0'.repeat(64),
      started_at: '',
    };
    world.write(join(world.state, 'endpoint.json'), JSON.stringify(endpoint));
  }
});
afterEach(() => {
  pair.sh.remove();
  pair.node.remove();
});

interface Call {
  readonly args: readonly string[];
  readonly body?: (world: World) => unknown;
  readonly raw?: string | Uint8Array;
  readonly cwd?: (world: World) => string;
  readonly env?: (world: World) => Record<string, string>;
}

function byNode(world: World, { args, body, raw, cwd, env }: Call): string {
  const done = spawnSync(process.execPath, [commandPath, 'hook', ...args], {
    cwd: cwd?.(world) ?? world.repository,
    env: { PATH: '/usr/bin:/bin', HOME: world.home, ...env?.(world) },
    input: raw ?? JSON.stringify(body?.(world) ?? {}),
  });
  expect([done.status, done.stderr.toString()]).toEqual([0, '']);
  return done.stdout.toString();
}

function bySh(world: World, { args, body, raw, cwd, env }: Call): string {
  const where = cwd ? { cwd: cwd(world) } : {};
  const done = world.run({
    args,
    input: raw ?? JSON.stringify(body?.(world) ?? {}),
    ...where,
    env: env?.(world) ?? {},
  });
  expect([done.status, done.stderr.toString()]).toEqual([0, '']);
  return done.stdout.toString();
}

const eventsOf = (world: World) =>
  world.events().map(({ agent, event, pwd, truncated, body }) => {
    const text = JSON.stringify({ agent, event, pwd, truncated, body });
    return text
      .replaceAll(JSON.stringify(world.root).slice(1, -1), 'ROOT')
      .replaceAll(/prsist hook [A-Za-z0-9]{6}/g, 'ROOT');
  });

/** Both are called alike; what the one prints and leaves the other does too. */
function same(call: Call): string {
  const printed = bySh(pair.sh, call);
  expect([call.args, byNode(pair.node, call)]).toEqual([call.args, printed]);
  expect(eventsOf(pair.node).sort()).toEqual(eventsOf(pair.sh).sort());
  return printed;
}

const plain = (world: World) => join(world.root, 'plain é');

describe('the same as the sh script', () => {
  test.each(agents)('IN40: %s: starts, sources, handoff, branch, news', (agent) => {
    const event = agent === 'cursor' || agent === 'copilot-cli' ? 'sessionStart' : 'SessionStart';
    const start = (source: string, more: object = {}) =>
      same({ args: [agent, event], body: () => ({ session_id: 's', source, ...more }) });
    expect(start('startup')).toBe(`${agent} handoff\n`);
    expect(start('startup')).toBe('');
    expect([start('resume'), start('fork'), start('clear')]).toEqual(['', '', `${agent} start\n`]);
    expect(start('compact')).toBe(`${agent} s.compact\n`);
    expect(start('startup', { session_id: '../x' })).toBe(`${agent} start\n`);
    for (const world of [pair.sh, pair.node])
      world.write(join(world.repository, '.git/HEAD'), 'ref: refs/heads/other\n');
    expect(start('startup', { session_id: 't' })).toBe(`${agent} plain\n`);
    for (const prompt of ['UserPromptSubmit', 'BeforeAgent', 'beforeSubmitPrompt', 'userPromptSubmitted', 'Stop']) {
      same({ args: [agent, prompt], body: () => ({ session_id: 's', prompt: 'hi' }) });
    }
    start('startup', { session_id: 'u', cursor_version: '2' });
  });

  test('IN41: the directory: variable, workspace, payload, own; home and root are none; a linked work tree', () => {
    for (const world of [pair.sh, pair.node]) {
      world.write(join(plain(world), '.prsist/brief', briefKey, 'gemini-cli.start'), 'plain\n');
      world.write(join(plain(world), '.prsist/brief', briefKey, 'cursor.start'), 'plain\n');
      world.write(join(world.repository, '.git/worktrees/tree/HEAD'), 'ref: refs/heads/topic\n');
      world.write(join(world.home, 'linked/.git'), `gitdir: ${join(world.repository, '.git/worktrees/tree')}\n`);
    }
    const start = ['gemini-cli', 'SessionStart'];
    const elsewhere = (world: World) => world.home;
    const env = (world: World) => ({ GEMINI_PROJECT_DIR: plain(world) });
    expect(same({ args: start, body: () => ({ cwd: '/' }), env, cwd: elsewhere })).toBe('plain\n');
    expect(same({ args: start, body: (world) => ({ cwd: join(plain(world), 'a/b') }), cwd: elsewhere })).toBe(
      'plain\n',
    );
    expect(same({ args: start, body: () => ({}), cwd: elsewhere })).toBe('');
    expect(same({ args: start, body: () => ({ cwd: '/' }) })).toBe('');
    const roots = (world: World) => ({ conversation_id: 'c', workspace_roots: [plain(world)] });
    expect(same({ args: ['cursor', 'sessionStart'], body: roots, cwd: elsewhere })).toBe('plain\n');
    const linked = (world: World) => join(world.home, 'linked');
    expect(same({ args: ['codex', 'SessionStart'], body: () => ({}), cwd: linked })).toBe('codex plain\n');
    for (const world of [pair.sh, pair.node]) {
      world.write(join(world.brief, 'wt/tree/codex.start'), 'own\n');
      world.write(join(world.brief, 'wt/tree/HEAD'), 'ref: refs/heads/topic\n');
    }
    expect(same({ args: ['codex', 'SessionStart'], body: () => ({}), cwd: linked })).toBe('own\n');
  });

  test('IN42: garbage, no input, too much, an argument, switched off, refused names, a full spool', () => {
    same({ args: ['codex', 'Stop'], raw: '' });
    same({ args: ['codex', 'Stop'], raw: 'no json' });
    same({ args: ['codex', 'Stop'], raw: `{"a":"${'y'.repeat(2_000_000)}"}` });
    same({ args: ['codex', 'notify', '{"thread-id":"t"}'], raw: '' });
    same({ args: ['codex', 'Stop'], env: () => ({ PRSIST_SKIP_HOOKS: '1' }) });
    for (const args of [[], ['codex'], ['../evil', 'Stop'], ['a', 'b/c'], ['é', 'Stop']]) same({ args });
    for (const world of [pair.sh, pair.node]) world.write(join(world.state, 'spool/.full'), '');
    for (const event of ['PostToolUse', 'afterFileEdit', 'postToolUse', 'Stop']) same({ args: ['cursor', event] });
  });
});

test('IN43: a secret is replaced before anything is written', () => {
  const secret = ['ghp', `${'a1B2'.repeat(9)}`].join('_');
  byNode(pair.node, {
    args: ['claude-code', 'PostToolUse'],
    body: () => ({ session_id: 's', tool_response: { out: secret } }),
  });
  const [name = ''] = fs.readdirSync(join(pair.node.state, 'spool'));
  const written = fs.readFileSync(join(pair.node.state, 'spool', name), 'utf8');
  expect(written).not.toContain(secret);
  expect(written).toContain('⟨secret:');
});

test('IN44: a state directory that cannot be written, a PRSIST_HOME that is none: silence, exit 0', () => {
  const { node } = pair;
  node.write(join(node.root, 'file'), '');
  for (const place of [join(node.root, 'file'), 'relative']) {
    expect(byNode(node, { args: ['codex', 'Stop'], env: () => ({ PRSIST_HOME: place }) })).toBe('');
  }
  expect(node.events()).toEqual([]);
});
