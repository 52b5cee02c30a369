import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalog } from '../../src/cli/catalog.ts';
import { completionScript, shells } from '../../src/cli/completion/scripts.ts';
import { completionTable, kinds } from '../../src/cli/completion/table.ts';
import { choices } from '../../src/cli/completion/words.ts';
import { manualPage, referenceText } from '../../src/cli/reference.ts';
import { type CommandNode, commandTree } from '../../src/cli/tree.ts';
import { createClient } from '../../src/client/call.ts';
import { reply, serve } from '../client/wire-server.ts';
import { prsist } from './world.ts';

const has = (program: string) => spawnSync(program, ['--version']).status === 0;

let tree: readonly CommandNode[];
let folder: string;
beforeAll(async () => {
  tree = await commandTree();
  folder = fs.mkdtempSync(join(tmpdir(), 'prsist-shells-'));
  for (const shell of shells) fs.writeFileSync(join(folder, shell), completionScript(shell, completionTable(tree)));
  // answers as ours would, and says what it was asked
  const program = '#!/bin/sh\necho "$*" >> "$(dirname "$0")/asked"\nprintf \'first-id\\tone\\nsecond-id\\ttwo\\n\'\n';
  fs.writeFileSync(join(folder, 'prsist'), program, { mode: 0o755 });
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const env = () => ({ PATH: `${folder}:/usr/local/bin:/usr/bin:/bin`, HOME: folder });

/** What bash offers for a line, its last word half typed. */
function offered(...words: string[]): string[] {
  const script = `source ${join(folder, 'bash')}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
_prsist
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script, 'bash', 'prsist', ...words], { env: env(), encoding: 'utf8' })
    .trim()
    .split('\n');
}

test.skipIf(!has('bash'))('CM1: bash completes commands, subcommands and options (needs bash)', () => {
  expect(offered('sta')).toEqual(['status', 'stats']);
  expect(offered('session', 'sh')).toEqual(['show']);
  expect(offered('--project', 'x', 'cache', 'tensors', '')).toEqual(['list', 'save', 'restore', 'drop', 'verify']);
  expect(offered('events', '--fo')).toEqual(['--follow']);
  expect(offered('context', 'store', 'k', '--sco')).toEqual(['--scope']);
  expect(offered('context', 'list', '--layer', 'lo')).toEqual(['long_term']);
  expect(offered('help', 'da')).toContain('daemon');
  expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
});

test.skipIf(!has('bash'))(
  'CM2: bash completes what only the memory knows, and evaluates none of it (needs bash)',
  () => {
    expect(offered('session', 'show', 'f')).toEqual(['first-id']);
    expect(offered('today', '')).toEqual(['']);
    expect(offered('handoff', 'codex', '--session', '')).toEqual(['first-id', 'second-id']);
    expect(fs.readFileSync(join(folder, 'asked'), 'utf8')).toContain('completion words sessions');
    fs.writeFileSync(join(folder, 'prsist'), `#!/bin/sh\nprintf '%s\\n' '$(touch ${join(folder, 'run')})' '*'\n`);
    expect(offered('session', 'show', '')).toEqual([`$(touch ${join(folder, 'run')})`, '*']);
    expect(fs.existsSync(join(folder, 'run'))).toBe(false);
  },
);

test.each([
  ['bash', ['-n']],
  ['zsh', ['-n']],
  ['fish', ['--no-execute']],
] as const)('CM3: %s reads its script without a word (where it is installed)', (shell, check) => {
  if (!has(shell)) return void process.stderr.write(`${shell} is not installed: its script was not read\n`);
  const ran = spawnSync(shell, [...check, join(folder, shell)], { env: env(), encoding: 'utf8' });
  expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' });
});

test('CM4: every script names every command', () => {
  for (const shell of shells) {
    const script = fs.readFileSync(join(folder, shell), 'utf8');
    for (const { path } of tree) expect(script, `${shell}: ${path}`).toContain(path);
  }
});

test('CM5: words are asked for in one question, no daemon is started, and what a shell would evaluate is left out', async () => {
  const keys = ['api.style', 'two words', '$(reboot)', '`x`', "it's", 'größe', 'a;b', '--json*'];
  await using server = await serve(({ name }, response) => {
    reply(
      response,
      name === 'context.list' ? { items: keys.map((key) => ({ key, scope: 'project' })) } : { items: [] },
    );
  });
  const ran = await prsist(['completion', 'words', 'keys'], { server });
  expect(ran).toEqual({ exit: 0, stdout: 'api.style\tproject\ngröße\tproject\n', stderr: '' });
  expect(server.asked).toHaveLength(1);
  const client = createClient({ env: server.env, daemon: '/nowhere', whenAbsent: 'fail' });
  for (const kind of kinds) expect(Array.isArray(await choices(client, kind)), kind).toBe(true);
});

test('CM6: where nobody answers, in time or at all, nothing is offered and nothing said', async () => {
  const nothing = { exit: 0, stdout: '', stderr: '' };
  expect(await prsist(['completion', 'words', 'sessions'])).toEqual(nothing);
  expect(await prsist(['completion', 'words', 'nothing'])).toEqual(nothing);
  await using server = await serve(() => undefined); // silent
  const begun = performance.now();
  expect(await prsist(['completion', 'words', 'sessions'], { server })).toEqual(nothing);
  expect(performance.now() - begun).toBeLessThan(10_000); // for ever, if nobody gave up
});

test('CM7: a shell that is none is refused with those there are', async () => {
  expect(await prsist(['completion', 'csh'])).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining('bash|zsh|fish'),
  });
});

test('CM8: help all and the manual hold every command with its options and examples', async () => {
  const { stdout } = await prsist(['help', 'all']);
  const page = manualPage(tree, '1.2.3');
  expect(stdout).toContain(referenceText(tree));
  for (const { name } of catalog) expect(tree.map(({ path }) => path)).toContain(name);
  const plain = page.replaceAll('\\-', '-').replaceAll('\\e', '\\');
  for (const { path, options, examples } of tree) {
    for (const text of [`prsist ${path}`, ...options.map(({ flags }) => flags), ...examples]) {
      expect(stdout, path).toContain(text);
      expect(plain, path).toContain(text);
    }
  }
  // no text of ours is taken for a request
  const requests = new Set(page.split('\n').flatMap((line) => (line.startsWith('.') ? [line.split(' ')[0]] : [])));
  expect([...requests].sort()).toEqual(
    ['.B', '.I', '.PP', '.RE', '.RS', '.SH', '.SS', '.TH', '.TP', '.fi', '.nf'].sort(),
  );
});

test.skipIf(!has('man'))('CM9: man shows the page without a warning (needs man)', () => {
  const file = join(folder, 'prsist.1');
  fs.writeFileSync(file, manualPage(tree, '1.2.3'));
  const ran = spawnSync('man', ['--warnings', '-l', file], {
    env: { ...env(), MANPAGER: 'cat', LANG: 'C.UTF-8' },
    encoding: 'utf8',
  });
  expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' });
  expect(ran.stdout).toContain('OPTIONS OF EVERY COMMAND');
});
