import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';

/**
 * Bytes as text: by their byte order mark, else UTF-8, else Windows-1252, which is what old files in western languages
 * are. Throws document/unsupported for what is no text.
 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > 3 * limits.documentBytes) {
    throw new PrsistError(
      'limit/too-large',
      `it has ${bytes.length} bytes, far more text than is kept of one document`,
    );
  }
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return decoded(bytes, 'utf-16le');
  if (first === 0xfe && second === 0xff) return decoded(bytes, 'utf-16be');
  if (looksBinary(bytes)) throw new PrsistError('document/unsupported', 'it is no text and no format that is read');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return decoded(bytes, 'windows-1252');
  }
}

function decoded(bytes: Uint8Array, encoding: string): string {
  return new TextDecoder(encoding).decode(bytes).replaceAll('\0', '').toWellFormed();
}

/** More than one in a hundred control characters, or a single NUL: programs, pictures, archives. */
function looksBinary(bytes: Uint8Array): boolean {
  const looked = bytes.subarray(0, 65_536);
  let odd = 0;
  for (const byte of looked)
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27) odd += 1;
  return bytes.includes(0) || odd * 100 > looked.length;
}
