// One device: a real store in a file, a clock that may lie, and a process that may die at any crossing.
import fs from 'node:fs';
import { join } from 'node:path';
import type { Caller, Context } from '../../src/features/feature.ts';
import { bindLog } from '../../src/store/binding.ts';
import type { StoreKind } from '../../src/store/migrate.ts';
import type { Write } from '../../src/store/record-type.ts';
import { Store, type StoreSettings } from '../../src/store/store.ts';
import { DeviceClock } from './clock.ts';
import { emptyDatabase, migrations, projectionsOf } from './database.ts';
import { bytesFrom, source } from './random.ts';

/** Thrown where the process of a device ends; nothing after it may do anything. */
export class Died extends Error {}

export const person = '019a3985-b900-7000-8000-000000000006';
export const workspace = '019a3985-b900-7000-8000-000000000001';
export const project = '019a3985-b900-7000-8000-000000000005';

/** Where a device dies: at the n-th crossing of a name. */
export interface Death {
  readonly at: string;
  readonly nth: number;
}

export interface Place {
  readonly seed: number;
  /** Directory of the world. */
  readonly directory: string;
  readonly clock: () => number;
}

/** What a device keeps beside its databases: bytes of packs, and how far its own logs may have left it. */
interface Aside {
  readonly shelf: Map<string, Uint8Array>;
  readonly marks: Map<string, number>;
}

interface Databases {
  readonly project: Store;
  readonly user: Store;
}

const fileNames: Readonly<Record<StoreKind, string>> = { project: 'memory.db', user: 'user.db' };

export class SimDevice {
  readonly name: string;
  /** Identity of the device: a copy has the same. */
  readonly dev: string;
  readonly home: string;
  readonly clock: DeviceClock;
  isAway = false;
  aside: Aside = { shelf: new Map(), marks: new Map() };
  /** Its saved states, by directory. */
  readonly #saved = new Map<string, Aside>();
  #stores: Databases;
  /** Random bytes of the process that runs. */
  random: StoreSettings['random'] = () => new Uint8Array();
  /** How often its process has begun: the random bytes of each are its own. */
  #starts = 0;
  readonly #place: Place;
  #death: Death | undefined;
  #dead = false;

  /** copyOf: another device whose files it begins with, as a cloned machine does. */
  constructor(place: Place, name: string, copyOf?: SimDevice) {
    this.name = name;
    this.#place = place;
    this.dev = copyOf?.dev ?? deviceId(place.seed, name);
    this.home = join(place.directory, name);
    this.clock = new DeviceClock(place.clock);
    fs.mkdirSync(this.home);
    if (copyOf) {
      copyOf.#inOrder(() => copyFiles(copyOf.home, this.home));
      this.aside = copied(copyOf.aside);
    } else for (const kind of kinds) fs.writeFileSync(this.#file(kind), emptyDatabase(kind));
    this.#stores = this.#open();
  }

  get store(): Store {
    return this.#stores.project;
  }

  get user(): Store {
    return this.#stores.user;
  }

  /** What the daemon establishes about a request, on this device, now. */
  context(caller: Caller): Context {
    return {
      ...{ caller, now: this.clock.now(), project: { id: project, name: 'demo' } },
      ...{ worktree: undefined, branch: undefined, git: null },
      read: { project: this.store.read, user: this.user.read },
    };
  }

  /** Lets the process end at a crossing yet to come; nothing happens when it is never reached. */
  dieAt(death: Death | undefined): void {
    this.#death = death;
  }

  readonly failpoint = (name: string): void => {
    // this one stands behind the commit, where the store lets nothing be thrown any more: the next crossing finds it dead
    const isTooLate = name === 'tx.after-commit';
    if (!isTooLate) this.requireAlive();
    if (this.#death?.at !== name) return;
    const nth = this.#death.nth - 1;
    this.#death = { at: name, nth };
    if (nth > 0) return;
    this.#dead = true;
    if (!isTooLate) throw new Died(`${this.name} died at ${name}`);
  };

  /** What the process of a dead device would do is not done. */
  requireAlive(): void {
    if (this.#dead) throw new Died(`${this.name} is dead`);
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** Ends the process as it is and starts a new one: what was committed is there. */
  restart(): void {
    this.abandon();
    this.#stores = this.#open();
  }

  /** Ends the process in order and keeps a copy of its files, as a backup does. */
  save(directory: string): void {
    fs.mkdirSync(directory);
    this.#inOrder(() => copyFiles(this.home, directory));
    this.#saved.set(directory, copied(this.aside));
  }

  /** Puts earlier files in the place of its own. what: the databases alone, or its state as well. */
  restore(directory: string, what: 'database' | 'everything'): void {
    this.abandon();
    for (const file of fs.readdirSync(this.home)) fs.rmSync(join(this.home, file));
    copyFiles(directory, this.home);
    const aside = this.#saved.get(directory);
    if (what === 'everything' && aside) this.aside = copied(aside);
    this.#stores = this.#open();
  }

  /** Writes as a program does that has other rows than this one: whatever it says stands in the log. */
  blindly(work: (tx: Write) => void): void {
    const { settings } = this.store;
    this.abandon();
    const other = new Store({ ...settings, projections: [] });
    other.maintain(work);
    other.close();
    this.#stores = this.#open();
  }

  /** Ends the process as it is. */
  abandon(): void {
    for (const store of [this.store, this.user]) if (store.db.open) store.abandon();
  }

  #inOrder(work: () => void): void {
    for (const store of [this.store, this.user]) store.close();
    work();
    this.#stores = this.#open();
  }

  #file(kind: StoreKind): string {
    return join(this.home, fileNames[kind]);
  }

  #open(): Databases {
    this.#starts += 1;
    this.#dead = false;
    this.#death = undefined;
    const random = bytesFrom(source(this.#place.seed, 'bytes', this.name, this.#starts));
    this.random = random;
    return { project: this.#database('project', random), user: this.#database('user', random) };
  }

  #database(kind: StoreKind, random: StoreSettings['random']): Store {
    const store = new Store({
      ...{ file: this.#file(kind), kind, deviceName: this.name, migrations, projections: projectionsOf(kind), random },
      identity: { ws: workspace, dev: this.dev, user: person, project: kind === 'project' ? project : null },
      ...{ clock: this.clock.now, failpoint: this.failpoint },
      onCommit: () => undefined,
    });
    // power is never cut here, processes are: what was committed is there without waiting for the disk
    store.db.pragma('synchronous = off');
    // nobody else opens its files while it runs: locks need not be asked for at every transaction
    store.db.pragma('locking_mode = exclusive');
    // a whole machine that is copied or set back notices nothing; databases alone are older than what is kept beside them
    const machine = { instance: this.dev, machine: this.dev, file: kind };
    bindLog(store, machine, this.aside.marks.get(store.log.log) ?? 0);
    return store;
  }
}

const kinds = ['project', 'user'] as const;

function copyFiles(from: string, to: string): void {
  for (const kind of kinds) fs.copyFileSync(join(from, fileNames[kind]), join(to, fileNames[kind]));
}

function copied({ shelf, marks }: Aside): Aside {
  return { shelf: new Map(shelf), marks: new Map(marks) };
}

function deviceId(seed: number, name: string): string {
  const hex = Buffer.from(bytesFrom(source(seed, 'device', name))(6)).toString('hex');
  return `019a3985-b900-7000-8000-${hex}`;
}
