// What is said about an entry: its versions, tags, links, trust, use.
import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import { relations } from '../../core/words.ts';
import type { Bind, Cli } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count, oneOf, wholeNumber } from '../input.ts';
import { plural } from '../print.ts';
import { oneLine } from '../text.ts';
import { relativeTime } from '../when.ts';
import { type OwnerOptions, ownerIn, ownerOptions } from './context-owner.ts';

/** Adds the commands about one entry to `context`. */
export function addMore(parent: Command, bind: Bind): void {
  addHistory(parent, bind);
  addRestore(parent, bind);
  addTag(parent, bind);
  addLink(parent, bind);
  addTrust(parent, bind);
  addFeedback(parent, bind);
}

interface HistoryOptions extends OwnerOptions {
  readonly limit?: number;
  readonly after?: string;
}

function addHistory(parent: Command, bind: Bind): void {
  const command = parent.command('history').description('Every version of an entry, newest first.').argument('<key>');
  ownerOptions(command)
    .option('--limit <n>', 'at most so many (50)', count('--limit', 500))
    .option('--after <cursor>', 'go on where the last page ended')
    .action(bind(history));
  withExamples(command, ['prsist context history api.style']);
}

async function history(cli: Cli, key: string, { limit, after, ...owner }: HistoryOptions): Promise<void> {
  const reply = await cli.client.call('context.history', { key, ...ownerIn(owner), limit, cursor: after });
  cli.answer(reply, ({ items, next_cursor }) => {
    cli.print.table(
      items.map(({ version, op, at, actor, fields }) => [
        String(version),
        relativeTime(at, cli.now()),
        actor.agent ?? 'you',
        op === 'put' && Object.keys(fields).length === 0 ? 'restore' : op,
        changed(fields),
      ]),
    );
    if (next_cursor !== null) cli.print.note(`there are more: --after ${next_cursor}`);
  });
}

/** The value a version wrote, or whatever else it changed; nothing where it changed no field. */
function changed(fields: Readonly<Record<string, unknown>>): string {
  if (Object.keys(fields).length === 0) return '';
  const { value = fields } = fields;
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}

function addRestore(parent: Command, bind: Bind): void {
  const command = parent
    .command('restore')
    .description('Bring a deleted or expired entry back as it was.')
    .argument('<key>');
  ownerOptions(command).action(bind(restore));
  withExamples(command, ['prsist context restore api.style']);
}

async function restore(cli: Cli, key: string, options: OwnerOptions): Promise<void> {
  const reply = await cli.client.call('context.restore', { key, ...ownerIn(options) });
  cli.answer(reply, () => cli.print.line(`${oneLine(reply.key)}  version ${reply.sync_version}  ${reply.state}`));
}

interface TagOptions extends OwnerOptions {
  readonly remove?: readonly string[];
}

function addTag(parent: Command, bind: Bind): void {
  const command = parent.command('tag').description('Add and remove tags.').argument('<key>').argument('[tags...]');
  ownerOptions(command).option('--remove <tags...>', 'take these away').action(bind(tag));
  withExamples(command, ['prsist context tag api.style http review', 'prsist context tag api.style --remove review']);
}

async function tag(cli: Cli, key: string, tags: readonly string[], options: TagOptions): Promise<void> {
  const { remove = [], ...owner } = options;
  const change = { add: [...tags], remove: [...remove] };
  const reply = await cli.client.call('context.tag', { key, ...ownerIn(owner), ...change });
  cli.answer(reply, () => cli.print.line(`${oneLine(reply.key)}  ${reply.tags.map(oneLine).join(', ') || 'no tags'}`));
}

interface LinkOptions extends OwnerOptions {
  readonly remove?: boolean;
}

function addLink(parent: Command, bind: Bind): void {
  const command = parent
    .command('link')
    .description('Say how an entry stands to another. What is superseded is not told to agents unasked.')
    .argument('<key>')
    .argument('<relation>', relations.join(', '))
    .argument('<other>', 'key of the other entry');
  ownerOptions(command).option('--remove', 'take the link away').action(bind(link));
  withExamples(command, ['prsist context link api.style supersedes api.style-2024']);
}

async function link(
  cli: Cli,
  key: string,
  relation: string,
  other: string,
  { remove, ...owner }: LinkOptions,
): Promise<void> {
  const rel = oneOf(relations, relation, 'relation');
  const { entry_id } = await cli.client.call('context.retrieve', { key: other, ...ownerIn(owner) });
  const links = [{ rel, entry_id }];
  const change = remove ? { remove: links } : { add: links };
  const reply = await cli.client.call('context.link', { key, ...ownerIn(owner), ...change });
  cli.answer(reply, () => cli.print.line(`${oneLine(reply.key)}  ${plural(reply.links.length, 'link')}`));
}

interface TrustOptions extends OwnerOptions {
  readonly reason?: string;
}

function addTrust(parent: Command, bind: Bind): void {
  const command = parent
    .command('trust')
    .description('Decide how far an entry is trusted: 0 is never told to agents, 3 is your own word.')
    .argument('<key>')
    .argument('<level>', '0, 1, 2 or 3', wholeNumber('level', 3));
  ownerOptions(command).option('--reason <text>', 'why').action(bind(trust));
  withExamples(command, ['prsist context trust build.hint 0 --reason "from a web page"']);
}

async function trust(cli: Cli, key: string, level: number, { reason, ...owner }: TrustOptions): Promise<void> {
  const reply = await cli.client.call('context.trust', { key, ...ownerIn(owner), trust: level, reason });
  cli.answer(reply, () => cli.print.line(`${oneLine(reply.key)}  trust ${reply.trust}`));
}

interface FeedbackOptions extends OwnerOptions {
  readonly useful?: boolean;
  readonly wrong?: boolean;
}

function addFeedback(parent: Command, bind: Bind): void {
  const command = parent.command('feedback').description('Say that an entry was useful, or wrong.').argument('<key>');
  ownerOptions(command).option('--useful', 'it helped').option('--wrong', 'it did not hold').action(bind(feedback));
  withExamples(command, ['prsist context feedback api.style --useful']);
}

async function feedback(cli: Cli, key: string, { useful, wrong, ...owner }: FeedbackOptions): Promise<void> {
  if (!useful && !wrong) throw new PrsistError('input/invalid', 'say --useful or --wrong', { field: '--useful' });
  if (useful && wrong) throw new PrsistError('input/invalid', 'either --useful or --wrong', { field: '--wrong' });
  const said = { useful: useful ? 1 : 0, wrong: wrong ? 1 : 0 };
  const reply = await cli.client.call('context.feedback', { key, ...ownerIn(owner), ...said });
  cli.answer(reply, () => cli.print.line(`${oneLine(reply.key)}  useful ${reply.useful}, wrong ${reply.wrong}`));
}
