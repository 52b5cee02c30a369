import type { Paths } from '../platform/paths.ts';

/** True for a directory in which only prsist itself works: its own work is nobody's memory. */
export function isOwnPlace({ config, data, state }: Paths, directory: string): boolean {
  return [config, data, state].some((own) => directory === own || directory.startsWith(`${own}/`));
}
