import { createHash } from 'node:crypto';
import type { Rights } from '../../core/words.ts';
import type { Read } from '../../store/record-type.ts';
import type { Bound } from '../feature.ts';
import { tokenByHash } from './queries.ts';

/** What a token opens. */
export interface Grant {
  readonly token_id: string;
  readonly rights: Rights;
  readonly bound: Bound;
  readonly last_used_at: number;
}

/** The form in which a token is kept. */
export function tokenHash(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}

/** What a token opens now; undefined when it is unknown, revoked or expired. */
export function grantOf(read: Read, token: string, now: number): Grant | undefined {
  const row = read.one(tokenByHash, { hash: tokenHash(token) });
  if (!row || row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= now)) return undefined;
  const { token_id, rights, tenant_id, user_id, project_id } = row;
  return {
    ...{ token_id, rights, last_used_at: row.last_used_at ?? 0 },
    bound: {
      ...(tenant_id === null ? {} : { tenant: tenant_id }),
      ...(user_id === null ? {} : { user: user_id }),
      ...(project_id === null ? {} : { project: project_id }),
    },
  };
}
