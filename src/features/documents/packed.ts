// Documents in memory packages: as they stand, and by their uri where they come out again.
import { z } from 'zod';
import { canonical } from '../../core/canonical.ts';
import { nextHlc } from '../../core/hlc.ts';
import { type Id, sha256Hex, uuidV8 } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Actor, Origin } from '../../core/record.ts';
import { trustOf } from '../../core/trust.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Arrived, Giving, LeavingOut, PackedChoice, Packing, Taken, TakingIn } from '../packed.ts';
import { metadata, word } from '../wire.ts';
import { bankPrefix, documentId, isBankName } from './identity.ts';
import { documentsFrom, lastCame } from './packed-queries.ts';
import { type DocumentRow, documentByEnt } from './queries.ts';
import { textOf } from './read.ts';
import { type DocumentPut, documentPut } from './records.ts';

const perPage = 50;
const line = z.string().max(4096);

const packedDocument = z.strictObject({
  uri: line.min(1),
  title: line,
  kind: word,
  mime: word,
  version: line.nullable(),
  source: line,
  session_id: word.optional(),
  metadata,
  content: z.string().refine((text) => Buffer.byteLength(text) <= limits.documentBytes),
});
type PackedDocument = z.output<typeof packedDocument>;

/** What documents do with packages. */
export const documentPacking: Packing = {
  kind: 'documents',
  names: [documentPut.name],
  give,
  form: (_, fields) => packedDocument.safeParse(fields).data,
  take,
};

function* give(read: Read, choice: PackedChoice): Generator<Giving | LeavingOut> {
  for (let after = ''; ; ) {
    const rows = read.all(documentsFrom, { after, limit: perPage });
    for (const row of rows) {
      if (!isAsked(row, choice)) continue;
      const why = choice.sensitive ? undefined : whyNot(row);
      yield why ? { is: 'left', why } : given(read, row);
    }
    const last = rows.at(-1);
    if (!last) return;
    after = last.ent;
  }
}

function isAsked({ updated_at, session_id }: DocumentRow, { since, sessions }: PackedChoice): boolean {
  if (updated_at < since) return false;
  // by the form of a choice
  return sessions === null || (session_id !== null && (JSON.parse(sessions) as readonly string[]).includes(session_id));
}

function whyNot({ metadata: about, trust }: DocumentRow): LeavingOut['why'] | undefined {
  if ((JSON.parse(about) as { readonly sensitive?: unknown }).sensitive === true) return 'sensitive'; // an object
  return trust === 0 ? 'quarantined' : undefined;
}

function given(read: Read, row: DocumentRow): Giving {
  const { ent, uri, title, kind, mime, version, source, session_id, sha256 } = row;
  const fields = {
    ...{ uri, title, kind, mime, version, source, metadata: JSON.parse(row.metadata) },
    ...(session_id === null ? {} : { session_id }),
  };
  return {
    ...{ is: 'given', name: documentPut.name, ent, hlc: nextHlc('', row.updated_at), fields },
    id: uuidV8(['package', ent, sha256, sha256Hex(canonical(fields))]),
    texts: { content: () => textOf(read, row) },
    actor: JSON.parse(row.actor) as Actor, // columns that a projection of ours wrote
    origin: row.trust === 0 ? 'package' : (row.origin as Origin),
  };
}

interface Coming {
  readonly arrived: Arrived;
  readonly how: TakingIn;
  readonly said: PackedDocument;
  readonly uri: string;
  readonly ent: Id;
}

function take(tx: Write, arrived: Arrived, how: TakingIn): Taken {
  const said = arrived.fields as PackedDocument; // its form was checked
  return takeAs(tx, { arrived, how, said, ...named(uriOf(arrived, said, how)) });
}

function named(uri: string): { readonly uri: string; readonly ent: Id } {
  return { uri, ent: documentId(uri) };
}

/** The documents of a memory bank become files that agents read: in quarantine, one gets another name. */
function uriOf({ origin }: Arrived, { uri, session_id }: PackedDocument, { idOf, mark }: TakingIn): string {
  const isBank = uri.startsWith(bankPrefix);
  if (isBank && (trustOf(origin) === 0 || !isBankName(uri.slice(bankPrefix.length)))) {
    return `package/${mark}/${uri.slice(bankPrefix.length)}`;
  }
  return session_id === undefined ? uri : uri.replaceAll(session_id, idOf(session_id));
}

function takeAs(tx: Write, coming: Coming): Taken {
  const { said, how, ent, uri, arrived } = coming;
  const row = tx.one(documentByEnt, { ent });
  if (!row) return { outcome: 'new', write: (into) => put(into, coming, undefined) };
  if (isSame(row, said)) return { outcome: 'known' };
  if (how.strategy === 'ours') return { outcome: 'kept' };
  if (how.strategy === 'theirs') return { outcome: 'replaced', write: (into) => put(into, coming, undefined) };
  if (how.strategy === 'keep-both') {
    if (uri.endsWith(`~${how.mark}`)) return { outcome: 'known' };
    const smart = { ...how, strategy: 'smart' as const };
    const taken = takeAs(tx, { ...coming, how: smart, ...named(`${uri}~${how.mark}`) });
    return taken.outcome === 'new' ? { ...taken, outcome: 'copied' } : taken;
  }
  if (tx.known(how.idOf(arrived.id))) return { outcome: 'known' };
  const last = tx.one(lastCame, { ent, source: how.source });
  return { outcome: 'merged', write: (into) => put(into, coming, last ? [[last.log, last.seq]] : []) };
}

function isSame(row: DocumentRow, said: PackedDocument): boolean {
  return (
    row.retired_at === null &&
    row.sha256 === sha256Hex(said.content) &&
    row.title === said.title &&
    row.metadata === canonical(said.metadata)
  );
}

/** seen: what its author had seen of ours; all that is here when absent. */
function put(tx: Write, { arrived, how, said, uri, ent }: Coming, seen: [string, number][] | undefined): void {
  const { title, kind, mime, version, source, session_id, metadata: about, content } = said;
  const id = how.idOf(arrived.id);
  const fields: DocumentPut = {
    ...{ uri, title, mime, source, metadata: about },
    kind: uri.startsWith(bankPrefix) === (kind === 'memory-bank') ? kind : 'note',
    ...(version === null ? {} : { version }),
    ...(session_id === undefined ? {} : { session_id: how.idOf(session_id) }),
    ...tx.keep('content', content),
  };
  const { actor, origin } = arrived;
  tx.append(documentPut, {
    ...{ ent, id: tx.known(id) ? tx.newId() : id, fields, actor, origin },
    ...(seen ? { seen } : {}),
  });
}
