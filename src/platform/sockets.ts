import fs from 'node:fs';
import { join } from 'node:path';
import { processExists } from './process.ts';

/** Sockets of daemons that are gone, by the process number in their name. */
export function deadSockets(directory: string, ownPid: number): string[] {
  return fs.readdirSync(directory).flatMap((name) => {
    const pid = Number(/^d-(\d+)-[0-9a-f]+\.sock$/.exec(name)?.[1] ?? Number.NaN);
    const dead = pid === ownPid || (Number.isInteger(pid) && !processExists(pid));
    return dead ? [join(directory, name)] : [];
  });
}

/** True while a socket stands at its path. */
export function socketStands(path: string): boolean {
  return fs.existsSync(path);
}
