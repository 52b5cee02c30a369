// Which workspaces a remote holds. What is here decides whether anything may be minted at all.
import { z } from 'zod';
import { PrsistError } from '../../../core/errors.ts';
import { shortId } from '../../../core/ids.ts';
import type { Remote } from '../remote.ts';
import { canonicalBytes, parseCanonical, uuid } from './canonical-file.ts';
import { tampered } from './keyring.ts';
import { workspaceName, workspaceOf, workspacePrefix, workspacesPrefix } from './object-names.ts';
import { getOne, namesBelow, putNew } from './objects.ts';

const file = z.strictObject({ format: z.literal(1), ws: uuid });
const anyFormat = z.looseObject({ format: z.int().min(2) });

/** The bytes of ws.json. */
export function workspaceBytes(ws: string): Uint8Array {
  return canonicalBytes({ format: 1, ws });
}

/** Reads a ws.json. Throws remote/newer-format, or remote/tampered when it is none or names another workspace. */
export function readWorkspace(bytes: Uint8Array, ws: string): void {
  if (parseCanonical(bytes, file)?.ws === ws) return;
  if (parseCanonical(bytes, anyFormat)) {
    throw new PrsistError('remote/newer-format', 'the remote was set up by a newer version of prsist');
  }
  throw tampered('ws.json of the remote does not name its workspace');
}

export interface Found {
  /** ours: this one, marked as such. unmarked: something of it without its mark. empty: of no workspace anything. */
  readonly is: 'ours' | 'unmarked' | 'others' | 'empty';
  /** All workspaces of which something is there. */
  readonly all: readonly string[];
}

/** Looks what a remote holds. Throws as readWorkspace does. */
export async function findWorkspace(remote: Remote, ws: string, signal: AbortSignal): Promise<Found> {
  const mark = await getOne(remote, workspaceName(ws), signal);
  if (mark !== undefined) {
    readWorkspace(mark, ws);
    return { is: 'ours', all: [ws] };
  }
  const all = new Set<string>();
  for await (const name of namesBelow(remote, workspacesPrefix, signal)) {
    const found = workspaceOf(name);
    if (found !== undefined) all.add(found);
  }
  const is = all.has(ws) ? 'unmarked' : all.size > 0 ? 'others' : 'empty';
  return { is, all: [...all].sort() };
}

/** Whether the mark is all there is of a workspace: whoever made it got no further. */
export async function isOnlyMarked(remote: Remote, ws: string, signal: AbortSignal): Promise<boolean> {
  for await (const name of namesBelow(remote, workspacePrefix(ws), signal)) {
    if (name !== workspaceName(ws)) return false;
  }
  return true;
}

/** Marks a remote as ours. */
export async function markWorkspace(remote: Remote, ws: string, signal: AbortSignal): Promise<void> {
  await putNew(remote, { name: workspaceName(ws), bytes: workspaceBytes(ws) }, signal);
}

/** The remote holds others: says both, and what was not done. */
export function otherWorkspace(ours: string, all: readonly string[]): PrsistError {
  const theirs = all.map(shortId).join(', ');
  return new PrsistError(
    'workspace/mismatch',
    `the remote holds the workspace ${theirs}, this device belongs to ${shortId(ours)}; nothing was written there`,
    { details: { ours, theirs: all } },
  );
}
