// What somebody who writes has seen of an entity: less than its heads where something of their past is not here.
import { type BasesOver, basesOver } from './branches.ts';
import { erasePosition, isEraseHere } from './erasures.ts';
import type { Statements } from './statements.ts';

/** Where a record lies. */
export type Address = [log: string, seq: number];

export interface Seeing {
  readonly ent: string;
  /** What is here of it that nobody has seen. */
  readonly heads: readonly Address[];
  /** The log that is written to: its records name nothing that was not here. */
  readonly own: string;
}

/**
 * The newest that is here whole: the heads, and of one whose past is not here as much of that past as is. What is missing
 * was not seen by whoever writes now, and no record is named by which it would count as seen: so nothing is written over
 * unseen, at worst a conflict is told that is none.
 */
export function seenOf(statements: Statements, { ent, heads, own }: Seeing): Address[] {
  const strange = heads.filter(([log]) => log !== own);
  if (strange.length === 0) return [...heads];
  const past = pastOf(statements, { ent, own, over: basesOver(statements) });
  const found = new Map<string, Address>();
  const looked = new Set<string>();
  const look = (head: Address) => {
    if (head[1] === erasePosition) return; // it is named of itself
    const name = head.join(':');
    if (looked.has(name)) return;
    looked.add(name);
    if (past.isWhole(head)) found.set(name, head);
    else for (const before of past.bases(head)) look(before);
  };
  for (const head of heads) look(head);
  return [...found.values()].sort(([a, m], [b, n]) => (a < b ? -1 : a > b ? 1 : m - n));
}

interface Past {
  readonly isWhole: (head: Address) => boolean;
  readonly bases: (head: Address) => readonly Address[];
}

interface Around {
  readonly ent: string;
  readonly own: string;
  readonly over: BasesOver | undefined;
}

function pastOf(statements: Statements, { ent, own, over }: Around): Past {
  const known = new Map<string, Found | undefined>();
  const find = ([log, seq]: Address): Found | undefined => {
    const name = `${log}:${seq}`;
    if (!known.has(name)) known.set(name, recordAt(statements, log, seq));
    return known.get(name);
  };
  const hlcOf = (log: string, seq: number) => {
    const found = find([log, seq]);
    return found?.ent === ent ? found.hlc : undefined;
  };
  const bases = (at: Address): readonly Address[] => {
    const { base = [], hlc = '' } = find(at) ?? {};
    return over ? over({ log: at[0], hlc }, base, hlcOf).map(([log, seq]): Address => [log, seq]) : base;
  };
  return {
    bases,
    isWhole(head) {
      const looked = new Set<string>();
      const open = [head];
      // a list that is walked while it grows
      for (const at of open) {
        const name = at.join(':');
        if (looked.has(name)) continue;
        looked.add(name);
        if (at[1] === erasePosition) {
          if (!isEraseHere(statements, at[0])) return false;
          continue;
        }
        if (!find(at)?.isHere) return false;
        if (at[0] !== own) open.push(...bases(at));
      }
      return true;
    },
  };
}

interface Found {
  readonly ent: string | null;
  readonly hlc: string;
  /** It counts, or was erased; not one that is kept without rows. */
  readonly isHere: boolean;
  readonly base: readonly Address[];
}

function recordAt(statements: Statements, log: string, seq: number): Found | undefined {
  const row = statements.one<{ ent: string | null; hlc: string | null; state: number; base: string | null }>(
    `select r.ent, r.hlc, r.state, r.body ->> '$.base' as base from logs l join records r using (log_n)
     where l.log = ? and r.seq = ?`,
    [log, seq],
  );
  if (!row) return undefined;
  // what this engine wrote, or what was checked when it arrived
  const base = row.base === null ? [] : (JSON.parse(row.base) as Address[]);
  return { ent: row.ent, hlc: row.hlc ?? '', isHere: row.state <= 1, base };
}
