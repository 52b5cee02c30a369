// Editors as people run them: a real Vim with the plug-in, the VS Code extension with the events the editor sends.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { Module } from 'node:module';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createHome, execute, type Home } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

const folder = resolve(import.meta.dirname, '../../hooks/editor');
const vim = spawnSync('vim', ['--version'], { encoding: 'utf8' });
const hasVim = vim.status === 0 && vim.stdout.includes('+job') && vim.stdout.includes('+eval');

let home: Home;
let cwd: string;
beforeAll(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  fs.mkdirSync(join(home.home, '.claude'));
  await home.json(['init', '--no-import'], { cwd });
});
afterAll(() => home.remove());

async function stretches(): Promise<Record<string, unknown>[]> {
  await home.settled();
  return [...(await home.client(cwd).call('activity.list', {})).items];
}

test.skipIf(!hasVim)(
  'AC10: Vim with the plug-in: a file that was written is there, its words are not (needs vim +job)',
  async () => {
    const file = join(cwd, 'notes with space.ts');
    const typed = 'const secretWords = "wxyzzy";';
    const steps = [`source ${join(folder, 'vim/plugin/prsist.vim')}`, `edit ${file.replaceAll(' ', '\\ ')}`];
    const commands = [
      ...steps,
      'set filetype=typescript',
      `call setline(1, ['${typed}', 'b', 'c'])`,
      'write',
      'sleep 300m',
    ];
    const args = ['-N', '-u', 'NONE', '-i', 'NONE', '-es', ...commands.flatMap((each) => ['-c', each]), '-c', 'qa!'];
    const ran = await execute('vim', args, { cwd, env: { ...home.agentEnv, PRSIST_HOME: home.env.PRSIST_HOME ?? '' } });
    expect([ran.exit, ran.stderr]).toEqual([0, '']);
    await vi.waitFor(async () => {
      expect(await stretches()).toContainEqual(
        expect.objectContaining({ entity: 'notes with space.ts', source: 'vim', language: 'typescript', writes: 1 }),
      );
    }, 5_000);
    const found = await execute('grep', ['-rl', 'wxyzzy', home.env.PRSIST_HOME ?? ''], { env: home.agentEnv });
    expect(found.stdout).toBe('');
  },
);

interface Doc {
  readonly uri: { readonly scheme: string };
  readonly fileName: string;
  readonly languageId: string;
  readonly lineCount: number;
}

test('AC11: the VS Code extension: typing, saving, debugging; what a panel inserts at once is counted apart', async () => {
  const listeners = new Map<string, (event: unknown) => void>();
  const on = (name: string) => (listener: (event: never) => void) => {
    listeners.set(name, listener as (event: unknown) => void);
    return { dispose: () => listeners.delete(name) };
  };
  const vscode = {
    workspace: {
      ...{ onDidSaveTextDocument: on('save'), onDidChangeTextDocument: on('change') },
      getConfiguration: () => ({ get: () => true }),
    },
    window: { onDidChangeActiveTextEditor: on('editor'), onDidChangeTextEditorSelection: on('select') },
    debug: { onDidStartDebugSession: on('debug'), onDidTerminateDebugSession: on('debugged') },
    tasks: { onDidStartTask: on('task'), onDidEndTask: on('tasked') },
  };
  const extension = loaded(vscode);
  const context = { subscriptions: [] as { dispose: () => void }[] };
  vi.stubEnv('PRSIST_HOME', home.env.PRSIST_HOME ?? '');
  extension.activate(context);
  const document: Doc = {
    ...{ uri: { scheme: 'file' }, fileName: join(cwd, 'app.ts'), languageId: 'typescript', lineCount: 40 },
  };
  const change = (text: string) => ({ range: { start: { line: 1 }, end: { line: 1 } }, text });
  listeners.get('change')?.({ document, contentChanges: [change('a\nb\n')] });
  listeners.get('change')?.({ document, contentChanges: [change('x\n'.repeat(20))] });
  listeners.get('save')?.(document);
  listeners.get('debug')?.({});
  for (const each of context.subscriptions) each.dispose();
  vi.unstubAllEnvs();
  expect(listeners.size).toBe(0);
  await vi.waitFor(async () => {
    expect(await stretches()).toContainEqual(
      expect.objectContaining({ entity: 'app.ts', source: 'vscode', lines_added: 22, ai_lines: 20, writes: 1 }),
    );
  }, 5_000);
});

/** The extension as the editor loads it: with a module `vscode` that only the editor has. */
function loaded(vscode: object): { activate: (context: object) => void } {
  const internals = Module as unknown as { _load: (request: string, ...rest: unknown[]) => unknown };
  const load = internals._load;
  internals._load = (request, ...rest) => (request === 'vscode' ? vscode : load(request, ...rest));
  try {
    return Module.createRequire(import.meta.url)(join(folder, 'vscode/extension.js'));
  } finally {
    internals._load = load;
  }
}

test('AC12: heartbeats over the contract; today shows the time and the files', async () => {
  const now = Date.now() / 1000;
  const beat = (entity: string, ago: number) => ({
    source: 'other',
    entity: join(cwd, entity),
    time: now - ago,
    category: 'coding',
  });
  const client = home.client(cwd);
  const items = [beat('slow.ts', 600), beat('slow.ts', 400), beat('slow.ts', 200), beat('fast.ts', 60)];
  expect(await client.call('activity.heartbeat', { items })).toMatchObject({ accepted: 4 });
  expect(await client.call('activity.heartbeat', { items: [{ entity: '/elsewhere/x', time: now }] })).toMatchObject({
    accepted: 0,
  });
  const { stdout } = await home.prsist(['today', '--since', '1h'], { cwd });
  expect(stdout).toMatch(/in editors {2}9 min \(.*other/);
  expect(stdout).toMatch(/9 min\s+slow\.ts/);
  const bad = await home.prsist(['api', 'activity.heartbeat', '{"items":[{"entity":"","time":-1}]}'], { cwd });
  expect([bad.exit, bad.stderr]).toEqual([2, expect.stringContaining('items')]);
});
