// What is erased goes from the cache with it: the segments of its messages, all that was rendered of many, and every block
// whose hash was made from them.
import { type Projecting, projection, type Read } from '../../store/record-type.ts';
import { forgetSlots, renderedSegments, segmentsOfEnts } from './block-queries.ts';
import { type Taken, takeSegments } from './blocks.ts';

/** Has no rows of records; only takes part when entities are erased. erased: hears of it, within the transaction. */
export const cacheErasing = (erased: () => void) =>
  projection({
    name: 'prefixes',
    version: 1,
    tables: {},
    handlers: [],
    erase: (tx, ents) => {
      erased();
      takeSegments(tx, ids(tx.all(segmentsOfEnts, { ents: JSON.stringify(ents) })));
      tx.run(forgetSlots, {});
    },
  });

/** Takes all that was rendered of many: nobody can say whose words it holds. It is rendered anew when it is needed. */
export function forgetRendered(tx: Projecting): Taken {
  tx.run(forgetSlots, {});
  return takeSegments(tx, ids(tx.all(renderedSegments, {})));
}

function ids(rows: ReturnType<Read['all']>): number[] {
  return (rows as readonly { readonly id: number }[]).map(({ id }) => id);
}
