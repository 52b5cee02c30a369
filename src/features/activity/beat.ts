import type { z } from 'zod';
import type { Write } from '../../store/record-type.ts';
import type { heartbeat } from './contract.ts';
import { addStretch, extendStretch, type StretchRow, stretchBefore } from './queries.ts';

export type Heartbeat = z.output<typeof heartbeat>;

/** Two beats of one editor closer than this are one stretch of work: what lies between counts to the earlier file. */
export const joinMs = 5 * 60_000;

/**
 * Joins one beat to the stretches of its editor: the newest one grows up to it when it is near enough, and goes on when the
 * beat is of the same file, branch, language and category; else a new one begins. A beat that comes late adds its lines and
 * no time. named: the entity as it is kept, source: the editor.
 */
export function join(tx: Write, beat: Heartbeat, { entity, source }: { entity: string; source: string }): void {
  const at = Math.round(beat.time * 1000);
  const own = {
    ...{ entity, source, branch: beat.branch ?? null, language: beat.language ?? null, category: beat.category },
    ...{ lines_added: beat.line_additions, lines_removed: beat.line_deletions, ai_lines: beat.ai_line_changes },
    writes: beat.is_write ? 1 : 0,
  };
  const before = tx.one(stretchBefore, { source, at });
  const isNear = before !== undefined && at - before.end_at < joinMs;
  if (isNear && isSame(before, own)) {
    tx.run(extendStretch, { ...own, id: before.id, end_at: at });
    return;
  }
  const nothing = { lines_added: 0, lines_removed: 0, ai_lines: 0, writes: 0 };
  if (isNear) tx.run(extendStretch, { ...nothing, id: before.id, end_at: at });
  tx.run(addStretch, { ...own, start_at: at, end_at: at });
}

type What = Pick<StretchRow, 'entity' | 'branch' | 'language' | 'category'>;

function isSame(a: What, b: What): boolean {
  return a.entity === b.entity && a.branch === b.branch && a.language === b.language && a.category === b.category;
}
