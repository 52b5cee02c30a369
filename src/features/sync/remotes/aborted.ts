/** A promise, or the reason of a signal as soon as it is aborted: a disk that does not answer cannot be called back. */
export function orAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const done = () => signal.removeEventListener('abort', abort);
  promise.then(done, done);
  return Promise.race([promise, ended]);
}
