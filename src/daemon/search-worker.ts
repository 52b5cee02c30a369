// The thread that searches: its own connections, for reading only. Whoever started it may end it at any time.
import { parentPort } from 'node:worker_threads';
import { errorBody, PrsistError } from '../core/errors.ts';
import { SearchReaders } from './search-readers.ts';
import { answerSearch, type SearchRequest } from './search-verbs.ts';

const readers = new SearchReaders();

/** A request with its number, or the wish that every file be let go: told by the flag, since who asks waits for it. */
type Message = { readonly id: number; readonly request: SearchRequest } | { readonly leave: Int32Array };

parentPort?.on('message', (message: Message) => {
  if ('leave' in message) {
    readers.closeAll();
    Atomics.store(message.leave, 0, 1);
    Atomics.notify(message.leave, 0);
    return;
  }
  const { id, request } = message;
  try {
    parentPort?.postMessage({ id, reply: readers.answer((open) => answerSearch(request, open)) });
  } catch (error) {
    const known = error instanceof PrsistError ? error : undefined;
    const text = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ id, ...(known ? { fault: errorBody(known) } : { broken: text.slice(0, 300) }) });
  }
});
