import { join } from 'node:path';
import type { JsonValue } from '../core/captured.ts';
import { PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Ingested, TakeLane } from '../features/capture/ingest.ts';
import {
  countBad,
  deleteSpoolFile,
  markFull,
  readSpoolFile,
  type SpoolEntry,
  setAsideSpoolFile,
  spoolEntries,
  sweepLeftovers,
  sweepTemporary,
  watchDirectory,
} from '../platform/spool-files.ts';
import { monotonic } from '../platform/time.ts';
import { keepUntilAnswered, sweepUnanswered } from './unlisted.ts';

export interface SpoolParts {
  readonly directory: string;
  /** Where hooks note what they have printed. */
  readonly printed: string;
  /** Begins to take in some events together. held: conversations of which an event came too early in this round. */
  readonly ingesting: (held: Set<string>) => TakeLane;
  /** What an event must keep its order with; undefined: with everything. */
  readonly laneOf: (bytes: Uint8Array) => string | undefined;
  /** Takes secrets out of a file that stays because it cannot be taken in. */
  readonly redact: (text: string) => string;
  readonly clock: () => number;
  readonly failpoint: (name: string) => void;
  readonly log: (event: string, details: Readonly<Record<string, JsonValue>>) => void;
  /** An event of a project was taken in. */
  readonly onTaken: (projectId: string) => void;
}

export interface SpoolState {
  readonly waiting: number;
  readonly bad: number;
  readonly full: boolean;
  readonly oldestMs: number;
}

interface Waiting {
  readonly entry: SpoolEntry;
  readonly bytes: Uint8Array;
}

/**
 * So many files are held in memory at a time; their writes share the commits. Whoever asks for something meanwhile waits
 * behind them: they are fewer where taking them in takes long, as in a daemon that has just started or on a busy machine.
 */
const [fewest, most] = [4, 64];
const [shortMs, longMs] = [25, 50];

/**
 * Reads what the hooks leave, oldest first, those of one conversation one after the other: acknowledged (deleted) only
 * after its commit is on disk.
 */
export class Spool {
  readonly #parts: SpoolParts;
  readonly #attempts = new Map<string, number>();
  readonly #watcher: { close: () => void };
  #round: Promise<void> | undefined;
  #again = false;
  #together = fewest;
  /** Files of the round that have not been looked at yet. */
  #left = 0;
  /** Not known at first: a daemon that was killed may have left its mark. */
  #full: boolean | undefined;

  constructor(parts: SpoolParts) {
    this.#parts = parts;
    this.#watcher = watchDirectory(parts.directory, () => {
      this.drain().catch((error: unknown) => parts.log('spool not read', { why: String(error) }));
    });
  }

  /** True while more waits than is taken in together: what is told of a project now is old in a moment. */
  get isBehind(): boolean {
    return this.#left > most;
  }

  /** Takes in everything that lies there now; resolves when it is committed. */
  drain(): Promise<void> {
    if (this.#round) {
      this.#again = true;
      // asked for in the moment in which the round ends, it would be forgotten
      return this.#round.then(() => (this.#again ? this.drain() : undefined));
    }
    // begun only when it is known to run, for whoever is called in it and asks again
    const round = Promise.resolve().then(() => this.#rounds());
    this.#round = round.finally(() => {
      this.#round = undefined;
      this.#left = 0;
    });
    return this.#round;
  }

  state(): SpoolState {
    const entries = spoolEntries(this.#parts.directory);
    const oldest = entries[0];
    const oldestMs = oldest ? Math.max(0, this.#parts.clock() - Number(oldest.mtimeNs / 1_000_000n)) : 0;
    return { waiting: entries.length, bad: countBad(this.#parts.directory), full: this.#full ?? false, oldestMs };
  }

  /** Removes leftovers of killed hooks, and old files that could not be read or only say that something was printed. */
  sweep(): void {
    const { directory, printed, clock } = this.#parts;
    const now = clock();
    sweepTemporary(directory, now, limits.spoolTmpAgeMs);
    sweepUnanswered(directory, now);
    const kept = { now, olderThanMs: limits.leftoverDays * 86_400_000, most: limits.leftoverFiles };
    for (const leftovers of [join(directory, 'bad'), printed]) sweepLeftovers(leftovers, kept);
  }

  stop(): void {
    this.#watcher.close();
  }

  async #rounds(): Promise<void> {
    do {
      this.#again = false;
      const entries = spoolEntries(this.#parts.directory);
      this.#noteFull(entries);
      this.#left = entries.length;
      const held = new Set<string>();
      for (const lanes of this.#inTurn(entries)) {
        this.#left -= lanes.flat().length;
        // nothing behind it would fare better: all is kept, and looked at again with the next round
        if ((await this.#takeTogether(lanes, held)) === 'no room') return;
      }
    } while (this.#again);
  }

  #noteFull(entries: readonly SpoolEntry[]): void {
    const bytes = entries.reduce((sum, entry) => sum + entry.size, 0);
    const full = entries.length >= limits.spoolFiles || bytes >= limits.spoolBytes;
    if (full === this.#full) return;
    try {
      markFull(this.#parts.directory, full ? 'full' : 'open');
      this.#full = full;
    } catch (error) {
      this.#parts.log('spool not marked', { why: String(error) }); // a full disk: the next round tries again
    }
  }

  /** Files that may be taken in side by side: one list for each lane, in the order in which they came. */
  *#inTurn(entries: readonly SpoolEntry[]): Generator<readonly (readonly Waiting[])[]> {
    let lanes = new Map<string, Waiting[]>();
    let count = 0;
    for (const entry of entries) {
      const waiting = this.#read(entry);
      if (!waiting) continue;
      const lane = this.#parts.laneOf(waiting.bytes);
      if (lane !== undefined) lanes.set(lane, [...(lanes.get(lane) ?? []), waiting]);
      count += 1;
      if (lane !== undefined && count < this.#together) continue;
      if (lanes.size > 0) yield [...lanes.values()];
      if (lane === undefined) yield [[waiting]];
      [lanes, count] = [new Map(), 0];
    }
    if (lanes.size > 0) yield [...lanes.values()];
  }

  #read(entry: SpoolEntry): Waiting | undefined {
    try {
      const bytes = readSpoolFile(this.#parts.directory, entry.name);
      if (!bytes) return undefined;
      this.#parts.failpoint('spool.renamed');
      return { entry, bytes };
    } catch (error) {
      this.#failed(entry, error);
      return undefined;
    }
  }

  async #takeTogether(lanes: readonly (readonly Waiting[])[], held: Set<string>): Promise<'no room' | undefined> {
    const begun = monotonic();
    const takeLane = this.#parts.ingesting(held);
    const take = async (lane: readonly Waiting[]) => {
      const ends = await takeLane(lane.map(({ entry: { name, mtimeNs }, bytes }) => ({ name, mtimeNs, bytes })));
      return ends.map((end, i) => lane[i] && this.#end(lane[i], end));
    };
    const ends = (await Promise.all(lanes.map(take))).flat();
    const tookMs = monotonic() - begun;
    if (tookMs < shortMs && ends.length >= this.#together) this.#together = Math.min(2 * this.#together, most);
    if (tookMs > longMs) this.#together = Math.max(this.#together / 2, fewest);
    return ends.find((room) => room !== undefined);
  }

  #end({ entry, bytes }: Waiting, end: Ingested): 'no room' | undefined {
    const { directory, redact, failpoint, log, onTaken } = this.#parts;
    try {
      if (end.outcome === 'early') return undefined;
      if (end.outcome === 'failed') throw end.error;
      if (end.outcome === 'bad') {
        log('spool file set aside', { file: entry.name, why: end.why });
        setAsideSpoolFile(directory, entry.name, redact);
        return undefined;
      }
      failpoint('spool.before-delete');
      if (end.outcome === 'asked') keepUntilAnswered(directory, { ...entry, text: redact(textOf(bytes)) }, end.root);
      deleteSpoolFile(directory, entry.name);
      this.#attempts.delete(entry.name);
      if (end.outcome === 'taken') onTaken(end.projectId);
      return undefined;
    } catch (error) {
      this.#failed(entry, error);
      return error instanceof PrsistError && error.code.startsWith('disk/') ? 'no room' : undefined;
    }
  }

  /** A disk that is full or a busy store is no fault of the file: it waits. Anything else gets three tries. */
  #failed(entry: SpoolEntry, error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'internal';
    const attempts = (this.#attempts.get(entry.name) ?? 0) + 1;
    const why = error instanceof Error ? error.message : String(error);
    this.#parts.log('spool file not taken in', { file: entry.name, code, attempts, why });
    if (/^(disk|store|daemon)\//.test(code)) return;
    this.#attempts.set(entry.name, attempts);
    if (attempts < limits.spoolAttempts) return;
    this.#attempts.delete(entry.name);
    try {
      setAsideSpoolFile(this.#parts.directory, entry.name, this.#parts.redact);
    } catch (cause) {
      this.#parts.log('spool file not set aside', { file: entry.name, why: String(cause) }); // tried again next time
    }
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}
