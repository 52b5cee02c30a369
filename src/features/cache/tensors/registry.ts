// Which files of tensors there are, and whether they are still what an engine once wrote. Engines read and write them in
// their own process; a file that is not byte for byte the adopted one is never handed to any.
import { dirname } from 'node:path';
import type { z } from 'zod';
import { PrsistError } from '../../../core/errors.ts';
import { linkBytes } from '../../../core/prefix-chain.ts';
import { removeFile } from '../../../platform/files.ts';
import { moveFile } from '../../../platform/swap.ts';
import {
  isClosed,
  settleFile,
  slicesOf,
  tensorDirectory,
  tensorFiles,
  tensorPath,
} from '../../../platform/tensor-files.ts';
import { exists } from '../../../platform/walk.ts';
import type { Write } from '../../../store/record-type.ts';
import { engineText, stateKey } from './engine.ts';
import { statesToDrop } from './evict.ts';
import { isIntact, nonceBytes, seal } from './mac.ts';
import type { TensorNeeds } from './needs.ts';
import { type Pause, Pauses } from './pauses.ts';
import { allStates, dropState, putState, type StateRow, stateByKey, useState } from './state-queries.ts';
import { type Described, engineOf } from './weights.ts';
import { engine as engineShape } from './wire.ts';

/** Unused for so long, a state goes: what it was made for has another build, model or text by now. */
const unusedMs = 7 * 86_400_000;
/** An engine may take so long to write one. */
const unfinishedMs = 3_600_000;

export interface Place {
  readonly directory: string;
  readonly name: string;
  readonly path: string;
}

export interface NewState {
  readonly engine: Described;
  readonly chain: readonly string[];
  readonly name: string;
  readonly tokens: number;
  readonly bytes: number;
  readonly prefill_ms: number;
  readonly project?: string | undefined;
}

/** A file that was made ours, not yet in the registry. */
export type Settled = Omit<StateRow, 'uses' | 'made_at' | 'last_used'>;

export type Found =
  | { readonly kind: 'state'; readonly row: StateRow }
  | { readonly kind: 'none'; readonly why: 'off' | 'paused' | 'unknown' }
  | { readonly kind: 'damaged' };

export interface TensorTotals {
  readonly enabled: boolean;
  readonly states: number;
  readonly bytes: number;
  readonly max_bytes: number;
  /** Restores, and what computing had taken each time. */
  readonly uses: number;
  readonly saved_ms: number;
  /** Since the daemon started: for want of room, or a week unused. */
  readonly evicted: number;
}

/** One per daemon. */
export class Tensors {
  readonly #needs: TensorNeeds;
  readonly pauses = new Pauses();
  /** For want of room or unused for too long, since this began. */
  #evicted = 0;
  #noting: Promise<unknown> = Promise.resolve();

  constructor(needs: TensorNeeds) {
    this.#needs = needs;
  }

  get settings() {
    return this.#needs.settings();
  }

  get states(): readonly StateRow[] {
    return this.#needs.store().read.all(allStates, {});
  }

  /** Where an engine may write a state to. Throws tensor/off or tensor/paused. */
  async place(described: Described): Promise<Place> {
    this.#requireUse(engineText(await engineOf(this.#needs.store(), described)));
    return this.#newPlace();
  }

  /** Makes a file that an engine has written ours, before the row. Throws tensor/mismatch, with the file gone. */
  async settle(given: NewState): Promise<Settled> {
    const engine = engineText(await engineOf(this.#needs.store(), given.engine));
    this.#requireUse(engine);
    const { directory, maxBytes } = this.settings;
    const written = tensorPath(directory, given.name);
    try {
      const bytes = settleFile(written);
      requireBytes(given, bytes, maxBytes);
      const state_key = stateKey(engine, given.chain.at(-1) ?? '');
      const sealed = { state_key, tokens: given.tokens, bytes };
      const { key, random } = this.#needs;
      const mac = await seal(key(), random(nonceBytes), sealed, slicesOf(written));
      this.#needs.failpoint('tensor.sealed');
      const file = tensorPath(directory, given.name.replace(/^new-/, ''));
      moveFile(written, file);
      this.#needs.failpoint('tensor.renamed');
      const project = given.project === undefined ? null : this.#needs.projectId(given.project);
      return { ...sealed, engine, file, chain: given.chain.join(''), mac, project, prefill_ms: given.prefill_ms };
    } catch (error) {
      removeFile(written);
      throw error;
    }
  }

  /** Enters a settled file; what has no room any more goes. Returns how many did. */
  enter(tx: Write, settled: Settled): number {
    const before = tx.one(stateByKey, { state_key: settled.state_key });
    tx.run(putState, { ...settled, now: tx.now });
    if (before && before.file !== settled.file) tx.after(() => removeFile(before.file));
    const over = statesToDrop(tx.all(allStates, {}), this.settings.maxBytes, {
      now: tx.now,
      spared: settled.state_key,
    });
    this.#evicted += over.length;
    return this.drop(tx, over).dropped;
  }

  /** Both at once, in a write of its own. */
  async adopt(given: NewState): Promise<Settled> {
    const settled = await this.settle(given);
    await this.#needs.store().write((tx) => this.enter(tx, settled));
    return settled;
  }

  /** The longest state of an engine that a chain begins with, read through. */
  async find(described: Described, chain: readonly string[]): Promise<Found> {
    const { enabled, directory } = this.settings;
    if (!enabled) return { kind: 'none', why: 'off' };
    const engine = engineText(await engineOf(this.#needs.store(), described));
    if (this.pauses.of(engine, this.#needs.clock())) return { kind: 'none', why: 'paused' };
    for (let length = chain.length; length > 0; length -= 1) {
      const row = this.#row(stateKey(engine, chain[length - 1] ?? ''));
      // a server reads and writes one directory only
      if (!row || dirname(row.file) !== directory) continue;
      if (!(await this.isWhole(row))) return this.#damaged(row);
      this.#used(row);
      return { kind: 'state', row };
    }
    return { kind: 'none', why: 'unknown' };
  }

  /** Whether a state of exactly this prefix is kept; link: the last of its chain. It counts as no use. */
  async holds(asked: z.input<typeof engineShape>, link: string): Promise<boolean> {
    const described = engineShape.parse(asked);
    const row = this.#row(stateKey(engineText(await engineOf(this.#needs.store(), described)), link));
    return row !== undefined && dirname(row.file) === this.settings.directory;
  }

  /** Whether one more state of so many tokens would fit without another going, as far as those at hand tell its size. */
  hasRoomFor(tokens: number): boolean {
    const states = this.states;
    const perToken = Math.max(0, ...states.map((each) => each.bytes / each.tokens));
    return bytesOf(states) + perToken * tokens <= this.settings.maxBytes;
  }

  /** What `cache stats` tells. */
  totals(): TensorTotals {
    const { enabled, maxBytes } = this.settings;
    const states = this.states;
    const saved_ms = states.reduce((sum, { uses, prefill_ms }) => sum + uses * prefill_ms, 0);
    const uses = states.reduce((sum, each) => sum + each.uses, 0);
    return {
      ...{ enabled, states: states.length, bytes: bytesOf(states), max_bytes: maxBytes, uses, saved_ms },
      evicted: this.#evicted,
    };
  }

  /** Resolves when every use so far is noted. */
  async settled(): Promise<void> {
    await this.#noting;
  }

  /** Removes states, and their files once that is on disk. */
  drop(tx: Write, rows: readonly StateRow[]): { readonly dropped: number; readonly bytes: number } {
    const gone = rows.filter(({ state_key, file }) => tx.run(dropState, { state_key, file }) > 0);
    tx.after(() => gone.forEach(({ file }) => void removeFile(file)));
    return { dropped: gone.length, bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  /** The same in a write of its own. */
  async remove(rows: readonly StateRow[]): Promise<void> {
    await this.#needs.store().write((tx) => this.drop(tx, rows));
  }

  /** Removes a state that failed; its engine rests. */
  failed(tx: Write, row: StateRow, why: string): Pause {
    this.drop(tx, [row]);
    return this.pauses.begin(row.engine, why, tx.now);
  }

  /** Whether a file is byte for byte what was adopted, and closed to others. */
  async isWhole({ file, ...row }: StateRow): Promise<boolean> {
    if (!isClosed(file, row.bytes)) return false;
    try {
      return await isIntact(this.#needs.key(), row.mac, row, slicesOf(file));
    } catch (error) {
      if (exists(file)) throw error; // a disk that fails says nothing about the file
      return false;
    }
  }

  /** Removes what is unused for a week, over the budget, of no project any more, gone, or was never adopted. */
  async sweep(isProject: (id: string) => boolean): Promise<void> {
    await this.settled();
    const { directory, maxBytes } = this.settings;
    const now = this.#needs.clock();
    const states = this.states;
    const gone = states.filter(
      ({ last_used, file, project }) =>
        now - last_used > unusedMs || !exists(file) || (project !== null && !isProject(project)),
    );
    const rest = states.filter((row) => !gone.includes(row));
    const over = statesToDrop(rest, maxBytes, { now });
    if (gone.length + over.length > 0) await this.remove([...gone, ...over]);
    this.#evicted += gone.length + over.length;
    for (const place of new Set([directory, ...states.map(({ file }) => dirname(file))]))
      this.#removeOrphans(place, now);
  }

  /** Removes what holds texts of a project; all where it is not said of which. */
  async forget(project: string | undefined): Promise<void> {
    // whose texts a state holds is told by whoever saved it: what says nothing may hold anything
    const holds = (row: StateRow) => project === undefined || row.project === null || row.project === project;
    await this.#needs.store().write((tx) => this.drop(tx, tx.all(allStates, {}).filter(holds)));
  }

  async #damaged(row: StateRow): Promise<Found> {
    await this.#needs.store().write((tx) => this.failed(tx, row, 'a file was not what had been saved'));
    return { kind: 'damaged' };
  }

  /** Behind the answer. That a use is not noted, on a disk that is full, costs a better choice of what goes first. */
  #used({ state_key }: StateRow): void {
    const write = this.#needs.store().write((tx) => tx.run(useState, { state_key, now: tx.now }));
    this.#noting = Promise.allSettled([this.#noting, write]);
  }

  #removeOrphans(directory: string, now: number): void {
    const known = new Set(this.states.map(({ file }) => file));
    for (const { path, mtimeMs } of tensorFiles(directory)) {
      if (!known.has(path) && now - mtimeMs > unfinishedMs) removeFile(path);
    }
  }

  #row(state_key: string): StateRow | undefined {
    return this.#needs.store().read.one(stateByKey, { state_key });
  }

  #requireUse(engine: string): void {
    if (!this.settings.enabled) throw new PrsistError('tensor/off', 'tensors of local engines are not kept');
    const pause = this.pauses.of(engine, this.#needs.clock());
    if (pause) throw new PrsistError('tensor/paused', `states of this engine rest: ${pause.why}`);
  }

  #newPlace(): Place {
    const directory = tensorDirectory(this.settings.directory);
    const name = `new-${Buffer.from(this.#needs.random(12)).toString('hex')}.kv`;
    return { directory, name, path: tensorPath(directory, name) };
  }
}

function bytesOf(states: readonly StateRow[]): number {
  return states.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Segments of a chain as it is kept. */
export function segmentsOf(chain: string): number {
  return chain.length / (2 * linkBytes);
}

function requireBytes(given: NewState, bytes: number, most: number): void {
  if (bytes !== given.bytes) {
    const why = `the engine says ${given.bytes} bytes, the file has ${bytes}`;
    throw new PrsistError('tensor/mismatch', why);
  }
  if (bytes <= most) return;
  throw new PrsistError('limit/too-large', `a state of ${bytes} bytes, kv_tensors.max_mb allows ${most}`, {
    hint: 'prsist config explain kv_tensors.max_mb',
  });
}
