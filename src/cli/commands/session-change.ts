import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import type { Bind, Cli } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { given, keyValue } from '../input.ts';
import { wholeSession } from '../session-id.ts';
import { cleaned, oneLine } from '../text.ts';

interface PutOptions {
  readonly title?: string;
  readonly info?: Readonly<Record<string, string>>;
}

/** Adds `put`. */
export function addPut(parent: Command, bind: Bind): void {
  const command = parent
    .command('put')
    .description('Give a session another title, or notes of your own.')
    .argument('<id>')
    .option('--title <title>', 'what it is about')
    .option('--info <key=value>', 'a note beside it; may be repeated', keyValue)
    .action(bind(put));
  withExamples(command, ['prsist session put 3f2a91bc --title "billing migration" --info ticket=42']);
}

async function put(cli: Cli, id: string, { title, info }: PutOptions): Promise<void> {
  if (title === undefined && info === undefined) {
    const hint = `prsist session put ${id} --title "what it is about"`;
    throw new PrsistError('input/invalid', 'say what to change: --title or --info', { field: '--title', hint });
  }
  const reply = await cli.client.call('session.put', {
    session_id: await wholeSession(cli, id),
    title,
    metadata: info,
  });
  cli.answer(reply, ({ session }) => cli.print.line(`${session.session_id}  ${oneLine(session.title ?? '-')}`));
}

/** Adds `compact`. */
export function addCompact(parent: Command, bind: Bind): void {
  const command = parent
    .command('compact')
    .description('Note that the context of an agent is compacted, and print what it needs to go on.')
    .argument('<id>')
    .option('--trigger <word>', 'what caused it (manual)')
    .action(bind(compact));
  withExamples(command, ['prsist session compact 3f2a91bc']);
}

async function compact(cli: Cli, id: string, { trigger }: { readonly trigger?: string }): Promise<void> {
  const reply = await cli.client.call('session.compact', { session_id: await wholeSession(cli, id), trigger });
  cli.answer(reply, ({ brief }) => cli.print.line(cleaned(brief).trimEnd()));
}

interface ExportOptions {
  readonly format: 'original';
  readonly out: string;
}

/** Adds `export`. */
export function addExport(parent: Command, bind: Bind): void {
  const command = parent
    .command('export')
    .description('Write the transcripts of a session, as they are kept (without secrets), into a new file.')
    .argument('<id>')
    .option('--format <format>', 'original: the lines as the agent wrote them', 'original')
    .requiredOption('--out <file>', 'a file that is not there yet')
    .action(bind(exported));
  withExamples(command, ['prsist session export 3f2a91bc --out session.jsonl']);
}

async function exported(cli: Cli, id: string, { format, out }: ExportOptions): Promise<number> {
  const session_id = await wholeSession(cli, id);
  const started = await cli.client.call('session.export', {
    session_id,
    format,
    path: resolve(cli.cwd, given(out, '--out')),
  });
  const job = await follow(cli, started);
  if (job === 130) return job;
  cli.answer(job, ({ result }) => cli.print.line(`${String(result?.lines)} lines in ${oneLine(String(result?.path))}`));
  return 0;
}
