// Contexts that were loaded and are not written down yet: of each template of a project the last one.
import type { LoadedChain } from '../features/cache/context/needs.ts';

interface Waiting {
  readonly chain: LoadedChain;
  /** How often a context of this template was loaded since the last was written down. */
  readonly loads: number;
  /** Its links, so that what comes is known before it is there. */
  readonly names: ReadonlySet<string>;
}

const mostOwners = 100;

/** Chains of loaded contexts on their way into the index. */
export class LoadedChains {
  readonly #waiting = new Map<string, Map<string, Waiting>>();

  /** A context was loaded. */
  add(projectId: string, chain: LoadedChain): void {
    const owners = this.#waiting.get(projectId) ?? new Map<string, Waiting>();
    const before = owners.get(chain.owner);
    const loads = (before?.loads ?? 0) + 1;
    const names = before?.chain.links === chain.links ? before.names : new Set(chain.links.map(nameOf));
    if (owners.size >= mostOwners && !before) owners.clear();
    owners.set(chain.owner, { chain, loads, names });
    this.#waiting.set(projectId, owners);
  }

  /** Whether a link is on its way. */
  isComing(projectId: string, h: Uint8Array): boolean {
    const name = nameOf({ h });
    return [...(this.#waiting.get(projectId)?.values() ?? [])].some(({ names }) => names.has(name));
  }

  /** Projects with something to write. */
  get projects(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  /** What waits in a project; it is forgotten here, whatever becomes of it. */
  take(projectId: string): readonly Waiting[] {
    const owners = this.#waiting.get(projectId);
    this.#waiting.delete(projectId);
    return [...(owners?.values() ?? [])];
  }

  /** Something was erased, or the cache is emptied: nothing of what waits is written. */
  clear(): void {
    this.#waiting.clear();
  }
}

function nameOf({ h }: { readonly h: Uint8Array }): string {
  return Buffer.from(h.buffer, h.byteOffset, h.length).toString('latin1');
}
