// A folder as a remote: on this disk, on a network, on a stick, or kept alike on several machines by another program.
import { join } from 'node:path';
import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { errorCode } from '../../../platform/files.ts';
import type { Kind, ObjectFiles } from '../../../platform/object-files.ts';
import type { Listed, LocalObject, ObjectResult, ProbeReport, Remote, Sink } from '../remote.ts';
import { orAborted } from './aborted.ts';
import { diskTrouble } from './disk-trouble.ts';
import { isObjectName } from './object-name.ts';
import { badName, failed, foreign, handedOver, inParallel, told, tooLarge } from './outcome.ts';
import { type ProbeParts, probe } from './probe.ts';

export interface FolderParts {
  /** Absolute path; it is never made, since an empty directory is also what a disk that is not mounted leaves. */
  readonly path: string;
  readonly files: ObjectFiles;
  readonly probe: ProbeParts;
  readonly watch: (path: string, files: ObjectFiles, hint: () => void) => () => void;
}

/** Opens a folder; nothing is read before it is asked for. */
export function folderRemote(parts: FolderParts): Remote {
  return new FolderRemote(parts);
}

const deepest = 9;
const above = (name: string) => name.slice(0, Math.max(0, name.lastIndexOf('/')));

class FolderRemote implements Remote {
  readonly kind = 'folder';
  readonly limits = { maxObjectBytes: limits.remoteObjectBytes, parallel: 4, atomicPut: true, listsSizes: true };
  readonly #parts: FolderParts;
  readonly #files: ObjectFiles;

  constructor(parts: FolderParts) {
    this.#parts = parts;
    this.#files = parts.files;
  }

  probe(signal: AbortSignal): Promise<ProbeReport> {
    return probe(this, this.#parts.probe, signal);
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<Listed> {
    await orAborted(signal, this.#requireThere());
    const top = above(prefix);
    if (top !== '' && top !== 'prsist1' && !isObjectName(top)) return;
    if (top !== '' && (await orAborted(signal, this.#at(top))) !== 'directory') return;
    yield* this.#below(top, prefix, signal);
  }

  async get(names: readonly string[], into: Sink, signal: AbortSignal): Promise<readonly ObjectResult[]> {
    await orAborted(signal, this.#requireThere());
    const work = (name: string) => this.#told(name, 'reading', () => this.#get(name, into));
    return told(await orAborted(signal, this.#each(names, signal, work)));
  }

  async putIfAbsent(objects: readonly LocalObject[], signal: AbortSignal): Promise<readonly ObjectResult[]> {
    await orAborted(signal, this.#requireThere());
    const changed = new Set<string>();
    const work = (object: LocalObject) => this.#told(object.name, 'writing', () => this.#put(object, changed));
    return told(await orAborted(signal, this.#synced(changed, this.#each(objects, signal, work))));
  }

  async delete(names: readonly string[], signal: AbortSignal): Promise<readonly ObjectResult[]> {
    await orAborted(signal, this.#requireThere());
    const changed = new Set<string>();
    const work = (name: string) => this.#told(name, 'writing', () => this.#delete(name, changed));
    return told(await orAborted(signal, this.#synced(changed, this.#each(names, signal, work))));
  }

  watch(hint: () => void): () => void {
    return this.#parts.watch(this.#parts.path, this.#files, hint);
  }

  async close(): Promise<void> {}

  #each<T>(items: readonly T[], signal: AbortSignal, work: (item: T) => Promise<ObjectResult>) {
    return inParallel(items, this.limits.parallel, async (item) => {
      signal.throwIfAborted();
      return work(item);
    });
  }

  /** One flush of a directory serves all names that came and went in it. */
  async #synced(changed: ReadonlySet<string>, results: Promise<readonly ObjectResult[]>) {
    const all = await results;
    const troubles = new Map<string, { readonly code: string; readonly why: string }>();
    for (const directory of changed) {
      try {
        await this.#files.sync(this.#path(directory));
      } catch (error) {
        troubles.set(directory, diskTrouble(error, 'writing'));
      }
    }
    return all.map((result) => {
      const trouble = troubles.get(above(result.name));
      const isChange = result.is === 'created' || result.is === 'deleted';
      return trouble && isChange ? failed(result.name, trouble.code, trouble.why) : result;
    });
  }

  async #put({ name, bytes }: LocalObject, changed: Set<string>): Promise<ObjectResult> {
    if (bytes.length > this.limits.maxObjectBytes) return tooLarge(name, this.limits.maxObjectBytes);
    const parts = name.split('/');
    for (let depth = 1; depth < parts.length; depth += 1) {
      const trouble = await this.#directory(parts.slice(0, depth), changed);
      if (trouble !== undefined) return failed(name, 'remote/read-only', trouble);
    }
    const is = (await this.#files.putNew(this.#path(name), bytes)) ? 'created' : 'exists';
    if (is === 'created') changed.add(above(name));
    return { name, is };
  }

  /** Makes one directory where it is missing; says what stands in its way. */
  async #directory(parts: readonly string[], changed: Set<string>): Promise<string | undefined> {
    const path = this.#path(parts.join('/'));
    if (await this.#files.makeDirectory(path)) {
      changed.add(above(parts.join('/')));
      return undefined;
    }
    const kind = await this.#files.kindOf(path);
    return kind === 'directory' ? undefined : `${path} is ${kind === 'file' ? 'a file' : 'a link'}, not a directory`;
  }

  async #get(name: string, into: Sink): Promise<ObjectResult> {
    if ((await this.#at(name)) !== 'file') return { name, is: 'absent' };
    const bytes = await this.#files.read(this.#path(name), this.limits.maxObjectBytes);
    if (bytes === undefined) return { name, is: 'absent' };
    if (bytes === 'large') return foreign(name, `it is larger than ${this.limits.maxObjectBytes} bytes`);
    return handedOver(name, bytes, into);
  }

  async #delete(name: string, changed: Set<string>): Promise<ObjectResult> {
    if ((await this.#at(name)) !== 'file') return { name, is: 'absent' };
    if (!(await this.#files.remove(this.#path(name)))) return { name, is: 'absent' };
    changed.add(above(name));
    return { name, is: 'deleted' };
  }

  async *#below(at: string, prefix: string, signal: AbortSignal): AsyncIterable<Listed> {
    for (const { name: part, kind } of await this.#entries(at, signal)) {
      const name = at === '' ? part : `${at}/${part}`;
      const mayHold = name.startsWith(prefix) || prefix.startsWith(`${name}/`);
      if (kind === 'file') await this.#files.sweep(this.#path(name));
      if (!mayHold || (name !== 'prsist1' && !isObjectName(name))) continue;
      if (kind === 'directory' && name.split('/').length < deepest) yield* this.#below(name, prefix, signal);
      if (kind !== 'file' || !isObjectName(name)) continue;
      const sizeBytes = await orAborted(signal, this.#files.sizeOf(this.#path(name)));
      if (sizeBytes !== undefined) yield { name, sizeBytes };
    }
  }

  async #entries(at: string, signal: AbortSignal) {
    try {
      return await orAborted(signal, this.#files.entriesOf(this.#path(at)));
    } catch (error) {
      signal.throwIfAborted();
      if (errorCode(error) === 'ENOENT' && at !== '') return []; // removed since it was seen
      const { code, why } = diskTrouble(error, 'reading');
      throw new PrsistError(code, `${this.#path(at)}: ${why}`, { cause: error });
    }
  }

  /** What stands at a place, links on the way there followed nowhere. */
  async #at(name: string): Promise<Kind> {
    const parts = name.split('/');
    for (let depth = 1; depth < parts.length; depth += 1) {
      const kind = await this.#files.kindOf(join(this.#parts.path, ...parts.slice(0, depth)));
      if (kind !== 'directory') return 'absent';
    }
    return this.#files.kindOf(this.#path(name));
  }

  #path(name: string): string {
    return join(this.#parts.path, ...name.split('/'));
  }

  /** The result of work on one object, whatever the disk says. */
  async #told(name: string, doing: 'reading' | 'writing', work: () => Promise<ObjectResult>): Promise<ObjectResult> {
    if (!isObjectName(name)) return badName(name);
    try {
      return await work();
    } catch (error) {
      const { code, why } = diskTrouble(error, doing);
      return failed(name, code, `${name}: ${why}`);
    }
  }

  async #requireThere(): Promise<void> {
    const { path } = this.#parts;
    let found: Kind;
    try {
      found = await this.#files.placeOf(path);
    } catch (error) {
      const { code, why } = diskTrouble(error, 'reading');
      throw new PrsistError(code, `${path}: ${why}`, { cause: error });
    }
    if (found === 'directory') return;
    const why = found === 'absent' ? 'there is no such directory' : 'it is no directory';
    throw new PrsistError('remote/offline', `${path}: ${why}`, { hint: 'is the disk connected and mounted?' });
  }
}
