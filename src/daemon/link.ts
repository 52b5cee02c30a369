import { addSegment, segmentsAfter } from '../features/capture/keeping-queries.ts';
import { blobSource, type ForeignRecord, recordPages } from '../store/foreign.ts';
import type { Store } from '../store/store.ts';

export interface Joined {
  readonly appended: number;
}

const segmentsPerPage = 50;

/**
 * Appends all that one project's database holds to another's: records under their own addresses, kept transcripts beside
 * what is there. A page per transaction; done again it adds what is new.
 */
export async function joinInto(
  to: Store,
  from: Store,
  { report, cancelled }: { readonly report: (records: number) => void; readonly cancelled: () => boolean },
): Promise<Joined | undefined> {
  const joined = { appended: 0 };
  const take = (page: readonly ForeignRecord[]) => to.write(() => to.appendForeign(page, blobSource(from.statements)));
  for (const page of recordPages(from.statements)) {
    if (cancelled()) return undefined;
    const { appended } = await take(page);
    joined.appended += appended;
    report(joined.appended);
  }
  for (let after = 0; ; ) {
    const page = from.read.all(segmentsAfter, { after, limit: segmentsPerPage });
    const last = page.at(-1);
    if (!last) return joined;
    await to.write((tx) => {
      for (const { n: _, ...segment } of page) tx.run(addSegment, { ...segment });
    });
    after = last.n;
  }
}
