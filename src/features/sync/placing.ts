// Where a verified pack belongs: behind what is held of its log, beside it as a branch, or nowhere yet.
import { genesisHead } from '../../core/record.ts';
import { type HeldChain, linkAt } from '../../store/branches.ts';
import type { Statements } from '../../store/statements.ts';
import type { OpenedRecords } from './pack/pack.ts';

export type Placing =
  /** It leads on: behind its first `skip` records, which are held. chain: none for a log that is new here. */
  | { readonly is: 'next'; readonly chain: HeldChain | undefined; readonly skip: number }
  | { readonly is: 'held'; readonly chain: HeldChain }
  /** From `at` on it tells another history than what is held. */
  | { readonly is: 'fork'; readonly chain: HeldChain; readonly at: number }
  /** What it follows is not here. */
  | { readonly is: 'gap' };

type Opened = Pick<OpenedRecords, 'header' | 'records'>;

/** Finds the place of a pack. chains: what is held of its log, and of the branches of it. */
export function placeOf(statements: Statements, chains: readonly HeldChain[], pack: Opened): Placing {
  if (chains.length === 0) return isFirst(pack) ? { is: 'next', chain: undefined, skip: 0 } : { is: 'gap' };
  const all = chains.map((chain) => against(statements, chain, pack));
  const fits = all.find(({ is }) => is === 'next' || is === 'held');
  if (fits) return fits;
  return all.reduce((best, each) => (isDeeper(each, best) ? each : best), { is: 'gap' });
}

function isDeeper(each: Placing, best: Placing): boolean {
  return each.is === 'fork' && (best.is !== 'fork' || each.at > best.at);
}

function isFirst({ header }: Opened): boolean {
  return header.from === 1 && genesisHead(header).equals(header.headBefore);
}

function against(statements: Statements, chain: HeldChain, { header, records }: Opened): Placing {
  if (header.from > chain.seq + 1) return { is: 'gap' };
  const before = header.from === 1 ? genesisHead(header) : linkAt(statements, chain, header.from - 1)?.head;
  if (!before || !Buffer.from(before).equals(header.headBefore)) return { is: 'gap' };
  const shared = Math.min(records.length, chain.seq - header.from + 1);
  for (let i = 0; i < shared; i += 1) {
    const link = linkAt(statements, chain, header.from + i);
    if (!link) return { is: 'gap' };
    const com = records[i]?.com;
    if (com && !Buffer.from(link.com).equals(com)) return { is: 'fork', chain, at: header.from + i };
  }
  return shared === records.length ? { is: 'held', chain } : { is: 'next', chain, skip: shared };
}
