// What stands in the files of each agent, byte for byte, and how it comes in and out of files that hold more.
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FileEdit, FoundFile } from '../../../src/core/file-edit.ts';
import { type HookedAgent, hookedAgents } from '../../../src/core/words.ts';
import { planAgentHooks } from '../../../src/features/capture/install/agent-hooks.ts';
import { carryBack, carryOut, planWayBack } from '../../../src/features/capture/install/carry-out.ts';
import { isOurCommand } from '../../../src/features/capture/install/entries.ts';
import { removeHookEntries } from '../../../src/features/capture/install/hook-entries.ts';
import { planMcp, withoutMcp } from '../../../src/features/capture/install/mcp-entries.ts';
import { agentDirectory, agentMcp, agentSettings } from '../../../src/features/capture/install/places.ts';
import { planUserHooks } from '../../../src/features/capture/install/plan.ts';
import { filesBelow } from '../../../src/platform/walk.ts';
import { temporaryDirectory } from '../../store/temporary-store.ts';
import { factsOf } from './install-facts.ts';

const bin = '/home/a/.local/share/prsist/bin';
const text = (of: string): FoundFile => ({ kind: 'text', text: of, mode: 0o600, isLink: false });

function hooksOf(agent: HookedAgent, more: { file?: FoundFile; form?: 'sh' | 'node'; bin?: string } = {}) {
  const plan = planAgentHooks({
    ...{
      agent,
      path: `/x/${agent}.json`,
      isInstalled: true,
      bin,
      form: 'sh',
      plugin: '// prsist\n',
      version: undefined,
    },
    ...{ file: { kind: 'absent' as const }, ...more },
  });
  return { ...plan, after: (plan.operations[0] as FileEdit | undefined)?.after ?? '' };
}

function mcpOf(agent: HookedAgent, file: FoundFile = { kind: 'absent' }) {
  const plan = planMcp({ agent, path: `/x/${agent}`, file, launcher: `${bin}/prsist` });
  return { ...plan, after: (plan.operations[0] as FileEdit | undefined)?.after ?? '' };
}

const commandsIn = (json: string) =>
  [...json.matchAll(/"(?:command|bash)": ("(?:[^"\\]|\\.)*")/g)].map((found) => JSON.parse(found[1] ?? ''));

describe('hooks', () => {
  test('IN3: Gemini CLI: its own events and names, milliseconds', () => {
    const { hooks } = JSON.parse(hooksOf('gemini-cli').after);
    expect(Object.keys(hooks)).toEqual([
      ...['SessionStart', 'BeforeAgent', 'AfterAgent', 'PreCompress', 'SessionEnd', 'AfterTool'],
    ]);
    const command = '"$HOME/.local/share/prsist/bin/prsist-hook" gemini-cli SessionStart';
    expect(hooks.SessionStart).toEqual([{ hooks: [{ name: 'prsist', type: 'command', command, timeout: 5000 }] }]);
    expect(hooks.AfterTool[0]).toMatchObject({ matcher: '.*', hooks: [{ timeout: 5000 }] });
  });

  test('IN4: Cursor: handlers in the lists themselves, version 1, an absolute path, no event it may not know', () => {
    const file = JSON.parse(hooksOf('cursor').after);
    expect(file.version).toBe(1);
    expect(file.hooks.sessionStart).toEqual([{ command: `"${bin}/prsist-hook" cursor sessionStart`, timeout: 5 }]);
    expect(Object.keys(file.hooks).sort()).toEqual([
      ...['afterAgentResponse', 'afterFileEdit', 'afterShellExecution', 'beforeSubmitPrompt', 'preCompact'],
      ...['sessionEnd', 'sessionStart', 'stop'],
    ]);
    const odd = hooksOf('cursor', { bin: "/home/it's $HOME/.local/share/prsist/bin" });
    expect(commandsIn(odd.after)[0]).toBe(
      "'/home/it'\\''s $HOME/.local/share/prsist/bin/prsist-hook' cursor sessionStart",
    );
  });

  test('IN5: Cursor: other handlers stay, ours go out again one by one', () => {
    const before = '{\n  "version": 1,\n  "hooks": {\n    "stop": [{ "command": "./mine.sh" }] // keep\n  }\n}\n';
    const { after, operations } = hooksOf('cursor', { file: text(before) });
    expect(after).toContain('// keep');
    expect(hooksOf('cursor', { file: text(after) }).operations).toEqual([]);
    const containers = (operations[0] as FileEdit).containers;
    expect(removeHookEntries(after, isOurCommand, containers)).toMatchObject({
      kind: 'edited',
      text: before,
      removed: 8,
    });
  });

  test('IN6: Copilot CLI and opencode: a file of our own, never over one of that name that is not', () => {
    const file = JSON.parse(hooksOf('copilot-cli').after);
    expect(file).toMatchObject({ version: 1 });
    expect(file.hooks.sessionStart).toEqual([
      {
        type: 'command',
        bash: '"$HOME/.local/share/prsist/bin/prsist-hook" copilot-cli sessionStart',
        powershell: 'prsist hook copilot-cli sessionStart',
        timeoutSec: 5,
      },
    ]);
    expect(Object.keys(file.hooks)).toEqual([
      'sessionStart',
      'userPromptSubmitted',
      'postToolUse',
      'agentStop',
      'sessionEnd',
    ]);
    expect(hooksOf('opencode').operations).toMatchObject([{ subject: 'own-file', after: '// prsist\n', before: null }]);
    for (const agent of ['copilot-cli', 'opencode'] as const) {
      const theirs = hooksOf(agent, { file: text('theirs') });
      expect([theirs.operations, theirs.notes[0]?.message]).toEqual([[], expect.stringContaining('not ours')]);
      expect(hooksOf(agent, { file: text('an older prsist file') }).operations).toHaveLength(1);
      expect(hooksOf(agent, { file: text(hooksOf(agent).after) }).operations).toEqual([]);
    }
  });

  test('IN7: where no sh can run the script, Node is called, and that is ours too', () => {
    for (const agent of ['claude-code', 'codex', 'gemini-cli', 'cursor', 'copilot-cli'] as const) {
      const commands = commandsIn(hooksOf(agent, { form: 'node' }).after);
      expect(commands.length).toBeGreaterThan(3);
      for (const command of commands) expect(command).toMatch(new RegExp(`^prsist hook ${agent} [A-Za-z]+$`));
      expect(commands.every(isOurCommand)).toBe(true);
    }
    // whichever form stands there stays: a trusted hook is never written anew
    const node = hooksOf('codex', { form: 'node' }).after;
    expect(hooksOf('codex', { file: text(node) }).operations).toEqual([]);
  });
});

describe('MCP entries', () => {
  test('IN8: each agent gets the form of its own, with the installed launcher', () => {
    const command = `${bin}/prsist`;
    const plain = { command, args: ['mcp'], env: {} };
    expect(JSON.parse(mcpOf('claude-code').after)).toEqual({
      mcpServers: { prsist: { type: 'stdio', ...plain, timeout: 60_000 } },
    });
    expect(JSON.parse(mcpOf('gemini-cli').after)).toEqual({
      mcpServers: { prsist: { ...plain, timeout: 30_000, trust: false } },
    });
    expect(JSON.parse(mcpOf('cursor').after)).toEqual({ mcpServers: { prsist: plain } });
    expect(JSON.parse(mcpOf('copilot-cli').after)).toEqual({
      mcpServers: { prsist: { type: 'local', ...plain, tools: ['*'] } },
    });
    expect(JSON.parse(mcpOf('opencode').after)).toEqual({
      mcp: { prsist: { type: 'local', command: [command, 'mcp'], environment: {}, enabled: true, timeout: 5000 } },
    });
    expect(mcpOf('codex').after).toBe(`# >>> prsist >>>
[mcp_servers.prsist]
command = "${command}"
args = ["mcp"]
env = { PRSIST_CLIENT = "codex" }
startup_timeout_sec = 10
tool_timeout_sec = 60
# <<< prsist <<<
`);
  });

  test('IN9: twice is once, comments and other servers stay, and without ours it is as it was', () => {
    const before = '{\n\t// mine\n\t"mcpServers": {\n\t\t"other": { "command": "x" },\n\t},\n}\n';
    const { after } = mcpOf('cursor', text(before));
    expect(after).toContain('// mine');
    expect(mcpOf('cursor', text(after)).operations).toEqual([]);
    expect(withoutMcp(after)).toBe(before);
    expect(withoutMcp(before)).toBe(before);
  });

  test.each([
    ['cursor', 'nonsense', 'not valid JSON'],
    ['cursor', '[]', 'does not hold an object'],
    ['cursor', '{"mcpServers": []}', 'is not an object'],
    ['cursor', '{"mcpServers": {}, "mcpServers": {}}', 'twice'],
    ['cursor', '{"mcpServers": {"prsist": {"command": "theirs"}}}', 'another "prsist"'],
    ['codex', '[mcp_servers.prsist]\ncommand = "theirs"\n', 'mcp_servers.prsist already'],
    ['codex', 'mcp_servers.prsist.command = "x"\n', 'mcp_servers.prsist already'],
    ['codex', 'mcp_servers = { other = {} }\n', 'inline'],
    ['codex', 'model = "unfinished\n', 'not valid TOML'],
  ] as const)('IN10: %s with %j is left alone, with the lines to add by hand', (agent, before, reason) => {
    const plan = mcpOf(agent, text(before));
    expect(plan.operations).toEqual([]);
    expect(plan.notes[0]?.message).toContain(reason);
    expect(plan.notes[0]?.lines).toContain('prsist');
  });

  test('IN11: TOML keeps its line ends; a file without a last line end gets it back without one', () => {
    for (const before of [
      'model = "x"',
      'model = "x"\r\n[a]\r\n',
      '# only a comment\n',
      '[mcp_servers.other]\nx = 1\n',
    ]) {
      const plan = mcpOf('codex', text(before));
      expect(plan.after.startsWith(before)).toBe(true);
      if (before.includes('\r\n')) expect(plan.after.replaceAll('\r\n', '')).not.toContain('\n');
      expect(mcpOf('codex', text(plan.after)).operations).toEqual([]);
    }
  });
});

const theirs: Readonly<Record<string, string>> = {
  '.claude/settings.json':
    '{\n  "hooks": { "Stop": [ { "hooks": [ { "type": "command", "command": "beep" } ] } ] }, // mine\n}\n',
  '.claude.json': '{"numStartups":3,"mcpServers":{"other":{"command":"x"}},"projects":{}}',
  '.codex/config.toml': 'model = "x" # mine\r\n[mcp_servers.other]\r\ncommand = "y"',
  '.codex/hooks.json': '\uFEFF{ "hooks": {} }',
  '.gemini/settings.json': '{\n\t"theme": "dark",\n\t"mcpServers": {},\n}\n',
  '.cursor/hooks.json': '{"version":1,"hooks":{"stop":[{"command":"./mine.sh"}]}}\n',
  '.cursor/mcp.json': '{}',
  '.config/opencode/opencode.jsonc': '// mine\n{\n  "mcp": {\n    "a": {},\n  },\n}\n',
  '.copilot/mcp-config.json': '{"mcpServers":{}}',
};

function world(files: Readonly<Record<string, string>>) {
  const home = fs.realpathSync(temporaryDirectory());
  const homes = { home, moved: {} };
  for (const agent of hookedAgents) fs.mkdirSync(agentDirectory(homes, agent), { recursive: true });
  fs.mkdirSync(join(home, '.copilot/hooks'));
  fs.mkdirSync(join(home, '.config/opencode/plugins'));
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(join(home, name), content);
  const { facts } = factsOf(home);
  const place = { receipt: join(home, 'data/installs.json'), backups: join(home, 'data/backups') };
  const snapshot = () => {
    const found = filesBelow(home, (name) => name !== '').filter(({ path }) => !path.includes('/data/'));
    return Object.fromEntries(found.map(({ path }) => [path, fs.readFileSync(path, 'utf8')]));
  };
  const plan = () => planUserHooks(facts, homes, { agents: hookedAgents, form: 'sh', mcp: true });
  const back = () => planWayBack(place, { homes, directories: [facts.bin], roots: [] });
  return { home, homes, place, snapshot, plan, back };
}

describe('T19: all six agents', () => {
  test.each([
    ['files of their own', theirs],
    ['nothing yet', {}],
  ])('IN12: %s: in, again, and back byte for byte', (_, files) => {
    const { homes, place, snapshot, plan, back } = world(files);
    const before = snapshot();
    const planned = plan();
    expect(planned.notes).toEqual([]);
    carryOut(place, planned.operations);
    for (const agent of hookedAgents) {
      for (const path of [agentSettings(homes, agent), agentMcp(homes, agent)]) {
        expect(fs.readFileSync(path, 'utf8')).toContain('prsist');
      }
    }
    expect(plan().operations).toEqual([]);
    carryBack(place, back());
    expect(snapshot()).toEqual(before);
    expect(back()).toEqual({ operations: [], notes: [] });
  });

  test.each([['with the receipt'], ['without it']])('IN13: changed since by others, %s: exactly ours goes', (way) => {
    const { home, place, snapshot, plan, back } = world(theirs);
    const before = snapshot();
    carryOut(place, plan().operations);
    const changed = (files: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(files).map(([path, content]) => [
          path,
          path.endsWith('.toml') ? `# new\r\n${content}` : `${content}\n`,
        ]),
      );
    const mine = (path: string) => Object.keys(theirs).some((name) => path === join(home, name));
    for (const [path, content] of Object.entries(changed(snapshot()))) if (mine(path)) fs.writeFileSync(path, content);
    if (way === 'without it') fs.rmSync(place.receipt);
    carryBack(place, back());
    for (const [path, content] of Object.entries(changed(before))) {
      const now = fs.readFileSync(path, 'utf8');
      expect(now).not.toMatch(/prsist/);
      if (way === 'with the receipt') expect(now).toBe(content);
    }
  });

  test('IN14: an agent that is not there is not touched, and no directory is made for it', () => {
    const { home, homes, plan } = world({});
    for (const agent of hookedAgents) fs.rmSync(agentDirectory(homes, agent), { recursive: true });
    expect(plan().operations.filter(({ path }) => !path.startsWith(join(home, '.local')))).toEqual([]);
  });
});
