// Connections of the thread that searches. A file is opened when it is first asked for and again when another one has
// taken its place; the ones used longest ago are closed.

import { fileInfo } from '../platform/walk.ts';
import { openReader, type Reader } from '../store/reader.ts';
import type { Read } from '../store/record-type.ts';

interface Open extends Reader {
  readonly inode: number | undefined;
}

/** Open at once: the user database, the project that is worked in, and some that were looked at. */
const most = 12;

export class SearchReaders {
  readonly #open = new Map<string, Open>();

  /** What reads a database file. Throws store/newer-schema, store/corrupt, disk/failed when it cannot be read. */
  read(file: string): Read {
    const inode = fileInfo(file)?.inode;
    const known = this.#open.get(file);
    this.#open.delete(file);
    if (known && known.inode === inode) {
      this.#open.set(file, known);
      return known.read;
    }
    known?.close();
    const fresh = { ...openReader(file), inode };
    this.#open.set(file, fresh);
    const [oldest] = this.#open.keys();
    if (this.#open.size > most && oldest !== undefined) this.#close(oldest);
    return fresh.read;
  }

  closeAll(): void {
    for (const file of [...this.#open.keys()]) this.#close(file);
  }

  #close(file: string): void {
    this.#open.get(file)?.close();
    this.#open.delete(file);
  }
}
