import { setTimeout as after } from 'node:timers/promises';

/** Milliseconds since 1970 UTC. */
export function wallClock(): number {
  return Date.now();
}

/** Milliseconds since some fixed moment, never going back: for durations only. */
export function monotonic(): number {
  return performance.now();
}

/** Resolves after a time, or when it is called off; the timer does not keep the process alive. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return after(ms, undefined, { ref: false, ...(signal ? { signal } : {}) }).catch(() => undefined);
}

/** Resolves after a time and keeps the process alive until then: for commands that wait. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Lets everything that waits have its turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Does something every so often until it is told to end; keeps no process alive. */
export function repeating(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms).unref();
  return () => clearInterval(timer);
}

/** Does something once after a time, unless it is called off; keeps no process alive. */
export function later(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms).unref();
  return () => clearTimeout(timer);
}
