import { decodedDirectory } from '../../platform/encoded-path.ts';

/**
 * The directory of a conversation whose file lies in a folder named after it, as Cursor's do; undefined when the path
 * tells none that is there. known: roots of projects, which are looked at first.
 */
export function directoryInPath(path: string, known: readonly string[]): string | undefined {
  const encoded = /[/\\]projects[/\\]([^/\\]+)[/\\]agent-transcripts[/\\]/.exec(path)?.[1];
  return encoded === undefined ? undefined : decodedDirectory(encoded, known);
}
