import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Client, createClient } from '../../client/call.ts';
import { PrsistError } from '../../core/errors.ts';
import type { Reply } from '../../core/operation.ts';
import { restorePrefix, savePrefix } from '../../engines/kept-prefix.ts';
import type { Restored } from '../../engines/local-engine.ts';
import { requireNoSecrets } from '../../engines/no-secrets.ts';
import type { Operations } from '../../features/operations.ts';
import { readText } from '../../platform/files.ts';
import { fileKind } from '../../platform/walk.ts';
import type { Bind, Cli } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { readAll } from '../input.ts';
import { type EngineOptions, withEngine, withLocalEngine } from '../local-engine.ts';
import { plural, size } from '../print.ts';
import { shortIds } from '../short-ids.ts';
import { oneLine } from '../text.ts';
import { relativeTime } from '../when.ts';
import { missedBecause, secondsShown } from './tensor-words.ts';

type State = Reply<Operations['tensor.list']>['items'][number];

/** Adds `cache tensors`. */
export function registerTensors(parent: Command, bind: Bind): void {
  const command = parent
    .command('tensors')
    .description(
      'States of local engines (llama.cpp): what a prompt begins with is computed once and read from a file afterwards. Providers over the network never see any of it. Off until you say prsist config set kv_tensors.enabled true.',
    );
  const lists = command.command('list').description('The kept states, and where they lie.').action(bind(list));
  withExamples(lists, ['prsist cache tensors list', 'prsist cache tensors list --json']);
  addSave(command, bind);
  addRestore(command, bind);
  addDrop(command, bind);
  const verifies = command
    .command('verify')
    .description('Read every kept state, remove damaged ones, and let engines go on that rested after a failure.')
    .action(bind(verify));
  withExamples(verifies, ['prsist cache tensors verify']);
  withExamples(command, [
    'prsist cache tensors save rules.md docs.md',
    'prsist cache tensors restore rules.md docs.md',
  ]);
}

const about = 'Each file is one text of the prompt, in this order; read from stdin when there is none.';

function addSave(parent: Command, bind: Bind): void {
  const command = withEngine(
    parent
      .command('save')
      .description(
        `Have an engine compute what a prompt begins with, and keep its state. ${about} A llama.cpp server has to be started with --slot-save-path and the directory that "prsist cache tensors list" names.`,
      )
      .argument('[files...]')
      .action(bind(save)),
  );
  withExamples(command, [
    'prsist cache tensors save rules.md docs.md --slot 1',
    'prsist cache tensors save rules.md --model model.gguf --context 8192',
  ]);
}

function addRestore(parent: Command, bind: Bind): void {
  const command = withEngine(
    parent
      .command('restore')
      .description(
        `Have an engine read the longest kept state that a prompt begins with. ${about} With --model it only shows that it works: the state goes with this process.`,
      )
      .argument('[files...]')
      .action(bind(restore)),
  );
  withExamples(command, ['prsist cache tensors restore rules.md docs.md --slot 1']);
}

function addDrop(parent: Command, bind: Bind): void {
  const command = parent
    .command('drop')
    .description('Remove a kept state, or all. Nothing is lost but the time to compute it again.')
    .argument('[state]', 'its key, or how it begins')
    .option('--all', 'every kept state')
    .action(bind(drop));
  withExamples(command, ['prsist cache tensors drop 3f9a01', 'prsist cache tensors drop --all']);
}

async function list(cli: Cli): Promise<void> {
  const reply = await cli.client.call('tensor.list', {});
  cli.answer(reply, ({ enabled, directory, items, bytes, max_bytes, paused }) => {
    const short = shortIds(items.map(({ state_key }) => state_key));
    cli.print.table(items.map((item) => rowOf(item, short(item.state_key), cli.now())));
    cli.print.note(`${plural(items.length, 'state')}, ${size(bytes)} of ${size(max_bytes)} in ${oneLine(directory)}`);
    for (const { engine, why } of paused) cli.print.note(`${oneLine(engine)} rests: ${oneLine(why)}`);
    if (!enabled) cli.print.note('switched off; prsist config set kv_tensors.enabled true');
  });
}

function rowOf(item: State, short: string, now: number): readonly string[] {
  const { engine, build, quantisation, tokens, bytes, prefill_ms, uses, last_used_at } = item;
  return [
    short,
    `${oneLine(engine)} ${oneLine(build)}`,
    oneLine(quantisation),
    `${tokens} tokens`,
    size(bytes),
    `saves ${secondsShown(prefill_ms)}`,
    plural(uses, 'use'),
    relativeTime(last_used_at, now),
  ];
}

async function save(cli: Cli, files: readonly string[], options: EngineOptions): Promise<void> {
  const texts = await textsOf(cli, files);
  await requireNoSecrets(texts, { client: cli.client, personal: () => personal(cli) });
  const prefix = { texts, project: cli.place };
  const reply = await withLocalEngine(cli, options, (engine) => savePrefix(cli.client, engine, prefix));
  cli.answer(reply, ({ state_key, tokens, bytes, prefill_ms, dropped }) => {
    const more = dropped > 0 ? `  ${plural(dropped, 'other')} dropped for room` : '';
    const took = `computed in ${secondsShown(prefill_ms)}`;
    cli.print.line(`saved  ${state_key.slice(0, 12)}  ${tokens} tokens  ${size(bytes)}  ${took}${more}`);
  });
}

async function restore(cli: Cli, files: readonly string[], options: EngineOptions): Promise<number> {
  const texts = await textsOf(cli, files);
  const reply = await withLocalEngine(cli, options, (engine) => restorePrefix(cli.client, engine, { texts }));
  cli.answer(reply, () => cli.print.line(told(reply, texts.length)));
  return reply.kind === 'restored' ? 0 : 1;
}

function told(reply: Restored, texts: number): string {
  if (reply.kind === 'missed') return `nothing restored: ${missedBecause(reply)}`;
  const { state_key, tokens, ms, prefill_ms } = reply;
  const part = reply.texts < texts ? `  ${reply.texts} of ${texts} texts` : '';
  const times = `in ${ms.toFixed(1)} ms, computing took ${secondsShown(prefill_ms)}`;
  return `restored  ${state_key.slice(0, 12)}  ${tokens} tokens${part}  ${times}`;
}

async function drop(cli: Cli, state: string | undefined, { all = false }: { readonly all?: boolean }): Promise<void> {
  const reply = await cli.client.call('tensor.drop', { ...(state === undefined ? {} : { state }), all });
  cli.answer(reply, ({ dropped, bytes }) => cli.print.line(`dropped  ${plural(dropped, 'state')}  ${size(bytes)}`));
}

async function verify(cli: Cli): Promise<number> {
  const job = await follow(cli, await cli.client.call('tensor.verify', {}));
  if (job === 130) return job;
  const checked = Number(job.result?.['checked'] ?? 0);
  const damaged = [job.result?.['damaged'] ?? []].flat().length;
  cli.answer(job, () =>
    cli.print.line(
      `${plural(checked, 'state')} read  ${damaged === 0 ? 'all are right' : `${damaged} damaged, removed`}`,
    ),
  );
  return damaged === 0 ? 0 : 1;
}

async function textsOf(cli: Cli, files: readonly string[]): Promise<readonly string[]> {
  const stdin = async () => [await readAll(cli.stdin())];
  const texts = files.length > 0 ? files.map((file) => textOf(cli, file)) : cli.stdin().isTTY ? [] : await stdin();
  if (texts.some((text) => text !== '')) return texts;
  throw new PrsistError('input/invalid', 'there is no text', { field: 'files', hint: 'name files, or pipe a text in' });
}

function textOf(cli: Cli, file: string): string {
  const path = resolve(cli.cwd, file);
  const text = fileKind(path) === 'file' ? readText(path) : undefined;
  if (text === undefined) throw new PrsistError('file/unreadable', `there is no file ${oneLine(path)}`);
  return text;
}

/** In a directory of no project the person's own rules count. */
function personal(cli: Cli): Client {
  return createClient({ env: cli.env, daemon: cli.places.daemon });
}
