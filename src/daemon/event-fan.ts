import type { Read } from '../store/record-type.ts';
import type { EventStream, Moment } from './event-stream.ts';
import { EventTail } from './event-tail.ts';

/** Listeners that are woken before others have their turn. */
const atOnce = 25;

/**
 * Everybody who listens. A commit wakes them a few at a time, so that a request in between waits for few of them; what is
 * committed meanwhile goes out with the same turn.
 */
export class EventFan {
  readonly tail: EventTail;
  readonly #streams = new Set<EventStream>();
  readonly #woken = new Map<EventStream, Set<string>>();
  #turn: NodeJS.Immediate | undefined;

  constructor(read: (key: string) => Read) {
    this.tail = new EventTail(read);
  }

  add(stream: EventStream): void {
    this.#streams.add(stream);
  }

  delete(stream: EventStream): void {
    this.#streams.delete(stream);
    this.#woken.delete(stream);
    if (this.#streams.size === 0) this.tail.clear();
  }

  /** Something was committed. */
  committed(key: string, last: number): void {
    if (this.#streams.size === 0) return;
    this.tail.committed(key, last);
    for (const stream of this.#streams) {
      if (!stream.follows(key)) continue;
      const keys = this.#woken.get(stream);
      if (keys) keys.add(key);
      else this.#woken.set(stream, new Set([key]));
    }
    this.#goOn();
  }

  /** Tells of a moment. key: undefined for one of no project. */
  notice(key: string | undefined, moment: Moment): void {
    for (const stream of this.#streams) stream.notice(key, moment);
  }

  /** Everybody is sent away. */
  stop(): void {
    if (this.#turn) clearImmediate(this.#turn);
    for (const stream of this.#streams) stream.stop();
    this.#woken.clear();
  }

  #goOn(): void {
    if (this.#woken.size > 0) this.#turn ??= setImmediate(() => this.#wakeSome());
  }

  #wakeSome(): void {
    this.#turn = undefined;
    let left = atOnce;
    for (const [stream, keys] of this.#woken) {
      if (left === 0) break;
      left -= 1;
      this.#woken.delete(stream);
      for (const key of keys) stream.wake(key, this.tail.last(key));
    }
    this.#goOn();
  }
}
