import { PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';

export interface DiskParts {
  /** Free bytes where the databases lie. */
  readonly free: () => number;
  readonly monotonic: () => number;
}

/** How long a look at the disk counts: every write asks. */
const looksMs = 500;
const retryMs = 5_000;
/** A database that failed so often in a row, each time opened anew, is only read any more. */
const failuresUntilReadOnly = 2;

/**
 * The state of the disk under the databases: no write is begun when there is too little room, or after it has failed
 * twice. Room that comes back is noticed with the next write; a failed disk when the daemon starts again.
 */
export class Disk {
  readonly #parts: DiskParts;
  readonly #failures = new Map<string, number>();
  #free = Number.POSITIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: DiskParts) {
    this.#parts = parts;
  }

  /** Refuses a write to a database that cannot be relied on now. Throws disk/full, disk/read-only. */
  requireWritable(file: string): void {
    if (this.#isReadOnly(file)) {
      throw new PrsistError('disk/read-only', `${file} is only read since writing it failed twice`, {
        hint: 'check the disk, then prsist daemon stop',
      });
    }
    if (this.isLow) {
      throw new PrsistError('disk/full', `less than ${limits.diskLowBytes >> 20} MiB are free for ${file}`, {
        retryMs,
      });
    }
  }

  get isLow(): boolean {
    const now = this.#parts.monotonic();
    if (now - this.#lookedAt >= looksMs) {
      this.#free = this.#parts.free();
      this.#lookedAt = now;
    }
    return this.#free < limits.diskLowBytes;
  }

  /** What status says of the databases. */
  get state(): 'ok' | 'full' | 'read-only' {
    if ([...this.#failures.keys()].some((file) => this.#isReadOnly(file))) return 'read-only';
    return this.isLow ? 'full' : 'ok';
  }

  /** A commit failed for a reason of the disk. */
  failed(file: string): void {
    this.#failures.set(file, (this.#failures.get(file) ?? 0) + 1);
  }

  /** A commit is on disk. */
  worked(file: string): void {
    if (!this.#isReadOnly(file)) this.#failures.delete(file);
  }

  #isReadOnly(file: string): boolean {
    return (this.#failures.get(file) ?? 0) >= failuresUntilReadOnly;
  }
}
