// An entry that was changed on several devices apart: its row as all of its records together say it is.
import { canonical } from '../../core/canonical.ts';
import { type MergeRecord, newestKnowing } from '../../core/merge-order.ts';
import { trustOf } from '../../core/trust.ts';
import type { Applied, Entity, EntityRecord, Read } from '../../store/record-type.ts';
import type { EntryRow } from './queries.ts';
import {
  type ContextPut,
  contextFeedback,
  contextPut,
  contextRetire,
  contextTag,
  contextTrust,
  type Link,
} from './records.ts';
import { valueText } from './reply.ts';
import { counted, holder, judged, newRow, saidBy, type Written } from './row.ts';

type Put = Applied<ContextPut>;

/** The row of an entry; undefined while its creation is not here. */
export function settledRow(entity: Entity): Written | undefined {
  const { merged } = entity;
  const [start, ...others] = putsOf(entity).flatMap((record) => newRow(record) ?? []);
  if (!start) return undefined;
  const { access_count: _, ...made } = start;
  const at = <T>(name: string, or: T): T => (merged.fields[name] === undefined ? or : (merged.fields[name].value as T));
  const row: Omit<EntryRow, 'access_count'> = {
    ...made,
    ...{
      layer: at('layer', made.layer),
      priority: at('priority', made.priority),
      tags: canonical([...at<string[]>('tags', [])].sort()),
    },
    ...{ category: at('category', made.category), source: at('source', made.source) },
    ...{ expires_at: at('expires_at', made.expires_at), metadata: canonical(at('metadata', {})) },
    ...{ in_session: at('session_id', made.in_session), state: at('life', made.state), ...countsOf(entity) },
    created_at: Math.min(
      made.created_at,
      ...others.map((each) => each.created_at),
      ...putsOf(entity).map((each) => each.writtenAt),
    ),
    flags:
      (merged.conflicts.some(({ settled }) => settled === undefined) ? 1 : 0) + (merged.isEditedAfterRetire ? 2 : 0),
  };
  return { ...row, in_session: holder(row, undefined), ...standingValue(entity, made.key) };
}

/** The links that somebody made and nobody who had seen it took away. */
export function settledLinks({ merged }: Entity): readonly Link[] {
  return (merged.fields['links']?.value ?? []) as readonly Link[]; // elements of what context.link says
}

/** Search looks at the row: the newest record says that there is something to look at, a retire hides it. */
export function told({ merged, records }: Entity): readonly EntityRecord[] {
  const puts = records.filter(({ name }) => name === contextPut.name);
  const retires =
    merged.fields['life']?.value === 'retired' ? records.filter(({ name }) => name === contextRetire.name) : [];
  return [...puts.slice(-1), ...retires.slice(-1)];
}

/** Whether a value comes from where nobody is told of it, or reads as if it did; with a package, ours stays what is shown. */
export function isQuarantined(tx: Read, record: EntityRecord): boolean {
  const put = asPut(record);
  const { origin } = saidBy(put);
  if (put.fields.over || put.actor.via || trustOf(origin) === 0) return true;
  return judged(put, origin, valueText(tx.text(put.fields, 'value') || 'null')).trust === 0;
}

function putsOf({ records }: Entity): readonly Put[] {
  return records.filter(({ name }) => name === contextPut.name).map(asPut);
}

/** Records of this name are what store and its like wrote. */
function asPut(record: EntityRecord): Put {
  return record as Put;
}

const counting = new Set<string>([contextPut, contextRetire, contextTag, contextFeedback].map(({ name }) => name));
const dating = new Set<string>([contextPut.name, contextRetire.name, contextTag.name, 'conflict.resolve']);

/** How often it was changed, when last, and what is thought of it. */
function countsOf({ records }: Entity): Pick<EntryRow, 'sync_version' | 'updated_at' | 'useful' | 'wrong'> {
  const isCounted = ({ name, origin }: EntityRecord) =>
    counting.has(name) ||
    name === 'context.link' ||
    name === 'conflict.resolve' ||
    (name === contextTrust.name && origin === 'human');
  const sum = (name: 'useful' | 'wrong') =>
    records
      .filter((each) => each.name === contextFeedback.name)
      .reduce((all, { fields }) => all + counted(Number(fields[name] ?? 0)), 0);
  return {
    ...{ sync_version: records.filter(isCounted).length, useful: sum('useful'), wrong: sum('wrong') },
    updated_at: Math.max(...records.filter(({ name }) => dating.has(name)).map(({ writtenAt }) => writtenAt)),
  };
}

type OfValue = Pick<Written, 'value' | 'origin' | 'actor' | 'trust' | 'doubts' | 'decided'>;

/** The value, whose word it is, and how far it is trusted: as far as the least of those whose word is in it. */
function standingValue(entity: Entity, key: string): OfValue | undefined {
  const field = entity.merged.fields['value'];
  const said = (field?.by ?? []).flatMap(({ record }) => recordOf(entity, record) ?? []).map(asPut);
  const last = said.at(-1);
  if (!field || !last) return undefined;
  const value = canonical(field.value ?? null);
  const text = `${key}\n${valueText(value)}`;
  const [first, ...others] = said.map((put) => judged(put, saidBy(put).origin, text));
  const least = others.reduce((low, each) => (Number(each.trust) < Number(low?.trust) ? each : low), first);
  const { origin, actor } = saidBy(last);
  const decided = decisionOf(entity);
  return {
    ...{ value, origin, actor: canonical(actor), decided: decided === undefined ? 0 : 1 },
    ...{ trust: decided ?? least?.trust ?? 0, doubts: least?.doubts ?? '[]' },
  };
}

function recordOf({ merged, records }: Entity, record: MergeRecord): EntityRecord | undefined {
  return records[merged.order.records.indexOf(record)];
}

/** What a person decided about the value that stands, having seen all that is in it; of several the newest decision. */
function decisionOf({ merged, records }: Entity): number | undefined {
  const { order } = merged;
  const values = (merged.fields['value']?.by ?? []).map(({ record }) => order.records.indexOf(record));
  const decisions = records.flatMap(({ name, origin }, place) =>
    name === contextTrust.name && origin === 'human' ? [place] : [],
  );
  const newest = newestKnowing(order, decisions, values);
  const fields = newest === undefined ? undefined : records[newest]?.fields;
  return fields && Math.min(3, Math.max(0, Math.trunc(Number(fields['trust']))));
}
