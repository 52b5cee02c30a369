// What somebody who writes has seen of an entity: less than its heads where something of their past is not here.
import { markOf, type RecordName } from '../core/record.ts';
import { type Lookup, lookupIn, type Names, namesIn } from './named.ts';
import type { Statements } from './statements.ts';

export interface Seeing {
  readonly ent: string;
  /** Names of what is here of it that nobody has seen. */
  readonly heads: readonly RecordName[];
  /** The log that is written to: its records name nothing that was not here. */
  readonly own: string;
}

/**
 * Names of the newest that is here whole: the heads, and of one whose past is not here as much of that past as is. What is
 * missing was not seen by whoever writes now, and no record is named by which it would count as seen: so nothing is written
 * over unseen, at worst a conflict is told that is none.
 */
export function seenOf(statements: Statements, { ent, heads, own }: Seeing): RecordName[] {
  if (heads.every(([log]) => log === own)) return [...heads];
  const past = new Past(statements, { ent, own });
  const found = new Map<string, RecordName>();
  // a list that is walked while it grows
  const open: Address[] = heads.map(([log, seq]) => [log, seq]);
  const looked = new Set<string>();
  for (const head of open) {
    if (looked.has(head.join(':'))) continue;
    looked.add(head.join(':'));
    if (past.isWhole(head)) found.set(head.join(':'), past.nameOf(head));
    else open.push(...past.here(head));
  }
  return [...found.values()].sort(([a, m], [b, n]) => (a < b ? -1 : a > b ? 1 : m - n));
}

type Address = readonly [log: string, seq: number];

/** The records of an entity, and what each one's author had seen of it. */
class Past {
  readonly #statements: Statements;
  readonly #of: Omit<Seeing, 'heads'>;
  readonly #names: Names;
  readonly #lookup: Lookup;
  readonly #known = new Map<string, Found | undefined>();

  constructor(statements: Statements, of: Omit<Seeing, 'heads'>) {
    this.#statements = statements;
    this.#of = of;
    this.#names = namesIn(statements);
    this.#lookup = {
      ...lookupIn(statements, of.ent),
      at: (log, seq) => {
        const found = this.#find(log, seq);
        return found && { mark: found.mark, isOfEntity: found.ent === of.ent };
      },
    };
  }

  nameOf([log, seq]: Address): RecordName {
    const found = this.#find(log, seq);
    return found ? [log, seq, found.mark] : [log, seq];
  }

  /** Addresses of what the author of a record had seen last, as far as it is here. */
  here(head: Address): readonly Address[] {
    return this.#seenBy(head).flatMap(([log, seq, mark]) => (mark === undefined ? [[log, seq] as const] : []));
  }

  /** Whether all of it is here: the record, what its author had seen, and so on. */
  isWhole(head: Address): boolean {
    const looked = new Set<string>();
    const open: RecordName[] = [head];
    // a list that is walked while it grows
    for (const [log, seq, mark] of open) {
      const name = `${log}:${seq}`;
      if (mark !== undefined) return false;
      if (looked.has(name)) continue;
      looked.add(name);
      if (!this.#find(log, seq)?.isHere) return false;
      if (log !== this.#of.own) open.push(...this.#seenBy([log, seq]));
    }
    return true;
  }

  #seenBy([log, seq]: Address): readonly RecordName[] {
    return this.#names(log, this.#find(log, seq)?.base ?? [], this.#lookup);
  }

  #find(log: string, seq: number): Found | undefined {
    const name = `${log}:${seq}`;
    if (!this.#known.has(name)) this.#known.set(name, recordAt(this.#statements, log, seq));
    return this.#known.get(name);
  }
}

interface Found {
  readonly ent: string | null;
  readonly mark: string;
  /** It counts, or was erased; not one that is kept without rows. */
  readonly isHere: boolean;
  readonly base: readonly RecordName[];
}

interface Row {
  readonly ent: string | null;
  readonly com: Uint8Array;
  readonly state: number;
  readonly base: string | null;
}

function recordAt(statements: Statements, log: string, seq: number): Found | undefined {
  const row = statements.one<Row>(
    `select r.ent, r.com, r.state, r.body ->> '$.base' as base from logs l join records r using (log_n)
     where l.log = ? and r.seq = ?`,
    [log, seq],
  );
  if (!row) return undefined;
  // what this engine wrote, or what was checked when it arrived
  const base = row.base === null ? [] : (JSON.parse(row.base) as RecordName[]);
  return { ent: row.ent, mark: markOf(row.com), isHere: row.state <= 1, base };
}
