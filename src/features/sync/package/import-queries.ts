// Which packages were taken into a project: notes in its `meta`, since they are of this device alone.
import { type Params, query } from '../../../store/record-type.ts';

/** A package that was taken in, or of which a part was. Times in milliseconds; null: it was not. */
export interface ImportNote {
  readonly package_id: string;
  readonly source: string;
  readonly name: string;
  readonly dev: string;
  readonly is_member: boolean;
  readonly strategy: string;
  readonly added: number;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly undone_at: number | null;
}

const note = `key = 'package:' || :package_id`;

/** The note of one package as JSON. */
export const importNote = query<{ package_id: string }, { value: string }>(`select value from meta where ${note}`);
export const keepImport = query<{ package_id: string; value: string }, unknown>(
  `insert into meta (key, value) values ('package:' || :package_id, :value)
   on conflict (key) do update set value = excluded.value`,
);
export const countImport = query<{ package_id: string; added: number }, unknown>(
  `update meta set value = json_set(value, '$.added', (value ->> '$.added') + :added) where ${note}`,
);
export const endImport = query<{ package_id: string; at: number }, unknown>(
  `update meta set value = json_set(value, '$.ended_at', :at) where ${note}`,
);
export const allImports = query<Params, { value: string }>(
  `select value from meta where key >= 'package:' and key < 'package;' order by value ->> '$.started_at' desc limit 1000`,
);
