// A document that was changed on several devices apart: its row as all of its records together say it is.
import { canonical } from '../../core/canonical.ts';
import { sha256Hex } from '../../core/ids.ts';
import { newestKnowing } from '../../core/merge-order.ts';
import { judge } from '../../core/trust.ts';
import type { Applied, Entity, EntityRecord, Read } from '../../store/record-type.ts';
import type { DocumentRow } from './queries.ts';
import { type DocumentPut, documentPut, documentRetire, documentTrust } from './records.ts';
import { newRow, type Written } from './row.ts';

type Put = Applied<DocumentPut>;

/** The row of a document; undefined while its first put is not here. */
export function settledRow(tx: Read, entity: Entity): Written | undefined {
  const { merged } = entity;
  const puts = putsOf(entity);
  const [made] = puts.flatMap((record) => newRow(record) ?? []);
  if (!made) return undefined;
  // what the records of a document say has the form that its own writers give it
  const at = <T>(name: string, or: T): T => (merged.fields[name] === undefined ? or : (merged.fields[name].value as T));
  const row: DocumentRow = {
    ...made,
    ...{ title: at('title', made.title), kind: at('kind', made.kind), mime: at('mime', made.mime) },
    ...{ version: at('version', made.version), source: at('source', made.source), path: at('path', made.path) },
    ...{ session_id: at('session_id', made.session_id), metadata: canonical(at('metadata', {})) },
    ...{ retired_at: retiredAt(entity), revision: puts.filter(({ fields }) => hasText(fields)).length },
    created_at: Math.min(...puts.map(({ writtenAt }) => writtenAt)),
    updated_at: Math.max(...datesOf(entity)),
  };
  return { ...row, ...textOf(tx, entity, row.title) };
}

/** Search looks at the row: the newest put says that there is something to look at, a retire hides it. */
export function told(entity: Entity): readonly EntityRecord[] {
  const puts = entity.records.filter(({ name }) => name === documentPut.name);
  const retires = retiredAt(entity) === null ? [] : retiresOf(entity);
  return [...puts.slice(-1), ...retires.slice(-1)];
}

/** Whether a text comes from where nobody is told of it, or reads as if it did; with a package, ours stays what is shown. */
export function isQuarantined(tx: Read, { fields, origin, actor }: EntityRecord): boolean {
  return actor.via !== undefined || judge(origin, tx.text(fields, 'content')).trust === 0;
}

function putsOf({ records }: Entity): readonly Put[] {
  return records.filter(({ name }) => name === documentPut.name);
}

function retiresOf({ records }: Entity): readonly EntityRecord[] {
  return records.filter(({ name }) => name === documentRetire.name);
}

function hasText(fields: DocumentPut): boolean {
  return fields.content !== undefined || fields.content_blob !== undefined;
}

function datesOf(entity: Entity): readonly number[] {
  const resolved = entity.records.filter(({ name }) => name === 'conflict.resolve');
  return [...putsOf(entity), ...retiresOf(entity), ...resolved].map(({ writtenAt }) => writtenAt);
}

/** When it was retired, by the newest of those who did without knowing of one another. */
function retiredAt({ merged, records }: Entity): number | null {
  const life = merged.fields['life'];
  if (life?.value !== 'retired') return null;
  return Math.max(...life.by.map(({ record }) => records[merged.order.records.indexOf(record)]?.writtenAt ?? 0));
}

type OfText = Pick<Written, 'rec' | 'merged' | 'sha256' | 'bytes' | 'origin' | 'actor' | 'trust'>;

/** The text, and whose word it is: trusted as far as the least of those whose word is in it. */
function textOf(tx: Read, { merged, records }: Entity, title: string): OfText | undefined {
  const field = merged.fields['content'];
  const places = (field?.by ?? []).map(({ record }) => merged.order.records.indexOf(record));
  const said = places.flatMap((place) => records[place] ?? []);
  const last = said.at(-1);
  if (!field || !last) return undefined;
  const text = String(field.value ?? '');
  const trusts = said.map(({ origin }) => judge(origin, `${title}\n${text}`).trust);
  return {
    ...{ rec: last.n, merged: tx.text(last.fields, 'content') === text ? null : text },
    ...{ sha256: sha256Hex(text), bytes: Buffer.byteLength(text), origin: last.origin, actor: canonical(last.actor) },
    trust: decisionAbout({ merged, records }, places) ?? Math.min(...trusts),
  };
}

/** What a person decided about the text that stands, having seen all that is in it; of several the newest decision. */
function decisionAbout(
  { merged, records }: Pick<Entity, 'merged' | 'records'>,
  places: readonly number[],
): number | undefined {
  const decisions = records.flatMap(({ name, origin }, place) =>
    name === documentTrust.name && origin === 'human' ? [place] : [],
  );
  const newest = newestKnowing(merged.order, decisions, places);
  const fields = newest === undefined ? undefined : records[newest]?.fields;
  return fields && Math.min(3, Math.max(0, Math.trunc(Number(fields['trust']))));
}
