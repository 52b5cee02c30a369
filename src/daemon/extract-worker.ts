// A thread that reads one file after the other. It may hang or grow: whoever started it ends it then.
import { parentPort } from 'node:worker_threads';
import { errorBody, PrsistError } from '../core/errors.ts';
import { extract } from '../features/documents/extract/extract.ts';

interface Question {
  readonly bytes: Uint8Array;
  readonly name: string;
}

parentPort?.on('message', async ({ bytes, name }: Question) => {
  try {
    parentPort?.postMessage({ found: await extract(bytes, name) });
  } catch (error) {
    const known = error instanceof PrsistError ? error : undefined;
    const text = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ fault: errorBody(known ?? new PrsistError('document/broken', text.slice(0, 200))) });
  }
});
