import { createHash } from 'node:crypto';
import { PrsistError } from '../core/errors.ts';
import { query, type Write } from './record-type.ts';

interface Answer {
  readonly request_hash: Uint8Array;
  readonly response: string;
}

const answered = query<{ key: string; now: number }, Answer>(
  'select request_hash, response from idempotency where idem_key = :key and expires_at > :now',
);
const remember = query<{ key: string; route: string; hash: Uint8Array; response: string; expires_at: number }, unknown>(
  `insert into idempotency (idem_key, route, request_hash, status, response, expires_at)
   values (:key, :route, :hash, 200, :response, :expires_at)
   on conflict (idem_key) do update set route = excluded.route, request_hash = excluded.request_hash,
     response = excluded.response, expires_at = excluded.expires_at`,
);
const sweep = query<{ now: number }, unknown>('delete from idempotency where expires_at <= :now');

const forget = query<Record<string, never>, unknown>("delete from idempotency where route <> 'spool'");

export interface Once {
  readonly key: string;
  readonly route: string;
  /** What was asked: another request under the same key is an error. */
  readonly request: string;
  readonly keepMs: number;
}

/**
 * Runs a write once per key: the same key and request again gets the first answer, from the same transaction.
 * Throws request/key-reused for another request under a known key.
 */
export function once<T>(tx: Write, asked: Once, work: () => T): { readonly answer: T; readonly replayed: boolean } {
  const hash = createHash('sha256').update(asked.route).update('\0').update(asked.request).digest();
  const known = tx.one(answered, { key: asked.key, now: tx.now });
  if (known) {
    if (!hash.equals(known.request_hash)) {
      throw new PrsistError('request/key-reused', 'this Idempotency-Key was used for another request');
    }
    // written below from a value of this very type
    return { answer: JSON.parse(known.response) as T, replayed: true };
  }
  const answer = work();
  const { key, route } = asked;
  tx.run(remember, { key, route, hash, response: JSON.stringify(answer ?? null), expires_at: tx.now + asked.keepMs });
  return { answer, replayed: false };
}

/** Forgets every answer but the ids of spool events, which hold no text: an answer may repeat what was erased. */
export function forgetAnswers(tx: Write): number {
  return tx.run(forget, {});
}

/** Forgets answers whose time is over; returns how many. */
export function sweepAnswers(tx: Write): number {
  return tx.run(sweep, { now: tx.now });
}
