import { type ErrorBody, errorFromBody } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { follow } from '../follow.ts';
import { plural, size } from '../print.ts';
import { oneLine } from '../text.ts';

interface Wanted {
  readonly paths: string[];
  readonly title?: string | undefined;
  readonly kind?: string | undefined;
  readonly dry_run?: boolean | undefined;
}

interface Skipped {
  readonly path: string;
  readonly code: string;
  readonly reason: string;
  readonly hint: string;
}

/** Reads files into documents, with progress and a summary. Returns 1 when a file that was named itself stayed out. */
export async function putFiles(cli: Cli, wanted: Wanted): Promise<number> {
  const job = await follow(cli, await cli.client.call('document.import', wanted));
  if (job === 130) return job;
  const result = job.result ?? {};
  // the daemon answers these by its own types
  const skipped = (result['skipped'] ?? []) as readonly Skipped[];
  const [first] = skipped;
  if (first && Number(result['files']) <= 1 && wanted.paths.includes(first.path)) throw asError(first);
  cli.answer(job, () => (wanted.dry_run ? showPlanned(cli, result) : show(cli, result, skipped)));
  return skipped.some(({ path }) => wanted.paths.includes(path)) ? 1 : 0;
}

function asError({ path, code, reason, hint }: Skipped): Error {
  const body: ErrorBody = { code, message: `${oneLine(path)}: ${oneLine(reason)}`, hint };
  return errorFromBody(body);
}

const noFile = 'nothing to put: no file of a kind that is read (what git ignores is left out)';

/** So many files that stayed out are named; of thousands nobody reads a list. */
const manySkipped = 20;

type Result = Readonly<Record<string, unknown>>;

function showPlanned(cli: Cli, result: Result): void {
  for (const path of (result['paths'] ?? []) as readonly string[]) cli.print.line(oneLine(path)); // as above
  const { files, bytes } = { files: Number(result['files']), bytes: Number(result['bytes']) };
  cli.print.note(files === 0 ? noFile : `${plural(files, 'file')}, ${size(bytes)}; nothing was read`);
}

function show(cli: Cli, result: Result, skipped: readonly Skipped[]): void {
  const number = (name: string) => Number(result[name] ?? 0);
  const left = skipped.length + number('skipped_more');
  const told = [`${number('new')} new`, `${number('changed')} changed`, `${number('unchanged')} unchanged`];
  if (number('files') === 0 && left === 0) {
    cli.print.note(noFile);
    return;
  }
  cli.print.line([plural(number('files'), 'file'), ...told, ...(left > 0 ? [`${left} skipped`] : [])].join('  '));
  const secrets = Object.entries(result['redacted'] ?? {}).map(([kind, found]) => `${kind} ${String(found)}`);
  if (secrets.length > 0) cli.print.line(`replaced  ${oneLine(secrets.join(', '))}`);
  for (const { path, reason } of skipped.slice(0, manySkipped))
    cli.print.note(`skipped ${oneLine(path)}: ${oneLine(reason)}`);
  if (left > manySkipped) cli.print.note(`and ${left - manySkipped} more; --json names a hundred`);
}
