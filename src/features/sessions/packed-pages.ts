import type { Actor, Origin, RecordBody } from '../../core/record.ts';
import type { Read } from '../../store/record-type.ts';
import type { Giving } from '../packed.ts';
import type { PackedRow } from './packed-queries.ts';

const perPage = 200;

/** Rows page by page, in the order of their places. */
export function* pages<R extends { readonly place: number }>(
  page: (after: number, limit: number) => readonly R[],
): Generator<R> {
  for (let after = -1; ; ) {
    const rows = page(after, perPage);
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.place;
  }
}

/** The body of a record in our own log. */
export function bodyOf({ body }: Pick<PackedRow, 'body'>): RecordBody {
  return JSON.parse(body) as RecordBody;
}

interface As {
  readonly name: string;
  /** Fields that hold texts, kept beside the others where they are long. */
  readonly texts: readonly string[];
  /** What says nothing elsewhere. */
  readonly without?: readonly string[];
  /** It is in quarantine here. */
  readonly isDoubted?: boolean;
  readonly part?: boolean;
}

/** A fact as it was recorded: it never changes, so it keeps its own id. */
export function fact(read: Read, row: PackedRow, { name, texts, without = [], isDoubted, part }: As): Giving {
  const { fields, actor, origin } = bodyOf(row);
  const left = new Set([...without, ...texts.flatMap((text) => [text, `${text}_blob`, `${text}_bytes`])]);
  const held = texts.filter((text) => fields[text] !== undefined || fields[`${text}_blob`] !== undefined);
  return {
    ...{ is: 'given', name, id: row.id, ent: row.ent, hlc: row.hlc },
    fields: Object.fromEntries(Object.entries(fields).filter(([field]) => !left.has(field))),
    texts: Object.fromEntries(held.map((text) => [text, () => read.text(fields, text)])),
    ...{ actor, origin: isDoubted ? doubted(origin) : origin },
    ...(part ? { part } : {}),
  };
}

/** Where what is in quarantine here comes from, so that it is so there. */
export function doubted(origin: Origin): Origin {
  return origin === 'tool-output' ? origin : 'package';
}

/** Who says something, out of a record of ours. */
export function actorOf(row: Pick<PackedRow, 'body'> | undefined): Actor {
  return row === undefined ? { user: '' } : bodyOf(row).actor;
}
