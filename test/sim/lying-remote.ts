// A remote in memory that does what remotes do on bad days, at exactly the call it is told to.
import { PrsistError } from '../../src/core/errors.ts';
import type { Listed, LocalObject, ObjectResult, ProbeReport, Remote, Sink } from '../../src/features/sync/remote.ts';
import { type Random, random } from '../harness/secrets/random.ts';
import { Died } from './device.ts';

/**
 * drop: says created, keeps nothing · offline: fails before doing anything · no-ack: does it, then fails · duplicate: tells
 * and hands out everything twice · reorder: tells and hands out in any order · delay: shows what is put only later ·
 * short-put, flipped-put: keeps half of it, or one bit changed · short-get, flipped-get: hands out such bytes ·
 * stale: tells what was there a while ago · rollback: goes back to what was there a while ago · full: takes nothing more ·
 * emptied: everything is gone · foreign: holds files that are nobody's.
 */
export const faultKinds = [
  ...(['drop', 'offline', 'no-ack', 'duplicate', 'reorder', 'delay', 'short-put', 'flipped-put'] as const),
  ...(['short-get', 'flipped-get', 'stale', 'rollback', 'full', 'emptied', 'foreign'] as const),
];
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** The n-th call of a run in which it can strike, from 1; those that last do so from there on. */
  readonly nth: number;
  readonly seed: number;
}

type Call = 'probe' | 'list' | 'get' | 'put' | 'delete';

/** In which calls a fault can strike; in any when absent. */
const strikesIn: Readonly<Partial<Record<FaultKind, readonly Call[]>>> = {
  ...{ drop: ['put'], delay: ['put'], 'short-put': ['put'], 'flipped-put': ['put'], full: ['put'] },
  ...{ 'short-get': ['get'], 'flipped-get': ['get'], 'no-ack': ['put', 'delete'] },
  ...{ duplicate: ['list', 'get'], reorder: ['list', 'get'], stale: ['list'] },
};

type Objects = ReadonlyMap<string, Uint8Array>;

const earlierStates = 8;

/** What is kept, whoever asks for it: each device has a view of its own. */
export class RemotePlace {
  readonly name: string;
  objects = new Map<string, Uint8Array>();
  /** States to fall back to, the oldest first. */
  readonly earlier: Objects[] = [];
  /** Put, but not to be seen yet. */
  readonly hidden = new Map<string, Uint8Array>();
  /** What was done to the bytes that are kept: names, and how. */
  readonly tampered: { readonly name: string; readonly how: FaultKind }[] = [];

  constructor(name: string) {
    this.name = name;
  }

  remember(): void {
    this.earlier.push(new Map(this.objects));
    if (this.earlier.length > earlierStates) this.earlier.shift();
  }

  /** Shows everything that was delayed. */
  settle(): void {
    for (const [name, bytes] of this.hidden) if (!this.objects.has(name)) this.objects.set(name, bytes);
    this.hidden.clear();
  }

  view(alive: () => void, fault?: Fault): Remote {
    return new View(this, alive, fault);
  }
}

class View implements Remote {
  readonly kind = 'memory';
  readonly limits = { maxObjectBytes: 64 * 1024 * 1024, parallel: 4, atomicPut: true, listsSizes: true };
  readonly #place: RemotePlace;
  readonly #alive: () => void;
  readonly #fault: Fault | undefined;
  readonly #random: Random;
  #calls = 0;
  #isFull = false;
  #isStale: Objects | undefined;

  constructor(place: RemotePlace, alive: () => void, fault: Fault | undefined) {
    this.#place = place;
    this.#alive = alive;
    this.#fault = fault;
    this.#random = random(fault?.seed ?? 0);
  }

  async probe(): Promise<ProbeReport> {
    this.#call('probe');
    return { ok: true, steps: [] };
  }

  async *list(prefix: string): AsyncIterable<Listed> {
    this.#call('list');
    const from = this.#isStale ?? this.#place.objects;
    const names = [...from.keys()].filter((name) => name.startsWith(prefix)).sort();
    for (const name of this.#inSomeOrder(names)) yield { name, sizeBytes: from.get(name)?.length ?? 0 };
  }

  async get(names: readonly string[], into: Sink): Promise<readonly ObjectResult[]> {
    const strikes = this.#call('get');
    const results: ObjectResult[] = [];
    for (const name of this.#inSomeOrder(names)) {
      const kept = this.#place.objects.get(name);
      if (kept === undefined) {
        results.push({ name, is: 'absent' });
        continue;
      }
      results.push(await handed(name, strikes ? this.#asHanded(kept) : kept, into));
      this.#alive();
    }
    return results;
  }

  async putIfAbsent(objects: readonly LocalObject[]): Promise<readonly ObjectResult[]> {
    const strikes = this.#call('put');
    this.#place.remember();
    const results = objects.map((object) => this.#put(object, strikes));
    this.#afterwards(strikes);
    return results;
  }

  async delete(names: readonly string[]): Promise<readonly ObjectResult[]> {
    const strikes = this.#call('delete');
    const results = names.map((name): ObjectResult => {
      const was = this.#place.objects.delete(name);
      return { name, is: was ? 'deleted' : 'absent' };
    });
    this.#afterwards(strikes);
    return results;
  }

  async close(): Promise<void> {
    this.#isStale = undefined;
  }

  /** Counts a call; true when the fault strikes in it. */
  #call(call: Call): boolean {
    this.#alive();
    const fault = this.#fault;
    if (fault && strikesIn[fault.kind]?.includes(call) === false) return false;
    this.#calls += 1;
    if (!fault || this.#calls !== fault.nth) return this.#lasts();
    if (fault.kind === 'offline') throw new PrsistError('remote/offline', 'the remote cannot be reached');
    if (fault.kind === 'full') this.#isFull = true;
    if (fault.kind === 'stale') this.#isStale = this.#place.earlier[0] ?? new Map();
    if (fault.kind === 'rollback') this.#place.objects = new Map(this.#place.earlier[0] ?? []);
    if (fault.kind === 'emptied') this.#place.objects.clear();
    if (fault.kind === 'foreign') this.#lay();
    return true;
  }

  #lasts(): boolean {
    const lasting: readonly (FaultKind | undefined)[] = ['duplicate', 'reorder'];
    return lasting.includes(this.#fault?.kind) && this.#calls > (this.#fault?.nth ?? 0);
  }

  #afterwards(strikes: boolean): void {
    this.#alive();
    if (strikes && this.#fault?.kind === 'no-ack') {
      throw new PrsistError('remote/offline', 'the connection was lost before the answer');
    }
  }

  #put({ name, bytes }: LocalObject, strikes: boolean): ObjectResult {
    if (this.#isFull) return { name, is: 'failed', code: 'remote/full', why: 'no space left' };
    if (this.#place.objects.has(name)) return { name, is: 'exists' };
    const kind = strikes ? this.#fault?.kind : undefined;
    if (kind === 'drop') return { name, is: 'created' };
    if (kind === 'delay') this.#place.hidden.set(name, bytes);
    else this.#place.objects.set(name, this.#asKept(name, bytes, kind));
    return { name, is: 'created' };
  }

  #asKept(name: string, bytes: Uint8Array, kind: FaultKind | undefined): Uint8Array {
    if (kind !== 'short-put' && kind !== 'flipped-put') return bytes;
    this.#place.tampered.push({ name, how: kind });
    return kind === 'short-put' ? this.#cut(bytes) : this.#flipped(bytes);
  }

  #asHanded(bytes: Uint8Array): Uint8Array {
    if (this.#fault?.kind === 'short-get') return this.#cut(bytes);
    return this.#fault?.kind === 'flipped-get' ? this.#flipped(bytes) : bytes;
  }

  #cut(bytes: Uint8Array): Uint8Array {
    return bytes.slice(0, this.#random.below(bytes.length));
  }

  #flipped(bytes: Uint8Array): Uint8Array {
    const copy = Uint8Array.from(bytes);
    const at = this.#random.below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << this.#random.below(8));
    return copy;
  }

  #lay(): void {
    for (const name of ['desktop.ini', 'prsist1/notes.txt', 'prsist1/../../escape.pk', 'prsist1/x/p/y/z/1.pk']) {
      this.#place.objects.set(name, Buffer.from('nothing of ours'));
    }
  }

  #inSomeOrder<T>(list: readonly T[]): readonly T[] {
    const kind = this.#fault && this.#calls >= this.#fault.nth ? this.#fault.kind : undefined;
    if (kind === 'duplicate') return list.flatMap((each) => [each, each]);
    if (kind !== 'reorder') return list;
    return list
      .map((each) => ({ each, at: this.#random.below(1 << 30) }))
      .sort((a, b) => a.at - b.at)
      .map(({ each }) => each);
  }
}

async function handed(name: string, bytes: Uint8Array, into: Sink): Promise<ObjectResult> {
  try {
    await into(name, bytes);
    return { name, is: 'got' };
  } catch (error) {
    if (error instanceof Died) throw error;
    return { name, is: 'failed', code: 'internal', why: String(error) };
  }
}
