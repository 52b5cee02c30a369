// What a package says becomes what can be said here: other ids, whose word it is, no secrets.
import type { JsonValue } from '../../../core/captured.ts';
import { type Id, uuidV8 } from '../../../core/ids.ts';
import type { Origin } from '../../../core/record.ts';
import type { Redactor } from '../../../core/redact.ts';
import { trustOf } from '../../../core/trust.ts';
import type { Arrived, MergeStrategy, Packing, TakingIn } from '../../packed.ts';
import { fromBase64 } from '../keyring/canonical-file.ts';
import { unreadable } from './frames.ts';
import type { Manifest } from './manifest.ts';
import type { PackageNeeds } from './needs.ts';
import type { PackedRecord } from './reading.ts';

/** Of whom a package is, seen from here. */
export interface Sender {
  readonly manifest: Manifest;
  /** Its device belongs to our workspace, by the key that signed it. */
  readonly isMember: boolean;
  /** Workspace and project, as one id: what came before from there is known by it. */
  readonly source: Id;
  readonly idOf: (theirs: string) => Id;
}

/** Who a package is from, for the project it is taken into. */
export async function senderOf(needs: PackageNeeds, manifest: Manifest, projectId: string): Promise<Sender> {
  const { ws, dev, sign, project } = manifest;
  const own = needs.self();
  const known = dev === own.dev ? (await needs.ownKeys()).publicKey : await needs.memberKey(dev);
  const isMember = known !== undefined && Buffer.from(known).equals(fromBase64(sign));
  // of this very memory: what it names is what is here
  const isSame = isMember && ws === own.ws && project.id === projectId;
  const made = new Map<string, Id>();
  const idOf = (theirs: string): Id => {
    const known = made.get(theirs);
    if (known) return known;
    const here = isSame ? (theirs as Id) : uuidV8(['prsist.package', own.ws, ws, project.id, theirs]);
    // sessions and runs are asked for again and again, others once
    if (made.size >= 4_096) made.clear();
    made.set(theirs, here);
    return here;
  };
  return { manifest, isMember, source: uuidV8(['prsist.package', ws, project.id]), idOf };
}

export interface Arriving {
  readonly sender: Sender;
  readonly redactor: Redactor | undefined;
  readonly counts: Record<string, number>;
  readonly isChecked?: boolean;
}

/** How everything of a package is taken in. */
export function takingIn({ isMember, source, idOf }: Sender, strategy: MergeStrategy): TakingIn {
  return { strategy, idOf, isMember, source, mark: source.slice(-8) };
}

/**
 * A record as it may be taken in. counts: what was replaced in it, added up. isChecked: its form was looked at before.
 * Throws package/unreadable for another form.
 */
export function arrivedFrom(
  record: PackedRecord,
  packing: Packing,
  { sender, redactor, counts, isChecked }: Arriving,
): Arrived {
  const fields = isChecked ? record.fields : packing.form(record.name, record.fields);
  if (!fields) throw unreadable(`a record ${record.name} has no known form`);
  const { manifest, isMember, source, idOf } = sender;
  const { user, agent, session } = record.actor;
  const via = { package: manifest.package, source, dev: manifest.dev };
  const actor = {
    user,
    ...(agent === undefined ? {} : { agent }),
    ...(session === undefined ? {} : { session: idOf(session) }),
    via,
  };
  return { ...record, fields: redacted(fields, redactor, counts), actor, origin: originOf(record.origin, isMember) };
}

/** What was in quarantine there is so here, and all that a stranger says. */
function originOf(origin: Origin, isMember: boolean): Origin {
  if (origin === 'tool-output') return origin;
  return isMember && trustOf(origin) > 0 ? 'import' : 'package';
}

function redacted(fields: Arrived['fields'], redactor: Redactor | undefined, counts: Record<string, number>) {
  if (!redactor) return fields;
  // parsed from JSON by a form that stays JSON
  const clean = redactor.json(fields as unknown as JsonValue);
  for (const [kind, count] of Object.entries(clean.counts)) counts[kind] = (counts[kind] ?? 0) + count;
  return clean.value as unknown as Arrived['fields']; // as it went in
}
