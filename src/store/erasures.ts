// What was erased, by entity, and the law that follows: of an erased entity only what knows of that erase counts. So it does
// not matter which comes first, an erase or what it erases, and an old copy brings nothing back.
import type { RecordBody, RecordName } from '../core/record.ts';
import { type Doomed, doomedRecords, eraseEntities, type Range } from './erase.ts';
import { headsOf, mergeHeads } from './heads.ts';
import { appliedRecord, type Projector } from './projector.ts';
import { query, recordType, type Write } from './record-type.ts';
import type { Settlement } from './settle.ts';
import type { Statements } from './statements.ts';

/** That something was erased: where it stood and which entities it was, never what it said. */
export const recordErase = recordType<{
  readonly targets: readonly Range[];
  readonly ents: readonly string[];
  /** Of whose kept transcripts nothing stays: agent and its own id of the conversation. */
  readonly conversations?: readonly (readonly [agent: string, native_id: string])[];
  readonly reason: string;
  /** Id of the first of several that are one erase. */
  readonly receipt?: string;
  /** Who asked for it: a person, or the rule by which old things go. */
  readonly authority: 'person' | 'retention';
}>('record.erase', 'grow');

/** An erase is named among what an author had seen by its id, at a position that no log has. */
export const erasePosition = 0;

/** What carries an erase out, within a transaction. */
export interface Eraser {
  readonly statements: Statements;
  readonly projector: Projector;
  readonly settlement: Settlement;
  readonly tx: Write;
}

type Named = Pick<RecordBody, 'ent' | 'type' | 'op' | 'fields'>;

/** The erases that whoever writes a record now knows of and names: of its entity, and of what it belongs to. */
export function erasesBefore(
  { statements, projector }: Pick<Eraser, 'statements' | 'projector'>,
  of: Named,
): RecordName[] {
  if (!statements.one('select 1 from erasures limit 1', [])) return [];
  const within = projector.within(`${of.type}.${of.op}`, of.fields);
  const sql = 'select distinct id from erasures where ent in (?, ?) order by id';
  return statements.all<{ id: string }>(sql, [of.ent, within ?? of.ent]).map(({ id }) => [id, erasePosition]);
}

/** What a record of an erase asks for; one that has another form asks for nothing. */
export function eraseIn({ id, fields }: Pick<RecordBody, 'id' | 'fields'>): {
  readonly id: string;
  readonly ents: readonly string[];
} {
  const { ents } = fields;
  return { id, ents: Array.isArray(ents) ? ents.filter((ent) => typeof ent === 'string') : [] };
}

/** Whether an erase that somebody names is here. */
export function isEraseHere(statements: Statements, id: string): boolean {
  return statements.one('select 1 from erasures where id = ? limit 1', [id]) !== undefined;
}

/** Whether a record that comes, or is written here, says something of what was erased, without knowing that. */
export function isErased(eraser: Eraser, body: RecordBody): boolean {
  const unknown = erasesBefore(eraser, body).filter((erase) => !knows(body, erase));
  if (unknown.length === 0) return false;
  // what is said of it later goes as well, whatever that belongs to
  for (const [id] of unknown) bury(eraser.statements, [body.ent], id);
  eraseUnknowing(eraser, [body.ent]);
  return true;
}

/** Erases in this database what a record of an erase names, and what belongs to it, but for what was said knowing of it. */
export function carryOut(
  eraser: Eraser,
  { id, ents }: { readonly id: string; readonly ents: readonly string[] },
): void {
  const { statements, projector, tx } = eraser;
  const belonging = projector.projections.flatMap((each) => each.belongings?.(tx, ents) ?? []);
  const all = [...new Set([...ents, ...belonging])];
  bury(statements, all, id);
  eraseUnknowing(eraser, all);
}

function bury(statements: Statements, ents: readonly string[], id: string): void {
  for (const ent of ents) statements.run('insert or ignore into erasures (ent, id) values (?, ?)', [ent, id]);
}

function knows({ base }: Pick<RecordBody, 'base'>, [id]: RecordName): boolean {
  return base.some(([log, seq]) => seq === erasePosition && log === id);
}

function eraseUnknowing(eraser: Eraser, ents: readonly string[]): void {
  const { projector, tx } = eraser;
  // a body is what an engine like this one wrote, or what was checked when it arrived
  const records = doomedRecords(tx, ents).map((record) => ({ record, body: JSON.parse(record.body) as RecordBody }));
  const isLeft = ({ body }: (typeof records)[number]) =>
    erasesBefore(eraser, body).every((erase) => knows(body, erase));
  const gone = records.filter((each) => !isLeft(each)).map(({ record }) => record);
  const erased = new Set(ents);
  const touched = projector.projections.flatMap((each) => each.touched?.(tx, ents) ?? []);
  // rows may bear a name of which there is no record: a session's runs
  eraseEntities(tx, projector.projections, ents, gone);
  const goes = new Set(gone);
  writeAgain(
    eraser,
    records.filter(({ record }) => !goes.has(record)),
  );
  for (const ent of new Set(touched)) if (!erased.has(ent)) writeAnew(eraser, ent);
}

/** Rows that only grow would remember what is gone. */
function writeAnew({ projector, settlement, tx }: Eraser, ent: string): void {
  const settled = projector.projections.filter(({ settles }) => settles);
  for (const [table, { entity }] of settled.flatMap(({ tables }) => Object.entries(tables))) {
    if (entity === undefined) tx.run(query<{ ent: string }, unknown>(`delete from ${table} where ent = :ent`), { ent });
  }
  settlement.settle(tx, ent);
}

/** What was said of an entity since it was erased: its rows and heads went with those of before, or waited for the erase. */
function writeAgain(
  { statements, projector, settlement, tx }: Eraser,
  left: readonly { readonly record: Doomed; readonly body: RecordBody }[],
): void {
  const settled = new Set<string>();
  for (const { record, body } of left) {
    const lies = statements.one<{ log_n: number; com: Uint8Array }>('select log_n, com from records where n = ?', [
      record.n,
    ]);
    if (lies && projector.merges(record.name)) {
      const heads = headsOf(statements, body.ent);
      mergeHeads(statements, body, { row: { ...record, com: lies.com }, log_n: lies.log_n, heads });
    }
    if (settlement.concerns(body.type)) settled.add(body.ent);
    else projector.apply(tx, record.name, appliedRecord(record.n, record.body));
  }
  for (const ent of settled) settlement.settle(tx, ent);
}
