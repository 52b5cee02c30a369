import type { Cli } from './cli.ts';

/** Asks a person at a terminal for one of some words; its beginning is enough, anything else is `otherwise`. */
export async function choice<W extends string>(
  cli: Cli,
  question: string,
  words: readonly W[],
  otherwise: W,
): Promise<W> {
  cli.print.warn(question);
  for await (const chunk of cli.stdin()) {
    const said = chunk.toString().trim().toLowerCase();
    return (said === '' ? undefined : words.find((word) => word.startsWith(said))) ?? otherwise;
  }
  return otherwise;
}
