// Which record is meant by a name: logs that went on in two ways have two records under one address.
import { markOf, type RecordName } from '../core/record.ts';
import { type Branch, branchesOf } from './branches.ts';
import { erasePosition, isEraseHere } from './erasures.ts';
import type { Statements } from './statements.ts';

/** What lies at an address. */
export interface Lying {
  /** By which it is named. */
  readonly mark: string;
  /** Whether it is of the entity in question. */
  readonly isOfEntity: boolean;
}

export interface Lookup {
  /** undefined: nothing is here. */
  readonly at: (log: string, seq: number) => Lying | undefined;
  /** The log of the record of the entity in question that has this position and mark. */
  readonly find: (seq: number, mark: string) => string | undefined;
}

/**
 * The records that are meant by names in a record of the log `own`, by the addresses they have here, in the order of the
 * names. A name with a mark means the record of that mark, whatever its log is called here; where it is not here, the name
 * is given back as it is. A name without one, of an earlier program, means what the record's own way has there; of other logs
 * the one way that has a record of the entity there. The name of an erase that is here means nothing more. Where several have, it means nothing: at worst a conflict too many.
 */
export type Names = (own: string, names: readonly RecordName[], lookup: Lookup) => readonly RecordName[];

/** The mark of a name that is not here. */
const unknown = '';

/** What names mean in a database as it stands. */
export function namesIn(statements: Statements): Names {
  const branches = branchesOf(statements);
  const waysOf = (log: string) => {
    if (branches.size === 0) return [log];
    const root = branches.get(log)?.root ?? log;
    const others = [root, ...[...branches].flatMap(([name, branch]) => (branch.root === root ? [name] : []))];
    return [log, ...others.filter((name) => name !== log)];
  };
  return (own, names, lookup) =>
    names.flatMap((name): readonly RecordName[] => {
      const [log, seq, mark] = name;
      if (seq === erasePosition) return isEraseHere(statements, log) ? [] : [[log, seq, unknown]];
      if (mark === undefined) return unmarked(branches, { own, log, seq }, lookup);
      // the author may know of ways that are not known here; of what was erased only the address is left
      const way = waysOf(log).find((each) => lookup.at(each, seq)?.mark === mark) ?? lookup.find(seq, mark);
      return [way === undefined ? name : [way, seq]];
    });
}

interface Unmarked {
  readonly own: string;
  readonly log: string;
  readonly seq: number;
}

function unmarked(
  branches: ReadonlyMap<string, Branch>,
  { own, log, seq }: Unmarked,
  { at }: Lookup,
): readonly RecordName[] {
  const forks = [...branches].flatMap(([name, { root, from }]) => (root === log && seq >= from ? [name] : []));
  if (forks.length === 0) return [[log, seq]];
  if (own === log || branches.get(own)?.root === log) return [[wayOf(branches, own, seq), seq]];
  const [one, ...more] = [log, ...forks].filter((name) => at(name, seq)?.isOfEntity);
  return one === undefined || more.length > 0 ? [] : [[one, seq]];
}

/** Which of the logs that a branch leads back to holds a position. */
function wayOf(branches: ReadonlyMap<string, Branch>, own: string, seq: number): string {
  let log = own;
  for (let branch = branches.get(log); branch && seq < branch.from; branch = branches.get(log)) log = branch.parent;
  return log;
}

/** Whether a name is that of a head, as far as it says. */
export function isNameOf([log, seq, mark]: RecordName, head: RecordName): boolean {
  return log === head[0] && seq === head[1] && (mark === undefined || mark === head[2]);
}

/** Looks in the log. ent: the entity in question. */
export function lookupIn(statements: Statements, ent: string): Lookup {
  return {
    at(log, seq) {
      const row = statements.one<{ com: Uint8Array; ent: string | null }>(
        'select r.com, r.ent from logs l join records r using (log_n) where l.log = ? and r.seq = ?',
        [log, seq],
      );
      return row && { mark: markOf(row.com), isOfEntity: row.ent === ent };
    },
    find(seq, mark) {
      const rows = statements.all<{ log: string; com: Uint8Array }>(
        'select l.log, r.com from records r join logs l using (log_n) where r.ent = ? and r.seq = ? order by l.log',
        [ent, seq],
      );
      return rows.find(({ com }) => markOf(com) === mark)?.log;
    },
  };
}
