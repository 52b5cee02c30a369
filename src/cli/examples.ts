import type { Command } from 'commander';

const examples = new WeakMap<Command, readonly string[]>();

/** Ends the help of a command with examples, one per line, each a whole command line. */
export function withExamples(command: Command, lines: readonly string[]): Command {
  examples.set(command, lines);
  const text = lines.map((line) => `  ${line}`).join('\n');
  return command.addHelpText('after', `\nOptions of every command: prsist --help\n\nExamples:\n${text}`);
}

/** The examples of a command. */
export function examplesOf(command: Command): readonly string[] {
  return examples.get(command) ?? [];
}
