// What is learnt of prefixes while nobody waits: briefs after they were laid out, sessions when they have fallen silent.
import type { Config } from '../config/schema.ts';
import { limits } from '../core/limits.ts';
import { chainOfOwner } from '../features/cache/block-queries.ts';
import { addLinks, keepOwner, longestPrefix } from '../features/cache/blocks.ts';
import { type Link, linkAfter, startOf } from '../features/cache/chain.ts';
import type { LoadedChain } from '../features/cache/context/needs.ts';
import { noteRequests, noteTexts, noteTurns } from '../features/cache/detect.ts';
import { forgetRendered } from '../features/cache/erasing.ts';
import { loadedLinks, noteLoads } from '../features/cache/loaded.ts';
import type { PrefixRoom, SessionContext } from '../features/cache/needs-blocks.ts';
import { blockKey } from '../features/cache/policies/eviction.ts';
import { briefSegments } from '../features/cache/sections.ts';
import { type Packed, packedLink, rowBytes } from '../features/cache/segments.ts';
import { ownKeys } from '../features/cache/told-policy.ts';
import { Touches, touchesMost } from '../features/cache/touches.ts';
import type { Context } from '../features/feature.ts';
import { spoken } from '../features/sessions/turns.ts';
import { exists } from '../platform/walk.ts';
import type { Pace } from '../store/steps.ts';
import type { Store } from '../store/store.ts';
import { LoadedChains } from './loaded-chains.ts';
import type { PrefixRooms } from './prefix-room.ts';
import { laidOutBrief } from './prefix-sources.ts';
import type { Projects } from './projects.ts';

export interface PrefixesParts {
  readonly projects: () => Projects;
  readonly rooms: PrefixRooms;
  /** By the root of a project. */
  readonly setting: (root: string | undefined) => Config['optimization']['kv_cache'];
  readonly session: (context: Context, session_id: string) => SessionContext;
  /** Folders in which the briefs of a project lie. */
  readonly briefFolders: (projectId: string) => readonly string[];
  /** True while long work is under way. */
  readonly isBusy: () => boolean;
  readonly clock: () => number;
  readonly pace: Pace;
  readonly onFault: (what: string, error: unknown) => void;
}

/** A session that said nothing for so long is looked at. */
export const quietMs = 60_000;
/** Sessions that are looked for, and written at once; the others wait for the next look. */
const [sessionsMost, sessionsAtOnce] = [500, 20];
const linksAtOnce = 100;
/** Texts are read and hashed for so long before others have their turn. */
const sliceMs = 4;

interface Owned {
  readonly owner: string;
  readonly links: readonly Link[];
  readonly at: number;
}

interface Kept extends Owned {
  readonly epoch: number;
  readonly known: number;
  readonly keys: readonly number[];
}

/** Writes chains of briefs and sessions into the index, a little at a time. One per daemon. */
export class Prefixes {
  readonly #parts: PrefixesParts;
  readonly #touches = new Map<string, Touches>();
  /** Projects whose briefs were rendered, and those in which something was said. */
  readonly #rendered = new Set<string>();
  readonly #heard = new Set<string>();
  readonly #loaded = new LoadedChains();
  #notBefore = 0;
  #running: Promise<void> | undefined;
  /** Raised by every erase: what was read before it is written no more. */
  #epoch = 0;
  #skipped = 0;
  #emptied = 0;
  #left = false;

  constructor(parts: PrefixesParts) {
    this.#parts = parts;
  }

  /** The files of a project's briefs were laid out. */
  rendered(projectId: string): void {
    this.#rendered.add(projectId);
  }

  /** Something was written down in a project. */
  wake(projectId: string): void {
    this.#heard.add(projectId);
  }

  /** What the operations of the cache are handed: room and what is learnt, together. */
  get room(): PrefixRoom {
    const { rooms } = this.#parts;
    return {
      totalBytes: () => rooms.totalBytes(),
      skipped: () => this.#skipped,
      evicting: (projectId, blocks) => rooms.evicting(projectId, blocks),
      trim: (bytes, job) => {
        this.#emptied += 1;
        return rooms.trim(bytes, job);
      },
      clear: (projectId, kind, job) => {
        this.#emptied += 1;
        this.#loaded.clear();
        return rooms.clear(projectId, kind, job);
      },
      emptied: () => this.#emptied,
      loaded: (projectId, chain) => this.#wasLoaded(projectId, chain),
      isComing: (projectId, h) => this.#loaded.isComing(projectId, h),
      erased: () => this.erased(),
    };
  }

  /** Something is being erased. */
  erased(): void {
    this.#epoch += 1;
    this.#emptied += 1;
    this.#loaded.clear();
    this.#parts.rooms.policies.forget();
  }

  #wasLoaded(projectId: string, chain: LoadedChain): void {
    this.#loaded.add(projectId, chain);
    this.#touchesOf(projectId).note(chain.end, chain.at, chain);
  }

  /** Writes down what was used, and takes up what has come; called every few seconds. Never throws. */
  async look(): Promise<void> {
    await Promise.all(this.#flush());
    if (this.#running || this.#left || this.#parts.isBusy()) return this.#running;
    if (this.#rendered.size === 0 && this.#heard.size === 0 && this.#loaded.projects.length === 0) return;
    this.#running = this.#work()
      .catch((error: unknown) => this.#parts.onFault('prefixes', error))
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** Takes everything that was rendered out of the cache of a project: it may tell of what was erased. */
  async forgetRendered(projectId: string): Promise<void> {
    this.erased();
    const projects = this.#parts.projects();
    if (!exists(projects.file(projectId))) return;
    await projects.borrow(projectId, async (store) => {
      const taken = await store.write(forgetRendered);
      // what stood in its pages is not left in the write-ahead log either
      if (taken.segments > 0) store.fold();
    });
  }

  /** Tidies up where a database is open anyway. */
  sweep(): Promise<void> {
    return this.#parts.rooms.sweep();
  }

  /** Ends what is under way and writes down what was used; the databases are open still. */
  async leave(): Promise<void> {
    this.#left = true;
    await this.#running;
    await Promise.all(this.#flush());
  }

  #flush(): Promise<unknown>[] {
    return [...this.#touches].flatMap(([projectId, touches]) => {
      const store = this.#parts.projects().opened(projectId);
      if (!store || touches.isEmpty) return [];
      // lost in a failure: a worse choice of what to evict, and no more
      return [store.write(touches.take()).catch(() => undefined)];
    });
  }

  async #work(): Promise<void> {
    for (const projectId of this.#rendered) {
      this.#rendered.delete(projectId);
      await this.#takeBriefs(projectId);
    }
    for (const projectId of this.#loaded.projects) await this.#takeLoaded(projectId);
    if (this.#parts.clock() < this.#notBefore) return;
    // as it stands now: those with sessions that still go on come again with the next look
    for (const projectId of [...this.#heard]) {
      this.#heard.delete(projectId);
      if (!(await this.#takeSessions(projectId))) this.#heard.add(projectId);
      if (this.#left) return;
    }
    this.#notBefore = this.#parts.clock() + quietMs;
  }

  /** The database of a project, where the cache is wanted and it is open anyway. */
  #store(projectId: string): Store | undefined {
    const projects = this.#parts.projects();
    const store = projects.opened(projectId);
    if (!store || store.isHeld) return undefined;
    const { enabled, prefix_detection } = this.#parts.setting(projects.resolve(projectId).root);
    return enabled && prefix_detection ? store : undefined;
  }

  async #takeBriefs(projectId: string): Promise<void> {
    const store = this.#store(projectId);
    if (!store) return;
    const epoch = this.#epoch;
    for (const [n, directory] of this.#parts.briefFolders(projectId).entries()) {
      const segments = briefSegments(laidOutBrief(directory));
      const links = await this.#linked({ fingerprint: {}, segments });
      if (links.length === 0) continue;
      await this.#take(projectId, store, { epoch, owner: `brief:${n}`, links, at: this.#parts.clock() });
      if (n === 0) await this.#write(store, epoch, (tx) => noteTexts(tx, links));
    }
    await this.#tidy(projectId);
  }

  async #takeLoaded(projectId: string): Promise<void> {
    const epoch = this.#epoch;
    const waiting = this.#loaded.take(projectId);
    const store = this.#store(projectId);
    if (!store) return;
    for (const { chain, loads } of waiting) {
      const { owner, at } = chain;
      const links = keepable(loadedLinks(chain));
      await this.#take(projectId, store, { epoch, owner, links, at });
      await this.#write(store, epoch, (tx) => noteLoads(tx, chain, loads));
    }
    await this.#tidy(projectId);
  }

  /** Returns whether all were taken; the others come next time. */
  async #takeSessions(projectId: string): Promise<boolean> {
    const store = this.#store(projectId);
    if (!store) return true;
    const news = spoken(store.read, sessionsMost).filter(
      ({ session_id, last_activity }) => (store.read.one(chainOfOwner, { owner: session_id })?.at ?? 0) < last_activity,
    );
    const quiet = this.#parts.clock() - quietMs;
    const due = news.filter(({ ended_at, last_activity }) => ended_at !== null || last_activity <= quiet);
    for (const { session_id } of due.slice(0, sessionsAtOnce)) {
      if (this.#left || this.#parts.isBusy() || !store.db.open) return false;
      await this.#takeSession(projectId, store, session_id);
    }
    await this.#tidy(projectId);
    return news.length <= Math.min(due.length, sessionsAtOnce);
  }

  /** By what was used up to now: nothing goes that was just asked for. */
  async #tidy(projectId: string): Promise<void> {
    await Promise.all(this.#flush());
    await this.#parts.rooms.tidy(projectId);
  }

  async #takeSession(projectId: string, store: Store, session_id: string): Promise<void> {
    const epoch = this.#epoch;
    const session = this.#parts.session(this.#context(projectId, store), session_id);
    const links = await this.#linked(session);
    const before = store.read.one(chainOfOwner, { owner: session_id });
    const known = await this.#take(projectId, store, { epoch, owner: session_id, links, at: session.lastActivity });
    if (known === undefined) return;
    const asked = links.slice(Math.min(before?.depth ?? 0, known)).filter(({ role }) => role === 'assistant').length;
    const changes = before && known < before.depth ? 1 : 0;
    await this.#write(store, epoch, (tx) => {
      noteRequests(tx, asked);
      noteTurns(tx, { changes, requests: asked });
    });
  }

  async #linked({ fingerprint, segments }: Pick<SessionContext, 'fingerprint' | 'segments'>): Promise<Link[]> {
    const { monotonic, breathe } = this.#parts.pace;
    const links: Link[] = [];
    let before = startOf(fingerprint);
    let begun = monotonic();
    for (const segment of segments) {
      const link = linkAfter(before, segment);
      links.push(link);
      before = link.h;
      if (links.length === limits.chainLinks) break;
      if (monotonic() - begun < sliceMs) continue;
      await breathe();
      begun = monotonic();
    }
    return links;
  }

  /** Returns how many links were known before; undefined where nothing was written. */
  async #take(projectId: string, store: Store, owned: Owned & { readonly epoch: number }): Promise<number | undefined> {
    const { rooms } = this.#parts;
    // before anything of the chain is there: what it is told of the index is what was before
    const policy = await rooms.policies.of(projectId, store);
    const known = longestPrefix(store.read, owned.links);
    this.#note(projectId, store, { ...owned, known });
    if (!rooms.hasRoom) {
      this.#skipped += 1;
      return undefined;
    }
    const chain = { ...owned, known, keys: owned.links.map(({ h }) => blockKey(h)) };
    rooms.held = new Set(chain.keys);
    try {
      return (await this.#keep(projectId, store, chain, policy !== undefined)) ? known : undefined;
    } finally {
      rooms.held = new Set();
    }
  }

  async #keep(projectId: string, store: Store, chain: Kept, isAsked: boolean): Promise<boolean> {
    const { owner, links, at, epoch, known, keys } = chain;
    const sizes = await this.#add(store, chain);
    if (!sizes) return false;
    const before = store.read.one(chainOfOwner, { owner });
    const left = before && isAsked ? ownKeys(store.read, before.h, new Set(keys)) : [];
    await this.#write(store, epoch, (tx) => keepOwner(tx, owner, { links, known, at }));
    if (isAsked && this.#epoch === epoch) {
      const blocks = keys.map((key, i) => ({ key, size: sizes.get(i) ?? rowBytes, tokens: links[i]?.tokens ?? 0 }));
      this.#parts.rooms.policies.asked(projectId, { owner, chain: blocks, at: this.#parts.clock(), left });
    }
    await this.#parts.rooms.count(projectId, store);
    return true;
  }

  /** Writes what is not there yet. Returns what its segments take by their place in the chain; undefined where that was cut off. */
  async #add(store: Store, { links, known, epoch }: Kept): Promise<ReadonlyMap<number, number> | undefined> {
    const { compression } = this.#parts.setting(undefined);
    const sizes = new Map<number, number>();
    for (let stand = known; stand < links.length; ) {
      const packed = new Map<number, Packed>();
      for (const [i, link] of links.slice(stand, stand + linksAtOnce).entries()) {
        const form = packedLink(link, compression);
        packed.set(stand + i, form);
        sizes.set(stand + i, form.content.length + rowBytes);
      }
      const now = await this.#write(store, epoch, (tx) => addLinks(tx, { links, packed, most: linksAtOnce }));
      if (now === undefined || now <= stand) return undefined;
      stand = now;
      await this.#parts.pace.breathe();
    }
    return sizes;
  }

  #touchesOf(projectId: string): Touches {
    const touches = this.#touches.get(projectId) ?? new Touches();
    this.#touches.set(projectId, touches);
    return touches;
  }

  /** A look-up counts where somebody came for the first time: that its own beginning is known says nothing. */
  #note(projectId: string, store: Store, { owner, links, known }: Owned & { readonly known: number }): void {
    const touches = this.#touchesOf(projectId);
    // loads count when they are answered
    const isNew = !owner.startsWith('load:') && store.read.one(chainOfOwner, { owner }) === undefined;
    const tokens = (upTo: number) => links.slice(0, upTo).reduce((sum, link) => sum + link.tokens, 0);
    const now = this.#parts.clock();
    if (isNew) touches.note(links[known - 1]?.h, now, { asked: tokens(links.length), hit: tokens(known) });
    else touches.touch(links[known - 1]?.h, now);
    if (touches.size >= touchesMost) void Promise.all(this.#flush());
  }

  /** Undefined, and nothing written, where something was erased since it was read, or the database was closed. */
  async #write<T>(store: Store, epoch: number, work: Parameters<typeof store.write<T>>[0]): Promise<T | undefined> {
    if (!store.db.open) return undefined;
    return store.write((tx) => (this.#epoch === epoch ? work(tx) : undefined));
  }

  #context(projectId: string, store: Store): Context {
    const projects = this.#parts.projects();
    return {
      ...{ caller: { user: projects.identity.user, origin: 'human' }, project: projects.resolve(projectId) },
      ...{ read: { project: store.read, user: projects.user.read }, now: this.#parts.clock() },
      ...{ worktree: undefined, branch: undefined, git: null },
    };
  }
}

/** Up to the first text that is too long for one segment: nothing behind it could be found again. */
function keepable(links: readonly Link[]): readonly Link[] {
  const end = links.findIndex(({ bytes }) => bytes > limits.segmentBytes);
  return end < 0 ? links : links.slice(0, end);
}
