// The policies that choose what leaves the prefix caches, one for each project that wants one; `lru` needs none, the index has
// its order. They live in memory: what a new one has to know the index tells it.
import { blockCount } from '../features/cache/block-queries.ts';
import type { Block, Eviction } from '../features/cache/policies/eviction.ts';
import { evictionOf } from '../features/cache/policies/policy.ts';
import type { Strategy } from '../features/cache/policies/strategy.ts';
import { retireEnded, tellAsked, tellKept } from '../features/cache/told-policy.ts';
import type { Read } from '../store/record-type.ts';
import { inSlices, type Pace } from '../store/steps.ts';
import type { Store } from '../store/store.ts';

export interface PoliciesParts {
  /** What a project's setting says. */
  readonly strategy: (projectId: string) => Strategy;
  /** Bytes that all caches together may take. */
  readonly capacity: () => number;
  /** Whether the owner of a chain will not come again. */
  readonly hasEnded: (projectId: string, read: Read) => (owner: string) => boolean;
  readonly pace: Pace;
}

/** A project with more blocks goes without: a policy takes about 50 bytes for each. */
export const policyBlocks = 200_000;
/** All policies together; those of projects unused longest are forgotten first. */
const bytesMost = 14 * 2 ** 20;

interface Learnt {
  readonly strategy: Strategy;
  readonly policy: ReturnType<typeof evictionOf>;
  /** Where the chains ended of owners that are known to have ended. */
  readonly ended: Map<string, number>;
  readonly ready: Promise<boolean>;
}

/** A chain that was asked for, and stands now. */
export interface AskedChain {
  readonly owner: string;
  readonly chain: readonly Block[];
  readonly at: number;
  /** Keys of what its owner had before, and nobody has now. */
  readonly left: readonly number[];
}

export class PrefixPolicies {
  readonly #parts: PoliciesParts;
  /** The one used last at the end. */
  readonly #learnt = new Map<string, Learnt>();
  readonly #retired = new Map<string, number>();

  constructor(parts: PoliciesParts) {
    this.#parts = parts;
  }

  /** What evicts in a project of so many blocks. */
  inForce(projectId: string, blocks: number): Strategy {
    return blocks > policyBlocks ? 'lru' : this.#parts.strategy(projectId);
  }

  /** What all policies take together. */
  get bytes(): number {
    return [...this.#learnt.values()].reduce((sum, { policy }) => sum + policy.bytes, 0);
  }

  /** Blocks that were given up because their owners had ended or gone on without them, since the daemon started. */
  retired(projectId: string): number {
    return this.#retired.get(projectId) ?? 0;
  }

  /** The policy of a project, told what the index knows; undefined where `lru` evicts. */
  async of(projectId: string, store: Store): Promise<Eviction | undefined> {
    const strategy = this.#parts.strategy(projectId);
    const known = this.#learnt.get(projectId);
    const learnt = known?.strategy === strategy ? known : this.#begin(projectId, store, strategy);
    if (!learnt) return undefined;
    const isReady = await learnt.ready;
    // forgotten while it was told
    if (this.#learnt.get(projectId) !== learnt) return undefined;
    this.#learnt.delete(projectId);
    if (isReady) this.#learnt.set(projectId, learnt);
    this.#bound();
    return isReady ? learnt.policy : undefined;
  }

  /** A chain of a project was asked for. Only for a policy that `of` has given. */
  asked(projectId: string, { owner, chain, at, left }: AskedChain): void {
    const learnt = this.#learnt.get(projectId);
    if (!learnt) return;
    learnt.ended.delete(owner);
    tellAsked(learnt.policy, chain, at);
    this.#retire(projectId, learnt, left);
    this.#bound();
  }

  /** Retires what the index keeps of those who will not come again: looked at when something has to go. */
  async retireEnded(projectId: string, store: Store): Promise<void> {
    const learnt = this.#learnt.get(projectId);
    if (!learnt) return;
    const isOver = this.#parts.hasEnded(projectId, store.read);
    const steps = retireEnded(store.read, learnt.policy, { isOver, told: learnt.ended });
    this.#count(projectId, (await inSlices(steps, this.#while(store))) ?? 0);
  }

  /** What the index keeps has changed otherwise than by being asked for or evicted: of one project, or of any. */
  forget(projectId?: string): void {
    if (projectId === undefined) this.#learnt.clear();
    else this.#learnt.delete(projectId);
  }

  #begin(projectId: string, store: Store, strategy: Strategy): Learnt | undefined {
    this.#learnt.delete(projectId);
    if (strategy === 'lru' || (store.read.one(blockCount, {})?.blocks ?? 0) > policyBlocks) return undefined;
    const policy = evictionOf(strategy, this.#parts.capacity());
    const ready = inSlices(tellAll(store.read, policy), this.#while(store)).then(
      (told) => told ?? false,
      // an index that cannot be read is said by whoever reads it next
      () => false,
    );
    const learnt = { strategy, policy, ended: new Map<string, number>(), ready };
    this.#learnt.set(projectId, learnt);
    return learnt;
  }

  #while(store: Store): Pace {
    return { ...this.#parts.pace, cancelled: () => !store.db.open };
  }

  #retire(projectId: string, { policy }: Learnt, keys: readonly number[]): void {
    policy.retire(keys);
    this.#count(projectId, keys.length);
  }

  #count(projectId: string, blocks: number): void {
    this.#retired.set(projectId, this.retired(projectId) + blocks);
  }

  #bound(): void {
    for (const projectId of this.#learnt.keys()) {
      if (this.bytes <= bytesMost) return;
      this.#learnt.delete(projectId);
    }
  }
}

function* tellAll(read: Read, policy: Eviction) {
  yield* tellKept(read, policy);
  return true;
}
