import { dirname } from 'node:path';
import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import { makeDirectories } from '../../platform/directories.ts';
import { readText, removeFile, writeAtomic } from '../../platform/files.ts';
import type { Bind, Cli } from '../cli.ts';
import { editFile } from '../edit.ts';
import { withExamples } from '../examples.ts';
import { cleaned, oneLine } from '../text.ts';

interface TemplateOptions {
  readonly edit?: boolean;
  readonly reset?: boolean;
}

const nameForm = /^[a-z][a-z0-9-]{0,62}$/;
const sources = { shipped: 'as it came', changed: 'changed by you', own: 'your own' } as const;

/** Adds `cache templates`. */
export function registerTemplates(parent: Command, bind: Bind): void {
  const command = parent
    .command('templates')
    .description('The templates of contexts: list them, print one, change it, or go back to the one that came.')
    .argument('[name]', 'the one to print, edit or reset')
    .option('--edit', 'open it in your editor (VISUAL, EDITOR, else vi) and check it; a new name makes a new one')
    .option('--reset', 'put yours aside (as .md.old) and go back to the one that came')
    .action(bind(templates));
  withExamples(command, [
    'prsist cache templates',
    'prsist cache templates review --edit',
    'prsist cache templates review --reset',
  ]);
}

async function templates(cli: Cli, name: string | undefined, { edit, reset }: TemplateOptions): Promise<void> {
  if (name === undefined) {
    if (edit || reset) throw new PrsistError('input/invalid', 'which template?', { hint: 'prsist cache templates' });
    return show(cli);
  }
  if (edit && reset) throw new PrsistError('input/invalid', '--edit and --reset exclude each other');
  if (!nameForm.test(name)) {
    throw new PrsistError('input/invalid', `${name} is no name: small letters, digits and -`, { field: 'name' });
  }
  if (edit) return change(cli, name);
  if (reset) return goBack(cli, name);
  const reply = await cli.client.call('cache.templates', { name });
  cli.answer(reply, ({ items }) => {
    for (const { text, fault } of items) {
      cli.print.line(cleaned(text ?? '').trimEnd());
      if (fault !== null) cli.print.note(oneLine(fault));
    }
  });
}

async function show(cli: Cli): Promise<void> {
  const reply = await cli.client.call('cache.templates', {});
  cli.answer(reply, ({ items, directory, placeholders }) => {
    cli.print.table(items.map((each) => [each.name, sources[each.source], oneLine(each.fault ?? each.about)]));
    cli.print.note(`yours lie in ${directory}`);
    cli.print.note(`placeholders: ${placeholders.map((each) => `{{${each}}}`).join(' ')}`);
  });
}

/** The editor gets a person's own file, begun as the one that stood for it. */
async function change(cli: Cli, name: string): Promise<void> {
  const { path, text } = await found(cli, name);
  const isNew = readText(path) === undefined;
  if (isNew) {
    makeDirectories(dirname(path));
    writeAtomic(path, text);
  }
  try {
    await editFile(cli, path);
  } finally {
    // one that was left as it came stays the shipped one, which may become better
    if (isNew && readText(path) === text) removeFile(path);
  }
  const reply = await cli.client.call('cache.templates', {});
  const now = reply.items.find((each) => each.name === name);
  if (now && now.fault !== null) {
    throw new PrsistError('config/invalid', now.fault, { hint: `prsist cache templates ${name} --edit` });
  }
  cli.answer(reply, () => cli.print.note(`${name} is ${now ? sources[now.source] : 'gone'}`));
}

interface Found {
  readonly path: string;
  readonly text: string;
}

async function found(cli: Cli, name: string): Promise<Found> {
  const { items, directory } = await cli.client.call('cache.templates', {});
  const known = items.find((each) => each.name === name);
  if (!known) return { path: `${directory}/${name}.md`, text: `<!-- What it is for. -->\n# ${name}: {{project}}\n` };
  const [shown] = (await cli.client.call('cache.templates', { name })).items;
  return { path: known.path, text: shown?.text ?? '' };
}

async function goBack(cli: Cli, name: string): Promise<void> {
  const { items } = await cli.client.call('cache.templates', {});
  const known = items.find((each) => each.name === name);
  if (!known) throw new PrsistError('template/not-found', `no template ${name}`);
  const text = readText(known.path);
  if (text !== undefined) {
    writeAtomic(`${known.path}.old`, text);
    removeFile(known.path);
  }
  const reply = await cli.client.call('cache.templates', {});
  cli.answer(reply, () => {
    const kept = `yours is kept as ${known.path}.old`;
    cli.print.note(text === undefined ? `${name} is as it came` : `${name} is put back; ${kept}`);
  });
}
