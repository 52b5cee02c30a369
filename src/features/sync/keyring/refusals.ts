// Why a device may not, in one place: what happened, what was kept, what to type.
import { PrsistError } from '../../../core/errors.ts';
import { shortId } from '../../../core/ids.ts';
import type { Keyring } from './keyring.ts';

/** A join waits for its answer. by: the device that invited. */
export function waiting(by: string): PrsistError {
  return new PrsistError('key/missing', `this device waits for approval on ${by}; local work goes on meanwhile`, {
    hint: `compare the check words on ${by}, or prsist device join --cancel`,
  });
}

/** Nothing was set up yet. */
export function noRemote(): PrsistError {
  return new PrsistError('key/missing', 'there is no keyring yet: the first remote makes one', {
    hint: 'prsist remote add <name> <url>',
  });
}

export function revoked(version: number): PrsistError {
  return new PrsistError(
    'key/missing',
    `this device was revoked by keyring ${version}; what it holds stays, nothing newer can be read or sent`,
    { hint: 'prsist device list on a device that belongs to the workspace says who did it' },
  );
}

/** The newest keyring is signed as it should be, but sealed to others. */
export function notOurs({ clear }: Keyring): PrsistError {
  return new PrsistError(
    'key/missing',
    `keyring ${clear.version} holds no key for this device; what was fetched waits, nothing was made or overwritten`,
  );
}

/** Something of this workspace is there, and this device never got its key. */
export function mintedElsewhere(ws: string): PrsistError {
  return new PrsistError(
    'key/missing',
    `the remote holds the workspace ${shortId(ws)} with keys this device has not; nothing was made or overwritten`,
  );
}
