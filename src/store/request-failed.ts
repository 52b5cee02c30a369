import { PrsistError } from '../core/errors.ts';

/** Says that the group must be undone and run again; its cause is what the request threw. */
export class RequestFailed extends Error {}

/** What becomes of the promise is of no interest any more: its request has failed. */
export function refusedPromise(promise: Promise<unknown>): PrsistError {
  promise.catch(() => undefined);
  return new PrsistError('internal', 'a write must not wait');
}
