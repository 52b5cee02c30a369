import { PrsistError } from '../core/errors.ts';
import type { Cli } from './cli.ts';
import { readAll } from './input.ts';

/** What a terminal that can hide what is typed has beside others. */
interface Raw {
  readonly setRawMode?: (on: boolean) => unknown;
}

const [enter, interrupt, endOfInput, backspace, erase] = ['\r', '\u0003', '\u0004', '\u007f', '\b'];

/**
 * A passphrase: typed at a terminal, which does not show it, once for each question; or piped in by a script, as its first
 * line. Never an argument, which everybody sees. Throws input/invalid where two answers differ, or there is none.
 */
export async function askedSecret(cli: Cli, questions: readonly string[]): Promise<string> {
  const stdin = cli.stdin();
  if (!stdin.isTTY) return required((await readAll(stdin)).split(/\r?\n/)[0] ?? '');
  const chunks = stdin[Symbol.asyncIterator]();
  const raw = stdin as Raw; // a terminal of Node; in a test it is none
  raw.setRawMode?.(true);
  try {
    const answers: string[] = [];
    for (const question of questions) {
      cli.print.warn(question);
      answers.push(await typed(chunks));
    }
    if (new Set(answers).size > 1)
      throw new PrsistError('input/invalid', 'the two were not the same', { hint: 'try again' });
    return required(answers[0] ?? '');
  } finally {
    raw.setRawMode?.(false);
    await chunks.return?.();
  }
}

/** One line, letter by letter. */
async function typed(chunks: AsyncIterator<Buffer | string>): Promise<string> {
  let line = '';
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) return line;
    for (const letter of value.toString()) {
      if (letter === enter || letter === '\n' || letter === endOfInput) return line;
      if (letter === interrupt) throw new PrsistError('input/invalid', 'called off: nothing was done');
      if (letter === backspace || letter === erase) line = [...line].slice(0, -1).join('');
      else line += letter;
    }
  }
}

function required(secret: string): string {
  if (secret !== '') return secret;
  throw new PrsistError('input/invalid', 'no passphrase was given', { hint: 'type it, or pipe it in' });
}
