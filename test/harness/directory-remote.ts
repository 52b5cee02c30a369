// A directory as a remote, as plain as can be: for processes that are killed, and for measurements.
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import type { Listed, ObjectResult, Remote } from '../../src/features/sync/remote.ts';

export function directoryRemote(root: string): Remote {
  const place = (name: string) => join(root, name);
  return {
    kind: 'memory',
    limits: { maxObjectBytes: 64 * 1024 * 1024, parallel: 8, atomicPut: true, listsSizes: true },
    probe: async () => ({ ok: true, steps: [] }),
    async *list(prefix): AsyncIterable<Listed> {
      if (!fs.existsSync(place(prefix))) return;
      for (const entry of fs.readdirSync(place(prefix), { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile()) yield { name: path.slice(root.length + 1), sizeBytes: fs.statSync(path).size };
      }
    },
    async get(names, into) {
      const results: ObjectResult[] = [];
      for (const name of names) {
        const is = fs.existsSync(place(name)) ? 'got' : 'absent';
        if (is === 'got') await into(name, fs.readFileSync(place(name)));
        results.push({ name, is });
      }
      return results;
    },
    putIfAbsent: async (objects) =>
      objects.map(({ name, bytes }): ObjectResult => {
        if (fs.existsSync(place(name))) return { name, is: 'exists' };
        fs.mkdirSync(dirname(place(name)), { recursive: true });
        fs.writeFileSync(place(name), bytes, { flush: true });
        return { name, is: 'created' };
      }),
    delete: async (names) =>
      names.map((name): ObjectResult => {
        fs.rmSync(place(name), { force: true });
        return { name, is: 'deleted' };
      }),
    close: async () => undefined,
  };
}
