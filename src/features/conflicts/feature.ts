import { PrsistError } from '../../core/errors.ts';
import type { Id } from '../../core/ids.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { markOf, type RecordName } from '../../core/record.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { actorOf, type Context, type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';
import { decisionOf } from './decision.ts';
import { conflictRows } from './projection.ts';
import { type ConflictRow, commitmentAt, conflictPage, conflictsByPrefix, openCount, openOf } from './queries.ts';
import { conflictResolve } from './records.ts';
import { type Shown, type StoredSide, shownConflict, sidesOf } from './wire.ts';

/** What the feature needs of the others. */
export interface ConflictNeeds {
  /** What people call an entity of a type; undefined where it is not known. */
  readonly nameOf: (read: Read, of: { readonly type: string; readonly ent: string }) => string | undefined;
}

type List = (typeof contract)['conflict.list'];
type Show = (typeof contract)['conflict.show'];
type Resolve = (typeof contract)['conflict.resolve'];
type Of = Shown['of'];

/** Values that several devices gave one field, and deciding between them. */
export function conflictsFeature(needs: ConflictNeeds): Feature {
  const shown = (read: Read, row: ConflictRow, of: Of, { caller }: Context) =>
    shownConflict(read, row, { name: needs.nameOf(read, row) ?? row.ent, of }, caller);

  function list(context: Context, { settled, type, limit }: Parsed<List>): Reply<List> {
    const status = settled ? 'resolved' : 'open';
    const items = databases(context).flatMap(({ of, read }) =>
      read
        .all(conflictPage, { status, type: type ?? null, limit: limit + 1 })
        .map((row) => shown(read, row, of, context)),
    );
    const open = databases(context).reduce((sum, { read }) => sum + (read.one(openCount, {})?.open ?? 0), 0);
    items.sort((a, b) => (a.opened_at < b.opened_at ? 1 : -1));
    return { items: items.slice(0, limit), open, more: items.length > limit };
  }

  function show(context: Context, { conflict_id }: Parsed<Show>): Reply<Show> {
    const { of, read, row } = found(context, conflict_id);
    return { conflict: shown(read, row, of, context) };
  }

  function resolve(tx: Write, input: Parsed<Resolve>, context: Context): Reply<Resolve> {
    const { of, row } = found(context, input.conflict_id);
    const sides = sidesOf(row);
    if (row.status !== 'open' && row.resolved_by !== 'rule:human') throw settledAlready(row);
    const { caller } = context;
    tx.append(conflictResolve, {
      ent: row.ent as Id, // of a record, in which it is one
      fields: {
        ...{ field: row.field, heads: sides.map((side) => nameOf(tx, side)) },
        ...decisionOf(tx, input, { field: row.field, sides }),
      },
      actor: actorOf(caller),
      origin: caller.origin,
    });
    // what the rule had settled may have been written over since: then this would be one more conflict
    if (tx.all(openOf, { ent: row.ent }).some(({ field }) => field === row.field)) throw settledAlready(row);
    const [after = row] = tx.all(conflictsByPrefix, prefixed(row.conflict_id));
    const value = input.pick === undefined ? (input.value ?? null) : (sides[input.pick - 1]?.value ?? null);
    return { conflict: shown(tx, after, of, context), value };
  }

  return feature(contract, {
    verbs: { 'conflict.list': list, 'conflict.show': show, 'conflict.resolve': resolve },
    projections: [conflictRows],
    storeOf: { 'conflict.resolve': ({ conflict_id }, context) => found(context, conflict_id).of },
  });
}

function nameOf(read: Read, { log, seq }: StoredSide): RecordName {
  const found = read.one(commitmentAt, { log, seq });
  return found ? [log, seq, markOf(found.com)] : [log, seq];
}

interface Place {
  readonly of: Of;
  readonly read: Read;
}

/** A token that is tied to a tenant or a person is told of none: whose they are does not stand with them. */
function databases({ read: { project, user }, caller: { bound } }: Context): readonly Place[] {
  if (bound?.tenant !== undefined || bound?.user !== undefined) return [];
  const own: Place = { of: 'user', read: user };
  return project === user ? [own] : [{ of: 'project', read: project }, own];
}

/** Throws conflict/not-found where none or several begin so. */
function found(context: Context, id: string): Place & { readonly row: ConflictRow } {
  const all = databases(context).flatMap(({ of, read }) =>
    read.all(conflictsByPrefix, prefixed(id)).map((row) => ({ of, read, row })),
  );
  const [only, ...more] = all;
  if (only && more.length === 0) return only;
  throw new PrsistError('conflict/not-found', only ? `several conflicts begin with ${id}` : `no conflict ${id}`);
}

/** Ids are hex digits and hyphens: the next letter ends what begins so. */
function prefixed(id: string) {
  return { prefix: id, end: `${id}g` };
}

function settledAlready({ conflict_id }: ConflictRow): PrsistError {
  return new PrsistError(
    'conflict/settled',
    `conflict ${conflict_id.slice(0, 8)} is settled: its field was written since`,
  );
}
