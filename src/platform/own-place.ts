// Where this installation and its files are, as far as that can be told: so that a copy of them elsewhere is noticed.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { madeOnce } from './host.ts';

const machineFiles = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

/** A file's place: random id of the installation, hash of the machine's own id ('' where it has none), device and inode. */
export function placeOf(
  file: string,
  instanceFile: string,
): { readonly instance: string; readonly machine: string; readonly file: string } {
  const info = fs.statSync(file, { throwIfNoEntry: false });
  const where = info ? `${info.dev}:${info.ino}` : '';
  return { instance: madeOnce(instanceFile, 16), machine: machineHash(), file: where };
}

function machineHash(): string {
  for (const path of machineFiles) {
    try {
      const id = fs.readFileSync(path, 'utf8').trim();
      // hashed: the id itself is to stay on its machine
      if (id !== '') return createHash('sha256').update(`prsist machine ${id}`).digest('hex').slice(0, 32);
    } catch {
      // another system, or none of ours to read: the other parts tell
    }
  }
  return '';
}
