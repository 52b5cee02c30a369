import type { AgeFiles } from '../package/age-files.ts';
import type { Seal } from './seal.ts';

/** From the source it is the file beside this one, in a build it lies beside the daemon. */
const program = import.meta.url.endsWith('.ts') ? './age.ts' : './age.mjs';

/** Loads age when a keyring is opened or made: whoever has no remote has no use for it. */
export async function ageLoader(): Promise<Seal> {
  const { ageSeal }: { readonly ageSeal: Seal } = await import(program);
  return ageSeal;
}

/** The same for files that stream by. */
export async function ageFilesLoader(): Promise<AgeFiles> {
  const { ageFiles }: { readonly ageFiles: AgeFiles } = await import(program);
  return ageFiles;
}
