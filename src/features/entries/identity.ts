import type { Id } from '../../core/ids.ts';
import { keyedEntity } from '../../core/record.ts';
import type { Scope } from '../../core/words.ts';

export interface EntryName {
  readonly key: string;
  readonly scope: Scope;
  /** The person asking; part of the identity in scope user only. */
  readonly user: string;
}

/** Id of the entry of this name: the same on every device, whether it exists or not. */
export function entryId({ key, scope, user }: EntryName): Id {
  return keyedEntity({ type: 'context', key, scope, user: scope === 'user' ? user : null });
}
