import { join } from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import { makeDirectories } from '../../platform/directories.ts';
import { readText, writeAtomic } from '../../platform/files.ts';
import { exists } from '../../platform/walk.ts';
import type { Cli, Register } from '../cli.ts';
import { editFile } from '../edit.ts';
import { withExamples } from '../examples.ts';
import { oneLine } from '../text.ts';

type Setting = Reply<Operations['config.explain']>['items'][number];

interface Where {
  readonly user?: boolean;
  readonly here?: boolean;
}

interface Setter extends Where {
  readonly unset?: boolean;
  readonly dryRun?: boolean;
}

export const register: Register = (parent, bind) => {
  const command = parent.command('config').description('The settings.');
  const explains = command
    .command('explain')
    .description('What a setting is now, where that comes from and what it may be.')
    .argument('[key]', 'a setting or a section; all settings when absent')
    .option('--user', "the user's alone, whatever the project of this directory says")
    .action(bind(explain));
  withExamples(explains, ['prsist config explain', 'prsist config explain daemon.idle_exit_minutes']);
  const gets = command
    .command('get')
    .description('The value of a setting, as it is in force here.')
    .argument('<key>')
    .option('--user', "the user's alone, whatever the project of this directory says")
    .action(bind(get));
  withExamples(gets, ['prsist config get brief.max_tokens', 'prsist config get brief.max_tokens --user --json']);
  const sets = command
    .command('set')
    .description("Set a key of your own file, or of a project's. Comments stay; --unset is the way back.")
    .argument('<key>')
    .argument('[value]', 'as in the file: 30, true, "[claude-code, codex]"')
    .option('--user', 'your own file (this is so anyway, unless --here or --project is given)')
    .option('--here', 'the file of the project of this directory, .prsist/config.yaml, for everybody who works on it')
    .option('--unset', 'take the key out again')
    .option('--dry-run', 'only show what would change')
    .action(bind(set));
  withExamples(sets, [
    'prsist config set sessions.idle_minutes 45',
    'prsist config set brief.include_git false --here',
    'prsist config set brief.include_git --unset --here --dry-run',
  ]);
  const edits = command
    .command('edit')
    .description('Open the file in your editor (VISUAL, EDITOR, else vi) and check it afterwards.')
    .option('--here', 'the file of the project of this directory')
    .action(bind(edit));
  withExamples(edits, ['prsist config edit', 'EDITOR=nano prsist config edit --here']);
  const schemas = command
    .command('schema')
    .description('The format of the file as JSON Schema, by which editors complete and check it.')
    .action(bind(schema));
  withExamples(schemas, ['prsist config schema > ~/.config/prsist/schema.json']);
  withExamples(command, ['prsist config explain', 'prsist config set daemon.log_level debug']);
};

async function explain(cli: Cli, key: string | undefined, where: Where): Promise<void> {
  const reply = await asked(cli, where, (project) => cli.client.call('config.explain', { key, ...project }));
  const [first, ...more] = reply.items;
  cli.answer(reply, ({ items }) => cli.print.table(first && more.length === 0 ? details(first) : items.map(line)));
}

async function get(cli: Cli, key: string, where: Where): Promise<void> {
  const reply = await asked(cli, where, (project) => cli.client.call('config.get', { key, ...project }));
  cli.answer(reply, ({ value }) => cli.print.line(shown(value)));
  if (reply.note !== '') cli.print.note(`note: ${oneLine(reply.note)}`);
}

/** Settings as they are for the project of this directory; where that is none, the user's. */
async function asked<R>(cli: Cli, { user }: Where, ask: (project: { project?: string }) => Promise<R>): Promise<R> {
  if (user) return ask({});
  try {
    return await ask({ project: cli.place });
  } catch (error) {
    const isNowhere = error instanceof PrsistError && error.code === 'project/required';
    if (!isNowhere || cli.options.project !== undefined) throw error;
    return ask({});
  }
}

async function set(cli: Cli, key: string, value: string | undefined, options: Setter): Promise<void> {
  const { unset = false, dryRun: dry_run = false } = options;
  if (unset === (value !== undefined)) {
    throw new PrsistError('input/invalid', unset ? 'a value does not go with --unset' : `${key}: which value?`, {
      hint: `prsist config explain ${key}`,
    });
  }
  const project = isProject(cli, options) ? { project: cli.place } : {};
  const reply = await cli.client.call('config.set', { key, value, unset, dry_run, ...project });
  cli.answer(reply, () => {
    if (reply.diff !== '') cli.print.line(reply.diff.trimEnd());
    for (const text of toldOf(reply)) cli.print.note(text);
  });
}

function isProject(cli: Cli, { user = false, here = false }: Where): boolean {
  const named = here || cli.options.project !== undefined;
  if (user && named) throw new PrsistError('input/invalid', '--user and a project exclude each other');
  return named;
}

function toldOf(reply: Reply<Operations['config.set']>): readonly string[] {
  const { key, changed, dry_run, path, source, note } = reply;
  const inFile = source.startsWith(`${path}:`) || source === 'default';
  return [
    changed ? `${dry_run ? 'would be' : 'is'} written to ${path}` : `nothing to change in ${path}`,
    `${key} ${dry_run ? 'would be' : 'is'} ${shown(reply.value)}${inFile ? '' : `, as ${oneLine(source)} says`}`,
    ...(note === '' ? [] : [`note: ${note}`]),
    ...(note.includes('daemon starts') && !dry_run && changed ? ['try: prsist daemon stop'] : []),
  ];
}

async function edit(cli: Cli, { here }: Where): Promise<void> {
  const isOfProject = here || cli.options.project !== undefined;
  const path = isOfProject ? (await cli.client.call('config.check', { project: cli.place })).path : userFile(cli);
  if (!exists(path)) {
    makeDirectories(join(path, '..'));
    writeAtomic(path, '# prsist config explain lists every setting\n', isOfProject ? 0o644 : 0o600);
  }
  await editFile(cli, path);
  // asks the daemon, or starts one: both read the file
  const reply = await cli.client.call('config.check', isOfProject ? { project: cli.place } : {});
  cli.answer(reply, () => cli.print.note(`${path} is right`));
  for (const note of reply.notes) cli.print.note(`note: ${oneLine(note)}`);
}

/** Found here and not by the daemon, which does not start with a file that is wrong. */
function userFile(cli: Cli): string {
  const { config } = cli.client.paths;
  const [first = '', second = ''] = ['config.yaml', 'optimization-config.yaml'].map((name) => join(config, name));
  return readText(first) === undefined && readText(second) !== undefined ? second : first;
}

async function schema(cli: Cli): Promise<void> {
  const reply = await cli.client.call('config.schema', {});
  cli.answer(reply, () => cli.print.line(JSON.stringify(reply.schema, null, 2)));
}

function line(item: Setting): readonly string[] {
  const note = item.note === '' ? '' : ` (${item.note})`;
  return [item.key, shown(item.value), oneLine(item.source), oneLine(item.meaning) + note];
}

function details(item: Setting): readonly (readonly string[])[] {
  return [
    ['key', item.key],
    ['value', shown(item.value)],
    ['from', oneLine(item.source)],
    ['default', shown(item.initial)],
    ['may be', oneLine(item.range)],
    ['meaning', oneLine(item.meaning)],
    ['variable', item.variable],
    ['project', item.in_project ? 'may set it in .prsist/config.yaml' : 'may not set it'],
    ...(item.note === '' ? [] : [['note', oneLine(item.note)]]),
  ];
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}
