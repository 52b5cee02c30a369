// The agent hook for every agent, under every shell there is: each agent's own events, ids and directories, and what it takes.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { briefKey, createWorld, isPresent, shells, type World } from './hook-world.ts';

const hooks = join(import.meta.dirname, '../../hooks');
const scripts = fs.readdirSync(hooks).filter((name) => name.endsWith('.sh'));

let world: World;
/** A project whose path needs no escapes in JSON, so that it is found by what the agent sends alone. */
let repository = '';
let brief = '';
beforeEach(() => {
  world = createWorld();
  repository = join(world.root, "it's a project é");
  brief = join(repository, '.prsist/brief', briefKey);
  world.write(join(repository, '.git/HEAD'), 'ref: refs/heads/main\n');
  world.write(join(brief, 'HEAD'), 'ref: refs/heads/main\n');
  for (const agent of agents) world.write(join(brief, `${agent}.start`), `${agent} start\n`);
});
afterEach(() => world.remove());

test('IN23: the list of shells is not empty by mistake; scripts pass sh -n, and shellcheck where it is installed', () => {
  expect(shells.filter(isPresent).length).toBeGreaterThan(1);
  for (const name of scripts) {
    for (const [command = '', ...args] of shells.filter(isPresent)) {
      const read = spawnSync(command, [...args, '-n', join(hooks, name)], { encoding: 'utf8' });
      expect([name, command, read.status, read.stderr]).toEqual([name, command, 0, '']);
    }
  }
});

test.skipIf(!isPresent(['sh', '-c', 'shellcheck --version', 'sh']))(
  'IN23: shellcheck (skipped where it is not installed)',
  () => {
    const checked = spawnSync('shellcheck', [
      '-s',
      'sh',
      '-S',
      'style',
      '-e',
      'SC2015',
      ...scripts.map((name) => join(hooks, name)),
    ]);
    expect(checked.stdout.toString()).toBe('');
  },
);

/** What each agent sends when a session starts, in its own words. */
const starts = {
  'claude-code': (cwd: string) => ({ event: 'SessionStart', body: { session_id: 's', cwd, source: 'startup' } }),
  codex: (cwd: string) => ({ event: 'SessionStart', body: { session_id: 's', cwd, source: 'startup', model: 'm' } }),
  'gemini-cli': (cwd: string) => ({ event: 'SessionStart', body: { session_id: 's', cwd, source: 'startup' } }),
  cursor: (cwd: string) => ({
    event: 'sessionStart',
    body: { conversation_id: 's', cursor_version: '2.4', workspace_roots: [cwd, '/other'], session_id: 's' },
  }),
  'copilot-cli': (cwd: string) => ({
    event: 'sessionStart',
    body: { sessionId: 's', timestamp: 1, cwd, source: 'new' },
  }),
} as const;
const agents = Object.keys(starts) as (keyof typeof starts)[];

/** Started from here an agent says nothing of its project but what it sends. */
const elsewhere = () => world.root;

for (const shell of shells) {
  describe.skipIf(!isPresent(shell))(`under ${shell.join(' ')} (skipped where it is not installed)`, () => {
    function hook(agent: string, event: string, body: object | string, env: Record<string, string> = {}): string {
      const input = typeof body === 'string' ? body : JSON.stringify(body);
      const done = world.run({ shell, args: [agent, event], input, cwd: elsewhere(), env });
      expect([done.error, done.status, done.stderr.toString()]).toEqual([undefined, 0, '']);
      return done.stdout.toString();
    }

    test.each(agents)('IN24: %s: its start prints its own brief, once, found by the directory it names', (agent) => {
      const { event, body } = starts[agent](join(repository, 'src'));
      expect([hook(agent, event, body), hook(agent, event, body)]).toEqual([`${agent} start\n`, '']);
      expect(fs.readdirSync(join(world.state, 'printed'))).toEqual([`${agent}.s`]);
      expect(world.events().map((each) => [each.agent, each.event])).toEqual(Array(2).fill([agent, event]));
    });

    test.each(agents)('IN25: %s: on another branch the plain one; a handoff once', (agent) => {
      const { event, body } = starts[agent](repository);
      const id = (session: string) => JSON.parse(JSON.stringify(body).replaceAll('"s"', `"${session}"`));
      world.write(join(brief, `${agent}.handoff`), 'handoff\n');
      world.write(join(brief, `${agent}.plain`), 'plain\n');
      expect([hook(agent, event, id('a')), hook(agent, event, id('b'))]).toEqual(['handoff\n', `${agent} start\n`]);
      world.write(join(repository, '.git/HEAD'), 'ref: refs/heads/other\n');
      expect(hook(agent, event, id('c'))).toBe('plain\n');
    });

    test('IN26: Gemini CLI finds its project by its variable too, and nobody else by that', () => {
      const env = { GEMINI_PROJECT_DIR: repository };
      expect(hook('gemini-cli', 'SessionStart', { session_id: 'g', cwd: '/' }, env)).toBe('gemini-cli start\n');
      expect(hook('codex', 'SessionStart', { session_id: 'g', cwd: '/' }, env)).toBe('');
    });

    test('IN27: news is told at the prompt of the three agents that take it there, of that session, once', () => {
      world.write(join(world.state, 'deltas'), '');
      for (const [agent, event] of [
        ['claude-code', 'UserPromptSubmit'],
        ['codex', 'UserPromptSubmit'],
        ['gemini-cli', 'BeforeAgent'],
      ] as const) {
        world.write(join(brief, `${agent}.s.delta`), `${agent} news\n`);
        const body = { session_id: 's', cwd: repository, prompt: '"session_id":"x"' };
        expect([hook(agent, event, body), hook(agent, event, body)]).toEqual([`${agent} news\n`, '']);
      }
      for (const [agent, event] of [
        ['cursor', 'beforeSubmitPrompt'],
        ['copilot-cli', 'userPromptSubmitted'],
      ] as const) {
        world.write(join(brief, `${agent}.s.delta`), 'news\n');
        hook(agent, event, { session_id: 's', sessionId: 's', cwd: repository });
        expect(fs.existsSync(join(brief, `${agent}.s.delta`))).toBe(true);
      }
    });

    test('IN28: Cursor is answered before its prompts, with nothing anywhere else', () => {
      const body = { conversation_id: 's', cursor_version: '2.4', workspace_roots: [repository] };
      expect(hook('cursor', 'beforeSubmitPrompt', body)).toBe('{"continue":true}\n');
      world.write(join(world.state, 'spool/.full'), '');
      expect(hook('cursor', 'beforeSubmitPrompt', body)).toBe('{"continue":true}\n');
      for (const event of [
        'afterFileEdit',
        'afterShellExecution',
        'afterAgentResponse',
        'preCompact',
        'stop',
        'sessionEnd',
      ]) {
        expect(hook('cursor', event, body)).toBe('');
      }
    });

    test('IN29: no event but a start or a prompt prints anything, whatever lies there', () => {
      world.write(join(world.state, 'deltas'), '');
      for (const [agent, events] of [
        ['claude-code', ['PostToolUse', 'Stop', 'SubagentStop', 'PreCompact', 'SessionEnd']],
        ['codex', ['PostToolUse', 'PreCompact', 'Stop']],
        ['gemini-cli', ['AfterTool', 'AfterAgent', 'PreCompress', 'SessionEnd']],
        ['copilot-cli', ['userPromptSubmitted', 'postToolUse', 'agentStop', 'sessionEnd']],
      ] as const) {
        world.write(join(brief, `${agent}.s.delta`), 'news\n');
        for (const event of events) {
          expect(hook(agent, event, { session_id: 's', sessionId: 's', cwd: repository })).toBe('');
        }
      }
    });

    test('IN30: a full spool drops the tool events of every agent, and no others', () => {
      world.write(join(world.state, 'spool/.full'), '');
      for (const [agent, event] of [
        ['claude-code', 'PostToolUse'],
        ['gemini-cli', 'AfterTool'],
        ['cursor', 'afterFileEdit'],
        ['copilot-cli', 'postToolUse'],
        ['opencode', 'tool.execute.after'],
        ['gemini-cli', 'AfterAgent'],
        ['copilot-cli', 'agentStop'],
      ] as const) {
        expect(hook(agent, event, '{}')).toBe('');
      }
      expect(
        world
          .events()
          .map(({ event }) => event)
          .sort(),
      ).toEqual(['AfterAgent', 'agentStop']);
    });
  });
}
