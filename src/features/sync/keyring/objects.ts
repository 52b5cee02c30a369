// One object at a time, as keyrings need it: what a remote says of it becomes an answer or an error.
import { type ErrorCode, errorTable, PrsistError } from '../../../core/errors.ts';
import type { LocalObject, ObjectResult, Remote } from '../remote.ts';
import { mostFileBytes } from './canonical-file.ts';

/** More names than any workspace has keyrings or requests; a remote that shows more is not believed. */
const mostNames = 1_000_000;

/** The bytes of an object; undefined when there is none. Throws what the remote says of anything else. */
export async function getOne(remote: Remote, name: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
  let got: Uint8Array | undefined;
  const keep = (_: string, bytes: Uint8Array) => {
    if (bytes.length <= mostFileBytes) got = bytes;
  };
  const [result] = await remote.get([name], keep, signal);
  if (result?.is === 'absent') return undefined;
  if (result?.is === 'got' && got !== undefined) return got;
  throw failed(name, result);
}

/** Puts an object where none stands. */
export async function putNew(remote: Remote, object: LocalObject, signal: AbortSignal): Promise<'created' | 'exists'> {
  const [result] = await remote.putIfAbsent([object], signal);
  if (result?.is === 'created' || result?.is === 'exists') return result.is;
  throw failed(object.name, result);
}

/** Names of all objects below a prefix. */
export async function* namesBelow(remote: Remote, prefix: string, signal: AbortSignal): AsyncIterable<string> {
  let seen = 0;
  for await (const { name } of remote.list(prefix, signal)) {
    seen += 1;
    if (seen > mostNames) throw new PrsistError('remote/tampered', `the remote lists more than ${mostNames} objects`);
    yield name;
  }
}

/** The remote's own code where it is one of ours; nothing else is known about a failure. */
function failed(name: string, result: ObjectResult | undefined): PrsistError {
  if (result?.is !== 'failed') return new PrsistError('remote/tampered', `${name} is too large, or was not answered`);
  const { code, why } = result;
  // the lookup is the reason for the cast
  if (Object.hasOwn(errorTable, code)) return new PrsistError(code as ErrorCode, `${name}: ${why}`);
  return new PrsistError('remote/tampered', `${name} cannot be read or written (${code}: ${why})`);
}
