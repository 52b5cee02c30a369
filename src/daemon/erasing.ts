// What follows an erase outside the database it happened in. Noted before, so that a daemon that was killed goes on with it.
import { join } from 'node:path';
import type { Tensors } from '../features/cache/tensors/registry.ts';
import { forgetStates, isForgottenEvent } from '../features/capture/erasing.ts';
import type { CaptureParts } from '../features/capture/needs.ts';
import { conversationsKept } from '../features/capture/queries.ts';
import { forgetMirrored } from '../features/entries/mirror.ts';
import { confirmErased } from '../features/erasing/confirm.ts';
import { eraseLinked, linkedErases } from '../features/erasing/erase-linked.ts';
import type { ErasingNeeds } from '../features/erasing/needs.ts';
import {
  dropEraseNote,
  erasedConversations,
  erasedIn,
  eraseNoteKey,
  eraseNotes,
  lookedAtErased,
  noteErase,
} from '../features/erasing/queries.ts';
import { allProjects, projectById } from '../features/system/queries.ts';
import { deleteSpoolFile, filesIn, readSpoolFile } from '../platform/spool-files.ts';
import { exists } from '../platform/walk.ts';
import { forgetAnswers } from '../store/idempotency.ts';
import type { Read, Write } from '../store/record-type.ts';
import type { Store } from '../store/store.ts';
import type { Keeping } from './keeping.ts';
import { Projects } from './projects.ts';
import { forgetTold } from './told-briefs.ts';

export interface ErasingParts {
  readonly projects: Projects;
  readonly capture: CaptureParts;
  readonly spool: string;
  /** Where hooks keep what they printed. */
  readonly printed: string;
  /** Renders what agents of a project start with. */
  readonly render: (projectId: string) => Promise<void>;
  readonly copies: Pick<Keeping, 'renewCopies' | 'dropOldApart'>;
  readonly erasing: Pick<ErasingNeeds, 'dropKept'>;
  /** States of local engines, which hold what was said to them. */
  readonly tensors: Pick<Tensors, 'forget'>;
  /** What could not be finished of a project, and will be tried again. */
  readonly onFault: (projectId: string, error: unknown) => void;
}

type Kind = 'project' | 'user';

/**
 * Notes that an erase is about to happen: on disk before anything is gone.
 * where: the databases; the transaction itself where that is one of the user database.
 */
export function noteErasing(where: Projects | Write, projectId: string, kind: Kind): void {
  if (where instanceof Projects) where.user.maintain((tx) => note(tx, projectId, kind));
  else note(where, projectId, kind);
}

function note(tx: Write, projectId: string, kind: Kind): void {
  const key = eraseNoteKey(projectId);
  const before = tx.all(eraseNotes, {}).find((each) => each.key === key)?.value;
  tx.run(noteErase, { key, value: before === 'user' ? before : kind });
}

/**
 * Takes what was erased out of reading states, spool, linked databases, briefs, mirror, copies and write-ahead logs. Does
 * nothing where nothing was; may be called again at any time. only: a project, of which a failure is thrown; all of which an
 * erase is noted when absent, each by itself.
 */
export async function finishErasing(parts: ErasingParts, only?: string): Promise<void> {
  for (const { key, value } of parts.projects.user.read.all(eraseNotes, {})) {
    const projectId = key.slice(eraseNoteKey('').length);
    if (only !== undefined && projectId !== only) continue;
    const note = { key, projectId, kind: value === 'user' ? 'user' : 'project' } as const;
    if (only !== undefined) await finish(parts, note);
    else await finish(parts, note).catch((error: unknown) => parts.onFault(projectId, error));
  }
}

interface Note {
  readonly key: string;
  readonly projectId: string;
  readonly kind: Kind;
}

/** The note goes when everything is done; until then it is tried again. */
async function finish(parts: ErasingParts, { key, projectId, kind }: Note): Promise<void> {
  const { projects, copies } = parts;
  const state = projects.user.read.one(projectById, { project_id: projectId })?.state;
  const isDropped = state !== 'active' && !exists(projects.file(projectId));
  if (isDropped && state !== undefined) copies.dropOldApart(projectId);
  forgetTold(parts.printed);
  const own = isDropped ? 'done' : await projects.borrow(projectId, (store) => finishIn(parts, projectId, store));
  await parts.tensors.forget(kind === 'user' ? undefined : projectId);
  await copies.renewCopies(null);
  // where somebody still reads an old state, what is gone can still be read in the log: it is tried again
  if (own === 'in use' || projects.user.fold() === 'in use') return;
  // last, and each by itself: another project that cannot be opened must not keep what was erased on the disk
  const told = kind === 'user' ? [...new Set([...everyProject(projects), ...(state ? [projectId] : [])])] : [projectId];
  const rendered = await Promise.allSettled(told.map((id) => parts.render(id)));
  if (rendered[told.indexOf(projectId)]?.status === 'rejected') return;
  const { dev, user } = projects.identity;
  const confirm = (tx: Write) => confirmErased(tx, { dev, user });
  if (!isDropped) await projects.borrow(projectId, (store) => store.write(confirm));
  if (kind === 'user') await projects.user.write(confirm);
  await projects.user.write((tx) => tx.run(dropEraseNote, { key }));
}

/** What hangs on the database of one project. */
async function finishIn(parts: ErasingParts, projectId: string, store: Store): Promise<'done' | 'in use'> {
  const { projects, capture, copies } = parts;
  const named = store.read.all(erasedConversations, {});
  await forgetStates(capture, { project_id: projectId, read: store.read, named });
  await forgetKept(parts, store, named);
  sweepSpool(parts, store.read);
  const linked = await finishLinked(parts, store);
  const isErased = erasedIn(store.read);
  if (isErased) await projects.user.write((tx) => forgetMirrored(tx, { projectId, project: store.read, isErased }));
  await copies.renewCopies(projectId);
  return store.fold() === 'in use' ? 'in use' : linked;
}

interface Named {
  readonly n: number;
  readonly agent: string;
  readonly native_id: string;
}

/** Kept transcripts of conversations that were erased, here or on another device, and answers that may tell of them. */
async function forgetKept({ capture, erasing }: ErasingParts, store: Store, named: readonly Named[]): Promise<void> {
  const gone = store.read
    .all(conversationsKept, {})
    .filter(({ agent, native_id }) => capture.isForgotten(store.read, agent, [native_id]));
  await store.write((tx) => {
    erasing.dropKept(tx, [...gone, ...named]);
    forgetAnswers(tx);
    tx.run(lookedAtErased, { n: Math.max(0, ...named.map(({ n }) => n)), now: tx.now });
  });
}

/** Databases that were joined into this one keep what they had, for the way back: it goes from there, too. */
async function finishLinked({ projects, erasing, copies }: ErasingParts, store: Store): Promise<'done' | 'in use'> {
  for (const erase of linkedErases(store.read)) {
    for (const id of erase.projects) {
      const folded = await projects.borrow(id, async (linked) => {
        await linked.write((tx) => eraseLinked(tx, erasing, erase));
        await copies.renewCopies(id);
        return linked.fold();
      });
      if (folded === 'in use') return folded;
    }
    await store.write((tx) => tx.run(dropEraseNote, { key: erase.key }));
  }
  return 'done';
}

/** Every brief may tell an entry of the person. */
function everyProject(projects: Projects): string[] {
  return projects.user.read.all(allProjects, {}).map(({ project_id }) => project_id);
}

/** Events that still wait, and those that were set aside: of these nobody can say whose words they hold. */
function sweepSpool({ capture, spool }: ErasingParts, read: Read): void {
  for (const directory of [spool, join(spool, 'bad')]) {
    for (const name of filesIn(directory, '.evt')) {
      const bytes = readSpoolFile(directory, name);
      if (bytes && isForgottenEvent(capture, read, bytes)) deleteSpoolFile(directory, name);
    }
  }
}
