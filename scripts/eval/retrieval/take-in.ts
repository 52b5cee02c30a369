// Takes a store in through the routes that everybody has, and keeps which id of ours is which id of the set.
import { createHash } from 'node:crypto';
import type { Wire } from '../../../test/harness/wire.ts';
import type { Item, Store } from './sets.ts';

/** Ids the product gave out, and what they are in the set. */
export interface Known {
  readonly items: Map<string, string>;
  readonly sessions: Map<string, string>;
}

type Input = Readonly<Record<string, unknown>>;
type Reply = Readonly<Record<string, unknown>>;

const stepsAtOnce = 250;
const documentsAtOnce = 100;
const bytesAtOnce = 2 * 1024 * 1024;
const textBytes = 4 * 1024 * 1024;

/** Asks an operation; waits and asks again while the daemon is busy. Throws for any other refusal. */
export async function ask(wire: Wire, operation: string, input: Input): Promise<Reply> {
  for (let tries = 0; ; tries += 1) {
    const { status, body } = await wire.ask(operation, input);
    if (status === 200) return JSON.parse(body) as Reply; // every answer is an object
    if (status !== 503 || tries === 100) throw new Error(`${operation}: ${status} ${body.slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Takes all items of a store in: turns of a conversation as messages, functions and files as documents. */
export async function takeIn(wire: Wire, store: Store, known: Known): Promise<void> {
  const said = store.items.filter((item) => item.text.trim() !== '');
  if (said.every((item) => item.author !== '')) await takeTurns(wire, said, known);
  else await takeTexts(wire, said, known);
}

async function takeTurns(wire: Wire, items: readonly Item[], known: Known): Promise<void> {
  const names = [...new Set(items.map((item) => item.session))];
  const started = await steps(
    wire,
    names.map(() => ({ name: 'session.start', input: {} })),
  );
  const ids = new Map(names.map((name, place) => [name, String(started[place]?.['session_id'])]));
  for (const [name, id] of ids) known.sessions.set(id, name);
  const told = await steps(
    wire,
    items.map(({ session, author, text, at }) => ({
      name: 'session.message',
      input: {
        ...{ session_id: ids.get(session), role: 'user', author, content: text },
        at: new Date(at).toISOString(),
      },
    })),
  );
  for (const [place, item] of items.entries()) known.items.set(String(told[place]?.['message_id']), item.id);
}

async function steps(wire: Wire, operations: readonly { name: string; input: Input }[]): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  for (let at = 0; at < operations.length; at += stepsAtOnce) {
    const { items } = await ask(wire, 'batch.run', { operations: operations.slice(at, at + stepsAtOnce) });
    replies.push(...(items as readonly Reply[])); // one for each step
  }
  return replies;
}

async function takeTexts(wire: Wire, items: readonly Item[], known: Known): Promise<void> {
  for (const batch of batches(items.filter((item) => Buffer.byteLength(item.text) <= textBytes))) {
    const put = batch.map(({ id, path, names, text }) => ({
      ...(path === '' ? { uri: nameless(id), mime: 'text/x-code' } : { uri: path }),
      ...(names === '' ? {} : { title: names.slice(0, 500) }),
      content: text,
    }));
    const { items: told } = await ask(wire, 'document.put', { items: put });
    // one for each document, in the order given
    for (const [place, { document_id }] of (told as readonly { document_id: string }[]).entries()) {
      known.items.set(document_id, batch[place]?.id ?? '');
    }
  }
}

/** A name nobody searches for, of letters alone: the name of a document is indexed, and an id of the set must not be. */
function nameless(id: string): string {
  const hash = createHash('sha256').update(id).digest();
  return [...hash.subarray(0, 16)].map((byte) => 'bcdfghjkmnpqrtvz'[byte % 16]).join('');
}

function* batches(items: readonly Item[]): Generator<readonly Item[]> {
  let batch: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Buffer.byteLength(item.text);
    if (batch.length === documentsAtOnce || (batch.length > 0 && bytes + size > bytesAtOnce)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
