// Files are read by parsers in a thread of their own: one that hangs is ended, one that grows dies alone.
import { Worker } from 'node:worker_threads';
import { type ErrorBody, errorFromBody, PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Extracted } from '../features/documents/extract/extract.ts';
import type { Extractor } from '../features/documents/needs.ts';

interface Answer {
  readonly found?: Extracted;
  readonly fault?: ErrorBody;
}

/** From the source the thread is a file beside this one, in a build beside the daemon. */
const program = import.meta.url.endsWith('.ts') ? './extract-worker.ts' : './extract.mjs';
const lookMs = 200;
/** After so much a thread is ended: what its parsers took is given back. */
const usedUpBytes = 8 * 1024 * 1024;

/** Makes a reader of files; its thread starts with the first file that needs one. deadlineMs: for one file. */
export function createExtractor(deadlineMs: number = limits.documentMs): Extractor {
  let worker: Worker | undefined;
  let readBytes = 0;
  const end = async () => {
    readBytes = 0;
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };
  return {
    end,
    async read(bytes, name, cancelled) {
      worker ??= startWorker();
      try {
        const { found, fault } = await answerOf(worker, { bytes, name }, { deadlineMs, cancelled });
        readBytes += bytes.length;
        if (readBytes > usedUpBytes) await end();
        if (found) return found;
        throw errorFromBody(fault ?? { code: 'internal', message: 'no answer', hint: '' });
      } catch (error) {
        if (!(error instanceof Silence)) throw error;
        await end(); // the next file gets a thread of its own
        throw error.cause;
      }
    },
  };
}

function startWorker(): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: limits.documentHeapMb, maxYoungGenerationSizeMb: 8 };
  const worker = new Worker(new URL(program, import.meta.url), { resourceLimits, env: {}, stdout: true, stderr: true });
  worker.stdout.resume(); // a parser may talk: nobody listens, nothing piles up
  worker.stderr.resume();
  worker.on('error', () => undefined); // told to whoever waits; a thread that dies between two files is started again
  return worker;
}

/** No answer came, and none will come from this thread. */
class Silence extends Error {}

interface Patience {
  readonly deadlineMs: number;
  readonly cancelled: () => boolean;
}

function answerOf(
  worker: Worker,
  question: { readonly bytes: Uint8Array; readonly name: string },
  { deadlineMs, cancelled }: Patience,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (why: PrsistError) => settle(() => reject(new Silence(why.message, { cause: why })));
    const heard = (answer: Answer) => settle(() => resolve(answer));
    const died = (error?: unknown) => fail(deathOf(error));
    const late = setTimeout(() => fail(tooLong(deadlineMs)), deadlineMs);
    const look = setInterval(() => cancelled() && fail(new PrsistError('daemon/draining', 'it was given up')), lookMs);
    const settle = (how: () => void) => {
      clearTimeout(late);
      clearInterval(look);
      worker.off('message', heard).off('error', died).off('exit', died);
      how();
    };
    worker.on('message', heard).on('error', died).on('exit', died);
    worker.postMessage(question);
  });
}

function tooLong(ms: number): PrsistError {
  return new PrsistError('document/broken', `reading it took longer than ${ms / 1000} s`);
}

function deathOf(error: unknown): PrsistError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ERR_WORKER_OUT_OF_MEMORY')
    return new PrsistError('document/broken', 'its parser gave up', { cause: error });
  return new PrsistError('limit/too-large', `reading it takes more than ${limits.documentHeapMb} MB of memory`);
}
