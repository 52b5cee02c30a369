import type { Command } from 'commander';

/** Ends the help of a command with examples, one per line, each a whole command line. */
export function withExamples(command: Command, lines: readonly string[]): Command {
  const text = lines.map((line) => `  ${line}`).join('\n');
  return command.addHelpText('after', `\nOptions of every command: prsist --help\n\nExamples:\n${text}`);
}
