// What remotes that are reached by a program of others do alike: so many objects to a process, and results in their order.
import { limits } from '../../../core/limits.ts';
import type { LocalObject, ObjectResult } from '../remote.ts';
import { isObjectName } from './object-name.ts';
import { badName, told, tooLarge } from './outcome.ts';

/** Of one process: command lines have their end, and so has patience. */
export interface Most {
  readonly count: number;
  readonly bytes: number;
}

/** Cuts a list into batches, none with too many items or bytes. */
export function* batches<T>(items: readonly T[], most: Most, bytesOf = (_: T) => 0): Iterable<readonly T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = bytesOf(item);
    if (batch.length > 0 && (batch.length === most.count || bytes + size > most.bytes)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** Does work on objects by their names, batch by batch; what is no name is told so. */
export async function byName(
  names: readonly string[],
  most: Most,
  work: (batch: readonly string[]) => Promise<readonly ObjectResult[]>,
): Promise<readonly ObjectResult[]> {
  const results: ObjectResult[] = names.filter((name) => !isObjectName(name)).map(badName);
  for (const batch of batches(names.filter(isObjectName), most)) results.push(...(await work(batch)));
  return told(inOrder(names, results));
}

/** The same with objects that are to be put; one larger than `largest` is told so, too. */
export async function bySize(
  objects: readonly LocalObject[],
  { most, largest }: { readonly most: Most; readonly largest: number },
  work: (batch: readonly LocalObject[]) => Promise<readonly ObjectResult[]>,
): Promise<readonly ObjectResult[]> {
  const results: ObjectResult[] = [];
  const fine: LocalObject[] = [];
  for (const object of objects) {
    if (!isObjectName(object.name)) results.push(badName(object.name));
    else if (object.bytes.length > largest) results.push(tooLarge(object.name, largest));
    else fine.push(object);
  }
  for (const batch of batches(fine, most, ({ bytes }) => bytes.length)) results.push(...(await work(batch)));
  const names = objects.map(({ name }) => name);
  return told(inOrder(names, results));
}

/** How long a process may take that moves so many bytes. */
export function patience(bytes: number): number {
  return limits.remoteMs + (bytes / limits.remoteBytesPerS) * 1000;
}

function inOrder(names: readonly string[], results: readonly ObjectResult[]): readonly ObjectResult[] {
  const found = new Map(results.map((result) => [result.name, result]));
  return names.flatMap((name) => found.get(name) ?? []);
}
