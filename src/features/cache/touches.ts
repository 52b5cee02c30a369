// What was used, gathered in memory and written from time to time: a look-up costs no write.
import type { Write } from '../../store/record-type.ts';
import { addLookups, touchBlock, touchSegment } from './block-queries.ts';

/** So many are written at once, however little time has passed. */
export const touchesMost = 500;
const dayMs = 86_400_000;

interface Touch {
  readonly h: Uint8Array;
  uses: number;
  at: number;
}

/** Uses of the blocks of one database that are not written down yet. Lost in a crash, they cost a worse choice and no more. */
export class Touches {
  readonly #touches = new Map<string, Touch>();
  readonly #days = new Map<number, { lookups: number; asked: number; hit: number }>();

  /**
   * A chain was looked up. h: where its longest known prefix ends, undefined where nothing is known; its parents are used
   * through it, since they cannot go before it. asked, hit: tokens of the chain, and of that prefix.
   */
  note(h: Uint8Array | undefined, at: number, { asked, hit }: { readonly asked: number; readonly hit: number }): void {
    const day = Math.floor(at / dayMs);
    const sums = this.#days.get(day) ?? { lookups: 0, asked: 0, hit: 0 };
    this.#days.set(day, { lookups: sums.lookups + 1, asked: sums.asked + asked, hit: sums.hit + hit });
    this.touch(h, at);
  }

  /** A block was used, and its parents through it. */
  touch(h: Uint8Array | undefined, at: number): void {
    if (h === undefined) return;
    const name = Buffer.from(h).toString('hex');
    const known = this.#touches.get(name);
    if (known) Object.assign(known, { uses: known.uses + 1, at: Math.max(known.at, at) });
    else this.#touches.set(name, { h, uses: 1, at });
  }

  /** How many blocks wait for being written. */
  get size(): number {
    return this.#touches.size;
  }

  get isEmpty(): boolean {
    return this.#touches.size === 0 && this.#days.size === 0;
  }

  /** What is gathered, as one write; it is forgotten here, whatever becomes of the write. */
  take(): (tx: Write) => void {
    const [touches, days] = [[...this.#touches.values()], [...this.#days]];
    this.#touches.clear();
    this.#days.clear();
    return (tx) => {
      for (const { h, uses, at } of touches) {
        tx.run(touchBlock, { h, uses, at });
        tx.run(touchSegment, { h, uses, at });
      }
      for (const [day, sums] of days) tx.run(addLookups, { day, ...sums });
    };
  }
}
