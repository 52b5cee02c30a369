import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import { rights } from '../../core/words.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { oneOf } from '../input.ts';
import { shortIds } from '../short-ids.ts';
import { oneLine } from '../text.ts';
import { durationMs, relativeTime } from '../when.ts';

interface NewOptions {
  readonly rights: string;
  readonly only?: boolean;
  readonly tenant?: string;
  readonly user?: string;
  readonly expires?: string;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('token')
    .description('Tokens for programs that ask over loopback TCP (config: api.tcp).');
  addNew(command, bind);
  const lists = command.command('list').description('The tokens given out.').action(bind(list));
  withExamples(lists, ['prsist token list']);
  const revokes = command
    .command('revoke')
    .description('Take a token back: from now on it opens nothing.')
    .argument('<id>', 'id, a beginning of it, or name')
    .action(bind(revoke));
  withExamples(revokes, ['prsist token revoke ci', 'prsist token revoke 019a3985']);
  withExamples(command, ['prsist token new ci --rights read', 'prsist token list', 'prsist token revoke ci']);
};

function addNew(parent: Command, bind: Bind): void {
  const command = parent
    .command('new')
    .description('Make a token. It is shown once; only its hash is kept.')
    .argument('<name>', 'what it is for')
    .option('--rights <rights>', `${rights.join(', ')}; each includes the one before`, 'read')
    .option('--only', 'for one project: that of this directory, or of --project')
    .option('--tenant <id>', 'for one tenant')
    .option('--user <id>', 'for one user')
    .option('--expires <when>', 'after 12h, 30d, 4w, or at a time; never when absent')
    .action(bind(make));
  withExamples(command, [
    'prsist token new ci --rights read --expires 30d',
    'prsist token new editor --rights write --only',
    'prsist token new acme --rights write --tenant acme --json',
  ]);
}

async function make(cli: Cli, name: string, options: NewOptions): Promise<void> {
  const { tenant, user, expires } = options;
  const project = options.only ? (await cli.client.call('project.show', {})).project_id : undefined;
  const reply = await cli.client.call('token.new', {
    ...{ name, rights: oneOf(rights, options.rights, '--rights') },
    ...(project === undefined ? {} : { project }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(user === undefined ? {} : { user }),
    ...(expires === undefined ? {} : { expires_at: momentAhead(expires, cli.now()) }),
  });
  cli.answer(reply, () => {
    cli.print.line(reply.token);
    cli.print.note('shown this once; send it as Authorization: Bearer …');
  });
}

async function list(cli: Cli): Promise<void> {
  const reply = await cli.client.call('token.list', {});
  cli.answer(reply, ({ items }) => {
    if (items.length === 0) return cli.print.note('no token yet: prsist token new <name>');
    const short = shortIds(items.map((item) => item.token_id));
    cli.print.table(
      items.map((item) => [
        short(item.token_id),
        oneLine(item.name),
        item.rights,
        stateOf(item, cli.now()),
        item.last_used_at === null ? 'never used' : `used ${relativeTime(item.last_used_at, cli.now())}`,
        boundsOf(item),
      ]),
    );
  });
}

async function revoke(cli: Cli, asked: string): Promise<void> {
  const reply = await cli.client.call('token.revoke', { token_id: asked });
  cli.answer(reply, () => cli.print.line(`revoked  ${oneLine(reply.name)}`));
}

interface Token {
  readonly project_id: string | null;
  readonly tenant_id: string | null;
  readonly user_id: string | null;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

function stateOf({ revoked_at, expires_at }: Token, nowMs: number): string {
  if (revoked_at !== null) return 'revoked';
  if (expires_at === null) return 'valid';
  return Date.parse(expires_at) <= nowMs ? 'expired' : `expires ${relativeTime(expires_at, nowMs)}`;
}

function boundsOf({ project_id, tenant_id, user_id }: Token): string {
  const bounds = { project: project_id?.slice(0, 8), tenant: tenant_id, user: user_id };
  return Object.entries(bounds)
    .flatMap(([name, value]) => (value ? [`${name} ${oneLine(value)}`] : []))
    .join(', ');
}

/** RFC 3339 of a moment to come, given as such or as a time span. */
function momentAhead(text: string, nowMs: number): string {
  const ahead = durationMs(text);
  const atMs = ahead === undefined ? Date.parse(text) : nowMs + ahead;
  if (Number.isNaN(atMs) || (ahead === undefined && !/^\d{4}-\d\d-\d\d/.test(text))) {
    throw new PrsistError('input/invalid', `--expires: "${text}" is no time`, {
      ...{ field: 'expires', hint: 'say 12h, 30d, 4w, 2027-03-04 or 2027-03-04T09:15:00Z' },
    });
  }
  return new Date(atMs).toISOString();
}
