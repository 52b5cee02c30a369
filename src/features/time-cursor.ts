// Where a list that goes by time goes on: (updated_at, id) of the last item, opaque on the wire.
import { PrsistError } from '../core/errors.ts';

/** Nothing is newer than this. */
const start = { before_at: Number.MAX_SAFE_INTEGER, before_ent: '' };

/** Reads a cursor; without one the list starts at the newest. Throws input/invalid, field cursor. */
export function readTimeCursor(cursor: string | undefined): {
  readonly before_at: number;
  readonly before_ent: string;
} {
  if (cursor === undefined) return start;
  const [, at, ent] = /^(\d{1,15}) ([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (at === undefined || ent === undefined) {
    const options = { field: 'cursor', hint: 'leave the cursor out to start again' };
    throw new PrsistError('input/invalid', 'this cursor does not come from this list', options);
  }
  return { before_at: Number(at), before_ent: ent };
}

/** The cursor after an item. */
export function writeTimeCursor({ updated_at, ent }: { readonly updated_at: number; readonly ent: string }): string {
  return Buffer.from(`${updated_at} ${ent}`).toString('base64url');
}
