// What becomes of objects, told alike by every kind of remote.
import { PrsistError } from '../../../core/errors.ts';
import type { ObjectResult, Sink } from '../remote.ts';

type Failed = Extract<ObjectResult, { is: 'failed' }>;

/** What concerns the remote as a whole, whichever object it was met with. */
const ofRemote = ['remote/offline', 'remote/auth', 'remote/full', 'remote/read-only'] as const;
export type RemoteTrouble = (typeof ofRemote)[number];

/** What a program of others was asked to do, and what it meant when it failed. */
export type Doing = 'list' | 'get' | 'put' | 'delete';
export interface Trouble {
  readonly code: RemoteTrouble | 'disk/full';
  readonly why: string;
}
/** What is said, and the code of it. */
export type Rule = readonly [said: RegExp, code: RemoteTrouble];

/** An object that could not be put, got or deleted. */
export function failed(name: string, code: string, why: string): Failed {
  return { name, is: 'failed', code, why };
}

/** A name that is none: it is refused before anything is asked for. */
export function badName(name: string): Failed {
  return failed(name, 'input/invalid', `${JSON.stringify(name.slice(0, 100))} is no name of an object`);
}

/** Bytes that no remote takes. */
export function tooLarge(name: string, most: number): Failed {
  return failed(name, 'limit/too-large', `it is larger than ${most} bytes`);
}

/** Something stands under the name of an object that is none of ours. */
export function foreign(name: string, why: string): Failed {
  return failed(name, 'remote/tampered', why);
}

/** Gives an object to whoever asked for it; what is thrown there is told of that object. */
export async function handedOver(name: string, bytes: Uint8Array, into: Sink): Promise<ObjectResult> {
  try {
    await into(name, bytes);
    return { name, is: 'got' };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failed(name, error instanceof PrsistError ? error.code : 'internal', why);
  }
}

/** The results; when all of them failed for one reason that concerns the whole remote, that is thrown. */
export function told(results: readonly ObjectResult[]): readonly ObjectResult[] {
  const [first] = results;
  const trouble = first?.is === 'failed' ? ofRemote.find((code) => code === first.code) : undefined;
  const isAll = results.every((result) => result.is === 'failed' && result.code === trouble);
  if (first?.is === 'failed' && trouble && isAll) throw new PrsistError(trouble, first.why);
  return results;
}

/** Does some work for each item, so many at a time; results in the order of the items. */
export async function inParallel<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const next = items.entries();
  const worker = async () => {
    for (const [at, item] of next) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return results;
}
