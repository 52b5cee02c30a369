// One request to an embedder: what is sent along, and what an answer must look like.
import { isVector } from '../../../core/quantise.ts';
import { EmbedderFault, isFault } from './embedder.ts';

/** Whatever else an SDK would send along, read from variables or known of this machine, stays here. */
const sentHeaders = ['content-type', 'accept', 'authorization'];

export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * A fetch for an SDK: with a key or without, ended by signal, and never led on to another address: texts go where the
 * person said and nowhere else.
 */
export function plainFetch(key: string | undefined, signal: AbortSignal): Fetch {
  return (url, init = {}) => {
    const given = new Headers(init.headers);
    const headers = new Headers();
    for (const name of sentHeaders) {
      const value = given.get(name);
      if (value !== null) headers.set(name, value);
    }
    if (key === undefined) headers.delete('authorization');
    else headers.set('authorization', `Bearer ${key}`);
    return fetch(url, { ...init, headers, redirect: 'error', signal });
  };
}

/** Vectors as they should be: one for each text, all of one length. Throws EmbedderFault. */
export function checkedVectors(answer: unknown, wanted: { readonly texts: number; readonly dimensions?: number }) {
  if (!Array.isArray(answer)) throw new EmbedderFault('unusable', 'the answer holds no vectors');
  if (answer.length !== wanted.texts) {
    throw new EmbedderFault('unusable', `${answer.length} vectors for ${wanted.texts} texts`);
  }
  const vectors = answer.map((one) => {
    if (!Array.isArray(one)) throw new EmbedderFault('unusable', 'the answer holds no vectors');
    return Float32Array.from(one);
  });
  const dims = wanted.dimensions ?? vectors[0]?.length ?? 0;
  for (const vector of vectors) {
    if (vector.length !== dims)
      throw new EmbedderFault('unusable', `${vector.length} numbers in a vector, not ${dims}`);
    if (vector.length === 0 || vector.length > 8192) {
      throw new EmbedderFault('unusable', `${vector.length} numbers in a vector`);
    }
    if (!isVector(vector)) throw new EmbedderFault('refused', 'a vector of nothing');
  }
  return vectors;
}

/** An error that has no fault yet: the connection failed, or took too long. */
export function faultOf(error: unknown, signal: AbortSignal): EmbedderFault {
  if (isFault(error)) return error;
  if (signal.aborted) return new EmbedderFault('away', 'no answer in time', { cause: error });
  if (error instanceof SyntaxError) return new EmbedderFault('unusable', 'the answer is no JSON', { cause: error });
  return new EmbedderFault('away', `no answer: ${messageOf(error)}`, { cause: error });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // what fetch says of itself is always the same; its cause says what happened
  return error.cause instanceof Error ? error.cause.message : error.message;
}
