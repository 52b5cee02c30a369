import { Command } from 'commander';
import { expect, test } from 'vitest';
import { catalog } from '../../src/cli/catalog.ts';
import { prsist } from './world.ts';

// demo is a command of its own making, tested with it
const entries = catalog.filter(({ name }) => name !== 'demo');

/** Every command line that has a help of its own: `session`, `session show`, … */
async function commandLines(): Promise<readonly string[][]> {
  const all: string[][] = [];
  for (const entry of entries) {
    const program = new Command();
    (await entry.load()).register(program, () => async () => undefined);
    const command = program.commands[0];
    all.push([entry.name], ...(command?.commands ?? []).map((sub) => [entry.name, sub.name()]));
  }
  return all;
}

test.each(await commandLines())(
  'help of %s %s says what it does and ends with examples that begin so',
  async (...words) => {
    const argv = words.filter((word) => word !== undefined);
    const { exit, stdout, stderr } = await prsist([...argv, '--help']);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: prsist ${argv.join(' ')}`));
    const examples = stdout.split('\nExamples:\n')[1]?.trimEnd().split('\n') ?? [];
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(example).toContain(`prsist ${argv[0]}`);
    expect(stdout.split('\n\n').length).toBeGreaterThan(3);
  },
);

test('the usage a catalog entry shows names the subcommands there are', async () => {
  for (const entry of entries.filter(({ usage }) => usage.includes('|'))) {
    const program = new Command();
    (await entry.load()).register(program, () => async () => undefined);
    expect(entry.usage.split('|')).toEqual(program.commands[0]?.commands.map((sub) => sub.name()));
  }
});

test.each([
  [['statuss'], "error: unknown command 'statuss'\ntry: prsist status\n"],
  [['xyzzy'], "error: unknown command 'xyzzy'\ntry: prsist --help\n"],
  [['search', 'x', '--knd', 'entry'], "error: unknown option '--knd'\ntry: prsist search --kind\n"],
  [['session', 'shwo', 'x'], "error: unknown command 'shwo'\ntry: prsist session show\n"],
  [['task', 'update'], "error: missing required argument 'id'\ntry: prsist task update --help\n"],
  [['session', 'show'], "error: missing required argument 'id'\ntry: prsist session show --help\n"],
  [['session', '--json=x'], "error: unknown option '--json=x'\ntry: prsist session --json\n"],
  [['help', 'nosuch'], "error: unknown command 'nosuch'\ntry: prsist help all\n"],
  [['help', 'statuss'], "error: unknown command 'statuss'\ntry: prsist help status\n"],
  [['help', 'session', 'shwo'], "error: unknown command 'shwo'\ntry: prsist help session show\n"],
  [['statuss', '--help'], "error: unknown command 'statuss'\ntry: prsist status\n"],
])('%j is a usage error', async (argv, stderr) => {
  expect(await prsist(argv)).toEqual({ exit: 2, stdout: '', stderr });
});

test.each([
  [['--json', 'statuss'], 'prsist status'],
  [['--json', 'help', 'statuss'], 'prsist help status'],
  [['search', 'x', '--knd', 'y', '--json'], 'prsist search --kind'],
  [['session', 'show', '--json'], 'prsist session show --help'],
  [['session', '--json'], 'prsist session --help'],
  [['remember', 'x', '--as', 'y', '--json'], 'decision | fact | preference | note | lesson'],
])('%j is an object on stdout and nothing else', async (argv, hint) => {
  const { exit, stdout, stderr } = await prsist(argv);
  expect({ exit, stderr }).toEqual({ exit: 2, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ success: false, error: { code: 'input/invalid', hint } });
});

test('a word after -- is no option', async () => {
  expect((await prsist(['remember', '--as', 'x', '--', '--json'])).stderr).toContain('error: --as');
});

test('help goes down to every command', async () => {
  const { exit, stdout } = await prsist(['help', 'session', 'show']);
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: (await prsist(['session', 'show', '--help'])).stdout });
});

test('--version --json is an object', async () => {
  expect(await prsist(['--version', '--json'])).toEqual({ exit: 0, stdout: '{"version":"0.1.0"}\n', stderr: '' });
});
