// A rehearsal of the loss of everything here: what one remote alone gives back, in databases that are nobody's memory.
import type { Store } from '../../store/store.ts';
import { look } from './look.ts';
import type { SyncParts } from './ports.ts';
import { pullPlace } from './pull.ts';
import type { Remote } from './remote.ts';
import type { SyncNote } from './report.ts';
import { Run } from './run.ts';

/** What came back of one database, open as long as it is looked at. */
export interface Rebuilt {
  readonly store: Store;
  /** What was found on the way. */
  readonly notes: readonly SyncNote[];
  /** Its rows are right only when they are computed again. */
  readonly isLate: boolean;
  /** Newest version of the keyring that lies there; 0 for none. */
  readonly keyring: number;
}

export interface Rehearsing {
  /** Ids of databases, `noProject` for that of the user; all of the parts when absent. */
  readonly only?: ReadonlySet<string>;
  /** Looks at each, before the next one is begun. */
  readonly reached: (project: string, rebuilt: Rebuilt) => Promise<void>;
}

/**
 * Takes everything from the remote into the databases of the parts, which are empty when it begins, and writes nothing
 * there. Throws what keeps the remote from being read at all, and key/mismatch; everything else is in the notes.
 */
export async function rehearse(parts: SyncParts, { only, reached }: Rehearsing): Promise<void> {
  const run = new Run({ ...parts, full: true, remote: onlyRead(parts.remote), snapshots: 'none' });
  run.tell({ doing: 'listing', done: 0, of: 0, bytes: 0 });
  const seen = await look(run);
  const keyring = run.pin(parts.user, 'keyring', 'newest')?.n ?? 0; // noted by that look, in a database that was empty
  for (const place of run.places) {
    const [project] = place.ids;
    if (only && !only.has(project)) continue;
    run.goOn();
    const packs = seen.packs.filter((pack) => place.ids.includes(pack.project));
    const from = run.findings.notes.length;
    await place.use(async (store) => {
      await pullPlace(run, { place, store, packs, seen });
      await reached(project, {
        store,
        notes: run.findings.notes.slice(from),
        isLate: run.findings.late.has(project),
        keyring,
      });
    });
  }
}

/** The same remote, which refuses whatever would change it. */
function onlyRead(remote: Remote): Remote {
  const refuse = async (names: readonly string[]) =>
    names.map((name) => ({ name, is: 'failed' as const, code: 'remote/read-only', why: 'a rehearsal only reads' }));
  return {
    ...{ kind: remote.kind, limits: remote.limits },
    probe: (signal) => remote.probe(signal),
    list: (prefix, signal) => remote.list(prefix, signal),
    get: (names, into, signal) => remote.get(names, into, signal),
    putIfAbsent: (objects) => refuse(objects.map(({ name }) => name)),
    delete: refuse,
    close: () => remote.close(),
  };
}
