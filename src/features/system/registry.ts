import { dirname, join, resolve } from 'node:path';
import { readPlainText } from '../../platform/brief-files.ts';
import { workTreeOf } from '../../platform/repository.ts';
import { fileKind } from '../../platform/walk.ts';
import type { Read, Write } from '../../store/record-type.ts';
import {
  addSelf,
  adoptedSelf,
  becomeSelf,
  dropAllMirrored,
  dropRoot,
  metaValue,
  type ProjectRow,
  projectById,
  projectByName,
  projectsByPrefix,
  type RootRow,
  rootOf,
  rootsOfProject,
  saveProject,
  saveRoot,
  self,
  setMeta,
} from './queries.ts';

/** Who and where this is: minted once, on first use. */
export interface Identity {
  readonly ws: string;
  readonly dev: string;
  readonly user: string;
  readonly name: string;
}

/** Reads the identity of this installation from the user database; undefined on first use. */
export function readIdentity(read: Read): Identity | undefined {
  const person = read.one(self, {});
  const ws = read.one(metaValue, { key: 'workspace_id' })?.value;
  const dev = read.one(metaValue, { key: 'device_id' })?.value;
  return person && ws && dev ? { ws, dev, user: person.user_id, name: person.name } : undefined;
}

/** Keeps the identity of this installation. */
export function saveIdentity(tx: Write, identity: Identity): void {
  tx.run(addSelf, { user_id: identity.user, name: identity.name });
  tx.run(setMeta, { key: 'workspace_id', value: identity.ws });
  tx.run(setMeta, { key: 'device_id', value: identity.dev });
}

/**
 * This installation belongs to another workspace and goes by another person's id from now on: it has joined the devices of
 * the same person. The former id stays known. What stands in the second copies is of other logs then, and is made anew.
 */
export function adoptIdentity(tx: Write, { ws, user, name }: Omit<Identity, 'dev'>): void {
  tx.run(adoptedSelf, { user_id: user });
  tx.run(becomeSelf, { user_id: user, name });
  tx.run(setMeta, { key: 'workspace_id', value: ws });
  tx.run(dropAllMirrored, {});
}

/**
 * The project a directory belongs to: the nearest directory above it that is a root of one, else the main work tree of
 * the repository it lies in. The home directory and `/` are never a project.
 */
export function projectOfDirectory(read: Read, directory: string, home: string): ProjectRow | undefined {
  const row = rootAbove(read, directory, home) ?? rootOfTree(read, directory);
  return row ? projectNow(read, row.project_id) : undefined;
}

/** A project by its id; by an id that was linked to another, that other. */
export function projectNow(read: Read, project_id: string): ProjectRow | undefined {
  const row = read.one(projectById, { project_id });
  return row?.linked_to ? read.one(projectById, { project_id: row.linked_to }) : row;
}

function rootOfTree(read: Read, directory: string): RootRow | undefined {
  const tree = workTreeOf(directory);
  return tree ? read.one(rootOf, { root: tree.mainTop }) : undefined;
}

/** The nearest directory, upwards from one, that is a root of a project; the home directory is passed by. */
export function rootAbove(read: Read, directory: string, home: string): RootRow | undefined {
  for (let at = resolve(directory); at !== dirname(at) && at !== home; at = dirname(at)) {
    const row = read.one(rootOf, { root: at });
    if (row) return row;
  }
  return undefined;
}

/**
 * The project a moved directory brings along: the nearest project.json above it names one that is known here, whose own
 * directory is gone. Returns the id and the directory to enter for it.
 */
export function movedProject(
  read: Read,
  directory: string,
  home: string,
): { project_id: string; root: string } | undefined {
  for (let at = resolve(directory); at !== dirname(at) && at !== home; at = dirname(at)) {
    const project_id = notedProject(at);
    if (project_id === undefined) continue;
    const row = projectNow(read, project_id);
    const before = row?.state === 'active' ? mainRoot(read, row.project_id) : undefined;
    return row && before !== undefined && fileKind(before) === 'absent'
      ? { project_id: row.project_id, root: at }
      : undefined;
  }
  return undefined;
}

/** Gives back to a project the directories whose project.json names it. */
export function returnRoots(tx: Write, from: string, to: string): void {
  for (const { root } of tx.all(rootsOfProject, { project_id: from })) {
    if (notedProject(root) === to) tx.run(saveRoot, { root, project_id: to, kind: 'main', now: tx.now });
  }
}

function notedProject(root: string): string | undefined {
  const text = readPlainText(join(root, '.prsist', 'project.json'));
  return /"project_id"\s*:\s*"([0-9a-f-]{36})"/.exec(text ?? '')?.[1];
}

/** The shortest beginning of an id that is looked up. */
const shortest = 8;

/** A project by id, an unambiguous beginning of it, unambiguous name, or directory. */
export function findProject(read: Read, asked: string, home: string): ProjectRow | undefined {
  if (asked.startsWith('/')) return projectOfDirectory(read, asked, home);
  const byId = projectNow(read, asked);
  if (byId) return byId;
  const named = read.all(projectByName, { name: asked });
  const begun = asked.length >= shortest ? read.all(projectsByPrefix, { prefix: asked, end: `${asked}\uffff` }) : [];
  const [only, second] = named.length > 0 ? named : begun;
  return second || !only ? undefined : projectNow(read, only.project_id);
}

/** Directory in which a project's main work tree lies; undefined for the personal project. */
export function mainRoot(read: Read, project_id: string): string | undefined {
  return read.all(rootsOfProject, { project_id })[0]?.root;
}

export interface Registration {
  readonly project_id: string;
  readonly name: string;
  readonly root?: string;
  readonly kind?: 'main' | 'clone' | 'bare' | 'directory';
  readonly root_commit?: string | undefined;
  readonly origin_url?: string | undefined;
}

/** Enters a project and its directory; again changes only what is new. */
export function register(tx: Write, { root, kind, ...project }: Registration): void {
  tx.run(saveProject, { root_commit: null, origin_url: null, ...project, now: tx.now });
  if (root) tx.run(saveRoot, { root, project_id: project.project_id, kind: kind ?? 'main', now: tx.now });
}

/** Enters the directory to which a project was moved, in place of those that are gone. */
export function moveRoot(
  tx: Write,
  { project_id, root }: { readonly project_id: string; readonly root: string },
): void {
  for (const before of tx.all(rootsOfProject, { project_id })) {
    if (fileKind(before.root) === 'absent') tx.run(dropRoot, { root: before.root });
  }
  tx.run(saveRoot, { root, project_id, kind: 'main', now: tx.now });
}
