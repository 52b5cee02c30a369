import { join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { uuidV7 } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { ProjectRef } from '../features/feature.ts';
import { allRoots, renameSelf, rootsOfProject, touchProject } from '../features/system/queries.ts';
import {
  adoptIdentity,
  findProject,
  type Identity,
  mainRoot,
  movedProject,
  moveRoot,
  projectOfDirectory,
  readIdentity,
  register,
  saveIdentity,
} from '../features/system/registry.ts';
import { ownDirectory } from '../platform/files.ts';
import { pause } from '../platform/time.ts';
import { exists, fileBytes, fileInfo } from '../platform/walk.ts';
import { recreate } from '../store/recreate.ts';
import { Store, type StoreSettings } from '../store/store.ts';
import { type FileCheck, fileCheckOf, quickCheck } from '../store/verify.ts';
import { checkAside } from './check-aside.ts';
import { identityIn, knownIdentity } from './known-identity.ts';
import type { ProjectsParts } from './projects-parts.ts';

interface Open {
  readonly store: Store;
  usedAt: number;
}

const closeAfterMs = 10 * 60_000;
const touchMs = 60_000;
const personal = 'default';
/** More names and directories than anybody asks from in a while. */
const resolvedMost = 1_000;

/** The databases of this person: the user database, always open, and those of projects, opened on demand. */
export class Projects {
  #identity: Identity;
  /** False as long as it may have been minted beside the one that a database holds. */
  #isKnown: boolean;
  readonly #parts: ProjectsParts;
  #user: Store;
  #left = false;
  readonly #open = new Map<string, Open>();
  /** By how many a database is borrowed. */
  readonly #borrowed = new Map<string, number>();
  readonly #touched = new Map<string, number>();
  /** Answers of resolve, right until the user database changes. */
  readonly #resolved = new Map<string, ProjectRef>();
  #resolvedIn = -1;
  /** Files that a check found damaged after they had been opened, with the error that says so. */
  readonly #damaged = new Map<string, { readonly inode: number | undefined; readonly error: unknown }>();

  constructor(parts: ProjectsParts) {
    this.#parts = parts;
    const { paths, names } = parts;
    const known = knownIdentity(paths.userDatabase, names.user);
    this.#identity = known ?? this.#mint();
    this.#isKnown = known !== undefined;
    this.#user = this.#openStore(paths.userDatabase, null, this.#identity);
    this.#settleIdentity();
  }

  /** Notes who this is, or finds that another one stands there after all. */
  #settleIdentity(): void {
    const { paths, names } = this.#parts;
    const noted = identityIn(this.user.read, names.user) ?? this.#identity;
    const isOther = noted.ws !== this.#identity.ws || noted.dev !== this.#identity.dev;
    this.#identity = { ...noted, name: names.user };
    this.#isKnown = true;
    if (isOther) {
      this.#user.close();
      this.#user = this.#openStore(paths.userDatabase, null, this.#identity);
    }
    if (!readIdentity(this.user.read)) this.user.maintain((tx) => saveIdentity(tx, this.#identity));
    else if (noted.name !== names.user) this.user.maintain((tx) => tx.run(renameSelf, { name: names.user }));
  }

  /** Who and where this is; another person and workspace once this device has joined others. */
  get identity(): Identity {
    return this.#identity;
  }

  /**
   * From now on this is another person in another workspace. Every database is closed, and opens again as theirs.
   * Throws store/locked while one is being rebuilt; then nothing has changed.
   */
  adopt(person: Omit<Identity, 'dev'>): void {
    for (const id of [...this.#open.keys()]) this.close(id);
    this.user.maintain((tx) => adoptIdentity(tx, person));
    this.#identity = { ...this.#identity, ...person };
    this.#parts.leave?.();
    this.#user.close();
    this.#resolvedIn = -1;
    this.#user = this.#openStore(this.#parts.paths.userDatabase, null, this.#identity);
  }

  /** The user database. */
  get user(): Store {
    if (!this.#user.db.open && !this.#left) {
      this.#user = this.#openStore(this.#parts.paths.userDatabase, null, this.identity);
      this.#resolvedIn = -1;
    }
    return this.#user;
  }

  /** The database of a project, opened if need be. */
  store(projectId: string): Store {
    const now = this.#parts.clock();
    const known = this.#stillThere(projectId);
    if (known) {
      known.usedAt = now;
      return known.store;
    }
    const directory = join(this.#parts.paths.projects, projectId);
    ownDirectory(directory);
    const file = this.file(projectId);
    if (!exists(file)) this.#parts.keeping?.absent(projectId, file);
    const store = this.#openStore(file, projectId, this.identity);
    this.#open.set(projectId, { store, usedAt: now });
    this.#parts.keeping?.opened(projectId, store);
    return store;
  }

  /** The database of a project where it is open already. */
  opened(projectId: string): Store | undefined {
    return this.#open.get(projectId)?.store;
  }

  /** Whoever deletes a file that is open takes it from everybody but us: what we would write to it is lost. */
  #stillThere(projectId: string): Open | undefined {
    const known = this.#open.get(projectId);
    if (!known || known.store.isHeld || exists(known.store.settings.file)) return known;
    known.store.abandon();
    this.#open.delete(projectId);
    return undefined;
  }

  /** The newest schema that is known here. */
  get schema(): number {
    return Math.max(...this.#parts.migrations.map((step) => step.number));
  }

  /** Opens a copy of a project's database that has not taken its place; whoever asks for it closes it. */
  openCopy(file: string, projectId: string): Store {
    return this.#openStore(file, projectId, this.identity);
  }

  /**
   * Opens a database that is nobody's memory: no one hears of what comes into it, and it need not last. projectId: null for
   * one like that of the user. Whoever asks for it closes it.
   */
  openScratch(file: string, projectId: string | null): Store {
    const store = new Store({ ...this.#settingsOf(file, projectId, this.identity), onCommit: () => undefined });
    store.db.pragma('synchronous = off');
    return store;
  }

  /** Where a project's database lies. */
  file(projectId: string): string {
    return join(this.#parts.paths.projects, projectId, 'memory.db');
  }

  /** Closes one database, for whoever is going to replace it. Throws store/locked while it is being rebuilt. */
  close(projectId: string): void {
    const open = this.#open.get(projectId);
    if (!open) return;
    if (open.store.isHeld) throw new PrsistError('store/locked', 'this database is being rebuilt', { retryMs: 1000 });
    this.#open.delete(projectId);
    this.#parts.leave?.();
    open.store.close();
  }

  /** Directories of all projects. */
  roots(): string[] {
    return this.user.read.all(allRoots, {}).map(({ root }) => root);
  }

  /** Directories of one project, the main one first. */
  rootsOf(project_id: string): string[] {
    return this.user.read.all(rootsOfProject, { project_id }).map(({ root }) => root);
  }

  /** Projects whose database is open, without those that are only borrowed. */
  get openProjects(): string[] {
    return [...this.#open.keys()].filter((id) => !this.#borrowed.has(id));
  }

  /**
   * Works on the database of a project that may be linked or removed: where nobody had it open it is closed again, and
   * nothing else is done with it meanwhile.
   */
  async borrow<T>(projectId: string, work: (store: Store) => Promise<T>): Promise<T> {
    const others = () => this.#borrowed.get(projectId) ?? 0;
    if (others() === 0 && this.#stillThere(projectId)) return work(this.store(projectId));
    this.#borrowed.set(projectId, others() + 1);
    try {
      return await work(this.store(projectId));
    } finally {
      this.#borrowed.set(projectId, others() - 1);
      if (others() === 0) this.#giveBack(projectId);
    }
  }

  /**
   * The project a request is about. asked: id, name or absolute directory; undefined is the personal project, made on
   * first use. Throws project/required for a directory that is nobody's, project/not-found for an unknown id or name.
   */
  resolve(asked: string | undefined): ProjectRef {
    if (asked === undefined) return this.#personal();
    const known = this.#known(asked);
    if (known) return known;
    const row = findProject(this.user.read, asked, this.#parts.paths.home) ?? this.#moved(asked);
    if (row?.state === 'removed') {
      throw new PrsistError('project/not-found', `${row.name} was removed`, {
        hint: `prsist project remove --undo ${row.project_id}`,
      });
    }
    if (row) return this.#remembered(asked, this.ref(row.project_id, row.name));
    if (asked.startsWith('/')) throw new PrsistError('project/required', `${asked} belongs to no project`);
    throw new PrsistError('project/not-found', `no project ${asked}`);
  }

  #known(asked: string): ProjectRef | undefined {
    if (this.#resolvedIn !== this.user.transactions) this.#resolved.clear();
    this.#resolvedIn = this.user.transactions;
    return this.#resolved.get(asked);
  }

  #remembered(asked: string, ref: ProjectRef): ProjectRef {
    // the project of a directory elsewhere depends on what its repository says, which changes without our knowledge
    const isInside = ref.root !== undefined && (asked === ref.root || asked.startsWith(`${ref.root}/`));
    if (asked.startsWith('/') && !isInside) return ref;
    if (this.#resolved.size >= resolvedMost) this.#resolved.clear();
    this.#resolved.set(asked, ref);
    return ref;
  }

  ref(id: string, name: string): ProjectRef {
    const root = mainRoot(this.user.read, id);
    return { id, name, ...(root === undefined ? {} : { root }) };
  }

  /** The id of the project a directory belongs to; undefined when it is nobody's. */
  ofDirectory(directory: string): string | undefined {
    if (!directory.startsWith('/')) return undefined;
    return projectOfDirectory(this.user.read, directory, this.#parts.paths.home)?.project_id;
  }

  #giveBack(projectId: string): void {
    this.#borrowed.delete(projectId);
    this.close(projectId);
  }

  /** Size of a project's database on disk, with its WAL. */
  bytes(projectId: string): number {
    const file = this.file(projectId);
    return fileBytes(file) + fileBytes(`${file}-wal`);
  }

  /** Closes databases that nobody asked for lately. */
  closeIdle(): void {
    const before = this.#parts.clock() - closeAfterMs;
    for (const [id, { store, usedAt }] of this.#open) {
      if (usedAt > before || store.isHeld) continue;
      this.#open.delete(id);
      this.#parts.leave?.();
      store.close();
    }
  }

  /** Gives back what the open databases hold in memory and can read again. */
  shrink(): void {
    for (const store of [this.user, ...[...this.#open.values()].map((open) => open.store)]) store.shrink();
  }

  closeAll(): void {
    this.#left = true;
    this.#parts.leave?.();
    for (const { store } of this.#open.values()) store.close();
    this.#open.clear();
    if (this.#user.db.open) this.#user.close();
  }

  /** A project whose directory was moved is entered where it is now. */
  #moved(directory: string): { project_id: string; name: string; state: string } | undefined {
    const { home } = this.#parts.paths;
    const moved = directory.startsWith('/') ? movedProject(this.user.read, directory, home) : undefined;
    if (!moved) return undefined;
    this.user.maintain((tx) => moveRoot(tx, moved));
    return findProject(this.user.read, moved.project_id, home);
  }

  #personal(): ProjectRef {
    const row = findProject(this.user.read, personal, this.#parts.paths.home);
    if (row) return this.ref(row.project_id, row.name);
    const project_id = uuidV7(this.#parts.clock(), this.#parts.random(10));
    this.user.maintain((tx) => register(tx, { project_id, name: personal }));
    return { id: project_id, name: personal };
  }

  /** Notes that a project was worked in, at most once a minute. */
  #touch(project_id: string): void {
    const now = this.#parts.clock();
    if (now - (this.#touched.get(project_id) ?? 0) < touchMs) return;
    this.#touched.set(project_id, now);
    // only for the order of lists: lost in a crash, the next change tells it again
    this.user.write((tx) => tx.run(touchProject, { project_id, now })).catch(() => this.#touched.delete(project_id));
  }

  #mint(): Identity {
    const { clock, random, names } = this.#parts;
    const id = () => uuidV7(clock(), random(10));
    return { ws: id(), dev: id(), user: id(), name: names.user };
  }

  /** After a failure of the disk nobody knows what a connection still holds: it is closed and opened anew. */
  #failed(project: string | null, file: string, { code }: PrsistError): void {
    if (code !== 'disk/failed') return;
    this.#parts.disk?.failed(file);
    // after those who wait for this transaction have heard of it
    setImmediate(() => {
      const failed = project === null ? this.#user : this.#open.get(project)?.store;
      if (failed?.db.open) failed.abandon();
      if (project !== null) this.#open.delete(project);
    });
  }

  #openStore(file: string, project: string | null, identity: Identity): Store {
    const known = this.#damaged.get(file);
    if (known && known.inode === fileInfo(file)?.inode) throw known.error; // one put in its place is another file
    const { onCommit, disk } = this.#parts;
    const store = new Store({
      ...this.#settingsOf(file, project, identity),
      onFailure: (error) => this.#failed(project, file, error),
      beforeMigration: (db, from) => this.#parts.keeping?.beforeMigration(project, db, from),
      onCommit: (events) => {
        disk?.worked(file);
        if (project !== null) this.#touch(project);
        onCommit(project, events);
      },
    });
    this.#parts.bind?.(store);
    if (!this.#parts.afterCrash) return store;
    if (fileBytes(file) > (this.#parts.checkAsideBytes ?? limits.checkAsideBytes))
      void this.#checkLater(project, store);
    else this.#afterCheck(store, quickCheck(store));
    return store;
  }

  #settingsOf(file: string, project: string | null, identity: Identity): Omit<StoreSettings, 'onCommit'> {
    const { migrations, projections, clock, monotonic, random, failpoint, names, disk } = this.#parts;
    const { bounds, resolution } = this.#parts;
    const asked = { ...(bounds && { bounds }), ...(resolution && { resolution }) };
    const kind = project === null ? 'user' : 'project';
    return {
      ...{ file, kind, deviceName: names.device, moves: this.#isKnown },
      identity: { ws: identity.ws, dev: identity.dev, user: identity.user, project },
      ...{ migrations, clock, monotonic, random, failpoint, ...asked },
      projections: projections.filter((each) => (each.in ?? kind) === kind),
      ...(disk ? { beforeWrite: () => disk.requireWritable(file) } : {}),
    };
  }

  /** A large database is served while it is looked through; found damaged, it is closed and refused from then on. */
  async #checkLater(project: string | null, store: Store): Promise<void> {
    const { file } = store.settings;
    try {
      await pause(limits.checkAfterMs);
      const words = store.db.open ? await checkAside(file, 'quick') : undefined;
      if (words !== undefined && store.db.open) this.#afterCheck(store, fileCheckOf(words));
    } catch (error) {
      // anything else than damage (no thread, no room for an index) says nothing about the database
      if (!(error instanceof PrsistError) || error.code !== 'store/corrupt') return;
      this.#damaged.set(file, { inode: fileInfo(file)?.inode, error });
      if (project !== null && this.#open.get(project)?.store === store) this.#open.delete(project);
    }
  }

  /** Makes damaged indexes anew. Throws store/corrupt, with the database closed, when more than that is damaged. */
  #afterCheck(store: Store, { damage, indexes }: FileCheck): void {
    if (damage !== undefined) {
      this.#parts.leave?.();
      store.close();
      throw new PrsistError('store/corrupt', `${store.settings.file}: ${damage}`);
    }
    if (indexes.length > 0) recreate(store, [...new Set(indexes.map(({ table }) => table))]);
  }
}
