// A remote that is a map, and can be made to fail, to lose and to show other things than were put.
import { PrsistError } from '../../../src/core/errors.ts';
import type { ObjectResult, Remote } from '../../../src/features/sync/remote.ts';

export interface MapRemote extends Remote {
  readonly objects: Map<string, Uint8Array>;
  /** Every name put, deleted or overwritten, in order. */
  readonly writes: string[];
  away: boolean;
  /** Waited for before anything is put. */
  beforePut: (name: string) => unknown;
}

export function mapRemote(): MapRemote {
  const objects = new Map<string, Uint8Array>();
  const writes: string[] = [];
  const here = () => {
    if (remote.away) throw new PrsistError('remote/offline', 'the remote does not answer');
  };
  const remote: MapRemote = {
    ...{ kind: 'memory', objects, writes, away: false, beforePut: () => undefined },
    limits: { maxObjectBytes: 1 << 26, parallel: 4, atomicPut: true, listsSizes: true },
    probe: async () => ({ ok: true, steps: [] }),
    async *list(prefix) {
      here();
      for (const [name, bytes] of [...objects]) if (name.startsWith(prefix)) yield { name, sizeBytes: bytes.length };
    },
    async get(names, into) {
      here();
      const results: ObjectResult[] = [];
      for (const name of names) {
        const bytes = objects.get(name);
        if (bytes) await into(name, bytes);
        results.push({ name, is: bytes ? 'got' : 'absent' });
      }
      return results;
    },
    async putIfAbsent(wanted) {
      here();
      const results: ObjectResult[] = [];
      for (const { name, bytes } of wanted) {
        await remote.beforePut(name);
        const is = objects.has(name) ? 'exists' : 'created';
        results.push({ name, is });
        if (is === 'exists') continue;
        writes.push(name);
        objects.set(name, Uint8Array.from(bytes));
      }
      return results;
    },
    async delete(names) {
      here();
      return names.map((name): ObjectResult => {
        writes.push(name);
        return { name, is: objects.delete(name) ? 'deleted' : 'absent' };
      });
    },
    close: async () => undefined,
  };
  return remote;
}
