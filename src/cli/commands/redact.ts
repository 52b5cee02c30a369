import { resolve } from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import { readText } from '../../platform/files.ts';
import { fileKind } from '../../platform/walk.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { textOrStdin } from '../input.ts';
import { plural } from '../print.ts';
import { cleaned, oneLine } from '../text.ts';

export const register: Register = (parent, bind) => {
  const command = parent.command('redact').description('What is taken out of texts before they are kept.');
  const test = command
    .command('test')
    .description('Print a text as it would be kept, without its secrets and private passages. Nothing is stored.')
    .argument('[file]', 'read from stdin when absent or "-"')
    .action(bind(show));
  withExamples(test, [
    'prsist redact test .env',
    'git diff | prsist redact test',
    'prsist redact test notes.md --json',
  ]);
  withExamples(command, ['prsist redact test .env']);
};

async function show(cli: Cli, file: string | undefined): Promise<void> {
  const text = file === undefined || file === '-' ? await textOrStdin(cli, file, 'text') : fileText(cli, file);
  const reply = await cli.client.call('capture.redact', { text });
  cli.answer(reply, () => {
    cli.print.line(cleaned(reply.text).replace(/\n$/, ''));
    const kinds = Object.keys(reply.counts);
    if (kinds.length === 0) return cli.print.note('nothing would be replaced');
    for (const kind of kinds) cli.print.note(`${oneLine(kind)}  ${places(reply, kind)}`);
  });
}

interface Found {
  readonly counts: Readonly<Record<string, number>>;
  readonly finds: readonly { readonly kind: string; readonly line: number }[];
}

const mostLines = 8;

function places({ counts, finds }: Found, kind: string): string {
  const lines = [...new Set(finds.flatMap((find) => (find.kind === kind ? [find.line] : [])))];
  const shown = lines.slice(0, mostLines).join(', ');
  return `${plural(counts[kind] ?? 0, 'time')}, line ${shown}${lines.length > mostLines ? ', …' : ''}`;
}

function fileText(cli: Cli, file: string): string {
  const path = resolve(cli.cwd, file);
  const text = fileKind(path) === 'file' ? readText(path) : undefined;
  if (text === undefined) throw new PrsistError('file/unreadable', `there is no file ${oneLine(path)}`);
  return text;
}
