// Databases that were joined into another one keep what they had, for the way back: what is erased goes from them, too.
import { doomedRecords, rangesOf } from '../../store/erase.ts';
import { forgetAnswers } from '../../store/idempotency.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Caller } from '../feature.ts';
import type { Conversation, ErasingNeeds } from './needs.ts';
import { linkedNotes, noteErase } from './queries.ts';
import { recordGone } from './record-gone.ts';

/** What has to go from the databases of some projects, noted in the transaction in which it went from their common one. */
export interface LinkedErase {
  readonly projects: readonly string[];
  readonly ents: readonly string[];
  readonly conversations: readonly Conversation[];
  readonly reason: string;
  readonly caller: Pick<Caller, 'user' | 'origin'>;
}

const prefix = 'erasing-linked:';

/** Notes it in the database it went from; receipt: of that erase. */
export function noteLinked(tx: Write, receipt: string, erase: LinkedErase): void {
  if (erase.projects.length > 0) tx.run(noteErase, { key: `${prefix}${receipt}`, value: JSON.stringify(erase) });
}

/** What is noted in a database and not done yet. */
export function linkedErases(read: Read): readonly (LinkedErase & { readonly key: string })[] {
  // written above
  return read.all(linkedNotes, {}).map(({ key, value }) => ({ ...(JSON.parse(value) as LinkedErase), key }));
}

/** Does it in one of those databases. Done again it only says so again. */
export function eraseLinked(tx: Write, needs: Pick<ErasingNeeds, 'dropKept'>, erase: LinkedErase): void {
  const targets = rangesOf(doomedRecords(tx, erase.ents));
  needs.dropKept(tx, erase.conversations);
  forgetAnswers(tx);
  recordGone(tx, { targets, ...erase });
}
