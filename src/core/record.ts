// The record: what every durable change is, what exactly is hashed, and how a log is chained.
import { createHash, hash } from 'node:crypto';
import { canonical } from './canonical.ts';
import { type Id, idBytes, uuidV8 } from './ids.ts';
import type { origins } from './words.ts';

/** Where a change came from; trust is computed from it, never stored in the record. */
export type Origin = (typeof origins)[number];

export interface Actor {
  readonly user: string;
  readonly agent?: string;
  readonly session?: string;
  /** It came in with a memory package. */
  readonly via?: Via;
}

/** The package a record came in with, what it is a package of, and the device that signed it. */
export interface Via {
  readonly package: string;
  readonly source: string;
  readonly dev: string;
}

/**
 * A record as another one names it: its log and position as the author of that one knew them, and its mark, which says
 * which record is meant where the log went on in two ways. Records of earlier programs name without marks.
 */
export type RecordName = readonly [log: string, seq: number, mark?: string];

/** The nine members of a record's body, and nothing else. `fields` holds only what changed. */
export interface RecordBody {
  readonly hlc: string;
  readonly id: Id;
  readonly ent: Id;
  readonly type: string;
  readonly op: string;
  readonly base: readonly RecordName[];
  readonly fields: Readonly<Record<string, unknown>>;
  readonly actor: Actor;
  readonly origin: Origin;
  readonly schema: number;
}

/** The canonical bytes of a body, as text: they are stored and sent as they are and never serialised again. */
export function bodyText(body: RecordBody): string {
  return canonical(body);
}

/** First head of a log: SHA-256("prsist.log.1" ‖ workspace ‖ device ‖ log), ids as 16 raw bytes. */
export function genesisHead(log: { readonly ws: string; readonly dev: string; readonly log: string }): Buffer {
  return createHash('sha256')
    .update('prsist.log.1')
    .update(idBytes(log.ws))
    .update(idBytes(log.dev))
    .update(idBytes(log.log))
    .digest();
}

/** Salted commitment to a body: SHA-256(salt ‖ body). salt: 16 bytes. The text cannot be guessed from it. */
export function commitment(salt: Uint8Array, body: string): Buffer {
  return createHash('sha256').update(salt).update(body, 'utf8').digest();
}

/** Whether JSON has the form of a name. */
export function isRecordName(value: unknown): value is RecordName {
  if (!Array.isArray(value)) return false;
  const [log, seq, mark] = value as readonly unknown[];
  return typeof log === 'string' && Number.isSafeInteger(seq) && (mark === undefined || typeof mark === 'string');
}

const markBytes = 4;

/** What tells a record from another one under the same address: the first eight hex digits of its commitment. */
export function markOf(com: Uint8Array): string {
  return Buffer.from(com.subarray(0, markBytes)).toString('hex');
}

const headBytes = 32;
const link = Buffer.alloc(headBytes + 8 + 32);

/** Next head of the chain: SHA-256(head ‖ seq as u64 big-endian ‖ com). */
export function nextHead(head: Uint8Array, seq: number, com: Uint8Array): Buffer {
  // hashed at once, which costs half: there is one of these for every record that comes
  link.set(head);
  link.writeBigUInt64BE(BigInt(seq), headBytes);
  link.set(com, headBytes + 8);
  return hash('sha256', link, 'buffer');
}

export interface EntityKey {
  readonly type: string;
  readonly key: string;
  readonly scope?: string | null;
  readonly tenant?: string | null;
  readonly user?: string | null;
  readonly session?: string | null;
  readonly agent?: string | null;
}

/** Id of an entity named by a key: null stands for every id its scope does not use. */
export function keyedEntity(of: EntityKey): Id {
  return uuidV8([
    of.type,
    of.key,
    of.scope ?? null,
    of.tenant ?? null,
    of.user ?? null,
    of.session ?? null,
    of.agent ?? null,
  ]);
}
