// Copies of the databases, restoring, joining and removing projects, maintenance while the daemon serves.
import { dirname } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { dropSources, moveSources } from '../features/capture/keeping-queries.ts';
import { dropMirrored, moveMirrored } from '../features/entries/mirror-queries.ts';
import type { JobShare, Maintenance, Keeping as Needed } from '../features/system/needs.ts';
import {
  allProjects,
  linkProject,
  moveRoots,
  type ProjectRow,
  relinkProjects,
  setState,
  unlinkProject,
} from '../features/system/queries.ts';
import { returnRoots } from '../features/system/registry.ts';
import { tellLink } from '../features/system/shared-projects.ts';
import { removeFile } from '../platform/files.ts';
import { requireNewFile } from '../platform/new-file.ts';
import { moveFile, removeBeside } from '../platform/swap.ts';
import { removeTree } from '../platform/temporary.ts';
import { exists, fileBytes, fileInfo } from '../platform/walk.ts';
import { copyDatabase, noteManifest, readContents } from '../store/backup.ts';
import { compact } from '../store/compact.ts';
import { digestSteps } from '../store/digest.ts';
import { rebuildAside } from '../store/rebuild.ts';
import { inSlices, type Pace } from '../store/steps.ts';
import type { Store } from '../store/store.ts';
import { verifyAside } from '../store/verify.ts';
import type { Backups } from './backups.ts';
import { checkAside } from './check-aside.ts';
import { joinInto } from './link.ts';
import type { Projects } from './projects.ts';
import type { Keeping as AroundOpening } from './projects-parts.ts';
import { bringMirrored } from './recover.ts';
import { type RestoreParts, restore, restoreAsNew } from './restore.ts';

export interface KeepingParts {
  readonly projects: () => Projects;
  readonly backups: Backups;
  readonly newId: () => string;
  readonly clock: () => number;
  readonly failpoint: (name: string) => void;
  readonly pace: Pace;
  /** How long it must have been quiet before databases are copied. */
  readonly idleMs: number;
  /** A project's database was opened: second copies are looked after. */
  readonly onOpened: (projectId: string) => void;
  /** What a project holds, or what is called it, has changed. */
  readonly onChanged: (projectId: string) => void;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

type Json = Readonly<Record<string, unknown>>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** See the top of the file. One per daemon. */
export class Keeping implements Needed, AroundOpening, Pick<Maintenance, 'verify' | 'rebuild'> {
  readonly #parts: KeepingParts;
  readonly #recovered = new Map<string, Json>();
  /** Databases that were not there and are about to be opened. */
  readonly #absent = new Set<string>();
  #copying: Promise<unknown> | undefined;
  /** After a copy that failed the next is not tried at once. */
  #notBefore = 0;

  constructor(parts: KeepingParts) {
    this.#parts = parts;
  }

  get #projects(): Projects {
    return this.#parts.projects();
  }

  readonly beforeMigration: AroundOpening['beforeMigration'] = (project, db) =>
    void this.#parts.backups.makeNow(project, db, 'migration');

  /** A database that is gone is put back from its newest copy before it would be made anew. */
  readonly absent: AroundOpening['absent'] = (project, file) => {
    this.#absent.add(project);
    removeBeside(file);
    const [newest] = this.#parts.backups.list(project);
    if (!newest) return;
    this.#parts.backups.putInPlace(newest, file);
    this.#recovered.set(project, { backup: newest.path, at: new Date(newest.at).toISOString() });
  };

  /** One that was put back, or is new, gets what the user database still has of it. */
  readonly opened: AroundOpening['opened'] = (project, store) => {
    if (this.#absent.delete(project)) {
      const mirrored = bringMirrored(this.#projects.user, project, store);
      if (mirrored > 0) this.#recovered.set(project, { ...this.#recovered.get(project), mirrored });
      const recovered = this.#recovered.get(project);
      if (recovered) this.#parts.log('a lost database came back', { project, ...recovered });
    }
    this.#parts.onOpened(project);
  };

  readonly recovered: Needed['recovered'] = (projectId) => {
    const recovered = this.#recovered.get(projectId);
    this.#recovered.delete(projectId); // told once
    return recovered;
  };

  readonly verify: Maintenance['verify'] = async (id, depth, job) => {
    const found = await verifyAside(this.#projects.store(id), depth, { pace: this.#pace(job), check: checkAside });
    return { ...found };
  };

  readonly rebuild: Maintenance['rebuild'] = async (id, only, job) => {
    const store = this.#projects.store(id);
    await this.#make(id, 'rebuild').catch((error: unknown) => {
      // what is damaged cannot be copied, and may be what is to be mended
      if (!(error instanceof PrsistError && error.code === 'store/corrupt')) throw error;
      this.#parts.log('no copy before the rebuild', { project: id, why: error.message });
    });
    const records = await rebuildAside(store, only, this.#pace(job));
    this.#parts.onChanged(id);
    return records === undefined ? {} : { records };
  };

  /** The same without anybody who waits for it; null: the user database. */
  rebuildQuietly(id: string | null, cancelled: () => boolean): Promise<unknown> {
    const job = { report: () => undefined, cancelled };
    return id === null
      ? rebuildAside(this.#projects.user, undefined, this.#pace(job))
      : this.rebuild(id, undefined, job);
  }

  readonly compact: Needed['compact'] = async (id, job) => {
    const before = this.#projects.bytes(id);
    await compact(this.#projects.store(id), this.#pace(job));
    return { bytes_before: before, bytes_after: this.#projects.bytes(id) };
  };

  readonly backups: Needed['backups'] = (id) => this.#parts.backups.list(id);

  readonly backup: Needed['backup'] = async (id, path) => {
    const store = this.#projects.store(id);
    if (path === undefined) {
      const made = await this.#make(id, 'asked');
      return { path: made, bytes: fileBytes(made), ...contentsShown(store) };
    }
    return this.#copyTo(store, path);
  };

  readonly restore: Needed['restore'] = async (id, path, job) => {
    const parts: RestoreParts = {
      ...{ projects: this.#projects, backups: this.#parts.backups, schema: this.#projects.schema },
      ...{ newId: this.#parts.newId, failpoint: this.#parts.failpoint, pace: this.#pace(job) },
    };
    const result = await (id === undefined ? restoreAsNew(parts, path, job) : restore(parts, id, path, job));
    if (id !== undefined) this.#parts.onChanged(id);
    return result;
  };

  readonly link: Needed['link'] = async (project, other, job) => {
    const ids = { from: other.project_id, to: project.project_id };
    // of a project that other devices alone have, nothing is here: it comes when they are asked
    if (!exists(this.#projects.file(ids.from))) return this.#linkElsewhere(project, other);
    const [to, from] = [this.#projects.store(project.project_id), this.#projects.store(other.project_id)];
    const backup = await this.#make(project.project_id, 'link');
    const share = { report: (records: number) => job.report({ records }), cancelled: job.cancelled };
    const joined = await joinInto(to, from, share);
    if (!joined) return {};
    await this.#projects.user.write((tx) => {
      for (const move of [moveRoots, relinkProjects, moveSources, moveMirrored]) tx.run(move, ids);
      tx.run(dropSources, { project_id: ids.from });
      tx.run(linkProject, { project_id: ids.from, to: ids.to });
      tellLink(tx, { from: ids.from, into: ids.to, user: this.#projects.identity.user }, true);
    });
    // what was written to the other meanwhile; from here on nothing is
    const rest = await joinInto(to, from, { report: () => undefined, cancelled: () => false });
    this.#projects.close(other.project_id);
    this.#parts.onChanged(project.project_id);
    return {
      project_id: project.project_id,
      name: project.name,
      linked: other.project_id,
      records: joined.appended + (rest?.appended ?? 0),
      backup,
    };
  };

  /** Whoever has that project writes on under its id; from now on that is read as this one. */
  async #linkElsewhere({ project_id: to, name }: ProjectRow, { project_id: from }: ProjectRow) {
    await this.#projects.user.write((tx) => {
      for (const move of [moveRoots, relinkProjects]) tx.run(move, { from, to });
      tx.run(linkProject, { project_id: from, to });
      tellLink(tx, { from, into: to, user: this.#projects.identity.user }, true);
    });
    this.#parts.onChanged(to);
    return { project_id: to, name, linked: from, records: 0, backup: null };
  }

  readonly part: Needed['part'] = async (project, { project_id, name }) => {
    await this.#projects.user.write((tx) => {
      tx.run(unlinkProject, { project_id });
      tellLink(tx, { from: project_id, into: project.project_id, user: this.#projects.identity.user }, false);
      returnRoots(tx, project.project_id, project_id);
    });
    this.#parts.onChanged(project_id);
    return { project_id, name, state: 'active', parted_from: project.project_id };
  };

  readonly remove: Needed['remove'] = async (project, store) => {
    const { project_id, name } = project;
    const user = this.#projects.user;
    if (store === 'kept') {
      await user.write((tx) => tx.run(setState, { project_id, state: 'removed' }));
      this.#projects.close(project_id);
      this.#parts.onChanged(project_id);
      return { project_id, name, state: 'removed', store: 'kept' };
    }
    await this.#make(project_id, 'remove');
    this.#projects.close(project_id);
    const apart = this.#parts.backups.setApart(project_id);
    await user.write((tx) => {
      tx.run(setState, { project_id, state: 'removed' });
      tx.run(dropMirrored, { project_id });
      tx.run(dropSources, { project_id });
    });
    removeTree(dirname(this.#projects.file(project_id)));
    this.#parts.onChanged(project_id);
    return { project_id, name, state: 'removed', store: 'dropped', backups: apart };
  };

  readonly takeBack: Needed['takeBack'] = async ({ project_id, name, state }: ProjectRow) => {
    if (state !== 'removed') throw new PrsistError('input/invalid', `${name} was not removed`, { field: 'undo' });
    await this.#projects.user.write((tx) => tx.run(setState, { project_id, state: 'active' }));
    this.#parts.onChanged(project_id);
    return { project_id, name, state: 'active' };
  };

  /**
   * Copies one database whose newest copy is over a day old and that has changed since, if there is one and nobody has
   * asked for anything for a while.
   */
  async daily(quietMs: number): Promise<void> {
    const { idleMs, clock, log } = this.#parts;
    if (quietMs < idleMs || this.#copying || clock() < this.#notBefore) return;
    const due = [null, ...this.#projects.user.read.all(allProjects, {}).map((row) => row.project_id)].find((id) =>
      this.#isDue(id),
    );
    if (due === undefined) return;
    this.#copying = this.#make(due, 'daily');
    try {
      await this.#copying;
    } catch (error) {
      this.#notBefore = clock() + hourMs;
      log('no daily copy', { project: due ?? 'user', why: String(error) });
    } finally {
      this.#copying = undefined;
    }
  }

  /** Copies that hold what was erased go; the person's own, made with --out, are out of reach. */
  async renewCopies(id: string | null): Promise<void> {
    await this.finish();
    const store = id === null ? this.#projects.user : this.#projects.store(id);
    await this.#parts.backups.renew(id, store.db);
    forgetBefore(store);
  }

  /** The same for a project that was dropped with its database: its last copy was made after the erase, and stays. */
  dropOldApart(projectId: string): void {
    this.#parts.backups.dropOldApart(projectId);
  }

  /** Resolves when no copy is being made. */
  async finish(): Promise<void> {
    await Promise.allSettled([this.#copying]);
  }

  #isDue(id: string | null): boolean {
    const file = id === null ? this.#projects.user.settings.file : this.#projects.file(id);
    const changed = Math.max(...[file, `${file}-wal`].map((path) => fileInfo(path)?.mtimeMs ?? 0));
    const newest = this.#parts.backups.list(id)[0]?.at ?? 0;
    return changed > newest && this.#parts.clock() - newest >= dayMs;
  }

  /** A copy that counts; what the last restore left is not needed any more. */
  async #make(id: string | null, reason: Parameters<Backups['make']>[2]): Promise<string> {
    const store = id === null ? this.#projects.user : this.#projects.store(id);
    const made = await this.#parts.backups.make(id, store.db, reason);
    forgetBefore(store);
    return made;
  }

  /** A copy at a place of the person's own choice, which says inside what it is. */
  async #copyTo(store: Store, path: string): Promise<Json> {
    requireNewFile(path);
    const unfinished = `${path}.unfinished`;
    removeFile(unfinished);
    try {
      const { pace, failpoint, clock } = this.#parts;
      await copyDatabase(store.db, unfinished, { breathe: pace.breathe, onHalf: () => failpoint('backup.half') });
      const copy = this.#projects.openCopy(unfinished, store.settings.identity.project ?? '');
      const digest = await inSlices(digestSteps(copy), pace).finally(() => copy.close());
      const manifest = { made_at: new Date(clock()).toISOString(), ...contentsShown(store), digest: digest?.all };
      noteManifest(unfinished, manifest);
      moveFile(unfinished, path);
      return { path, bytes: fileBytes(path), ...manifest };
    } catch (error) {
      removeFile(unfinished);
      throw error;
    }
  }

  #pace(job: JobShare): Pace {
    return { ...this.#parts.pace, cancelled: job.cancelled };
  }
}

function contentsShown(store: Store): Json {
  const { project_id, schema, records, vector } = readContents(store.db);
  return { project_id, schema, records, vector };
}

/** What the last restore left is not needed any more. */
function forgetBefore({ settings }: Store): void {
  const before = `${settings.file}.before-restore`;
  for (const left of [before, `${before}-wal`]) removeFile(left);
}
