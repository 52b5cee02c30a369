// Connections of the thread that searches. A file is opened when it is first asked for and again when another one has
// taken its place; the ones used longest ago are closed.

import { fileInfo } from '../platform/walk.ts';
import { openReader, type Reader } from '../store/reader.ts';
import type { Read } from '../store/record-type.ts';
import type { Readers } from './search-verbs.ts';

interface Open extends Reader {
  readonly inode: number | undefined;
}

/** Kept open from one search to the next: the user database, the project that is worked in, and some that were looked at. */
const most = 12;

export class SearchReaders {
  readonly #open = new Map<string, Open>();
  /** Those that have begun to read for what is answered now. */
  readonly #begun = new Set<Open>();

  /** Answers something from the files as they stand when each is first asked for. */
  answer<T>(work: (readers: Readers) => T): T {
    try {
      return work({ read: (file) => this.#begin(file) });
    } finally {
      for (const each of this.#begun) each.end();
      this.#begun.clear();
      this.#closeOldest();
    }
  }

  #begin(file: string): Read {
    const open = this.#opened(file);
    if (!this.#begun.has(open)) {
      open.begin();
      this.#begun.add(open);
    }
    return open.read;
  }

  /** What reads a database file. Throws store/newer-schema, store/corrupt, disk/failed when it cannot be read. */
  #opened(file: string): Open {
    const inode = fileInfo(file)?.inode;
    const known = this.#open.get(file);
    this.#open.delete(file);
    if (known && known.inode === inode) {
      this.#open.set(file, known);
      return known;
    }
    known?.close();
    const fresh = { ...openReader(file), inode };
    this.#open.set(file, fresh);
    return fresh;
  }

  /** After the search: one of all projects reads more of them at once than are kept. */
  #closeOldest(): void {
    for (const file of [...this.#open.keys()].slice(0, -most)) this.#close(file);
  }

  closeAll(): void {
    for (const file of [...this.#open.keys()]) this.#close(file);
  }

  #close(file: string): void {
    this.#open.get(file)?.close();
    this.#open.delete(file);
  }
}
