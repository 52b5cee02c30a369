// A loaded context as a chain: how much of it was rendered before is known by its hashes, and what is new is kept behind the answer.
import type { Context } from '../../feature.ts';
import { nextLinkOf, startOf } from '../chain.ts';
import type { Arranged } from './arranging.ts';
import type { Candidate } from './candidate.ts';
import type { LoadingNeeds } from './needs.ts';

interface Chained {
  readonly order: readonly Candidate[];
  readonly links: readonly { readonly h: Uint8Array }[];
}

export interface Hit {
  readonly segments: number;
  readonly tokens: number;
}

const nothing: Chained = { order: [], links: [] };

/** Chains of contexts; of one that begins as the last one did only the rest is hashed. */
export class Chaining {
  readonly #parts: Pick<LoadingNeeds, 'chains' | 'clock'>;
  #last = nothing;

  constructor(parts: Pick<LoadingNeeds, 'chains' | 'clock'>) {
    this.#parts = parts;
  }

  /** The longest beginning that was loaded before, whatever stands in the messages left aside: that is new every time. */
  hit(context: Context, template: string, { order: all }: Arranged): Hit {
    const { chains, clock } = this.#parts;
    if (!chains) return { segments: 0, tokens: 0 };
    const chained = this.#chained(all);
    const { order, links } = chained;
    const known = chains.known(context, links);
    const tokens = order.slice(0, known).reduce((sum, each) => sum + each.tokens, 0);
    chains.keep(context, { owner: `load:${template}`, ...chained, at: clock(), known });
    return { segments: known, tokens };
  }

  #chained(all: readonly Candidate[]): Chained {
    const end = all.findIndex(({ place }) => place === 'messages');
    const order = end < 0 ? all : all.slice(0, end);
    const before = this.#last;
    let same = 0;
    while (same < order.length && order[same] === before.order[same]) same += 1;
    if (same === order.length && same === before.order.length) return before;
    const links = before.links.slice(0, same);
    let last = links.at(-1)?.h ?? startOf({});
    for (const { hash, role } of order.slice(same)) {
      last = nextLinkOf(last, hash, role);
      links.push({ h: last });
    }
    this.#last = { order, links };
    return this.#last;
  }

  /** Nothing that was loaded stays in memory. */
  clear(): void {
    this.#last = nothing;
  }
}
