import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import type { Request } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import { type Audit, auditedAll, auditedOne } from '../audited.ts';
import type { Bind, Cli } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { newestSession, wholeSession } from '../session-id.ts';
import { oneLine } from '../text.ts';
import { momentBefore } from '../when.ts';

interface AuditOptions {
  readonly all?: boolean;
  readonly since?: string;
  readonly agent?: string;
  readonly path?: readonly string[];
  readonly children?: boolean;
}

/** `prsist cache audit`. */
export function registerAudit(parent: Command, bind: Bind): void {
  const command = parent
    .command('audit')
    .summary("What requests read from the provider's cache, what broke it, and what that cost.")
    .description(
      "What requests read from the provider's cache, what broke it, and what that cost: of the newest session, of one, or of all.",
    )
    .argument('[session]', 'id of a session, or its beginning')
    .option('--all', 'every session of the project')
    .option('--since <when>', 'every session with a request since then: 30d, 2026-01-31')
    .option('--agent <agent>', 'every session of this agent')
    .option('--children', 'sub-agents, too')
    .option('--path <path...>', 'these transcripts instead, which are not taken in')
    .action(bind(audit));
  withExamples(command, [
    'prsist cache audit',
    'prsist cache audit --all --since 30d',
    'prsist cache audit --path ~/old-transcripts --json',
  ]);
}

async function audit(cli: Cli, session: string | undefined, options: AuditOptions): Promise<void> {
  const reply: Audit = await cli.client.call('cache.audit', await wanted(cli, session, options));
  cli.answer(reply, () => {
    const [first, ...others] = reply.sessions;
    if (!first) cli.print.note(nothingFound(options));
    else if (others.length === 0) auditedOne(cli.print, first, reply);
    else auditedAll(cli.print, reply);
  });
}

function nothingFound({ path, since, agent, all }: AuditOptions): string {
  if (path)
    return 'no request of a model in these files: transcripts of other forms tell none (sub-agents: --children)';
  const when = since === undefined ? '' : ` since ${oneLine(since)}`;
  const who = agent === undefined ? '' : ` of ${oneLine(agent)}`;
  const others = since ?? agent ?? all;
  if (others === true) return 'no request of a model recorded here: prsist import takes past sessions in';
  return `no request of a model recorded here${who}${when}: prsist cache audit --all looks at all (sub-agents: --children)`;
}

type Wanted = Request<Operations['cache.audit']>;

async function wanted(cli: Cli, session: string | undefined, options: AuditOptions): Promise<Wanted> {
  const { all, since, agent, path, children = false } = options;
  const many = all === true || since !== undefined || agent !== undefined;
  if (session !== undefined && (many || path)) {
    throw new PrsistError('input/invalid', 'name one session, or say --all, --since, --agent or --path', {
      ...{ field: 'session', hint: 'prsist cache audit --all' },
    });
  }
  if (path && since !== undefined) {
    throw new PrsistError('input/invalid', '--since goes without --path', { field: '--since' });
  }
  if (path) return { paths: path.map((each) => resolve(cli.cwd, each)), agent, children };
  if (many) {
    const from = since === undefined ? undefined : momentBefore(since, cli.now(), '--since');
    return { since: from, agent, children };
  }
  return { session_id: await (session === undefined ? newestSession(cli) : wholeSession(cli, session)), children };
}
