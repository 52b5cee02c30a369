// What was deleted long ago goes for good, by the rule and not by anybody's word.
import { doomedRecords, rangesOf } from '../../store/erase.ts';
import { forgetAnswers } from '../../store/idempotency.ts';
import type { Write } from '../../store/record-type.ts';
import { noteLinked } from './erase-linked.ts';
import type { ErasingNeeds } from './needs.ts';
import { recordGone } from './record-gone.ts';

/** Entries of one transaction. */
const slice = 100;

export interface Retention {
  readonly project: string;
  readonly kind: 'project' | 'user';
  /** Milliseconds: what was deleted or has expired before goes. */
  readonly before: number;
  readonly dev: string;
  readonly user: string;
}

/**
 * Erases entries that this device wrote last and that were deleted, or had expired, before a moment: the other devices take
 * the erase from there, so everybody drops the same. Returns how many, so that the caller goes on while there are some.
 */
export function eraseRetired(needs: ErasingNeeds, tx: Write, { project, kind, before, dev, user }: Retention): number {
  const gone = needs.entries.retired(tx, { before, dev, limit: slice });
  if (gone.length === 0) return 0;
  needs.begin(tx, project, kind);
  const ents = gone.map(({ ent }) => ent);
  const targets = rangesOf(doomedRecords(tx, ents));
  needs.entries.forgetReads(
    tx,
    gone.map(({ key }) => key),
  );
  forgetAnswers(tx);
  const how = { reason: 'retention', caller: { user, origin: 'agent' }, conversations: [], ents } as const;
  const receipt = recordGone(tx, { ...how, targets, authority: 'retention' });
  noteLinked(tx, receipt, { ...how, projects: kind === 'user' ? [] : needs.linkedTo(project) });
  return gone.length;
}
