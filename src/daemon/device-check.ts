import { PrsistError } from '../core/errors.ts';
import { type Check, type Finding, manual } from '../core/finding.ts';
import type { Membership } from '../features/sync/keyring/membership.ts';
import type { RemoteFault } from '../features/sync/keyring/needs.ts';
import { ownKeys } from '../features/sync/keyring/own-keys.ts';

/** What doctor says of the keys of this device: where they are, and what keeps it from its workspace. */
export async function deviceCheck(membership: Membership, directory: string): Promise<Check> {
  const { kept, self, places } = membership.needs;
  const standing = await membership.standing();
  const keysIn = kept.keptIn(self().dev);
  const check = (name: string, findings: readonly Finding[] = []): Check => ({
    ...{ group: 'security', name: `device keys: ${name}`, findings },
  });
  if (keysIn === undefined) return check('none, since there is no remote');
  const { why } = await places();
  const where =
    keysIn === 'keyring' ? 'in the keyring of the system' : `files in ${directory} (${why ?? 'made before'})`;
  if (standing === 'waiting') return check(`${where}, waiting for approval on ${kept.joining?.invited_by}`);
  const wrong = [...membership.faults.values()].map(faulty);
  if (standing === 'revoked') return check(where, [revoked, ...wrong]);
  return check(where, standing === 'locked' ? [await locked(membership), ...wrong] : wrong);
}

const revoked = manual({
  ...{ group: 'security', code: 'security/device-revoked', what: 'this device was revoked' },
  ...{ why: 'nothing newer can be read from the remotes or sent there; what is here stays', fix: 'prsist device list' },
});

/** What a remote showed that was refused: which of both keys or versions is whose stands in the message. */
function faulty({ remote, error }: RemoteFault): Finding {
  return manual({
    ...{ group: 'security', code: error.code, what: `remote ${remote.name}: ${error.message}` },
    ...{ why: 'until that is settled nothing is read from it or sent there', fix: error.hint },
  });
}

async function locked(membership: Membership): Promise<Finding> {
  const { message, hint } = await ownKeys(membership.needs).then(
    () => ({ message: 'the keys of this device were out of reach a moment ago', hint: 'prsist doctor' }),
    (error: unknown) => (error instanceof PrsistError ? error : Promise.reject(error)),
  );
  return manual({
    ...{ group: 'security', code: 'security/device-keys', what: message },
    ...{ why: 'nothing can be read from the remotes or sent there until they are back', fix: hint },
  });
}
