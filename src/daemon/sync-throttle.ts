import type { LocalObject, ObjectResult, Remote } from '../features/sync/remote.ts';

type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/**
 * A remote that takes and gives no more than so many KiB in a second, on average: after each object there is a pause as
 * long as its bytes are worth. kibPerS: 0 for as fast as it goes. Throws when it is called off in a pause.
 */
export function throttled(remote: Remote, kibPerS: number, pause: Pause): Remote {
  if (kibPerS === 0) return remote;
  const rest = async (bytes: number, signal: AbortSignal) => {
    await pause((bytes / (kibPerS * 1024)) * 1000, signal);
    signal.throwIfAborted();
  };
  return {
    ...{ kind: remote.kind, limits: { ...remote.limits, parallel: 1 } },
    probe: (signal) => remote.probe(signal),
    list: (prefix, signal) => remote.list(prefix, signal),
    delete: (names, signal) => remote.delete(names, signal),
    ...(remote.watch ? { watch: remote.watch.bind(remote) } : {}),
    close: () => remote.close(),
    get: (names, into, signal) =>
      oneByOne(names, async (name) => {
        let got = 0;
        const results = await remote.get(
          [name],
          (of, bytes) => {
            got += bytes.length;
            return into(of, bytes);
          },
          signal,
        );
        await rest(got, signal);
        return results;
      }),
    putIfAbsent: (objects: readonly LocalObject[], signal) =>
      oneByOne(objects, async (object) => {
        const results = await remote.putIfAbsent([object], signal);
        await rest(object.bytes.length, signal);
        return results;
      }),
  };
}

async function oneByOne<T>(
  all: readonly T[],
  work: (one: T) => Promise<readonly ObjectResult[]>,
): Promise<readonly ObjectResult[]> {
  const results: ObjectResult[] = [];
  for (const one of all) results.push(...(await work(one)));
  return results;
}
