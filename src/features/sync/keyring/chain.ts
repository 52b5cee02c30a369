// Which keyring may follow which. A remote can hide versions, but not make one up.
import { PrsistError } from '../../../core/errors.ts';
import { fromBase64, toBase64 } from './canonical-file.ts';
import { fingerprint } from './device-keys.ts';
import { isSignedBy } from './ed25519.ts';
import {
  attestedBytes,
  isKeyringBy,
  type Keyring,
  type KeyringClear,
  type KeyringDevice,
  recoverySigner,
  tampered,
} from './keyring.ts';

/** Throws remote/tampered or key/mismatch unless a version follows the one before by the rules. */
export function requireNext(before: Keyring, next: Keyring): void {
  const name = `keyring ${next.clear.version}`;
  const wrong = faultOf(before, next);
  if (wrong !== undefined) throw tampered(`${name} ${wrong}`);
  if (next.clear.epoch === before.clear.epoch && next.clear.kid !== before.clear.kid)
    throw otherKey(before.clear, next.clear);
}

/** Throws remote/tampered unless a version stands by itself: signed by one of its own admins. */
export function requireAnchor(keyring: Keyring): void {
  const { clear } = keyring;
  const signer = signerIn(clear, clear.signer);
  const wrong = ownFault(clear) ?? (signer && isKeyringBy(signer, keyring) ? undefined : 'is signed by nobody in it');
  if (wrong !== undefined) throw tampered(`keyring ${clear.version} ${wrong}`);
}

/** Whether a version was signed by the device that an invitation names. */
export function isByFingerprint({ clear }: Keyring, named: string): boolean {
  const signer = clear.devices.find(({ dev }) => dev === clear.signer);
  return signer !== undefined && fingerprint({ publicKey: fromBase64(signer.sign), box: signer.box }) === named;
}

/** Whether a version is the one that brought the recovery words in whose public key is given. */
export function isAttested({ clear }: Keyring, words: Uint8Array): boolean {
  const { recovery, version } = clear;
  if (recovery === null || recovery.since !== version || recovery.sign !== toBase64(words)) return false;
  return isSignedBy(words, attestedBytes(clear), fromBase64(recovery.attest));
}

/** What is wrong with a step; undefined when nothing is. */
function faultOf(before: Keyring, next: Keyring): string | undefined {
  const [old, now] = [before.clear, next.clear];
  if (now.ws !== old.ws) return 'is of another workspace';
  if (now.version !== old.version + 1) return `does not follow version ${old.version}`;
  if (now.prev !== before.hash) return 'names another version before it than the one that is known here';
  const signer = signerIn(old, now.signer);
  if (signer === undefined) return 'is signed by nobody who may change it';
  if (!isKeyringBy(signer, next)) return 'has a signature that does not hold';
  return ownFault(now) ?? membersFault(old, now) ?? epochFault(old, now);
}

/** What is wrong with a version whatever came before it. */
function ownFault({ devices, version, prev, recovery }: KeyringClear): string | undefined {
  if (new Set(devices.map(({ dev }) => dev)).size !== devices.length) return 'names a device twice';
  if ((version === 1) !== (prev === null)) return 'does not say what came before it';
  if (recovery !== null && recovery.since > version) return 'has recovery words of a version to come';
  return devices.some(isAdmin) ? undefined : 'leaves nobody who may change it';
}

function membersFault(old: KeyringClear, now: KeyringClear): string | undefined {
  for (const was of old.devices) {
    const is = now.devices.find(({ dev }) => dev === was.dev);
    if (!is) return `drops the device ${was.dev} instead of revoking it`;
    if (is.sign !== was.sign || is.box !== was.box) return `gives the device ${was.dev} other keys`;
    if (was.revoked && JSON.stringify(is.revoked) !== JSON.stringify(was.revoked)) {
      return `changes the revoked device ${was.dev}`;
    }
    if (!was.revoked && is.revoked && is.revoked.version !== now.version) return 'backdates a revocation';
  }
  return undefined;
}

function epochFault(old: KeyringClear, now: KeyringClear): string | undefined {
  const step = now.epoch - old.epoch;
  if (step !== 0 && step !== 1) return 'jumps to another epoch';
  if (step === 1 && now.kid === old.kid) return 'begins an epoch with the key of the one before';
  const isOut = now.devices.some(({ dev, revoked }) => revoked !== undefined && isMember(old, dev));
  if (isOut && step === 0) return 'revokes a device without a new key';
  return recoveryFault(old, now, step);
}

function recoveryFault({ recovery: was }: KeyringClear, now: KeyringClear, step: number): string | undefined {
  const is = now.recovery;
  if (JSON.stringify(is) === JSON.stringify(was)) return undefined;
  if (is !== null && is.since !== now.version) return 'has recovery words that came from nowhere';
  return was !== null && step === 0 ? 'replaces the recovery words without a new key' : undefined;
}

/** The public key of whoever may sign a following version. */
function signerIn(clear: KeyringClear, signer: string): string | undefined {
  if (signer === recoverySigner) return clear.recovery?.sign;
  return clear.devices.find((each) => each.dev === signer && isAdmin(each))?.sign;
}

function isAdmin({ role, revoked }: KeyringDevice): boolean {
  return role === 'admin' && revoked === undefined;
}

function isMember({ devices }: KeyringClear, dev: string): boolean {
  return devices.some((each) => each.dev === dev && each.revoked === undefined);
}

function otherKey({ kid: ours }: KeyringClear, { version, epoch, kid }: KeyringClear): PrsistError {
  return new PrsistError(
    'key/mismatch',
    `keyring ${version} has another key for epoch ${epoch} (${kid}, here ${ours}); nothing was sent, made or overwritten`,
    { details: { version, epoch, ours, theirs: kid } },
  );
}
