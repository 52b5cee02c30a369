/**
 * Resolves at the first signal that asks this process to end, which then does not end it; the second one does, with
 * status 130 and whatever was asked for at exit. release: stop listening.
 */
export function endAsked(): { readonly signalled: Promise<void>; readonly release: () => void } {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let isAsked = false;
  let release = (): void => undefined;
  const signalled = new Promise<void>((resolve) => {
    const heard = () => {
      if (isAsked) process.exit(130);
      isAsked = true;
      resolve();
    };
    for (const name of signals) process.on(name, heard);
    release = () => {
      for (const name of signals) process.off(name, heard);
    };
  });
  return { signalled, release };
}

/** Has something done when this process ends in whatever way but by a signal; it must not wait. Returns how to call it off. */
export function atExit(act: () => void): () => void {
  process.once('exit', act);
  return () => void process.off('exit', act);
}
