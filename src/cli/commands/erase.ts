import { PrsistError } from '../../core/errors.ts';
import type { Reply } from '../../core/operation.ts';
import { scopes } from '../../core/words.ts';
import type { Operations } from '../../features/operations.ts';
import type { Cli, Register } from '../cli.ts';
import { confirmed } from '../confirm.ts';
import { counted, type Erased, showFound } from '../erased.ts';
import { withExamples } from '../examples.ts';
import { oneOf } from '../input.ts';
import { plural } from '../print.ts';
import { wholeSession } from '../session-id.ts';
import { relativeTime } from '../when.ts';

interface EraseOptions {
  readonly session?: string;
  readonly entry?: string;
  readonly match?: string;
  readonly subject?: string;
  readonly scope?: string;
  readonly allProjects?: boolean;
  readonly status?: boolean | string;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

interface Asked {
  readonly session_id?: string;
  readonly entry?: string;
  readonly match?: string;
  readonly subject?: string;
}
type Receipt = Reply<Operations['store.erasures']>['receipts'][number];

export const register: Register = (parent, bind) => {
  const command = parent
    .command('erase')
    .description(
      'Erase for good, on all your devices, in every copy and on every remote:\n' +
        'a session, an entry, whatever says a text, or whatever a person said and all\n' +
        'that names them. Other devices and remotes follow when they synchronise;\n' +
        '--status says where it is done (exit 1 while it is not). There is no undo.',
    )
    .option('--session <id>', 'this session, with its sub-agents')
    .option('--entry <key>', 'this entry')
    .option('--match <text>', 'whatever says this text, in this project and among what is your own')
    .option(
      '--subject <person>',
      'a person, by id, name or e-mail: what they said and what names them, in all projects',
    )
    .option('--scope <scope>', `only there: ${scopes.join(', ')}`)
    .option('--all-projects', 'with --match: in all projects')
    .option('--status [receipt]', 'where what was erased is gone, and where it still has to go')
    .option('--reason <text>', 'kept with the receipt; say nothing there that is to be gone')
    .option('--dry-run', 'only show what would go')
    .option('--yes', 'do not ask')
    .action(bind(erase));
  withExamples(command, [
    'prsist erase --match "ACME Ltd" --dry-run',
    'prsist erase --subject ana@example.com --reason "asked for by her"',
    'prsist erase --session 0198a3 --yes',
    'prsist erase --status',
  ]);
};

/** A database in which something is to be erased. */
interface Place {
  readonly name: string;
  readonly client: Cli['client'];
  readonly scope: (typeof scopes)[number];
}

async function erase(cli: Cli, options: EraseOptions): Promise<number> {
  if (options.status !== undefined) return status(cli, options.status);
  const asked = await wanted(cli, options);
  const found: { place: Place; erased: Erased }[] = [];
  for (const place of await placesOf(cli, options)) {
    const erased = await eraseIn(place, asked, { dry_run: true });
    if (erased && erased.erased.records + erased.erased.kept_parts > 0) found.push({ place, erased });
  }
  if (found.length === 0)
    throw new PrsistError('input/invalid', 'nothing of that is remembered here', { hint: 'prsist search' });
  if (options.dryRun) {
    cli.answer({ places: found.map(({ place, erased }) => ({ place: place.name, ...erased })) }, () =>
      showAll(cli, found),
    );
    return 0;
  }
  if (!options.yes) showAll(cli, found);
  if (!(await confirmed(cli, 'Erase this for good, on all devices?', options.yes ?? false))) {
    cli.print.note('nothing was erased');
    return 1;
  }
  const done: { place: string; erased: Erased }[] = [];
  for (const { place } of found) {
    const erased = await eraseIn(place, asked, { dry_run: false, reason: options.reason });
    if (erased) done.push({ place: place.name, erased });
  }
  const told = done.map(({ place, erased }) => ({ place, ...erased }));
  cli.answer({ places: told }, () => {
    for (const { place, erased } of done) cli.print.line(`erased in ${place}: ${counted(erased.erased)}`);
    for (const { erased } of done) cli.print.line(`receipt ${erased.receipt_id ?? ''}`);
    cli.print.note('other devices and remotes follow when they synchronise: prsist erase --status');
  });
  return 0;
}

async function wanted(cli: Cli, { session, entry, match, subject }: EraseOptions): Promise<Asked> {
  if ([session, entry, match, subject].filter((each) => each !== undefined).length !== 1) {
    throw new PrsistError('input/invalid', 'say what to erase: one of --session, --entry, --match and --subject', {
      hint: 'prsist erase --match "some words" --dry-run',
    });
  }
  if (session !== undefined) return { session_id: await wholeSession(cli, session) };
  if (entry !== undefined) return { entry };
  return match === undefined ? { subject: subject ?? '' } : { match };
}

async function placesOf(cli: Cli, { session, scope, subject, allProjects }: EraseOptions): Promise<readonly Place[]> {
  const meant = scope === undefined ? undefined : oneOf(scopes, scope, '--scope');
  const here: Place = { name: 'this project', client: cli.client, scope: meant ?? 'project' };
  if (session !== undefined || meant !== undefined) return [here];
  const own: Place = { name: 'what is your own', client: cli.client, scope: 'user' };
  if (subject === undefined && allProjects !== true) return [here, own];
  const { items } = await cli.client.call('project.list', {});
  const every = items
    .filter(({ state }) => state !== 'removed')
    .map(
      ({ project_id, name }): Place => ({
        ...{ name, client: cli.callAs({ project: project_id }), scope: 'project' },
      }),
    );
  return [...every, own];
}

interface Way {
  readonly dry_run: boolean;
  readonly reason?: string | undefined;
}

/** Nothing of it is there, or outside of any project there is no such place. */
const nowhere: ReadonlySet<string> = new Set(['entry/not-found', 'project/required']);

/** undefined where nothing of it is. */
async function eraseIn({ client, scope }: Place, asked: Asked, { dry_run, reason }: Way): Promise<Erased | undefined> {
  try {
    return await client.call('store.erase', { ...asked, scope, dry_run, reason: reason ?? 'asked for' });
  } catch (error) {
    if (error instanceof PrsistError && nowhere.has(error.code)) return undefined;
    throw error;
  }
}

function showAll(cli: Cli, found: readonly { readonly place: Place; readonly erased: Erased }[]): void {
  for (const { place, erased } of found) {
    cli.print.line(`${place.name}:`);
    showFound(cli, erased);
  }
}

async function status(cli: Cli, asked: boolean | string): Promise<number> {
  const which = typeof asked === 'string' ? { receipt_id: asked } : {};
  const { receipts } = await cli.client.call('store.erasures', which);
  cli.answer({ receipts }, () => {
    if (receipts.length === 0) cli.print.line('nothing was erased');
    for (const receipt of receipts) showReceipt(cli, receipt);
  });
  return receipts.some(isOpen) ? 1 : 0;
}

function isOpen({ devices, remotes }: Receipt): boolean {
  return [...devices, ...remotes].some(({ state }) => state === 'pending');
}

function showReceipt(cli: Cli, receipt: Receipt): void {
  const { receipt_id, at, reason, devices, remotes } = receipt;
  const when = relativeTime(at, cli.now());
  cli.print.line(`${receipt_id}  ${when}  ${reason}  ${isOpen(receipt) ? 'still to be done' : 'done everywhere'}`);
  const heard = (last: string | null) =>
    last === null ? 'not heard of yet' : `heard of ${relativeTime(last, cli.now())}`;
  cli.print.table([
    ...devices.map(({ name, state, confirmed_at, last_seen }) => [
      ...['', 'device', name, state],
      confirmed_at === null ? heard(last_seen) : relativeTime(confirmed_at, cli.now()),
    ]),
    ...remotes.map(({ name, state, packs, of }) => [
      ...['', 'remote', name, state],
      packs === 0 ? '' : `${plural(packs, 'pack')} of ${of.join(', ')}, until it synchronises`,
    ]),
  ]);
}
