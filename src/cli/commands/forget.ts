import { PrsistError } from '../../core/errors.ts';
import { scopes } from '../../core/words.ts';
import type { Cli, Register } from '../cli.ts';
import { confirmed } from '../confirm.ts';
import { type Erased, showErased, showFound } from '../erased.ts';
import { withExamples } from '../examples.ts';
import { oneOf } from '../input.ts';
import { wholeSession } from '../session-id.ts';

interface ForgetOptions {
  readonly last?: boolean | string;
  readonly session?: string;
  readonly entry?: string;
  readonly scope?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

type Asked = Readonly<Pick<ForgetOptions, 'session' | 'entry' | 'scope'>> & {
  readonly last?: 'any' | 'session' | 'entry';
};

const lasts = ['session', 'entry'] as const;

export const register: Register = (parent, bind) => {
  const command = parent
    .command('forget')
    .description(
      'Erase for good: a session with all that was said and done in it, or an entry\n' +
        'with its history; your other devices and remotes follow when they synchronise.\n' +
        'It cannot be undone, and nothing of that conversation is taken in again. The\n' +
        'files of the agents themselves are not touched.',
    )
    .option('--last [what]', `what was changed last; or: ${lasts.join(', ')}`)
    .option('--session <id>', 'this session, with its sub-agents')
    .option('--entry <key>', 'this entry')
    .option('--scope <scope>', `where the entry is: ${scopes.join(', ')} (project, then user)`)
    .option('--reason <text>', 'kept with the receipt')
    .option('--dry-run', 'only show what would go')
    .option('--yes', 'do not ask')
    .action(bind(forget));
  withExamples(command, [
    'prsist forget --last --dry-run',
    'prsist forget --last session',
    'prsist forget --entry api.style --yes --reason "was a customer\'s name"',
  ]);
};

async function forget(cli: Cli, options: ForgetOptions): Promise<number> {
  const { found, asked } = await look(cli, await wanted(cli, options));
  if (options.dryRun) {
    cli.answer(found, () => showFound(cli, found));
    return 0;
  }
  if (!options.yes) showFound(cli, found);
  if (!(await confirmed(cli, 'Erase this for good?', options.yes ?? false))) {
    cli.print.note('nothing was erased');
    return 1;
  }
  const receipt = await erase(cli, exactly(found, asked), { reason: options.reason, dry_run: false });
  cli.answer(receipt, () => showErased(cli, receipt));
  return 0;
}

async function wanted(cli: Cli, options: ForgetOptions): Promise<Asked> {
  const { session, entry, last } = options;
  if ([session, entry, last].filter((each) => each !== undefined).length !== 1) {
    throw new PrsistError('input/invalid', 'say what to forget: one of --last, --session and --entry', {
      hint: 'prsist forget --last --dry-run',
    });
  }
  const scope = options.scope === undefined ? {} : { scope: oneOf(scopes, options.scope, '--scope') };
  if (session !== undefined) return { session: await wholeSession(cli, session) };
  if (entry !== undefined) return { entry, ...scope };
  return { last: last === true || last === undefined ? 'any' : oneOf(lasts, String(last), '--last'), ...scope };
}

/** What would go. An entry is looked for in the project, then among those of the person. */
async function look(cli: Cli, asked: Asked): Promise<{ found: Erased; asked: Asked }> {
  const dry = async (one: Asked) => ({ found: await erase(cli, one, { dry_run: true }), asked: one });
  if (asked.entry === undefined || asked.scope !== undefined) return dry(asked);
  const missing = (error: unknown) => {
    if (error instanceof PrsistError && error.code === 'entry/not-found') return undefined;
    throw error;
  };
  const [here, own] = [await dry(asked).catch(missing), await dry({ ...asked, scope: 'user' }).catch(missing)];
  if (here && own) {
    throw new PrsistError('input/invalid', `${asked.entry} is an entry of the project and one of yours`, {
      hint: 'say which: --scope project or --scope user',
    });
  }
  return here ?? own ?? dry(asked);
}

/** The same thing again, by its id: what was last a moment ago need not be it any more. */
function exactly({ what }: Erased, asked: Asked): Asked {
  const [first] = what;
  if (first === undefined || asked.last === undefined) return asked;
  const scope = asked.scope === undefined ? {} : { scope: asked.scope };
  return first.kind === 'session' ? { session: first.id } : { entry: first.id, ...scope };
}

interface Way {
  readonly reason?: string | undefined;
  readonly dry_run: boolean;
}

function erase(
  cli: Cli,
  { session, entry, last, scope }: Asked,
  { reason = 'asked for', dry_run }: Way,
): Promise<Erased> {
  const where = scope === undefined ? {} : { scope: oneOf(scopes, scope, '--scope') };
  return cli.client.call('store.erase', { session_id: session, entry, last, ...where, reason, dry_run });
}
