import { query } from '../../store/record-type.ts';

export type Stretch = {
  readonly entity: string;
  readonly branch: string | null;
  readonly language: string | null;
  readonly category: string | null;
  readonly source: string;
  readonly start_at: number;
  readonly end_at: number;
  readonly lines_added: number;
  readonly lines_removed: number;
  readonly ai_lines: number;
  readonly writes: number;
};
export type StretchRow = Stretch & { readonly id: number };

const columns = `entity, branch, language, category, source, start_at, end_at, lines_added, lines_removed, ai_lines, writes`;

/** The stretch of an editor that was the newest at a moment. */
export const stretchBefore = query<{ source: string; at: number }, StretchRow>(
  `select id, ${columns} from activity where source = :source and start_at <= :at order by end_at desc, id desc limit 1`,
);
export const addStretch = query<Stretch, unknown>(
  `insert into activity (${columns}) values (:entity, :branch, :language, :category, :source, :start_at, :end_at,
    :lines_added, :lines_removed, :ai_lines, :writes)`,
);
export const extendStretch = query<
  Pick<StretchRow, 'id' | 'end_at' | 'lines_added' | 'lines_removed' | 'ai_lines' | 'writes'>,
  unknown
>(
  `update activity set end_at = max(end_at, :end_at), lines_added = lines_added + :lines_added,
    lines_removed = lines_removed + :lines_removed, ai_lines = ai_lines + :ai_lines, writes = writes + :writes
   where id = :id`,
);
export const stretchesSince = query<{ since: number; limit: number }, StretchRow>(
  `select id, ${columns} from activity where start_at >= :since order by start_at desc, id desc limit :limit`,
);
export interface ShareRow {
  readonly name: string;
  readonly ms: number;
  readonly lines_added: number;
  readonly lines_removed: number;
}
const shares = (name: string) =>
  query<{ since: number; limit: number }, ShareRow>(
    `select coalesce(${name}, '') as name, sum(end_at - start_at) as ms, sum(lines_added) as lines_added,
      sum(lines_removed) as lines_removed
     from activity where start_at >= :since group by 1 order by ms desc, lines_added desc, name limit :limit`,
  );
export const byFile = shares('entity');
export const byLanguage = shares('language');
export const byCategory = shares('category');
export const byEditor = shares('source');
export const totalSince = query<{ since: number }, { ms: number }>(
  'select coalesce(sum(end_at - start_at), 0) as ms from activity where start_at >= :since',
);
