import type { Write } from '../../../store/record-type.ts';
import { actorOf, type Caller } from '../../feature.ts';
import { bankKind, bankPrefix, documentId } from '../identity.ts';
import { keep } from '../keep.ts';
import { dropBase, keepBase } from '../queries.ts';
import { documentRetire } from '../records.ts';
import type { Plan } from './plan.ts';

interface Step {
  readonly plan: Plan;
  readonly directory: string;
  readonly name: string;
  readonly caller: Caller;
}

/** Does what a plan says about document and common text; the file comes after the commit. */
export function carryOut(tx: Write, { plan, directory, name, caller }: Step): void {
  const uri = bankPrefix + name;
  const by = { actor: actorOf(caller) };
  const texts = [plan.rescued, plan.document].filter((text) => typeof text === 'string');
  for (const content of texts) keep(tx, { uri, content, kind: bankKind, mime: 'text/markdown', source: 'bank' }, by);
  if (plan.document === null) {
    const fields = { reason: 'its file was removed' };
    tx.append(documentRetire, { ent: documentId(uri), fields, actor: by.actor, origin: caller.origin });
  }
  if (plan.base === null) tx.run(dropBase, { directory, name });
  else if (plan.base !== undefined) tx.run(keepBase, { directory, name, base: plan.base, at: tx.now });
}
