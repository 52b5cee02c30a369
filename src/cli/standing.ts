import type { Reply } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';
import { plural } from './print.ts';
import { oneLine } from './text.ts';

/** How this device stands among those that share its memory, in one line. */
export function standingLine(found: Reply<Operations['device.list']>): string {
  const { standing, waiting, items, recovery } = found;
  if (standing === 'waiting' && waiting) {
    return `waiting for approval on ${oneLine(waiting.invited_by)}; check words: ${waiting.words.join(' ')}`;
  }
  if (standing === 'revoked') return 'revoked: what is here stays, nothing newer can be read or sent';
  if (standing === 'locked') return 'the keys of this device are out of reach: prsist doctor';
  if (standing === 'alone') return 'this device alone: prsist remote add, or prsist device join';
  const live = items.filter((item) => item.revoked_at === null).length;
  const words = recovery ? '' : '; no recovery words yet: prsist recovery create';
  return `${plural(live, 'device')}, ${keysLine(found)}${words}`;
}

function keysLine({ keys_in, keys_why }: Reply<Operations['device.list']>): string {
  if (keys_in === 'keyring') return 'keys in the keyring of the system';
  return `keys in files that only you can read${keys_why === null ? '' : ` (${oneLine(keys_why)})`}`;
}
