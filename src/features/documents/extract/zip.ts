import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';

/** Members of an archive by their name. */
export type Members = ReadonlyMap<string, Uint8Array>;

/** A member up to this size may have been packed as tightly as can be. */
const smallBytes = 1024 * 1024;

/**
 * The wanted members of a ZIP archive, in memory only. What an archive says it unpacks to is bounded before anything is
 * unpacked, and a member that unpacks to more than it says is cut there. Throws document/broken, limit/too-large.
 */
export async function unzip(bytes: Uint8Array, wanted: (name: string) => boolean): Promise<Members> {
  const { unzipSync } = await import('fflate');
  const seen = { members: 0, bytes: 0 };
  try {
    const members = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        seen.members += 1;
        if (seen.members > limits.jsonMembers) throw tooLarge(`more than ${limits.jsonMembers} members`);
        if (!wanted(name)) return false;
        seen.bytes += originalSize;
        if (seen.bytes > limits.documentInflatedBytes)
          throw tooLarge(`more than ${limits.documentInflatedBytes} bytes`);
        if (originalSize > smallBytes && originalSize > limits.documentInflation * size) {
          throw tooLarge(`a member that is packed more than ${limits.documentInflation} : 1`);
        }
        return true;
      },
    });
    return new Map(Object.entries(members));
  } catch (error) {
    if (error instanceof PrsistError) throw error;
    throw new PrsistError('document/broken', 'the archive it is made of is damaged', { cause: error });
  }
}

function tooLarge(what: string): PrsistError {
  return new PrsistError('limit/too-large', `the archive it is made of holds ${what}`, {
    hint: 'a document that was made by a program does not: look where this one comes from',
  });
}

/** A member as text; '' when the archive has none of that name. */
export function memberText(members: Members, name: string): string {
  const bytes = members.get(name);
  return bytes ? new TextDecoder(encodingOf(bytes)).decode(bytes) : '';
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
