// A remote that keeps its word: names and bytes in a map.
import type { Listed, ObjectResult, Remote } from '../../src/features/sync/remote.ts';

/** objects: what lies there, for tests to look at and to change behind everybody's back. */
export function memoryRemote(objects: Map<string, Uint8Array> = new Map()): Remote & {
  readonly objects: Map<string, Uint8Array>;
} {
  return {
    objects,
    kind: 'memory',
    limits: { maxObjectBytes: 64 * 1024 * 1024, parallel: 8, atomicPut: true, listsSizes: true },
    probe: async () => ({ ok: true, steps: [] }),
    async *list(prefix): AsyncIterable<Listed> {
      for (const [name, bytes] of [...objects].sort()) {
        if (name.startsWith(prefix)) yield { name, sizeBytes: bytes.length };
      }
    },
    async get(names, into) {
      const results: ObjectResult[] = [];
      for (const name of names) {
        const bytes = objects.get(name);
        if (bytes) await into(name, Uint8Array.from(bytes));
        results.push({ name, is: bytes ? 'got' : 'absent' });
      }
      return results;
    },
    putIfAbsent: async (wanted) =>
      wanted.map(({ name, bytes }): ObjectResult => {
        if (objects.has(name)) return { name, is: 'exists' };
        objects.set(name, Uint8Array.from(bytes));
        return { name, is: 'created' };
      }),
    delete: async (names) =>
      names.map((name): ObjectResult => ({ name, is: objects.delete(name) ? 'deleted' : 'absent' })),
    close: async () => undefined,
  };
}
