import { expect, onTestFinished, test } from 'vitest';
import { Lag } from '../../src/daemon/lag.ts';
import { monotonic } from '../../src/platform/time.ts';

test('DA95: what holds the event loop is told with how long and what was begun', async () => {
  const { promise, resolve } = Promise.withResolvers<{ ms: number; doing: string }>();
  const lag = new Lag(resolve);
  onTestFinished(() => lag.stop());
  const kept = setInterval(() => undefined, 1000); // the monitor itself keeps no process alive
  onTestFinished(() => clearInterval(kept));
  lag.begins('store.rebuild');
  for (const end = monotonic() + 450; monotonic() < end; );
  expect((await promise).doing).toBe('store.rebuild');
});
