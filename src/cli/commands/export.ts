import { resolve } from 'node:path';
import { followJob } from '../../client/job.ts';
import { PrsistError } from '../../core/errors.ts';
import type { Request } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import { askedSecret } from '../asked-secret.ts';
import type { Cli, Register } from '../cli.ts';
import { confirmed } from '../confirm.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { given, list } from '../input.ts';
import { printContent, printExported } from '../package-words.ts';
import { wholeSession } from '../session-id.ts';
import { localDay, momentBefore } from '../when.ts';

interface ExportOptions {
  readonly out?: string;
  readonly to?: readonly string[];
  readonly passphrase?: boolean;
  readonly session?: readonly string[];
  readonly since?: string;
  readonly kinds?: readonly string[];
  readonly includeSensitive?: boolean;
  readonly insights?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const leastSecret = 8;

type Asked = Request<Operations['package.export']>;

export const register: Register = (parent, bind) => {
  const command = parent
    .command('export')
    .description(
      'Write what this project remembers into one sealed file (age), for another person or machine: entries, sessions with\n' +
        'their messages, tasks, documents, commits. What is marked sensitive or in quarantine, tools with their output and\n' +
        'thinking stay here. Secrets are looked for once more.',
    )
    .option('--out <file>', 'a new file; <project>-<day>.prsist when absent')
    .option('--to <recipient>', 'for whoever has the key of this recipient of age (age1…); may be repeated', list)
    .option('--passphrase', 'for whoever knows a passphrase: asked for twice, or piped in')
    .option('--session <id>', 'only this session, with its sub-agents; may be repeated', list)
    .option('--since <when>', 'nothing that was changed last before: 30d, 2026-01-31')
    .option('--kinds <a,b>', 'only these: entries, sessions, messages, tools, edits, tasks, documents, commits', list)
    .option('--include-sensitive', 'everything of the project; shown and asked about first')
    .option('--insights', 'numbers of each day, too: sessions, prompts, requests, tokens, commits, tasks done')
    .option('--dry-run', 'count what would go in, write nothing')
    .option('--yes', 'do not ask')
    .action(bind(exportPackage));
  withExamples(command, [
    'prsist export --passphrase',
    'prsist export --to age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p --since 30d',
    'prsist export --session 0199aa12 --out fix.prsist --passphrase < passphrase.txt',
    'prsist export --include-sensitive --dry-run',
  ]);
};

async function exportPackage(cli: Cli, options: ExportOptions): Promise<number> {
  const asked = await askedFor(cli, options);
  if (options.dryRun) {
    const job = await follow(cli, await cli.client.call('package.export', { ...asked, dry_run: true }));
    if (job === 130) return job;
    cli.answer(job, () => printContent(cli.print, job.result ?? {}));
    return 0;
  }
  if (!(await mayLeave(cli, options, asked))) return 1;
  const sealing = await sealingOf(cli, options);
  const path = resolve(cli.cwd, options.out === undefined ? await defaultName(cli) : given(options.out, '--out'));
  const job = await follow(cli, await cli.client.call('package.export', { ...asked, ...sealing, path }));
  if (job === 130) return job;
  cli.answer(job, () => printExported(cli.print, job.result ?? {}));
  return 0;
}

async function askedFor(cli: Cli, options: ExportOptions): Promise<Asked> {
  const sessions = await Promise.all((options.session ?? []).map((session) => wholeSession(cli, session)));
  return {
    include_sensitive: options.includeSensitive ?? false,
    insights: options.insights ?? false,
    ...(options.since === undefined ? {} : { since: momentBefore(options.since, cli.now(), '--since') }),
    // the daemon has the last word on them
    ...(options.kinds === undefined ? {} : { kinds: options.kinds as NonNullable<Asked['kinds']> }),
    ...(sessions.length === 0 ? {} : { sessions }),
  };
}

/** What nobody else is to see by default is shown by kind and count before it leaves. */
async function mayLeave(cli: Cli, options: ExportOptions, asked: Asked): Promise<boolean> {
  if (!options.includeSensitive || options.yes) return true;
  const started = await cli.client.call('package.export', { ...asked, dry_run: true });
  const job = await followJob(cli.client, started.job_id, { pollMs: 200, interrupted: new Promise(() => undefined) });
  if (job !== 'interrupted' && !cli.options.json) printContent(cli.print, job.result ?? {});
  const unseen = {
    why: 'this is more than others are usually shown',
    hint: 'look at it with --dry-run, then say --yes',
  };
  if (await confirmed(cli, 'Write all of this into a file?', false, unseen)) return true;
  cli.print.note('nothing was written');
  return false;
}

async function sealingOf(
  cli: Cli,
  { to, passphrase }: ExportOptions,
): Promise<Pick<Asked, 'passphrase' | 'recipients'>> {
  if (to !== undefined && passphrase) {
    throw new PrsistError('input/invalid', 'a package is sealed to recipients or with a passphrase, not both', {
      hint: 'make two: one with --to, one with --passphrase',
    });
  }
  const ssh = to?.find((each) => each.startsWith('ssh-'));
  if (ssh !== undefined) {
    throw new PrsistError('input/invalid', 'keys of ssh are not taken as recipients', {
      ...{ field: '--to', hint: 'age-keygen makes a key of age; prsist import --list shows that of a device' },
    });
  }
  if (to !== undefined) return { recipients: [...to] };
  if (!passphrase && !cli.stdin().isTTY) {
    throw new PrsistError('input/invalid', 'say who may open it: --to <recipient>, or --passphrase', {
      hint: 'prsist export --passphrase < passphrase.txt',
    });
  }
  const secret = await askedSecret(cli, ['passphrase (8 characters or more):', 'the same again:']);
  if (secret.length >= leastSecret) return { passphrase: secret };
  throw new PrsistError('input/invalid', `a passphrase has ${leastSecret} characters or more`, {
    hint: 'several words are easy to remember and hard to guess',
  });
}

/** By project and day, and by nothing else that would tell more. */
async function defaultName(cli: Cli): Promise<string> {
  const project = await cli.client.call('project.show', {});
  const name = project.name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '') || 'memory';
  return `${name}-${localDay(cli.now())}.prsist`;
}
