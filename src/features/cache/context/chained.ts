// A loaded context as a chain: how much of it was rendered before is known by its hashes, and what is new is kept behind the answer.
import type { Context } from '../../feature.ts';
import { nextLinkOf, startOf } from '../chain.ts';
import type { Arranged } from './arranging.ts';
import type { Candidate } from './candidate.ts';
import type { LoadingNeeds } from './needs.ts';

interface Chained {
  readonly order: readonly Candidate[];
  readonly links: readonly { readonly h: Uint8Array }[];
  /** Tokens up to the end of each. */
  readonly sums: readonly number[];
}

export interface Hit {
  readonly segments: number;
  readonly tokens: number;
}

const nothing: Chained = { order: [], links: [], sums: [] };

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
    const { order, links, sums } = this.#chained(all);
    const known = chains.known(context, links);
    if (known === undefined) return { segments: 0, tokens: 0 };
    const [asked, hit] = [sums.at(-1) ?? 0, sums[known - 1] ?? 0];
    chains.keep(context, {
      owner: `load:${template}`,
      order,
      links,
      at: clock(),
      end: links[known - 1]?.h,
      asked,
      hit,
    });
    return { segments: known, tokens: hit };
  }

  #chained(all: readonly Candidate[]): Chained {
    const end = all.findIndex(({ place }) => place === 'messages');
    const order = end < 0 ? all : all.slice(0, end);
    const before = this.#last;
    let same = 0;
    while (same < order.length && order[same] === before.order[same]) same += 1;
    if (same === order.length && same === before.order.length) return before;
    const links = before.links.slice(0, same);
    const sums = before.sums.slice(0, same);
    let last = links.at(-1)?.h ?? startOf({});
    for (const { hash, role, tokens } of order.slice(same)) {
      sums.push((sums.at(-1) ?? 0) + tokens);
      last = nextLinkOf(last, hash, role);
      links.push({ h: last });
    }
    this.#last = { order, links, sums };
    return this.#last;
  }

  /** Nothing that was loaded stays in memory. */
  clear(): void {
    this.#last = nothing;
  }
}
