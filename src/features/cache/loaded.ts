// What is kept of contexts that were loaded: their chains, and how often the text of each place was another one.
import { sha256Hex } from '../../core/ids.ts';
import type { Write } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import { blockKnown, lastLoad, noteLoaded, slotOf } from './block-queries.ts';
import { knownPrefix, type Link } from './chain.ts';
import type { KnownChains, LoadedChain } from './context/needs.ts';
import type { BlocksNeeds } from './needs-blocks.ts';

/** What of the blocks' needs chains of loads are known by. */
export interface ChainsNeeds extends Pick<BlocksNeeds, 'setting'> {
  readonly room: Pick<BlocksNeeds['room'], 'emptied' | 'isComing' | 'loaded'>;
}

/** Contexts as the index of a project knows them. */
export function knownChains(needs: ChainsNeeds): KnownChains {
  const isOn = ({ project: { root } }: Context) => {
    const { enabled, prefix_detection } = needs.setting(root);
    return enabled && prefix_detection;
  };
  /** The chain that was known whole when it was asked for last: mostly it is asked for again. */
  let whole: { readonly links: object; readonly emptied: number } | undefined;
  return {
    known: (context, links) => {
      const last = links.at(-1);
      if (!isOn(context)) return undefined;
      if (!last) return 0;
      const emptied = needs.room.emptied();
      if (whole?.links === links && whole.emptied === emptied) return links.length;
      const isKnown = (h: Uint8Array) =>
        needs.room.isComing(context.project.id, h) || context.read.project.one(blockKnown, { h }) !== undefined;
      if (!isKnown(last.h)) return knownPrefix(links, isKnown);
      whole = { links, emptied };
      return links.length;
    },
    seen: ({ read }, slot) => read.project.one(slotOf, { slot }),
    lastLoad: ({ read }) => read.project.one(lastLoad, {})?.at ?? undefined,
    keep: (context, chain) => needs.room.loaded(context.project.id, chain),
  };
}

/** The links of a loaded context, as they are written. */
export function loadedLinks({ order, links }: LoadedChain): readonly Link[] {
  return links.flatMap(({ h }, i) => {
    const segment = order[i];
    if (!segment) return [];
    const { hash, slot, kind, role, tokens, text } = segment;
    return [{ h, hash, slot, kind, role, tokens, text, bytes: Buffer.byteLength(text) }];
  });
}

/** Notes what stood in each place of a context that was loaded so often since. A text in pieces is one place. */
export function noteLoads(tx: Write, { order }: Pick<LoadedChain, 'order'>, loads: number): void {
  const places = Map.groupBy(order, ({ base }) => base);
  for (const [slot, pieces] of places) {
    const hash = sha256Hex(pieces.map((piece) => piece.hash).join('\n'));
    tx.run(noteLoaded, { slot, kind: pieces[0]?.kind ?? 'documentation', hash, loads });
  }
}
