// `prsist import <package>`: what another memory wrote down, beside the transcripts that the command takes in without one.
import { resolve } from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import { readText } from '../../platform/files.ts';
import { firstBytes } from '../../platform/package-files.ts';
import { askedSecret } from '../asked-secret.ts';
import type { Cli } from '../cli.ts';
import { confirmed } from '../confirm.ts';
import { follow } from '../follow.ts';
import { given, oneOf, wholeId } from '../input.ts';
import { printPreview, printTakenIn } from '../package-words.ts';
import { plural } from '../print.ts';
import { oneLine } from '../text.ts';
import { relativeTime } from '../when.ts';

export interface PackageOptions {
  readonly strategy?: string;
  readonly identity?: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** skip and copy are what others call them. */
const strategies = ['smart', 'ours', 'theirs', 'keep-both', 'skip', 'copy'] as const;
const meant = { skip: 'ours', copy: 'keep-both' } as const;

/** What every sealed file begins with, and how far its head may reach. */
const ageMark = 'age-encryption.org/v1\n';
const headBytes = 64 * 1024;

/** Takes in a memory package. */
export async function importPackage(cli: Cli, file: string, options: PackageOptions): Promise<number> {
  const path = resolve(cli.cwd, file);
  const said = oneOf(strategies, options.strategy ?? 'smart', '--strategy');
  const strategy = said === 'skip' || said === 'copy' ? meant[said] : said;
  const head = firstBytes(path, headBytes).toString('latin1');
  if (!head.startsWith(ageMark)) throw noPackage(path);
  const byPassphrase = /^-> scrypt /m.test(head.slice(0, head.indexOf('\n--- ')));
  const started = await cli.client.call('package.import', {
    ...{ path, strategy, dry_run: options.dryRun ?? false, identities: identitiesOf(cli, options.identity) },
    ...(byPassphrase ? { passphrase: await askedSecret(cli, ['passphrase of the package:']) } : {}),
  });
  const job = await follow(cli, started);
  if (job === 130) return job;
  cli.answer(job, () => (options.dryRun ? printPreview : printTakenIn)(cli.print, job.result ?? {}));
  return 0;
}

function noPackage(path: string): PrsistError {
  return new PrsistError('package/unreadable', `${oneLine(path)} is no memory package`, {
    hint: 'prsist import --path <file or directory> takes in transcripts',
  });
}

/** The keys in some files of age: lines that are not comments. */
function identitiesOf(cli: Cli, files: readonly string[] = []): string[] {
  return files.flatMap((file) => {
    const text = readText(resolve(cli.cwd, given(file, '--identity')));
    if (text === undefined) {
      throw new PrsistError('file/unreadable', `there is no file ${oneLine(file)}`, { field: '--identity' });
    }
    const keys = text.split(/\r?\n/).filter((line) => line.startsWith('AGE-SECRET-KEY-'));
    if (keys.length > 0) return keys;
    throw new PrsistError('input/invalid', `${oneLine(file)} holds no key of age`, {
      ...{ field: '--identity', hint: 'AGE-SECRET-KEY-1…, as age-keygen writes it; keys of ssh are not taken' },
    });
  });
}

/** Packages that were taken in, and the recipient of this device. */
export async function listPackages(cli: Cli): Promise<number> {
  const reply = await cli.client.call('package.list', {});
  cli.answer(reply, ({ items, recipient }) => {
    cli.print.table(
      items.map((item) => [
        ...[item.package_id, oneLine(item.name), item.is_member ? 'of yours' : 'of a stranger', item.strategy],
        ...[plural(item.records, 'record'), relativeTime(item.started_at, cli.now())],
        item.undone_at !== null ? 'undone' : item.ended_at === null ? 'not whole' : '',
      ]),
    );
    if (items.length === 0) cli.print.note('no package was taken in yet');
    cli.print.note(`a package for this device alone: prsist export --to ${recipient}`);
  });
  return 0;
}

/** Takes out what came with a package: what was new goes for good, entries that it changed are put back. */
export async function undoImport(cli: Cli, asked: string, options: PackageOptions): Promise<number> {
  const { items } = await cli.client.call('package.list', {});
  const known = items.map(({ package_id }) => package_id);
  const package_id = wholeId(asked, known);
  if (!known.includes(package_id))
    throw new PrsistError('package/not-found', `no package ${oneLine(asked)} was taken in`);
  const reason = `import of package ${package_id} undone`;
  const look = { package_id, reason, dry_run: true } as const;
  const [gone, back] = [await cli.client.call('store.erase', look), await cli.client.call('trust.revert', look)];
  const changed = back.items.filter(({ done }) => done === 'put back').length;
  const what = `${plural(gone.erased.records, 'record')} of the package go, ${plural(changed, 'entry', 'entries')} put back`;
  if (options.dryRun) {
    cli.answer({ erased: gone.erased, items: back.items, dry_run: true }, () => cli.print.line(what));
    return 0;
  }
  if (!(await confirmed(cli, `${what}. Undo the import?`, options.yes ?? false))) {
    cli.print.note('nothing was undone');
    return 1;
  }
  // in this order: what is undone by a person is not the package's alone any more
  const erased = await cli.client.call('store.erase', { ...look, dry_run: false });
  const put = await cli.client.call('trust.revert', { ...look, dry_run: false });
  cli.answer({ package_id, erased: erased.erased, items: put.items }, () => cli.print.line(`undone: ${what}`));
  return 0;
}
