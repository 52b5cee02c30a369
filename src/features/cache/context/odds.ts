// Where documents stand: by how often each was another one, as far as that has been learned. The order is laid out anew only
// when the provider's cache is cold; until then a document keeps its place, whatever is learned of it.
import { sha256Hex } from '../../../core/ids.ts';
import type { Context } from '../../feature.ts';
import { learnedChange } from '../volatility.ts';
import type { LoadingNeeds } from './needs.ts';

type Parts = Pick<LoadingNeeds, 'chains' | 'noted' | 'note' | 'clock' | 'onFault'>;

/** The odds of change by which the documents of a project stand now. */
export interface Laid {
  /** Another one where they were laid out anew. */
  readonly version: number;
  /** prior: where nothing is learned. */
  readonly change: (base: string, prior: number) => number;
}

interface State {
  readonly laid: Laid;
  lastAt: number;
}

/** No provider keeps for longer what is not asked for. */
const coldMs = 3_600_000;
const mostDocuments = 5_000;
/** Classes of odds: from one to the next it is worth another place. */
const borders = [0.001, 0.005, 0.015, 0.05, 0.2];
const values = [0.0005, 0.002, 0.01, 0.02, 0.1, 0.5];

/** The order of all projects. */
export class Odds {
  readonly #parts: Parts;
  readonly #projects = new Map<string, State>();
  #versions = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** For one load of a context. */
  at(context: Context): Laid {
    const now = this.#parts.clock();
    const { id } = context.project;
    const known = this.#projects.get(id);
    if (known && now - known.lastAt <= coldMs) {
      known.lastAt = now;
      return known.laid;
    }
    const lastAt = known?.lastAt ?? this.#parts.chains?.lastLoad(context) ?? 0;
    const noted = keptIn(this.#parts.noted(keyOf(id)));
    const isCold = now - lastAt > coldMs;
    if (isCold && noted.size > 0) this.#keep(id, new Map());
    const laid = isCold ? this.#learned(context) : this.#as(noted);
    this.#projects.set(id, { laid, lastAt: now });
    return laid;
  }

  /** As they stood when another daemon laid them out. noted: by the hash of a name, since the name may be erased elsewhere. */
  #as(noted: ReadonlyMap<string, number>): Laid {
    return this.#remembered((base, prior) => noted.get(hashOf(base)) ?? prior);
  }

  /** By what is learned now, which is noted for the next daemon. */
  #learned(context: Context): Laid {
    const noted = new Map<string, number>();
    return this.#remembered((base, prior) => {
      const seen = this.#parts.chains?.seen(context, base);
      const laid = seen ? inClass(learnedChange(prior, seen), prior) : prior;
      if (laid !== prior && noted.size < mostDocuments) this.#keep(context.project.id, noted.set(hashOf(base), laid));
      return laid;
    });
  }

  #remembered(change: Laid['change']): Laid {
    const known = new Map<string, number>();
    this.#versions += 1;
    return {
      version: this.#versions,
      change: (base, prior) => {
        const laid = known.get(base) ?? change(base, prior);
        if (known.size < mostDocuments) known.set(base, laid);
        return laid;
      },
    };
  }

  #keep(id: string, kept: ReadonlyMap<string, number>): void {
    const { note, onFault } = this.#parts;
    void note(keyOf(id), JSON.stringify([...kept])).catch(onFault);
  }

  /** Names are held nowhere any more. */
  clear(): void {
    this.#projects.clear();
  }
}

const hashOf = (base: string) => sha256Hex(base).slice(0, 16);
const keyOf = (id: string) => `cache.order:${id}`;

/** What was learned, where it is worth another place than the prior has. */
function inClass(learned: number, prior: number): number {
  const [is, was] = [classOf(learned), classOf(prior)];
  return is === was ? prior : (values[is] ?? prior);
}

function classOf(change: number): number {
  const at = borders.findIndex((border) => change <= border);
  return at < 0 ? borders.length : at;
}

function keptIn(text: string | undefined): Map<string, number> {
  try {
    // written above
    return new Map(JSON.parse(text ?? '[]') as [string, number][]);
  } catch {
    return new Map(); // it only ever costs a cold cache
  }
}
