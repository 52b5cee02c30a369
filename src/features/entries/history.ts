import { PrsistError } from '../../core/errors.ts';
import { hlcMs } from '../../core/hlc.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { findNamed, placeOfNamed } from './named.ts';
import { type VersionRow, versionsOf } from './queries.ts';
import { rfc3339 } from './reply.ts';

type History = (typeof contract)['context.history'];
type Item = Reply<History>['items'][number];

/** Every version of an entry, newest first, read from the log; an erased one has no fields. */
export function history(context: Context, input: Parsed<History>): Reply<History> {
  const read = context.read[placeOfNamed(input, context)];
  const { ent } = findNamed(read, input, context);
  const rows = read.all(versionsOf, { ent, before: placeOf(input.cursor), limit: input.limit + 1 });
  const items = rows.slice(0, input.limit).map((row) => versionReply(read, row));
  return { items, next_cursor: rows.length > items.length ? String(items.at(-1)?.version) : null };
}

function placeOf(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  const options = { field: 'cursor', hint: 'leave the cursor out to start again' };
  throw new PrsistError('input/invalid', 'this cursor does not come from context.history', options);
}

function versionReply(read: Read, { version, n, op, hlc, dev, actor, origin }: VersionRow): Item {
  const { value_blob, value_bytes: _, value, ...fields } = read.fields(n) as Record<string, never>; // canonical JSON
  const text = value ?? (value_blob === undefined ? undefined : read.blob(value_blob));
  return {
    ...{ version, op, origin: origin ?? '', at: rfc3339(hlcMs(hlc)), dev },
    fields: { ...fields, ...(text === undefined ? {} : { value: JSON.parse(text) }) },
    actor: actor === null ? { user: '' } : JSON.parse(actor),
  };
}
