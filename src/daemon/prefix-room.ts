// How much room the prefix caches of all projects take together, and how they are made to take less.
import type { Config } from '../config/schema.ts';
import { limits } from '../core/limits.ts';
import {
  blockCount,
  cacheSizes,
  dropOldDays,
  dropOrphans,
  noteCacheSize,
  segmentsOfKind,
  someSegments,
} from '../features/cache/block-queries.ts';
import { takeSegments } from '../features/cache/blocks.ts';
import { evictionOf, evictSlice, type Floors, type Room, usageOf } from '../features/cache/evict.ts';
import type { Evicting, PrefixRoom } from '../features/cache/needs-blocks.ts';
import type { SegmentKind } from '../features/cache/segment.ts';
import { exists } from '../platform/walk.ts';
import { giveBackPages } from '../store/compact.ts';
import type { Pace } from '../store/steps.ts';
import type { Store } from '../store/store.ts';
import { type PoliciesParts, PrefixPolicies } from './prefix-policies.ts';
import type { Projects } from './projects.ts';

export interface RoomParts {
  readonly projects: () => Projects;
  readonly config: () => Config;
  readonly clock: () => number;
  readonly pace: Pace;
  readonly strategy: PoliciesParts['strategy'];
  readonly hasEnded: PoliciesParts['hasEnded'];
}

type Job = Parameters<PrefixRoom['trim']>[1];

const segmentsAtOnce = 20;
const dayMs = 86_400_000;
const daysKept = 90;
/** Below the limit by so much, so that not every write trims. */
const trimmedTo = 0.95;

/** Counts, trims and empties the caches of all projects. */
export class PrefixRooms {
  /** What chooses what leaves, where a project wants another choice than what was unused longest. */
  readonly policies: PrefixPolicies;
  /** Blocks of the chain that is being written, by their keys: they stay. */
  held: ReadonlySet<number> = new Set();
  readonly #parts: RoomParts;
  /** What went from each project to make room since the daemon started. */
  readonly #evicted = new Map<string, { blocks: number; segments: number; bytes: number }>();

  constructor(parts: RoomParts) {
    this.#parts = parts;
    this.policies = new PrefixPolicies({ ...parts, capacity: () => trimmedTo * this.#most });
  }

  /** See PrefixRoom. */
  evicting(projectId: string, blocks: number): Evicting {
    const { strategy } = this.#parts;
    const gone = this.#evicted.get(projectId) ?? { blocks: 0, segments: 0, bytes: 0 };
    return {
      ...{ strategy: strategy(projectId), inForce: this.policies.inForce(projectId, blocks) },
      evicted: { ...gone, retired_blocks: this.policies.retired(projectId) },
    };
  }

  /** Bytes of all projects, as they were last counted. */
  totalBytes(): number {
    return this.#sizes().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Counts what one project keeps, and notes it. Returns its blocks and bytes. */
  async count(projectId: string, store: Store): Promise<{ readonly blocks: number; readonly bytes: number }> {
    const { blocks, bytes } = usageOf(store.read);
    await this.#note(projectId, bytes);
    return { blocks, bytes };
  }

  /** Makes room where a limit is passed. Does nothing where the person does not want that. */
  async tidy(projectId: string): Promise<void> {
    if (!this.#parts.config().optimization.kv_cache.auto_cleanup) return;
    const quietly = { report: () => undefined, cancelled: () => false };
    if (this.totalBytes() > this.#most) await this.#trim(this.#most * trimmedTo, quietly, 'for good');
    const store = this.#parts.projects().opened(projectId);
    if (!store || (store.read.one(blockCount, {})?.blocks ?? 0) <= limits.chainBlocks) return;
    await this.#evict(
      projectId,
      store,
      { bytes: Number.MAX_SAFE_INTEGER, blocks: limits.chainBlocks * trimmedTo },
      quietly,
    );
  }

  /** Whether something may still be written. */
  get hasRoom(): boolean {
    return this.#parts.config().optimization.kv_cache.auto_cleanup || this.totalBytes() < this.#most;
  }

  /** See PrefixRoom. The project unused longest gives first. */
  trim(bytes: number, job: Job): Promise<Record<string, number>> {
    return this.#trim(bytes, job, 'once');
  }

  get #most(): number {
    return this.#parts.config().optimization.kv_cache.max_cache_size_mb * 2 ** 20;
  }

  /** for good: the room stays as small as that. */
  async #trim(bytes: number, job: Job, how: 'once' | 'for good'): Promise<Record<string, number>> {
    const gone = { blocks: 0, segments: 0, bytes: 0 };
    for (const { project_id, bytes: own } of this.#sizes()) {
      const excess = this.totalBytes() - bytes;
      if (excess <= 0 || job.cancelled()) break;
      await this.#inStore(project_id, async (store) => {
        const room = { bytes: Math.max(0, own - excess), blocks: limits.chainBlocks };
        if (how === 'for good') (await this.policies.of(project_id, store))?.resize(room.bytes);
        const freed = await this.#evict(project_id, store, room, job);
        for (const what of ['blocks', 'segments', 'bytes'] as const) gone[what] += freed[what];
      });
    }
    return { ...gone, total_bytes: this.totalBytes() };
  }

  /** See PrefixRoom. */
  async clear(projectId: string, kind: SegmentKind | undefined, job: Job): Promise<Record<string, number>> {
    const gone = { blocks: 0, segments: 0 };
    await this.#inStore(projectId, async (store) => {
      while (!job.cancelled()) {
        const ids = kind
          ? store.read.all(segmentsOfKind, { kind, limit: segmentsAtOnce })
          : store.read.all(someSegments, { limit: segmentsAtOnce });
        if (ids.length === 0) break;
        const taken = await store.write((tx) =>
          takeSegments(
            tx,
            ids.map(({ id }) => id),
          ),
        );
        this.policies.forget(projectId);
        gone.blocks += taken.blocks;
        gone.segments += taken.segments;
        job.report(gone);
        await this.#parts.pace.breathe();
      }
      await this.#gaveBack(projectId, store, job);
    });
    return { ...gone, total_bytes: this.totalBytes() };
  }

  /** Takes away what an interrupted write left, and counts of days long gone; where a database is open anyway. */
  async sweep(): Promise<void> {
    const projects = this.#parts.projects();
    for (const projectId of projects.openProjects) {
      const store = projects.store(projectId);
      const now = this.#parts.clock();
      await store.write((tx) => {
        tx.run(dropOrphans, { before: now - dayMs, limit: 1_000 });
        tx.run(dropOldDays, { before: Math.floor(now / dayMs) - daysKept });
      });
      await this.count(projectId, store);
      await this.tidy(projectId);
    }
  }

  async #evict(projectId: string, store: Store, most: Pick<Room, 'bytes' | 'blocks'>, job: Job) {
    const { monotonic, breathe } = this.#parts.pace;
    const policy = await this.policies.of(projectId, store);
    if (policy) await this.policies.retireEnded(projectId, store);
    const eviction = evictionOf(store.read);
    const before = eviction.bytes;
    const room: Room = { ...most, floors: this.#floors(), held: this.held, policy };
    for (let state = 'more'; state === 'more' && !job.cancelled(); ) {
      const begun = monotonic();
      state = await store.write((tx) =>
        evictSlice(tx, eviction, room, () => monotonic() - begun >= limits.evictSliceMs),
      );
      job.report(eviction.gone);
      await breathe();
    }
    // it went by the index: what the policy knows is no longer what is there
    if (policy && eviction.unchosen > 0) this.policies.forget(projectId);
    await this.#gaveBack(projectId, store, job);
    const gone = { ...eviction.gone, bytes: before - eviction.bytes };
    this.#noteGone(projectId, gone);
    return gone;
  }

  #noteGone(projectId: string, { blocks, segments, bytes }: { blocks: number; segments: number; bytes: number }): void {
    const sum = this.#evicted.get(projectId) ?? { blocks: 0, segments: 0, bytes: 0 };
    const more = { blocks: sum.blocks + blocks, segments: sum.segments + segments, bytes: sum.bytes + bytes };
    this.#evicted.set(projectId, more);
  }

  async #gaveBack(projectId: string, store: Store, { cancelled }: Job): Promise<void> {
    await this.count(projectId, store);
    if (!store.isHeld) await giveBackPages(store, { ...this.#parts.pace, cancelled });
  }

  #floors(): Floors {
    const { system_content, templates, documentation, dynamic_content } =
      this.#parts.config().optimization.kv_cache.budget_allocation;
    return { system: system_content, template: templates, documentation, dynamic: dynamic_content };
  }

  #sizes() {
    return this.#parts.projects().user.read.all(cacheSizes, {});
  }

  async #note(project_id: string, bytes: number): Promise<void> {
    const { user } = this.#parts.projects();
    const known = this.#sizes().find((each) => each.project_id === project_id);
    if (known?.bytes === bytes || (bytes === 0 && !known)) return;
    await user.write((tx) => tx.run(noteCacheSize, { project_id, bytes, at: this.#parts.clock() }));
  }

  /** One whose database is gone has nothing to give. */
  async #inStore(projectId: string, work: (store: Store) => Promise<void>): Promise<void> {
    const projects = this.#parts.projects();
    if (exists(projects.file(projectId))) await projects.borrow(projectId, work);
    else await this.#note(projectId, 0);
  }
}
