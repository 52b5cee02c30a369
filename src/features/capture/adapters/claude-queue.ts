// Prompts typed while a turn runs. Older builds tell of them in queue-operation records alone, newer ones also in
// attachments, so the same words may come twice and in either order.
import type { JsonValue } from '../../../core/captured.ts';
import { shortHash } from './json-reading.ts';

export type Queue = {
  waiting: { text: string; isTold: boolean }[];
  /** Hashes of prompts delivered by `remove` whose attachment may still come. */
  delivered: string[];
  /** The typed prompt in whose turn they are delivered; part of their key, as it is the same in a fork's file. */
  base: string;
  /** [hash, times] of the prompts told since `base`. */
  seen: [string, number][];
};

/** Words that reached the agent from the queue, with the key of their message. */
export interface Delivered {
  readonly text: string;
  readonly key: readonly string[];
}

const maxWaiting = 50;
const maxDelivered = 50;
const maxText = 65_536;

/** A typed prompt starts a new turn: queued ones are counted from there. */
export function startQueueTurn(queue: Queue, uuid: string): void {
  queue.base = uuid;
  queue.seen = [];
}

/**
 * Takes one queue operation and returns the words it delivers into the running turn.
 * `remove` delivers; after `dequeue` they follow as a user record; `popAll` takes them back unsent. An operation that
 * names its text means that entry, any other the first in.
 */
export function queueOperation(queue: Queue, operation: JsonValue | undefined, text: string): Delivered | undefined {
  if (operation === 'enqueue') {
    queue.waiting.push({ text: text.slice(0, maxText), isTold: false });
    if (queue.waiting.length > maxWaiting) queue.waiting.shift();
    return undefined;
  }
  const named = text === '' ? -1 : queue.waiting.findIndex((entry) => entry.text === text.slice(0, maxText));
  if (operation === 'popAll') {
    if (named === -1) queue.waiting = [];
    else queue.waiting.splice(named, 1);
    return undefined;
  }
  if (operation !== 'remove' && operation !== 'dequeue') return undefined;
  const entry = queue.waiting.splice(Math.max(named, 0), 1)[0];
  if (operation === 'dequeue' || entry === undefined || entry.isTold) return undefined;
  queue.delivered.push(shortHash(entry.text));
  if (queue.delivered.length > maxDelivered) queue.delivered.shift();
  return deliver(queue, entry.text);
}

/** Takes the text of a queued_command attachment; undefined when a queue operation has told it already. */
export function queuedAttachment(queue: Queue, whole: string): Delivered | undefined {
  const text = whole.slice(0, maxText);
  const told = queue.delivered.indexOf(shortHash(text));
  if (told !== -1) {
    queue.delivered.splice(told, 1);
    return undefined;
  }
  const waiting = queue.waiting.find((entry) => !entry.isTold && entry.text === text);
  if (waiting !== undefined) waiting.isTold = true;
  return deliver(queue, whole);
}

function deliver(queue: Queue, text: string): Delivered {
  const hash = shortHash(text.slice(0, maxText));
  const counter = queue.seen.find(([known]) => known === hash);
  if (counter === undefined) queue.seen.push([hash, 1]);
  else counter[1] += 1;
  return { text, key: ['queued', queue.base, hash, String(counter?.[1] ?? 1)] };
}
