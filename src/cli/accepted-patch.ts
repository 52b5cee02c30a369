// The patch that comes along with a handoff.
import { resolve } from 'node:path';
import { shortId } from '../core/ids.ts';
import type { Reply } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';
import { createNewFile, requireNewFile } from '../platform/new-file.ts';
import { printAccepted } from './accepted.ts';
import type { Cli } from './cli.ts';
import { given } from './input.ts';
import { plural, size } from './print.ts';
import { cleaned, oneLine } from './text.ts';

type Accepted = Reply<Operations['session.accept']>;
type Patch = NonNullable<Reply<Operations['session.handoff']>['patch']>;

/** Where the patch is to go: a path, `stdout`, or nowhere. Throws before anything is taken where it could not be written. */
export function patchPlace(cli: Cli, asked: string | undefined): string | undefined {
  if (asked === undefined || asked === '-') return asked;
  const path = resolve(cli.cwd, given(asked, '--patch'));
  requireNewFile(path);
  return path;
}

interface Taking {
  readonly agent: string;
  readonly place: string | undefined;
}

/** Shows a handoff that was taken and puts its patch where it was asked for. Returns the exit status. */
export function givePatch(cli: Cli, reply: Accepted, { agent, place }: Taking): number {
  const { patch } = reply;
  if (place === '-' && !cli.options.json) {
    // a program gets the exact text, a terminal one that cannot move its cursor
    const text = cli.print.isTerminal ? cleaned(patch?.text ?? '') : (patch?.text ?? '');
    if (text !== '') cli.print.line(text.replace(/\n$/, ''));
  } else {
    cli.answer(reply, () => printAccepted(cli, reply));
  }
  if (place === undefined) {
    const again = `prsist handoff accept ${reply.handoff_id} --agent ${oneLine(agent)} --patch FILE`;
    if (patch && patch.text !== '') cli.print.note(`a patch came along: ${again}`);
    return 0;
  }
  if (!patch || patch.text === '') {
    cli.print.warn(patch ? 'the patch is empty: nothing was changed there' : 'error: this handoff has no patch');
    return patch ? 0 : 1;
  }
  if (place !== '-') writeNew(place, patch.text);
  tellPatch(cli, patch);
  cli.print.note(
    place === '-'
      ? `to be applied on ${shortId(patch.base)}`
      : `git apply ${oneLine(place)}  # on ${shortId(patch.base)}`,
  );
  return 0;
}

function writeNew(path: string, text: string): void {
  const file = createNewFile(path);
  try {
    file.write(text);
    file.finish();
  } catch (error) {
    file.discard();
    throw error;
  }
}

/** How much is in a patch, and what is not. */
export function tellPatch(cli: Cli, { files, bytes, left_out }: Patch): void {
  cli.print.note(`the patch: ${plural(files, 'file')}, ${size(bytes)}`);
  for (const { path, why } of left_out) cli.print.note(`not in the patch: ${oneLine(path)} (${oneLine(why)})`);
}
