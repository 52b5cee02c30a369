import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FileOperation, FilePlan, FoundFile } from '../../../src/core/file-edit.ts';
import { insertJson, jsonShape } from '../../../src/core/json-edit.ts';
import { planAgentHooks } from '../../../src/features/capture/install/agent-hooks.ts';
import { chainingHook, planGitHook } from '../../../src/features/capture/install/git-hook.ts';
import {
  emptyReceipt,
  extendReceipt,
  formatReceipt,
  parseReceipt,
  type Receipt,
} from '../../../src/features/capture/install/receipt.ts';
import {
  planScripts,
  type ScriptFacts,
  scriptFiles,
  startEnvironment,
} from '../../../src/features/capture/install/scripts.ts';
import { planUninstall } from '../../../src/features/capture/install/uninstall.ts';
import { settingsText } from './settings-text.ts';

const here = { bin: '/b', form: 'sh', plugin: '', version: undefined } as const;
const settings = '/home/a/.claude/settings.json';
const hook = '/w/.git/hooks/post-commit';

/** A disk in memory, with the receipt kept as init keeps it. */
class Disk {
  readonly files = new Map<string, { text: string; mode: number }>();
  readonly backups = new Map<string, string>();
  receipt: Receipt = emptyReceipt;

  find(path: string): FoundFile {
    const file = this.files.get(path);
    return file ? { kind: 'text', ...file, isLink: false } : { kind: 'absent' };
  }

  install(plan: FilePlan | readonly FileOperation[]): readonly FileOperation[] {
    const operations = 'operations' in plan ? plan.operations : plan;
    const { receipt, backups } = extendReceipt(this.receipt, operations);
    this.receipt = parseReceipt(formatReceipt(receipt)) ?? emptyReceipt;
    for (const { name, text } of backups) this.backups.set(name, text);
    this.apply(operations);
    return operations;
  }

  installAll(): readonly FileOperation[] {
    const agent = planAgentHooks({
      agent: 'claude-code',
      path: settings,
      isInstalled: true,
      file: this.find(settings),
      ...here,
    });
    const git = planGitHook({
      name: 'post-commit',
      hooksDirectory: '/w/.git/hooks',
      hook: this.find(hook),
      aside: this.find(`${hook}.pre-prsist`),
    });
    return this.install([...agent.operations, ...git.operations]);
  }

  uninstall(): FilePlan {
    const paths = [...this.files.keys()];
    const plan = planUninstall({
      receipt: this.receipt,
      found: new Map(paths.map((path) => [path, this.find(path)])),
      backups: this.backups,
      known: [
        { path: settings, subject: 'agent-hooks' },
        { path: hook, subject: 'git-hook' },
      ],
      directories: [],
    });
    this.apply(plan.operations);
    this.receipt = emptyReceipt;
    return plan;
  }

  private apply(operations: readonly FileOperation[]): void {
    for (const step of operations) {
      const old = this.files.get(step.path);
      if (step.kind === 'edit') {
        expect(old?.text ?? null).toBe(step.before);
        if (step.after === null) this.files.delete(step.path);
        else this.files.set(step.path, { text: step.after, mode: old?.mode ?? step.mode });
      } else if (step.kind === 'displace' && old) {
        this.files.set(step.aside, old);
        this.files.set(step.path, { text: step.after, mode: 0o755 });
      } else if (step.kind === 'return') {
        const aside = this.files.get(step.aside);
        if (aside) this.files.set(step.path, aside);
        this.files.delete(step.aside);
      }
    }
  }
}

function disk(files: Readonly<Record<string, string>>): Disk {
  const made = new Disk();
  for (const [path, text] of Object.entries(files)) made.files.set(path, { text, mode: 0o755 });
  return made;
}

const texts = (of: Disk) => Object.fromEntries([...of.files].map(([path, { text }]) => [path, text]));

describe('uninstall puts every file back byte for byte', () => {
  test('any settings file; a second run finds nothing to do', () => {
    fc.assert(
      fc.property(settingsText, fc.constantFrom('#!/bin/sh\nmake', '#!/usr/bin/env node\n1', 'x'), (text, old) => {
        const files = { [settings]: text, [hook]: old };
        const one = disk(files);
        expect(one.installAll()).toHaveLength(2);
        expect(texts(one)[settings]).not.toBe(text);
        one.uninstall();
        expect(texts(one)).toEqual(files);
        expect(one.uninstall()).toEqual({ operations: [], notes: [] });
      }),
    );
  });

  test('files that were not there are gone again, blank ones are blank', () => {
    const none = disk({});
    none.installAll();
    none.uninstall();
    expect(texts(none)).toEqual({});
    const blank = disk({ [settings]: ' \n' });
    blank.installAll();
    blank.uninstall();
    expect(texts(blank)).toEqual({ [settings]: ' \n' });
  });

  test('after installing twice, and after somebody took our entries out and we put them in again', () => {
    const one = disk({ [settings]: '{ "a": 1 }\n', [hook]: '#!/bin/sh\n' });
    one.installAll();
    expect(one.installAll()).toEqual([]);
    one.files.set(settings, { text: '{ "a": 2 }\n', mode: 0o600 });
    expect(one.installAll()).toHaveLength(1);
    one.uninstall();
    expect(texts(one)).toEqual({ [settings]: '{ "a": 2 }\n', [hook]: '#!/bin/sh\n' });
  });

  test('a later install that adds an entry keeps the first backup', () => {
    const one = disk({ [settings]: '{}' });
    one.installAll();
    const path = settings;
    const before = one.files.get(path)?.text ?? '';
    const after = insertJson(before, { path: [], key: 'later', value: 1 }) ?? '';
    one.install([
      {
        kind: 'edit',
        subject: 'agent-hooks',
        path,
        before,
        after,
        mode: 0o600,
        created: false,
        inserted: '',
        containers: [],
      },
    ]);
    one.uninstall();
    expect(texts(one)).toEqual({ [settings]: '{}' });
  });
});

describe('changed since by somebody else', () => {
  test('exactly ours goes out of any settings file, what they wrote stays', () => {
    fc.assert(
      fc.property(settingsText, fc.constantFrom('theirs', 'Zü'), (text, key) => {
        const change = (base: string) => insertJson(base, { path: [], key, value: { on: [true] } }) ?? '';
        const one = disk({ [settings]: text });
        one.installAll();
        one.files.set(settings, { text: change(texts(one)[settings] ?? ''), mode: 0o600 });
        one.uninstall();
        expect(jsonShape(texts(one)[settings] ?? '')).toEqual(jsonShape(change(text)));
      }),
    );
  });

  test('a file we created stays for what they added', () => {
    const one = disk({});
    one.installAll();
    const changed = insertJson(texts(one)[settings] ?? '', { path: [], key: 'model', value: 'x' }) ?? '';
    one.files.set(settings, { text: changed, mode: 0o600 });
    one.uninstall();
    expect(texts(one)).toEqual({ [settings]: '{\n  "model": "x"\n}\n' });
  });

  test('a git hook keeps their lines', () => {
    const one = disk({ [hook]: '#!/bin/sh\nmake\n' });
    one.installAll();
    one.files.set(hook, { text: `${texts(one)[hook]}npm test\n`, mode: 0o755 });
    one.uninstall();
    expect(texts(one)[hook]).toBe('#!/bin/sh\nmake\nnpm test\n');
  });

  test('a hook set aside goes on being called from a file they extended', () => {
    const one = disk({ [hook]: '#!/usr/bin/env node\n' });
    one.installAll();
    one.files.set(hook, { text: chainingHook('post-commit').replace('exec ', 'make\nexec '), mode: 0o755 });
    const plan = one.uninstall();
    expect(texts(one)[hook]).toBe('#!/bin/sh\nmake\nexec "${0%/*}/post-commit.pre-prsist" "$@"\n');
    expect(texts(one)[`${hook}.pre-prsist`]).toBe('#!/usr/bin/env node\n');
    expect(plan.notes[0]?.message).toContain('changed since');
  });

  test('a hook they wrote in place of the one that calls the old one is not replaced by the old one', () => {
    const one = disk({ [hook]: '#!/usr/bin/env node\n' });
    one.installAll();
    one.files.set(hook, { text: '#!/bin/sh\nnew\n', mode: 0o755 });
    one.installAll();
    one.uninstall();
    expect(texts(one)[hook]).toBe('#!/bin/sh\nnew\n');
  });

  test('a settings file that no longer parses is left alone and told about', () => {
    const one = disk({ [settings]: '{}' });
    one.installAll();
    const broken = `${texts(one)[settings]}}`;
    one.files.set(settings, { text: broken, mode: 0o600 });
    expect(one.uninstall().notes[0]?.message).toContain('left alone');
    expect(texts(one)[settings]).toBe(broken);
  });

  test('a backup that is gone or damaged is not used', () => {
    const one = disk({ [settings]: '{"a":1}' });
    one.installAll();
    for (const name of one.backups.keys()) one.backups.set(name, '{}');
    one.uninstall();
    expect(JSON.parse(texts(one)[settings] ?? '')).toMatchObject({ a: 1 });
    expect(texts(one)[settings]).not.toContain('prsist');
  });
});

test('without a receipt it goes by what it finds', () => {
  const one = disk({ [settings]: '{"a":1}', [hook]: '#!/bin/sh\nmake\n' });
  one.installAll();
  one.receipt = emptyReceipt;
  one.uninstall();
  expect(texts(one)).toEqual({
    [settings]:
      '{"a":1,"hooks":{"SessionStart":[],"UserPromptSubmit":[],"Stop":[],"PreCompact":[],"SessionEnd":[],"SubagentStop":[],"PostToolUse":[]}}',
    [hook]: '#!/bin/sh\nmake\n',
  });
});

test('a damaged receipt is no receipt', () => {
  expect(parseReceipt('{"version":1,"entries":[{}]}')).toBeUndefined();
  expect(parseReceipt('{"version":2,"entries":[]}')).toBeUndefined();
  expect(parseReceipt('not json')).toBeUndefined();
});

describe('scripts', () => {
  const facts: ScriptFacts = {
    bin: '/home/a/.local/share/prsist/bin',
    stateDirectoryNote: '/home/a/.local/share/prsist/state-dir',
    stateDirectory: "/home/a/it's/prsist",
    agent: '#!/bin/sh\n# agent\n',
    git: '#!/bin/sh\n# git\n',
    start: '#!/bin/sh\n# start\n',
    plugin: '// prsist\n',
    nodePath: "/opt/it's/node",
    daemonPath: '/p/bin/prsist-daemon',
    commandPath: '/p/bin/prsist',
    environment: startEnvironment({
      config: '/home/a/.config/prsist',
      data: '/home/a/.local/share/prsist',
      state: "/home/a/it's/prsist",
    }),
  };

  test('files, modes and notes', () => {
    expect(
      scriptFiles(facts).map(({ path, mode }) => [path.replace('/home/a/.local/share/prsist/', ''), mode]),
    ).toEqual([
      ['state-dir', 0o600],
      ['bin/node-path', 0o600],
      ['bin/daemon-path', 0o600],
      ['bin/start-env', 0o600],
      ['bin/prsist', 0o700],
      ['bin/prsist-start', 0o700],
      ['bin/prsist-git-hook', 0o700],
      ['bin/prsist-hook', 0o700],
    ]);
    const text = (name: string) => scriptFiles(facts).find(({ path }) => path.endsWith(name))?.text;
    expect(text('state-dir')).toBe("/home/a/it's/prsist\n");
    expect(text('start-env')).toBe(
      "XDG_CONFIG_HOME=/home/a/.config\nXDG_DATA_HOME=/home/a/.local/share\nXDG_STATE_HOME=/home/a/it's\n",
    );
    expect(text('bin/prsist')).toContain("node='/opt/it'\\''s/node'");
    expect(startEnvironment({ prsistHome: '/x', config: '', data: '', state: '' })).toEqual([['PRSIST_HOME', '/x']]);
  });

  test('a line break in a path is refused', () => {
    expect(() => planScripts({ ...facts, nodePath: '/a\nb' }, new Map())).toThrow(/line break/);
  });

  test('current ones are not written again, an old one is replaced, a wrong mode is mended; uninstall removes them', () => {
    const one = disk({});
    one.install(planScripts(facts, new Map()));
    const found = () => new Map([...one.files.keys()].map((path) => [path, one.find(path)]));
    expect(planScripts(facts, found())).toEqual([]);
    const update = planScripts({ ...facts, agent: '#!/bin/sh\n# newer\n' }, found());
    expect(update.filter((step) => step.kind === 'edit')).toHaveLength(1);
    one.install(update);
    one.files.set(`${facts.bin}/prsist-hook`, { text: 'tampered', mode: 0o755 });
    expect(planScripts(facts, found()).filter((step) => step.kind === 'edit')).toHaveLength(1);
    one.uninstall();
    expect(texts(one)).toEqual({});
  });
});
