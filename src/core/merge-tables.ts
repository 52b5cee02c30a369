// What each record type says, field by field, and how concurrent words about a field meet.
import type { MergeRecord } from './merge-order.ts';
import type { FieldKind } from './merge-rules.ts';

/**
 * value: JSON, whose members are fields of their own when it is an object · life: a put shows what a retire hid, unless
 * the retire had seen it · set: {add, remove}, adding wins · plain and the others: see FieldKind.
 */
export type Kind = FieldKind | 'value' | 'life' | 'set';

/** A text kept under a name in some fields, inline or as a blob; '' when it is not here. */
export type TextOf = (fields: Readonly<Record<string, unknown>>, name: string) => string;

/** Fields that a record names; undefined: it says nothing about it. */
type Said = Readonly<Record<string, unknown>>;

export interface MergeTable {
  readonly kinds: Readonly<Record<string, Kind>>;
  /** By record name; what is not here says nothing. */
  readonly says: Readonly<Record<string, (fields: Said, text: TextOf) => Said>>;
}

export const contextTable: MergeTable = {
  kinds: {
    ...{ value: 'value', metadata: 'value', layer: 'layer', priority: 'priority', expires_at: 'later' },
    ...{ category: 'plain', source: 'latest', session_id: 'latest', life: 'life', tags: 'set', links: 'set' },
  },
  says: {
    'context.put': (fields, text) => ({ ...fields, value: jsonText(fields, text), life: 'live' }),
    'context.retire': () => ({ life: 'retired' }),
    'context.tag': (fields) => ({ tags: fields }),
    'context.link': (fields) => ({ links: fields }),
  },
};

export const taskTable: MergeTable = {
  kinds: {
    ...{ status: 'status', priority: 'priority', description: 'value', result: 'value' },
    ...{ assignee: 'plain', parent: 'plain', position: 'later' },
  },
  says: {
    'task.add': (fields) => fields,
    'task.update': (fields) => fields,
  },
};

export const documentTable: MergeTable = {
  kinds: {
    ...{ content: 'value', metadata: 'value', life: 'life' },
    ...{ title: 'plain', kind: 'plain', mime: 'plain', version: 'latest', source: 'latest', path: 'latest' },
    session_id: 'latest',
  },
  says: {
    'document.put': (fields, text) => ({
      ...fields,
      content: has(fields, 'content') ? text(fields, 'content') : undefined,
      life: 'live',
    }),
    'document.retire': () => ({ life: 'retired' }),
  },
};

/**
 * What a session's start says is decided by which start was the earliest, not by who had seen whom; its metadata are patches
 * of what agents tell, of which the last counts.
 */
export const sessionTable: MergeTable = {
  kinds: { title: 'plain' },
  says: { 'session.put': (fields) => fields },
};

/** By the type of the records of an entity. */
export const mergeTables: Readonly<Record<string, MergeTable>> = {
  context: contextTable,
  task: taskTable,
  document: documentTable,
  session: sessionTable,
};

/** The table of an entity: that of the first of its records that has one. */
export function tableOf(records: readonly MergeRecord[]): MergeTable | undefined {
  return records.map(({ body }) => mergeTables[body.type]).find((table) => table !== undefined);
}

function has(fields: Said, name: string): boolean {
  return fields[name] !== undefined || fields[`${name}_blob`] !== undefined;
}

/** A value is kept as the text of its JSON. One whose text is not here yet reads as null. */
function jsonText(fields: Said, text: TextOf): unknown {
  if (!has(fields, 'value')) return undefined;
  try {
    return JSON.parse(text(fields, 'value')) as unknown;
  } catch {
    return null;
  }
}
