import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../src/core/captured.ts';
import { jsonShape } from '../../../src/core/json-edit.ts';
import { approvalOf, planAgentHooks } from '../../../src/features/capture/install/agent-hooks.ts';
import { claudeCodeHooks, codexHooks, isOurCommand } from '../../../src/features/capture/install/entries.ts';
import { addHookEntries, removeHookEntries } from '../../../src/features/capture/install/hook-entries.ts';
import { aNewline, settingsText } from './settings-text.ts';

const here = { bin: '/b', form: 'sh', plugin: '', version: undefined } as const;

function added(
  text: string,
  entries = claudeCodeHooks,
): { readonly text: string; readonly containers: readonly JsonValue[] } {
  const result = addHookEntries(text, entries, isOurCommand);
  if (result.kind === 'refused') throw new Error(result.reason);
  return { text: result.text, containers: result.containers.map((path) => [...path]) };
}

function removed(text: string, containers: readonly (readonly (string | number)[])[] = []): string {
  const result = removeHookEntries(text, isOurCommand, containers);
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.text;
}

describe('what stands in the settings never changes, or Codex stops trusting it', () => {
  test('Claude Code', () => {
    expect(claudeCodeHooks).toEqual({
      SessionStart: {
        hooks: [
          {
            type: 'command',
            command: '"$HOME/.local/share/prsist/bin/prsist-hook" claude-code SessionStart',
            timeout: 5,
          },
        ],
      },
      UserPromptSubmit: {
        hooks: [
          {
            type: 'command',
            command: '"$HOME/.local/share/prsist/bin/prsist-hook" claude-code UserPromptSubmit',
            timeout: 5,
          },
        ],
      },
      Stop: {
        hooks: [
          { type: 'command', command: '"$HOME/.local/share/prsist/bin/prsist-hook" claude-code Stop', timeout: 5 },
        ],
      },
      PreCompact: {
        hooks: [
          {
            type: 'command',
            command: '"$HOME/.local/share/prsist/bin/prsist-hook" claude-code PreCompact',
            timeout: 5,
          },
        ],
      },
      SessionEnd: {
        hooks: [
          {
            type: 'command',
            command: '"$HOME/.local/share/prsist/bin/prsist-hook" claude-code SessionEnd',
            timeout: 5,
          },
        ],
      },
      SubagentStop: {
        hooks: [
          {
            type: 'command',
            command: '"$HOME/.local/share/prsist/bin/prsist-hook" claude-code SubagentStop',
            timeout: 5,
          },
        ],
      },
      PostToolUse: {
        matcher: '*',
        hooks: [
          {
            type: 'command',
            command: '"$HOME/.local/share/prsist/bin/prsist-hook" claude-code PostToolUse',
            async: true,
            timeout: 5,
          },
        ],
      },
    });
  });

  test('Codex, as the bytes of a file of our own', () => {
    expect(added('', codexHooks).text).toBe(`{
  "hooks": {
    "SessionStart": [
      {
        "hooks": [
          {
            "type": "command",
            "command": "\\"$HOME/.local/share/prsist/bin/prsist-hook\\" codex SessionStart",
            "timeout": 5
          }
        ]
      }
    ],
    "UserPromptSubmit": [
      {
        "hooks": [
          {
            "type": "command",
            "command": "\\"$HOME/.local/share/prsist/bin/prsist-hook\\" codex UserPromptSubmit",
            "timeout": 5
          }
        ]
      }
    ],
    "PreCompact": [
      {
        "hooks": [
          {
            "type": "command",
            "command": "\\"$HOME/.local/share/prsist/bin/prsist-hook\\" codex PreCompact",
            "timeout": 5
          }
        ]
      }
    ],
    "Stop": [
      {
        "hooks": [
          {
            "type": "command",
            "command": "\\"$HOME/.local/share/prsist/bin/prsist-hook\\" codex Stop",
            "timeout": 5
          }
        ]
      }
    ],
    "PostToolUse": [
      {
        "matcher": "Bash|apply_patch|mcp__.*",
        "hooks": [
          {
            "type": "command",
            "command": "\\"$HOME/.local/share/prsist/bin/prsist-hook\\" codex PostToolUse",
            "timeout": 5
          }
        ]
      }
    ]
  }
}
`);
  });
});

describe('properties, for settings of any layout', () => {
  test('adding only inserts, says what was said plus our entries, and twice is once', () => {
    fc.assert(
      fc.property(settingsText, (before) => {
        const after = added(before).text;
        expect(isSubsequence(before, after)).toBe(true);
        expect(jsonShape(after)).toBeDefined();
        expect(added(after).text).toBe(after);
        for (const event of Object.keys(claudeCodeHooks)) expect(after.split(`claude-code ${event}"`)).toHaveLength(2);
      }),
    );
  });

  test('removing after adding gives back the same bytes, without any backup', () => {
    fc.assert(
      fc.property(settingsText, (before) => {
        const { text, containers } = added(before);
        const paths = containers.map((path) => (Array.isArray(path) ? path.map(String) : []));
        const back = removed(text, paths);
        expect(back).toBe(before);
      }),
    );
  });

  test('where nothing is ours nothing is removed', () => {
    fc.assert(
      fc.property(settingsText, (text) => {
        expect(removed(text)).toBe(text);
      }),
    );
  });
});

describe('foreign entries', () => {
  const foreign = '{"hooks":{"Stop":[{"matcher":"","hooks":[{"type":"command","command":"notify-send done"}]}]}}';

  test('stay first in their list', () => {
    const after = JSON.parse(added(foreign).text);
    expect(after.hooks.Stop[0]).toEqual(JSON.parse(foreign).hooks.Stop[0]);
    expect(after.hooks.Stop[1]).toEqual(claudeCodeHooks.Stop);
  });

  test('a handler somebody put into our group stays when ours goes', () => {
    const text = JSON.stringify({
      hooks: {
        Stop: [
          {
            hooks: [
              { type: 'command', command: 'x/prsist/bin/prsist-hook a b' },
              { type: 'command', command: 'own' },
            ],
          },
        ],
      },
    });
    expect(JSON.parse(removed(text))).toEqual({ hooks: { Stop: [{ hooks: [{ type: 'command', command: 'own' }] }] } });
  });

  test('a list we did not make stays when it is empty, one we made goes', () => {
    const { text, containers } = added('{\n  "hooks": {\n    "Stop": []\n  }\n}\n');
    expect(containers).not.toContainEqual(['hooks', 'Stop']);
    const paths = containers.map((path) => (Array.isArray(path) ? path.map(String) : []));
    expect(removed(text, paths)).toBe('{\n  "hooks": {\n    "Stop": []\n  }\n}\n');
  });

  test('an older form of our command counts as ours and is not doubled', () => {
    const old =
      '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"/home/a/.local/share/prsist/bin/prsist-hook claude-code Stop"}]}]}}';
    expect(JSON.parse(added(old).text).hooks.Stop).toHaveLength(1);
  });
});

describe('what is refused, with the lines to add by hand', () => {
  test.each([
    ['{"hooks": ', 'not valid JSON'],
    ['[]', 'does not hold an object'],
    ['{"hooks": []}', '"hooks" is not an object'],
    ['{"hooks": {"Stop": {}}}', '"hooks.Stop" is not a list'],
    ['{"hooks": {}, "hooks": {}}', '"hooks" twice'],
    ['// nothing but a comment', 'not valid JSON'],
  ])('%s', (text, reason) => {
    const plan = planAgentHooks({
      agent: 'claude-code',
      path: '/home/a/.claude/settings.json',
      isInstalled: true,
      ...here,
      file: { kind: 'text', text, mode: 0o600, isLink: false },
    });
    expect(plan.operations).toEqual([]);
    expect(plan.notes[0]?.message).toContain(reason);
    expect(plan.notes[0]?.lines).toContain('claude-code SessionStart');
  });
});

describe('planning one agent', () => {
  const codex = {
    agent: 'codex',
    path: '/home/a/.codex/hooks.json',
    isInstalled: true,
    file: { kind: 'absent' },
    ...here,
  } as const;
  const messages = (configToml: string) =>
    planAgentHooks({ ...codex, configToml })
      .notes.map((note) => note.message)
      .join('\n');

  test('an agent that is not installed is not touched', () => {
    expect(planAgentHooks({ ...codex, isInstalled: false })).toEqual({ operations: [], notes: [] });
  });

  test('a file of our own is created, 0600, and the user is told what only they can do', () => {
    const { operations, notes } = planAgentHooks(codex);
    expect(operations).toMatchObject([{ kind: 'edit', before: null, created: true, mode: 0o600, path: codex.path }]);
    expect(notes).toEqual([]);
    expect(approvalOf('codex')).toBe('Codex: open /hooks once and approve prsist');
  });

  test('what Codex notes about approved hooks is no reason for a warning, hooks of its own are', () => {
    expect(
      messages('[hooks.state]\n[hooks.state."/home/a/.codex/hooks.json:stop:0:0"]\ntrusted_hash = "x"\n'),
    ).not.toContain('two places');
    expect(messages('[[hooks.Stop]]\nmatcher = ""\n')).toContain('two places');
    expect(messages('[hooks]\n')).toContain('two places');
    expect(messages('[features]\nhooks = false\n')).toContain('turns hooks off');
  });

  test('hooks that are switched off are told about', () => {
    const file = { kind: 'text', text: '{"disableAllHooks": true}', mode: 0o600, isLink: false } as const;
    const plan = planAgentHooks({ agent: 'claude-code', path: '/s.json', isInstalled: true, ...here, file });
    expect(plan.operations).toHaveLength(1);
    expect(plan.notes[0]?.message).toContain('disableAllHooks');
  });

  test('line ends and indentation are those of the file', () => {
    const file = { kind: 'text', text: '{\r\n\t"model": "x"\r\n}\r\n', mode: 0o644, isLink: false } as const;
    const [operation] = planAgentHooks({
      agent: 'claude-code',
      path: '/s.json',
      isInstalled: true,
      ...here,
      file,
    }).operations;
    const after = operation?.kind === 'edit' ? (operation.after ?? '') : '';
    expect(after.replaceAll(aNewline, '\r\n')).toBe(after);
    expect(after).toContain('\r\n\t"hooks": {\r\n\t\t"SessionStart": [');
  });
});

function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const character of part) {
    at = whole.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
