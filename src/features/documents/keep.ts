import { posix } from 'node:path';
import { canonical } from '../../core/canonical.ts';
import { titleIn } from '../../core/document-parts.ts';
import { PrsistError } from '../../core/errors.ts';
import { headOf } from '../../core/excerpt.ts';
import { sha256Hex } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Reply } from '../../core/operation.ts';
import type { Actor, Origin } from '../../core/record.ts';
import type { Write } from '../../store/record-type.ts';
import type { contract } from './contract.ts';
import { documentId, kindOf } from './identity.ts';
import { mimeOf } from './mime.ts';
import { type DocumentRow, documentByEnt } from './queries.ts';
import { type DocumentPut, documentPut } from './records.ts';

/** A text and what is said about it; what is not said stays as it was, or is found out from uri and text. */
export interface Wanted {
  readonly uri: string;
  readonly content: string;
  readonly title?: string | undefined;
  readonly kind?: string | undefined;
  readonly mime?: string | undefined;
  readonly version?: string | undefined;
  readonly source?: string | undefined;
  readonly path?: string | undefined;
  readonly session_id?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

export interface By {
  readonly actor: Actor;
  /** What documents say counts as imported unless told otherwise: whoever puts a text has seldom written it. */
  readonly origin?: Origin;
}

export type Kept = Reply<(typeof contract)['document.restore']>;

const titleChars = 200;

/** Keeps one document; what is so already writes no record. A retired one is shown again. Throws limit/too-large. */
export function keep(tx: Write, wanted: Wanted, { actor, origin = 'import' }: By): Kept {
  const { uri, content } = wanted;
  const bytes = Buffer.byteLength(content);
  if (bytes > limits.documentBytes) {
    const message = `the text of ${uri} has ${bytes} bytes, at most ${limits.documentBytes} are kept`;
    throw new PrsistError('limit/too-large', message, { field: 'content', hint: 'put it in parts' });
  }
  const ent = documentId(uri);
  const before = tx.one(documentByEnt, { ent });
  const fields = before ? changes(tx, before, wanted) : creation(tx, wanted);
  const reply = { uri, document_id: ent, bytes };
  if (before && before.retired_at === null && Object.keys(fields).length === 0) {
    return { ...reply, revision: before.revision, written: 'same' };
  }
  tx.append(documentPut, { ent, fields, actor, origin });
  const revision = tx.one(documentByEnt, { ent })?.revision ?? 1;
  return { ...reply, revision, written: before ? 'changed' : 'new' };
}

function creation(tx: Write, wanted: Wanted): DocumentPut {
  const { uri, content, version, source = 'cli', path, session_id, metadata = {} } = wanted;
  const mime = wanted.mime ?? mimeOf(uri);
  return {
    ...{ uri, mime, source, kind: kindOf(uri, wanted.kind) ?? 'note', title: titleOf(wanted, mime) },
    ...(version === undefined ? {} : { version }),
    ...(path === undefined ? {} : { path }),
    ...(session_id === undefined ? {} : { session_id }),
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
    ...tx.keep('content', content),
  };
}

function changes(tx: Write, before: DocumentRow, wanted: Wanted): DocumentPut {
  const { content, version, source, path, metadata } = wanted;
  const mime = wanted.mime ?? before.mime;
  const kind = kindOf(before.uri, wanted.kind) ?? before.kind;
  const isNews = sha256Hex(content) !== before.sha256;
  const title = wanted.title ?? (isNews ? titleOf(wanted, mime) : before.title);
  return {
    ...(kind === before.kind ? {} : { kind }),
    ...(mime === before.mime ? {} : { mime }),
    ...(title === before.title ? {} : { title }),
    ...(version === undefined || version === before.version ? {} : { version }),
    ...(source === undefined || source === before.source ? {} : { source }),
    ...(path === undefined || path === before.path ? {} : { path }),
    ...(metadata === undefined || canonical(metadata) === before.metadata ? {} : { metadata }),
    ...(isNews ? tx.keep('content', content) : {}),
  };
}

function titleOf({ title, content, uri }: Wanted, mime: string): string {
  const found = title ?? titleIn(content, mime) ?? posix.basename(uri);
  return headOf(found.replace(/\s+/g, ' ').trim(), titleChars) || headOf(uri, titleChars);
}
