import { isAbsolute, relative, resolve } from 'node:path';
import type { z } from 'zod';
import { PrsistError } from '../../core/errors.ts';
import { isId } from '../../core/ids.ts';
import type { Read } from '../../store/record-type.ts';
import type { Caller, Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { type DocumentRow, documentByEnt, documentByUri } from './queries.ts';

type About = z.output<(typeof contract)['document.list']['output']>['items'][number];

/** A document as it stands on the wire, without its text. */
export function aboutDocument(row: DocumentRow): About {
  const { ent, rec: _rec, sha256: _sha, origin: _origin, actor: _actor, retired_at, ...shown } = row;
  return {
    ...shown,
    document_id: ent,
    metadata: JSON.parse(row.metadata),
    created_at: rfc3339(row.created_at),
    updated_at: rfc3339(row.updated_at),
    retired_at: retired_at === null ? null : rfc3339(retired_at),
    quarantined: row.trust === 0,
  };
}

/** A time as RFC 3339 in UTC. */
export function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}

/** The trust below which a caller is told nothing: quarantined text is for people only. */
export function leastTrust(caller: Caller): number {
  return caller.agent === undefined ? 0 : 1;
}

/**
 * The document a caller names by its uri, its id, or a path from where the caller stands; retired ones, too.
 * Throws document/not-found.
 */
export function named(read: Read, name: string, { caller, project }: Pick<Context, 'caller' | 'project'>): DocumentRow {
  const base = caller.directory ?? project.root;
  const whole = isAbsolute(name) || base === undefined ? name : resolve(base, name);
  const names = [name, whole, ...(project.root === undefined ? [] : [relative(project.root, whole)])];
  const rows = [
    ...(isId(name) ? [read.one(documentByEnt, { ent: name })] : []),
    ...names.map((uri) => read.one(documentByUri, { uri })),
  ];
  const found = rows.find((row) => row !== undefined && row.trust >= leastTrust(caller));
  if (found) return found;
  throw new PrsistError('document/not-found', `no document ${name}`);
}
