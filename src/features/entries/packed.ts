// Entries in memory packages: as they stand, one record each, and by their key where they come out again.
import { canonical } from '../../core/canonical.ts';
import { nextHlc } from '../../core/hlc.ts';
import { sha256Hex, uuidV8 } from '../../core/ids.ts';
import type { Actor, Origin } from '../../core/record.ts';
import type { Read } from '../../store/record-type.ts';
import type { Giving, LeavingOut, PackedChoice, Packing } from '../packed.ts';
import { type PackedEntry, packedEntry } from './packed-form.ts';
import { entriesFrom } from './packed-queries.ts';
import { takeEntry } from './packed-take.ts';
import { type EntryRow, entryByEnt, linksOf } from './queries.ts';
import { contextPut } from './records.ts';

const perPage = 200;

/** What entries do with packages. */
export const entryPacking: Packing = {
  kind: 'entries',
  names: [contextPut.name],
  give,
  form: (_, fields) => packedEntry.safeParse(fields).data,
  take: takeEntry,
};

function* give(read: Read, choice: PackedChoice): Generator<Giving | LeavingOut> {
  for (let after = ''; ; ) {
    const rows = read.all(entriesFrom, { after, limit: perPage });
    for (const row of rows) yield* one(read, row, choice);
    const last = rows.at(-1);
    if (!last) return;
    after = last.ent;
  }
}

function* one(read: Read, row: EntryRow, choice: PackedChoice): Generator<Giving | LeavingOut> {
  if (!isAsked(row, choice)) return;
  const why = choice.sensitive ? undefined : whyNot(row);
  yield why ? { is: 'left', why } : given(read, row);
}

function isAsked({ updated_at, expires_at, session_id, in_session }: EntryRow, choice: PackedChoice): boolean {
  if (updated_at < choice.since || (expires_at !== null && expires_at <= choice.now)) return false;
  if (choice.sessions === null) return true;
  const sessions = JSON.parse(choice.sessions) as readonly string[]; // by the form of a choice
  return [session_id, in_session].some((session) => session !== null && sessions.includes(session));
}

function whyNot({ scope, metadata, trust }: EntryRow): LeavingOut['why'] | undefined {
  if (scope !== 'project') return 'scope';
  if ((JSON.parse(metadata) as { readonly sensitive?: unknown }).sensitive === true) return 'sensitive'; // an object
  return trust === 0 ? 'quarantined' : undefined;
}

function given(read: Read, row: EntryRow): Giving {
  const { ent, key, priority, category, source, expires_at, value, in_session, agent_id } = row;
  const session = row.session_id ?? in_session;
  const fields: PackedEntry = {
    ...{ key, priority, category, source, expires_at, value: JSON.parse(value) as PackedEntry['value'] },
    // columns that a projection of ours wrote
    ...{ scope: row.scope as PackedEntry['scope'], layer: row.layer as PackedEntry['layer'] },
    metadata: JSON.parse(row.metadata) as PackedEntry['metadata'],
    ...{ tags: JSON.parse(row.tags) as string[], links: linksFrom(read, ent) },
    ...(session === null ? {} : { session_id: session }),
    ...(agent_id === null ? {} : { agent_id }),
  };
  const hlc = nextHlc('', row.updated_at);
  return {
    ...{ is: 'given', name: contextPut.name, ent, hlc, fields, actor: JSON.parse(row.actor) as Actor },
    id: uuidV8(['package', ent, sha256Hex(canonical(fields))]),
    // what is in quarantine here is so there
    origin: row.trust === 0 && row.origin !== 'tool-output' ? 'package' : (row.origin as Origin),
  };
}

/** By keys, since an id says nothing elsewhere: to entries of the project alone. */
function linksFrom(read: Read, ent: string): PackedEntry['links'] {
  return read.all(linksOf, { ent }).flatMap(({ rel, target }) => {
    const to = read.one(entryByEnt, { ent: target });
    return to?.scope === 'project' ? [{ rel, key: to.key }] : [];
  });
}
