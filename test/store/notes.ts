// A tiny feature for tests of the engine: notes that can be changed, and lines that only come.
import type { Id } from '../../src/core/ids.ts';
import type { MergeTable } from '../../src/core/merge-tables.ts';
import { keyedEntity } from '../../src/core/record.ts';
import { migration } from '../../src/store/migrate.ts';
import { on, projection, query, recordType, type Write } from '../../src/store/record-type.ts';
import { conflictsMigration } from './temporary-store.ts';

export const notesMigration = migration(
  '0002-notes.sql',
  `-- both: for tests
   create table notes (
     id integer primary key, ent text not null unique, text text not null, meta text, changed integer not null default 0,
     at integer not null, seen integer not null default 0
   ) strict;
   create table lines (n integer primary key, ent text not null, text text not null) strict;
   ${conflictsMigration.sql}`,
);

type Note = {
  readonly text?: string;
  readonly text_blob?: string;
  readonly text_bytes?: number;
  readonly meta?: unknown;
};

export const notePut = recordType<Note>('note.put', 'merge');
export const noteDrop = recordType<{ readonly reason?: string }>('note.drop', 'merge');
export const lineAdd = recordType<{ readonly text: string }>('line.add', 'grow');

const table: MergeTable = {
  kinds: { text: 'value', meta: 'plain', life: 'life' },
  says: {
    'note.put': (fields, text) => ({ text: text(fields, 'text'), meta: fields['meta'] ?? null, life: 'live' }),
    'note.drop': () => ({ life: 'retired' }),
  },
};

const put = query<{ ent: string; text: string; meta: string; at: number }, unknown>(
  `insert into notes (ent, text, meta, at) values (:ent, :text, :meta, :at)
   on conflict (ent) do update set text = :text, meta = :meta, changed = changed + 1, at = :at`,
);
const drop = query<{ ent: string }, unknown>('delete from notes where ent = :ent');
const add = query<{ n: number; ent: string; text: string }, unknown>(
  'insert into lines (n, ent, text) values (:n, :ent, :text)',
);

export const notes = projection({
  name: 'notes',
  version: 1,
  tables: { notes: { local: ['id'], kept: { key: 'ent', columns: ['seen'] } }, lines: { local: ['n'] } },
  settles: [
    {
      ...{ type: 'note', table, told: () => [] },
      settle: (tx, { ent, merged, records }) => {
        tx.run(drop, { ent });
        const { text, meta, life } = merged.fields;
        const at = Math.max(...records.map(({ writtenAt }) => writtenAt));
        if (life?.value === 'live') {
          tx.run(put, { ent, text: String(text?.value), meta: JSON.stringify(meta?.value ?? null), at });
        }
      },
    },
  ],
  handlers: [
    on(notePut, (tx, { ent, fields, writtenAt }) => {
      const meta = JSON.stringify(fields.meta ?? null);
      tx.run(put, { ent, text: tx.text(fields, 'text'), meta, at: writtenAt });
    }),
    on(noteDrop, (tx, { ent }) => void tx.run(drop, { ent })),
    on(lineAdd, (tx, { n, ent, fields }) => void tx.run(add, { n, ent, text: fields.text })),
  ],
});

export const withNotes = { migrations: [notesMigration], projections: [notes] };
export const noteByEnt = query<{ ent: string }, { text: string; changed: number; seen: number }>(
  'select text, changed, seen from notes where ent = :ent',
);
export const seeNote = query<{ ent: string }, unknown>('update notes set seen = seen + 1 where ent = :ent');
export const countNotes = query<Record<never, never>, { count: number }>('select count(*) as count from notes');

const by = { actor: { user: '019a3985-b900-7000-8000-000000000006' }, origin: 'human' } as const;

export const noteId = (key: string): Id => keyedEntity({ type: 'note', key });
export const writeNote = (tx: Write, key: string, text: string, meta?: unknown) =>
  tx.append(notePut, { ...by, ent: noteId(key), fields: { ...tx.keep('text', text), meta } });
export const dropNote = (tx: Write, key: string) => tx.append(noteDrop, { ...by, ent: noteId(key), fields: {} });
export const writeLine = (tx: Write, text: string, ent?: Id) =>
  tx.append(lineAdd, { ...by, fields: { text }, ...(ent ? { ent } : {}) });
