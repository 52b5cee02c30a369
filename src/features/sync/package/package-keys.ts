// A package has one key of its own, and one device that signs it: what the codec of packs needs of a workspace.
import { PrsistError } from '../../../core/errors.ts';
import { fromBase64 } from '../keyring/canonical-file.ts';
import type { Epoch, PackKeys } from '../keys.ts';
import { kidOf } from '../pack/seal.ts';
import type { Manifest } from './manifest.ts';

const only = 1;

/** The one epoch of a package. key: 32 bytes. */
export function packageEpoch(key: Uint8Array): Epoch {
  return { epoch: only, kid: kidOf(key), key };
}

/** What the packs of a package are checked against: nobody but its own device has signed them. */
export function packageKeys({ ws, dev, key, sign }: Manifest): PackKeys {
  const epoch = packageEpoch(fromBase64(key));
  return {
    ...{ ws, dev, version: 0, current: undefined },
    epoch: (asked) => (asked === only ? epoch : undefined),
    sign() {
      throw new PrsistError('internal', 'a package that is read is not signed');
    },
    signer: (asked) => (asked === dev ? { dev, publicKey: fromBase64(sign), isAdmin: false } : undefined),
  };
}
