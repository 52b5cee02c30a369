// What files hold, rendered, in memory: a stat confirms that a file is as it was, and only what changed is read again.
import { sha256Hex } from '../../../core/ids.ts';
import {
  directoryStamp,
  type FileStamp,
  fileStamp,
  inLanes,
  isTelling,
  liesIn,
  readAsText,
  readAsTextNow,
  sameStamp,
  whereAbsent,
} from '../../../platform/file-stamp.ts';
import { formOf, type Measured } from './gauge.ts';
import { contextText, framedDocument, pieces } from './render.ts';

/** A file that is wanted in a context. */
export interface WantedFile {
  readonly path: string;
  /** What it is called in the context: its path from the project's directory on. */
  readonly name: string;
  /** Directory it must lie in, with every link followed. */
  readonly within: string;
}

/** One rendered piece of a file. */
export interface Piece extends Measured {
  /** Counted from 0 within its file. */
  readonly number: number;
}

export interface HeldFile {
  readonly name: string;
  /** SHA-256 of its canonical text, without the frame that names it; '' where there is none. */
  readonly body: string;
  readonly pieces: readonly Piece[];
  /** Why there are none, where the file is there; '' where it is merely blank. */
  readonly fault: string | undefined;
}

export interface Look {
  /** In the order in which they were wanted; undefined: no such file. */
  readonly files: readonly (HeldFile | undefined)[];
  /** Names of those that were read. */
  readonly changed: readonly string[];
  /** Hashes of pieces that were rendered for this look. */
  readonly rendered: ReadonlySet<string>;
}

export interface ManifestParts {
  /** Takes secrets out of a text before anything keeps it. */
  readonly redact: (within: string) => (text: string) => string;
  /** Milliseconds since 1970 UTC. */
  readonly clock: () => number;
}

interface Reading {
  readonly file: WantedFile;
  readonly stamp: FileStamp;
  readonly readAt: number;
  /** Why it is not shown. */
  readonly fault: string | undefined;
  /** undefined: it is gone, or not ours to read. */
  readonly text: string | undefined;
}

interface Held {
  readonly stamp: FileStamp;
  readonly readAt: number;
  readonly file: HeldFile;
  readonly bytes: number;
}

/** Reading goes on in so many lanes: more make a slow disk slower. */
const lanes = 4;
const fileBytes = 1 << 20;
/** So much is read at once, without waiting in between. */
const fewBytes = 256 * 1024;
/** Text that is held over all projects; the file that was wanted longest ago goes first. */
const heldBytes = 16 << 20;
const mostAbsent = 10_000;

/** The files of all projects that were wanted of late. */
export class Manifest {
  readonly #parts: ManifestParts;
  /** By the very object that wants it, which stands for path and name. */
  readonly #held = new Map<WantedFile, Held>();
  readonly #absent = new Map<
    string,
    { readonly directory: string; readonly stamp: FileStamp; readonly readAt: number }
  >();
  readonly #last = new Map<string, { readonly held: readonly (Held | undefined)[]; readonly look: Look }>();
  #bytes = 0;

  constructor(parts: ManifestParts) {
    this.#parts = parts;
  }

  /** Bytes of text that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * What some files hold now. of: who wants them; nothing new gives the very same answer as the time before. wanted: the
   * same object for the same file each time, as `WantedFiles` gives them.
   */
  async look(of: string, wanted: readonly WantedFile[]): Promise<Look> {
    const stale: { readonly file: WantedFile; readonly stamp: FileStamp; readonly at: number }[] = [];
    const directories = new Map<string, FileStamp | undefined>();
    const held = wanted.map((file, at) => {
      if (this.#isAbsent(file.path, directories)) return undefined;
      const stamp = fileStamp(file.path);
      if (!stamp) return this.#noteAbsent(file);
      const known = this.#held.get(file);
      if (known && sameStamp(known.stamp, stamp) && isTelling(stamp, known.readAt)) return known;
      stale.push({ file, stamp, at });
      return undefined;
    });
    const before = this.#last.get(of);
    if (stale.length === 0 && before && sameList(before.held, held)) return before.look;
    const known = new Set(stale.flatMap(({ file }) => this.#held.get(file)?.file.pieces ?? []).map(hashOf));
    const few = stale.reduce((all, { stamp }) => all + stamp.size, 0) <= fewBytes;
    const read = few
      ? stale.map(({ file, stamp }) => this.#readNow(file, stamp))
      : await inLanes(lanes, stale, async ({ file, stamp }) => {
          const reading = this.#reading(file, stamp);
          return this.#rendered({ ...reading, text: reading.fault === undefined ? await readAsText(file.path) : '' });
        });
    stale.forEach(({ at, file }, i) => {
      held[at] = read[i] && this.#hold(file, read[i]);
    });
    const look = {
      files: held.map((each) => each?.file),
      changed: stale.map(({ file }) => file.name),
      rendered: new Set(
        read
          .flatMap((each) => each?.file.pieces ?? [])
          .map(hashOf)
          .filter((hash) => !known.has(hash)),
      ),
    };
    // what is remembered has changed nothing since itself
    this.#last.set(of, { held, look: { ...look, changed: [], rendered: new Set() } });
    return look;
  }

  /** What is known before a file is read: when, since a change after that must leave another stamp. */
  #reading(file: WantedFile, stamp: FileStamp) {
    return { file, stamp, readAt: this.#parts.clock(), fault: faultOf(file, stamp) };
  }

  #readNow(file: WantedFile, stamp: FileStamp): Held | undefined {
    const reading = this.#reading(file, stamp);
    return this.#rendered({ ...reading, text: reading.fault === undefined ? readAsTextNow(file.path) : '' });
  }

  #rendered({ file, stamp, readAt, fault, text }: Reading): Held | undefined {
    if (text === undefined) return undefined;
    const clean = text.includes('\0') ? '' : contextText(this.#parts.redact(file.within)(text));
    const why = fault ?? (text.includes('\0') ? 'it is no text' : clean === '' ? '' : undefined);
    const body = clean === '' ? [] : pieces(framedDocument(file.name, clean));
    const form = formOf(file.name);
    const rendered = body.map((each, number) => ({ hash: sha256Hex(each), form, text: each, number }));
    const bytes = body.reduce((all, each) => all + each.length, 0);
    const hash = clean === '' ? '' : sha256Hex(clean);
    return { stamp, readAt, bytes, file: { name: file.name, body: hash, pieces: rendered, fault: why } };
  }

  #hold(file: WantedFile, held: Held): Held {
    this.#forget(file);
    this.#held.set(file, held);
    this.#bytes += held.bytes;
    for (const [oldest, { bytes }] of this.#held) {
      if (this.#bytes <= heldBytes || oldest === file) break;
      this.#held.delete(oldest);
      this.#bytes -= bytes;
      this.#last.clear(); // it holds the texts, too
    }
    return held;
  }

  #forget(file: WantedFile): void {
    this.#bytes -= this.#held.get(file)?.bytes ?? 0;
    this.#held.delete(file);
  }

  /** Nothing stood at a path, and the directory in which it would have to appear is as it was. */
  #isAbsent(path: string, directories: Map<string, FileStamp | undefined>): boolean {
    const known = this.#absent.get(path);
    if (!known) return false;
    if (!directories.has(known.directory)) directories.set(known.directory, directoryStamp(known.directory));
    const now = directories.get(known.directory);
    return now !== undefined && sameStamp(known.stamp, now) && isTelling(now, known.readAt);
  }

  #noteAbsent(file: WantedFile): undefined {
    this.#forget(file);
    const readAt = this.#parts.clock();
    const directory = whereAbsent(file.path);
    const stamp = directory === undefined ? undefined : directoryStamp(directory);
    if (this.#absent.size >= mostAbsent) this.#absent.clear();
    if (directory !== undefined && stamp) this.#absent.set(file.path, { directory, stamp, readAt });
  }

  /** Forgets everything: what was erased must not be shown from here. */
  clear(): void {
    this.#held.clear();
    this.#last.clear();
    this.#bytes = 0;
  }
}

const hashOf = ({ hash }: Piece) => hash;

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((each, i) => each === b[i]);
}

function faultOf({ path, within }: WantedFile, { size }: FileStamp): string | undefined {
  if (!liesIn(within, path)) return 'a link leads out of the project';
  return size > fileBytes ? 'it is larger than 1 MiB' : undefined;
}
