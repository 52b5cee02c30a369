// What was meant by the words of a command line: where commander's own answer is not enough.
import type { Command } from 'commander';
import { PrsistError } from '../core/errors.ts';
import { nearest } from './nearest.ts';

/** The words before `--`: only these can be options. */
export function beforeDashes(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('--');
  return at < 0 ? argv : argv.slice(0, at);
}

/** The first word that is neither an option nor the value of a global one. */
export function commandName(argv: readonly string[]): string | undefined {
  return argv.find((word, n) => !word.startsWith('-') && !['--project', '--timeout'].includes(argv[n - 1] ?? ''));
}

/** The command a line of words leads to, as far as the words are names of commands: `prsist session show`. */
export function pathOf(program: Command, argv: readonly string[]): string {
  const name = commandName(argv);
  const words = name === undefined ? [] : argv.slice(argv.indexOf(name)).filter((word) => !word.startsWith('-'));
  let command = program;
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
  }
  return fullName(command);
}

/** Prints the help of the command these words name. Throws input/invalid when there is none. */
export function showHelp(program: Command, words: readonly string[]): void {
  let command = program;
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) throw unknownCommand(command, word);
    command = next;
  }
  command.outputHelp();
}

function unknownCommand(command: Command, word: string): PrsistError {
  const near = nearest(
    word,
    command.commands.map((each) => each.name()),
  );
  const [, ...above] = fullName(command).split(' ');
  return new PrsistError('input/invalid', `unknown command '${word}'`, {
    hint: ['prsist help', ...above, near ?? (above.length === 0 ? 'all' : '')].join(' ').trimEnd(),
  });
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

/** A command line of search: its words may begin with a dash (`-without`), so only what begins with two is an option. */
export function searchWords(argv: readonly string[]): readonly string[] {
  const end = beforeDashes(argv).length;
  // a blank before it makes it a word like the others
  return argv.map((word, n) => (n < end && /^-[^-]/.test(word) && word !== '-h' ? ` ${word}` : word));
}
