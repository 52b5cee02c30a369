// A snapshot: single records of many logs in one sealed object, for a device that has nothing yet.
import { createHash } from 'node:crypto';
import { limits } from '../../../core/limits.ts';
import { commitment } from '../../../core/record.ts';
import type { ForeignRecord } from '../../../store/foreign.ts';
import type { PackKeys } from '../keys.ts';
import { noProject, type PackName, type SnapshotName, snapshotName } from '../names.ts';
import {
  hashBytes,
  linesOf,
  metaBytes,
  type PackMeta,
  type PackText,
  packDensely,
  reader,
  readMeta,
  saltBytes,
  sized,
} from './body.ts';
import { kindSnapshot } from './header.ts';
import { hash16, openedPlain, type Sealed, type Sealing } from './pack.ts';
import { refused } from './refused.ts';
import { seal } from './seal.ts';

/** A record with its text, as a database holds it. */
export type SnapshotRecord = ForeignRecord & { readonly body: string; readonly salt: Uint8Array };

/** Records with the texts they name. */
export interface Snapshot {
  readonly records: readonly SnapshotRecord[];
  readonly texts: readonly PackText[];
}

type LogOf = readonly [log: string, dev: string, v: number];

export interface SnapshotOf {
  readonly ws: string;
  readonly project: string;
  /** Who makes it. */
  readonly dev: string;
  /** How many records its maker held: the greatest is the newest. */
  readonly n: number;
}

/** Packs records of any logs. salt: 32 random bytes. */
export async function sealSnapshot(
  of: SnapshotOf,
  content: Snapshot & { readonly meta: PackMeta },
  keys: Sealing,
  salt: Uint8Array,
): Promise<Sealed> {
  const { codec, body } = await packDensely(snapshotPlain(content.meta, content));
  const none = Buffer.alloc(hashBytes);
  const head = { kind: kindSnapshot, codec, v: 1, count: content.records.length, stubs: 0, salt, rev: 0 } as const;
  const place = { log: noProject, from: of.n, to: of.n, hlcMax: '0'.repeat(16), headBefore: none, headAfter: none };
  const bytes = seal({ ws: of.ws, project: of.project, dev: of.dev, ...head, ...place }, body, keys);
  return { name: snapshotName({ ...of, len: bytes.length, hash16: hash16(bytes) }), bytes };
}

/** Opens one; what its records say of their logs is the word of its maker alone. */
export function openSnapshot(name: SnapshotName, bytes: Buffer, keys: PackKeys): Snapshot {
  const { n, len } = name;
  const as: PackName = { ...name, is: 'pack', log: noProject, from: n, to: n, rev: 0, len, texts: false };
  const { header, plain } = openedPlain(as, bytes, keys, limits.snapshotPlainBytes);
  if (header.kind !== kindSnapshot) throw refused('path', 'its name says snapshot, it holds a pack');
  return readSnapshot(plain, name.ws);
}

function snapshotPlain(meta: PackMeta, { records, texts }: Snapshot): Buffer {
  const logs = new Map<string, number>();
  const named: LogOf[] = [];
  const places = records.map(({ log, dev, v, seq }) => {
    const key = `${log}:${v}`;
    const known = logs.get(key) ?? named.push([log, dev, v]) - 1;
    logs.set(key, known);
    return [known, seq];
  });
  return Buffer.concat([
    ...sized(metaBytes(meta)),
    ...sized(Buffer.from(JSON.stringify(named))),
    ...sized(Buffer.from(JSON.stringify(places))),
    ...records.flatMap(({ salt, head }) => [salt, head]),
    ...sized(Buffer.from(records.map(({ body }) => `${body}\n`).join(''))),
    ...sized(Buffer.concat(texts.map(({ hash }) => hash))),
    ...texts.flatMap(({ bytes }) => sized(bytes)),
  ]);
}

function readSnapshot(plain: Buffer, ws: string): Snapshot {
  const head = reader(plain);
  readMeta(head.sized());
  const logs = listed(head.sized(), isLog);
  const places = listed(head.sized(), isPlace);
  const marks = places.map(() => ({ salt: head.take(saltBytes), head: head.take(hashBytes) }));
  const bodies = linesOf(head.sized());
  const texts = readTextsOf(head);
  head.end();
  if (bodies.length !== places.length) throw refused('lines', 'it counts its records wrongly');
  const records = places.map(([which, seq], i) => {
    const [log, dev, v] = logs[which] ?? unknownLog();
    // as many as there are places: counted above
    const [body, mark] = [bodies[i] as string, marks[i] as (typeof marks)[number]];
    return { ws, dev, log, seq, v, body, salt: mark.salt, head: mark.head, com: commitment(mark.salt, body) };
  });
  return { records, texts };
}

function readTextsOf(head: ReturnType<typeof reader>): PackText[] {
  const hashes = head.sized();
  return Array.from({ length: Math.floor(hashes.length / hashBytes) }, (_, i) => {
    const text = { hash: hashes.subarray(i * hashBytes, (i + 1) * hashBytes), bytes: head.sized() };
    if (!createHash('sha256').update(text.bytes).digest().equals(text.hash))
      throw refused('text', 'a text is not the one it is named by');
    return text;
  });
}

function unknownLog(): never {
  throw refused('lines', 'it names a log that it does not list');
}

function listed<T>(bytes: Buffer, is: (value: unknown) => value is T): T[] {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (Array.isArray(value) && value.every(is)) return value;
  } catch (cause) {
    throw refused('lines', 'what it lists is no JSON', 'bad', cause);
  }
  throw refused('lines', 'what it lists has another form');
}

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function isLog(value: unknown): value is LogOf {
  if (!Array.isArray(value) || value.length !== 3) return false;
  return id.test(String(value[0])) && id.test(String(value[1])) && Number.isSafeInteger(value[2]);
}

function isPlace(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((each) => Number.isSafeInteger(each) && each >= 0);
}
