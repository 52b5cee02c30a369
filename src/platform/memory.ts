import { PerformanceObserver } from 'node:perf_hooks';
import v8 from 'node:v8';
import vm from 'node:vm';

/**
 * Lets V8 compile for speed again what runs often, and its young generation grow under load; the daemon's launcher turns
 * both off for the time of starting.
 */
export function compileHotCode(): void {
  for (const flag of ['--opt', '--maglev', '--sparkplug']) v8.setFlagsFromString(flag);
  growModestly();
}

/** It may double once more before it is looked at; by itself V8 goes on to 64 MiB. */
const youngBytes = 8 * 1024 * 1024;

/**
 * A larger young generation makes nothing faster here, but holds what rows and packs leave outside of V8's heap that much
 * longer. Its limit cannot be set once V8 runs, whether it grows can: that is looked at after each collection.
 */
function growModestly(): void {
  const look = () => {
    const young = v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    v8.setFlagsFromString(`--semi-space-growth-factor=${(young?.space_size ?? 0) >= youngBytes ? 1 : 2}`);
  };
  look();
  new PerformanceObserver(look).observe({ entryTypes: ['gc'] });
}

/** Keeps V8's young generation as small as it is now: for programs that wait more than they compute. */
export function staySmall(): void {
  for (const flag of ['--semi-space-growth-factor=1', '--max-semi-space-size=2']) v8.setFlagsFromString(flag);
}

/**
 * A function that gives garbage, and the pages V8 keeps for later, back to the system. It stops everything for 40 to
 * 90 ms: for idle moments after much work only.
 */
export function garbageCollector(): () => void {
  const collect = collector();
  return () => collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

const wholeEvery = 8;
/** Below this much resident memory there is room for garbage. */
const roomBytes = 170 * 1024 * 1024;

/**
 * A function that gives garbage back while work goes on, where much memory is held: in some milliseconds, each eighth time
 * in 20. For work that streams: V8 sees little of a buffer on its heap, and waits until tens of megabytes have gathered.
 */
export function streamCollector(): () => void {
  const collect = collector();
  let calls = 0;
  return () => {
    if (process.memoryUsage.rss() < roomBytes) return;
    calls += 1;
    collect?.({ type: calls % wholeEvery === 0 ? 'major' : 'minor', execution: 'sync' });
  };
}

function collector(): ((how: Readonly<Record<string, string>>) => void) | undefined {
  v8.setFlagsFromString('--expose-gc');
  // a context made while the flag is set has the function; it is there in no other way when node was started without it
  const collect: unknown = vm.runInNewContext('gc');
  // as V8 has it
  return typeof collect === 'function' ? (collect as (how: Readonly<Record<string, string>>) => void) : undefined;
}
