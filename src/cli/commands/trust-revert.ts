// Undoing in bulk: first what would be done, then all of it at once, then how each is undone.
import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import type { Reply, Request } from '../../core/operation.ts';
import { origins } from '../../core/words.ts';
import type { Operations } from '../../features/operations.ts';
import type { Bind, Cli } from '../cli.ts';
import { confirmed } from '../confirm.ts';
import { withExamples } from '../examples.ts';
import { oneOf } from '../input.ts';
import { plural } from '../print.ts';
import { sessionNamed } from '../session-id.ts';
import { cut, oneLine } from '../text.ts';
import { momentBefore } from '../when.ts';

interface RevertOptions {
  readonly session?: string;
  readonly author?: string;
  readonly origin?: string;
  readonly since?: string;
  readonly until?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

type Done = Reply<Operations['trust.revert']>['items'][number];
type Asked = Request<Operations['trust.revert']>;

/** Adds `revert` to `trust`. */
export function addRevert(parent: Command, bind: Bind): void {
  const command = parent
    .command('revert')
    .description(
      'Undo what a session, an author or an origin did to entries: each gets its newest version that is not theirs,\n' +
        'or is retired where there is none. Nothing is erased.',
    )
    .option('--session <id>', 'of this session')
    .option('--author <name>', 'of this agent; you: your own')
    .option('--origin <origin>', origins.join(', '))
    .option('--since <when>', 'not before: 12h, 7d or a time')
    .option('--until <when>', 'not after')
    .option('--reason <text>', 'why, kept with what is retired')
    .option('--dry-run', 'only show what would be done')
    .option('--yes', 'do not ask')
    .action(bind(revert));
  withExamples(command, [
    'prsist trust revert --session 019a3985 --dry-run',
    'prsist trust revert --author codex --since 2h --yes',
  ]);
}

async function revert(cli: Cli, options: RevertOptions): Promise<number> {
  const asked = await askedOf(cli, options);
  const found = await inBoth(cli, { ...asked, dry_run: true });
  if (options.dryRun || found.length === 0) {
    cli.answer({ dry_run: true, items: found }, () => show(cli, found));
    return 0;
  }
  if (!options.yes) show(cli, found);
  const question = `Undo this in ${plural(found.length, 'entry', 'entries')}?`;
  if (!(await confirmed(cli, question, options.yes ?? false, { why: 'much may be changed at once' }))) {
    cli.print.note('nothing was changed');
    return 1;
  }
  const done = await inBoth(cli, { ...asked, dry_run: false });
  cli.answer({ dry_run: false, items: done }, () => {
    show(cli, done);
    for (const each of done) cli.print.line(`undo ${oneLine(each.key)}: ${undoOf(each)}`);
  });
  return 0;
}

async function askedOf(cli: Cli, { session, author, origin, since, until, reason }: RevertOptions): Promise<Asked> {
  if (session === undefined && author === undefined && origin === undefined) {
    throw new PrsistError('input/invalid', 'say whose changes: --session, --author or --origin', {
      hint: 'prsist trust revert --session <id> --dry-run',
    });
  }
  return {
    ...{ author, reason },
    ...(session === undefined ? {} : { session_id: await sessionNamed(cli, session) }),
    ...(origin === undefined ? {} : { origin: oneOf(origins, origin, '--origin') }),
    ...(since === undefined ? {} : { since: momentBefore(since, cli.now(), '--since') }),
    ...(until === undefined ? {} : { until: momentBefore(until, cli.now(), '--until') }),
  };
}

/** Entries of the project, then the person's own: two databases, a transaction each. */
async function inBoth(cli: Cli, asked: Asked): Promise<readonly Done[]> {
  const { items: here } = await cli.client.call('trust.revert', { ...asked, of: 'project' });
  const { items: own } = await cli.client.call('trust.revert', { ...asked, of: 'user' });
  const known = new Set(here.map(({ entry_id }) => entry_id));
  return [...here, ...own.filter(({ entry_id }) => !known.has(entry_id))];
}

function show(cli: Cli, items: readonly Done[]): void {
  if (items.length === 0) cli.print.note('nothing stands that they changed');
  cli.print.table(
    items.map(({ done, key, before, after }) => [
      done,
      cut(oneLine(key), 40),
      after === null ? cut(oneLine(before), 60) : `${cut(oneLine(before), 40)} → ${cut(oneLine(after), 40)}`,
    ]),
  );
}

function undoOf({ done, key, scope, version }: Done): string {
  const named = `${JSON.stringify(oneLine(key))}${scope === 'project' ? '' : ` --scope ${scope}`}`;
  if (done === 'retired') return `prsist context restore ${named}`;
  return `store what version ${version} says: prsist context history ${named}`;
}
