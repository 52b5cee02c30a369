// What is erased goes from the cache with it: the segments of its messages, all that was rendered of many, and every block
// whose hash was made from them.
import { type Projecting, projection, type Read } from '../../store/record-type.ts';
import { forgetSlots, renderedSegments, segmentsOfEnts } from './block-queries.ts';
import { takeSegments } from './blocks.ts';

/** Has no rows of records; only takes part when entities are erased. */
export const cacheErasing = projection({
  name: 'prefixes',
  version: 1,
  tables: {},
  handlers: [],
  erase: (tx, ents) => {
    takeSegments(tx, ids(tx.all(segmentsOfEnts, { ents: JSON.stringify(ents) })));
    tx.run(forgetSlots, {});
  },
});

/** Takes all that was rendered of many: nobody can say whose words it holds. It is rendered anew when it is needed. */
export function forgetRendered(tx: Projecting): void {
  takeSegments(tx, ids(tx.all(renderedSegments, {})));
  tx.run(forgetSlots, {});
}

function ids(rows: ReturnType<Read['all']>): number[] {
  return (rows as readonly { readonly id: number }[]).map(({ id }) => id);
}
