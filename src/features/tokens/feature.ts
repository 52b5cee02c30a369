import { join } from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { randomHex } from '../../platform/random.ts';
import type { Write } from '../../store/record-type.ts';
import { type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';
import { tokenHash } from './grant.ts';
import { addToken, allTokens, revokeToken, type TokenRow, tokenById, tokensMeant } from './queries.ts';

type New = (typeof contract)['token.new'];
type Revoke = (typeof contract)['token.revoke'];
type Token = Reply<Revoke>;

export interface TokenNeeds {
  /** The id of a project named by id, name or directory; throws when there is none. */
  readonly projectId: (asked: string) => string;
}

/** Bearer tokens of the loopback listener. */
export function tokensFeature(needs: TokenNeeds): Feature {
  return feature(contract, {
    migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0008-tokens.sql'] },
    verbs: {
      'token.new': (tx, input) => make(tx, input, needs),
      'token.list': (context) => ({ items: context.read.user.all(allTokens, {}).map(wireToken) }),
      'token.revoke': revoke,
    },
  });
}

function make(tx: Write, input: Parsed<New>, needs: TokenNeeds): Reply<New> {
  const expires_at = input.expires_at === undefined ? null : Date.parse(input.expires_at);
  if (expires_at !== null && expires_at <= tx.now) {
    throw new PrsistError('input/invalid', 'expires_at lies in the past', {
      ...{ field: 'expires_at', hint: 'give a time to come, or none' },
    });
  }
  const token = `prsist_${randomHex(32)}`;
  const token_id = tx.newId();
  tx.run(addToken, {
    ...{ token_id, hash: tokenHash(token), name: input.name, rights: input.rights, expires_at, created_at: tx.now },
    ...{ user_id: input.user, tenant_id: input.tenant },
    project_id: input.project === undefined ? null : needs.projectId(input.project),
  });
  return { token, ...found(tx, token_id) };
}

function revoke(tx: Write, { token_id: asked }: Parsed<Revoke>): Token {
  const [row, second] = tx.all(tokensMeant, { asked, end: `${asked}\uffff` });
  if (!row) throw new PrsistError('token/not-found', `no token ${asked}`);
  if (second && second.revoked_at === null && row.token_id !== asked) {
    throw new PrsistError('input/invalid', `several tokens are meant by ${asked}`, {
      ...{ field: 'token_id', hint: 'give the whole id: prsist token list --json' },
    });
  }
  tx.run(revokeToken, { token_id: row.token_id, at: tx.now });
  return found(tx, row.token_id);
}

function found(tx: Write, token_id: string): Token {
  const row = tx.one(tokenById, { token_id });
  if (!row) throw new PrsistError('internal', 'a token just written is not there');
  return wireToken(row);
}

function wireToken(row: TokenRow): Token {
  const at = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    ...{ token_id: row.token_id, name: row.name, rights: row.rights },
    ...{ project_id: row.project_id, tenant_id: row.tenant_id, user_id: row.user_id },
    created_at: new Date(row.created_at).toISOString(),
    ...{ expires_at: at(row.expires_at), last_used_at: at(row.last_used_at), revoked_at: at(row.revoked_at) },
  };
}
