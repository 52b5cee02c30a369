// What rclone calls a place: REMOTE:PATH of a remote that `rclone config` has made, or :KIND,name=value:PATH without one.
import { PrsistError } from '../../../core/errors.ts';

/** A name of its own, or a kind after a colon; what follows up to the path is told in name=value. */
const form = /^(?:[\p{L}\p{N}_.+@](?:[\p{L}\p{N}_.+@ -]*[\p{L}\p{N}_.+@-])?|:[a-z0-9]+)(?:,[^\n]*)?:/u;
const secretName = /pass|token|secret|key|auth|cred|signature|\bsas|cookie|bearer|session/i;

/** Takes it as it stands. Throws input/invalid, never repeating what may be a secret. */
export function rclonePlace(written: string): string {
  const hint = 'make a remote with `rclone config`, then name it: rclone:REMOTE:PATH';
  if (!form.test(written)) throw invalid('it names no remote of rclone', hint);
  if (/^\w:[\\/]/.test(written)) throw invalid('it is a path of this machine', 'write folder:PATH');
  if (holdsSecret(written)) {
    throw invalid(
      'it has a name, password, token or key in it, and addresses are kept in the clear',
      'leave it to rclone: `rclone config` keeps it, and rclone:REMOTE:PATH names it',
    );
  }
  return written;
}

/** A name before `=` that a secret goes by, or what stands before an @ in an address. */
function holdsSecret(written: string): boolean {
  const names = [...written.matchAll(/[,:]\s*([\w-]+)\s*=/g)].map(([, name = '']) => name);
  return names.some((name) => secretName.test(name)) || /:\/\/[^/\s'"]*@/.test(written) || /[?&][\w-]+=/.test(written);
}

function invalid(why: string, hint: string): PrsistError {
  return new PrsistError('input/invalid', `this remote cannot be used: ${why}`, { field: 'url', hint });
}
