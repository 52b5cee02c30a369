// Sealing and opening as the rest of the program is told of it.
import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { type AgeFiles, type AgeRefusal, isAgeRefusal, type OpenWith, type SealTo } from './age-files.ts';
import { beyond, unreadable } from './frames.ts';

/** Throws input/invalid for what is no recipient. */
export async function sealed(
  age: AgeFiles,
  plain: AsyncIterable<Uint8Array>,
  to: SealTo,
): Promise<AsyncIterable<Uint8Array>> {
  try {
    return await age.seal(plain, to);
  } catch (error) {
    throw told(error, undefined);
  }
}

/** Throws package/locked where nothing that is given opens it; its chunks throw package/unreadable for altered ones. */
export async function* opened(
  age: AgeFiles,
  file: AsyncIterable<Uint8Array>,
  using: OpenWith,
): AsyncGenerator<Uint8Array> {
  try {
    yield* await age.open(file, using);
  } catch (error) {
    throw told(error, using);
  }
}

/** The same chunks; what they were made of is freed every so many bytes, so that a large file takes no more memory. */
export async function* tidied(
  chunks: AsyncIterable<Uint8Array>,
  every: number,
  tidy: () => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    bytes += chunk.length;
    if (bytes < every) continue;
    bytes = 0;
    tidy();
  }
}

function told(error: unknown, using: OpenWith | undefined): unknown {
  if (!isAgeRefusal(error)) return error;
  switch (error.as) {
    case 'no recipient':
      return new PrsistError('input/invalid', `"${error.detail}" is no recipient of age`, {
        ...{ field: 'recipients', cause: error, hint: 'age1…, as age-keygen prints it; keys of ssh are not taken' },
      });
    case 'locked':
      return locked(error, using);
    case 'no age':
      return unreadable('it is no file of age', error);
    case 'work':
      return beyond('packageWork', Number(error.detail), limits.packageWork);
    default:
      return unreadable('its bytes are not those that were sealed', error);
  }
}

function locked({ detail }: AgeRefusal, using: OpenWith | undefined): PrsistError {
  if (!detail.split(' ').includes('scrypt')) {
    return new PrsistError('package/locked', 'this package was made for others: none of the keys here opens it');
  }
  if (using?.passphrase !== undefined) {
    return new PrsistError('package/locked', 'this is not the passphrase of the package', { hint: 'try again' });
  }
  return new PrsistError('package/locked', 'this package opens with a passphrase, and none was given', {
    hint: 'prsist import asks for it; a script pipes it in',
  });
}
