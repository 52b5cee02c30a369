import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count, readAll } from '../input.ts';
import { plural, size } from '../print.ts';
import { cleaned, oneLine } from '../text.ts';
import { relativeTime } from '../when.ts';
import { putFiles } from './document-files.ts';

interface PutOptions {
  readonly uri?: string;
  readonly title?: string;
  readonly kind?: string;
  readonly dryRun?: boolean;
}

interface ListOptions {
  readonly kind?: string;
  readonly prefix?: string;
  readonly retired?: boolean;
  readonly limit?: number;
  readonly after?: string;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('document')
    .description('Documents: files and texts that are kept with their history and found by search.');
  addPut(command, bind);
  addGet(command, bind);
  addList(command, bind);
  addHistory(command, bind);
  addRetire(command, bind);
  addRestore(command, bind);
  withExamples(command, ['prsist document put docs/', 'prsist document get docs/api.md']);
};

function addPut(parent: Command, bind: Bind): void {
  const command = parent
    .command('put')
    .description(
      'Keep files as documents: text, Markdown, source code, HTML, PDF, docx, pptx, xlsx, odt, odp, ods. The same content again writes nothing.',
    )
    .argument('<paths...>', 'files and directories (what git ignores is left out); "-" reads a text from stdin')
    .option('--uri <name>', 'name of the text from stdin: notes/today.md')
    .option('--title <text>', 'instead of the one in the document')
    .option('--kind <word>', 'what kind of document it is (file)')
    .option('--dry-run', 'name the files, read nothing')
    .action(bind(put));
  withExamples(command, [
    'prsist document put README.md docs/',
    'prsist document put ~/Downloads/spec.pdf --kind spec',
    'git log --oneline -20 | prsist document put - --uri notes/recent-commits.txt',
  ]);
}

async function put(cli: Cli, paths: readonly string[], options: PutOptions): Promise<number> {
  if (!paths.includes('-')) {
    const { title, kind, dryRun } = options;
    if (options.uri !== undefined) {
      throw new PrsistError('input/invalid', '--uri names a text from stdin; a file is named by its path', {
        field: '--uri',
      });
    }
    return putFiles(cli, { paths: paths.map((path) => resolve(cli.cwd, path)), title, kind, dry_run: dryRun });
  }
  if (paths.length > 1) throw new PrsistError('input/invalid', '"-" stands alone', { field: 'paths' });
  if (options.uri === undefined) {
    throw new PrsistError('input/invalid', 'a text from stdin needs a name', {
      field: '--uri',
      hint: '--uri notes/x.md',
    });
  }
  const { uri, title, kind } = options;
  const content = await readAll(cli.stdin());
  if (content.trim() === '') throw new PrsistError('input/invalid', 'the text from stdin is empty', { field: 'text' });
  const reply = await cli.client.call('document.put', { uri, title, kind, content });
  cli.answer(reply, ({ items }) => {
    for (const item of items) cli.print.line(`${oneLine(item.uri)}  ${item.written}  revision ${item.revision}`);
  });
  return 0;
}

function addGet(parent: Command, bind: Bind): void {
  const command = parent
    .command('get')
    .description('Print the text of a document.')
    .argument('<name>', 'its uri, id, or the path of its file')
    .option('--revision <n>', 'as it was then: prsist document history <name>', count('--revision'))
    .action(bind(get));
  withExamples(command, ['prsist document get docs/api.md', 'prsist document get docs/api.md --revision 2']);
}

async function get(cli: Cli, uri: string, { revision }: { readonly revision?: number }): Promise<void> {
  const reply = await cli.client.call('document.get', { uri, revision });
  cli.answer(reply, ({ content, retired_at }) => {
    if (retired_at !== null) cli.print.note('this document is retired');
    // a program gets the exact text, a terminal one that cannot move its cursor
    cli.print.line(cli.print.isTerminal ? cleaned(content) : content.replace(/\n$/, ''));
  });
}

function addList(parent: Command, bind: Bind): void {
  const command = parent
    .command('list')
    .description('Documents, latest change first.')
    .option('--kind <word>', 'only of this kind: file, note, memory-bank')
    .option('--prefix <text>', 'only names that begin so')
    .option('--retired', 'the hidden ones')
    .option('--limit <n>', 'at most so many (50)', count('--limit', 500))
    .option('--after <cursor>', 'go on where the last page ended')
    .action(bind(list));
  withExamples(command, ['prsist document list --prefix docs/', 'prsist document list --json']);
}

async function list(cli: Cli, { kind, prefix, retired, limit, after }: ListOptions): Promise<void> {
  const reply = await cli.client.call('document.list', {
    ...{ kind, prefix, limit, cursor: after, state: retired ? 'retired' : undefined },
  });
  cli.answer(reply, ({ items, next_cursor }) => {
    if (items.length === 0) return cli.print.note('no documents');
    cli.print.table(
      items.map((item) => [
        oneLine(item.uri),
        oneLine(item.kind),
        size(item.bytes),
        plural(item.revision, 'revision'),
        relativeTime(item.updated_at, cli.now()),
        oneLine(item.title),
      ]),
    );
    if (next_cursor !== null) cli.print.note(`there are more: --after ${next_cursor}`);
  });
}

function addHistory(parent: Command, bind: Bind): void {
  const command = parent
    .command('history')
    .description('Every change of a document, latest first.')
    .argument('<name>')
    .action(bind(history));
  withExamples(command, ['prsist document history docs/api.md']);
}

async function history(cli: Cli, uri: string): Promise<void> {
  const reply = await cli.client.call('document.history', { uri });
  cli.answer(reply, ({ items }) => {
    cli.print.table(
      items.map(({ revision, change, at, by, bytes, reason, title }) => [
        revision === null ? '-' : String(revision),
        change,
        relativeTime(at, cli.now()),
        oneLine(by),
        bytes === null ? '-' : size(bytes),
        oneLine(reason ?? title ?? ''),
      ]),
    );
  });
}

function addRetire(parent: Command, bind: Bind): void {
  const command = parent
    .command('retire')
    .description('Hide a document; its history is kept and `document restore` brings it back.')
    .argument('<name>')
    .option('--reason <text>', 'why')
    .action(bind(retire));
  withExamples(command, ['prsist document retire docs/old.md --reason "replaced by docs/api.md"']);
}

async function retire(cli: Cli, uri: string, { reason }: { readonly reason?: string }): Promise<void> {
  const reply = await cli.client.call('document.delete', { uri, reason });
  cli.answer(reply, () => cli.print.line(`${oneLine(reply.uri)}  retired`));
}

function addRestore(parent: Command, bind: Bind): void {
  const command = parent
    .command('restore')
    .description('Show a retired document again, or go back to the text of an earlier revision.')
    .argument('<name>')
    .option('--revision <n>', 'the text it had then, as a new revision', count('--revision'))
    .action(bind(restore));
  withExamples(command, ['prsist document restore docs/old.md', 'prsist document restore docs/api.md --revision 2']);
}

async function restore(cli: Cli, uri: string, { revision }: { readonly revision?: number }): Promise<void> {
  const reply = await cli.client.call('document.restore', { uri, revision });
  cli.answer(reply, () => cli.print.line(`${oneLine(reply.uri)}  revision ${reply.revision}`));
}
