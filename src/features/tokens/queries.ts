import type { Rights } from '../../core/words.ts';
import { type Params, query } from '../../store/record-type.ts';

export interface TokenRow {
  readonly token_id: string;
  readonly name: string;
  readonly rights: Rights;
  readonly user_id: string | null;
  readonly tenant_id: string | null;
  readonly project_id: string | null;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
}
const columns = `token_id, name, rights, user_id, tenant_id, project_id, created_at, expires_at, last_used_at,
  revoked_at`;

export const addToken = query<Params, unknown>(
  `insert into api_tokens (token_id, hash, name, rights, user_id, tenant_id, project_id, created_at, expires_at)
   values (:token_id, :hash, :name, :rights, :user_id, :tenant_id, :project_id, :created_at, :expires_at)`,
);
export const tokenById = query<{ token_id: string }, TokenRow>(
  `select ${columns} from api_tokens where token_id = :token_id`,
);
export const tokenByHash = query<{ hash: Uint8Array }, TokenRow>(
  `select ${columns} from api_tokens where hash = :hash`,
);
export const tokensMeant = query<{ asked: string; end: string }, TokenRow>(
  `select ${columns} from api_tokens where name = :asked or (token_id >= :asked and token_id < :end)
   order by revoked_at is not null, created_at desc limit 2`,
);
/** A person makes a handful; the bound only keeps an answer finite. */
export const allTokens = query<Params, TokenRow>(
  `select ${columns} from api_tokens order by created_at desc, token_id limit 1000`,
);
export const revokeToken = query<{ token_id: string; at: number }, unknown>(
  'update api_tokens set revoked_at = ifnull(revoked_at, :at) where token_id = :token_id',
);
export const noteUse = query<{ token_id: string; at: number }, unknown>(
  'update api_tokens set last_used_at = :at where token_id = :token_id',
);
