import type { Cli } from './cli.ts';
import { readAll } from './input.ts';

/** Words that a person types at a terminal, in one line, or a script pipes in: never an argument, which everybody sees. */
export async function askedLine(cli: Cli, question: string): Promise<string> {
  const stdin = cli.stdin();
  if (!stdin.isTTY) return (await readAll(stdin)).trim();
  cli.print.warn(question);
  for await (const chunk of stdin) return chunk.toString().trim();
  return '';
}

/** The words of a line; numbers before them, as they are shown, do not count. */
export function wordsOf(line: string): string[] {
  return line.split(/[\s,]+/).filter((word) => word !== '' && !/^\d+[.:)]?$/.test(word));
}
