import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { type Doomed, doomedRecords, type Erased, eraseEntities } from '../../store/erase.ts';
import { forgetAnswers } from '../../store/idempotency.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { actorOf, type Context } from '../feature.ts';
import { type Chosen, choose } from './choose.ts';
import type { contract } from './contract.ts';
import type { ErasingNeeds } from './needs.ts';
import { keyOfEntry } from './queries.ts';
import { recordErase } from './records.ts';

type Erase = (typeof contract)['store.erase'];
type Counts = Reply<Erase>['erased'];

const inUserStore: ReadonlySet<string> = new Set(['user', 'tenant', 'global']);
/** A record that names more is cut in several: no record should be larger than a text that is worth a blob of its own. */
const mostEnts = 1_000;

/** The database an erase is for: entries of the person lie in another one than those of a project. */
export function databaseOf(input: Parsed<Erase>): 'project' | 'user' {
  return input.entry !== undefined || input.last === 'entry' ? databaseOfScope(input.scope) : 'project';
}

function databaseOfScope(scope: string): 'project' | 'user' {
  return inUserStore.has(scope) ? 'user' : 'project';
}

/** Erases for good. What lies outside the database (briefs, spool, reading states, the WAL) follows in the daemon. */
export function erase(needs: ErasingNeeds) {
  return (tx: Write, input: Parsed<Erase>, context: Context): Reply<Erase> => {
    // irreversible: a text that an agent has read must not be able to ask for it
    if (context.caller.agent !== undefined) {
      throw new PrsistError('auth/refused', 'an agent cannot erase', { hint: 'type it in a terminal of your own' });
    }
    const chosen = choose(needs, tx, input);
    const counted = counts(doomedRecords(tx, chosen.ents), chosen);
    if (input.dry_run) {
      const kept_parts = needs.countKept(tx, chosen.conversations);
      return { receipt_id: null, erased: { ...counted, kept_parts }, what: named(tx, chosen), replicas: [] };
    }
    const kind = databaseOf(input);
    needs.begin(tx, context.project.id, kind);
    const gone = eraseEntities(tx, needs.projections(kind), chosen.ents);
    const kept_parts = needs.dropKept(tx, chosen.conversations);
    forgetAnswers(tx);
    const receipt_id = record(tx, { gone, ents: chosen.ents, reason: input.reason, context });
    const replicas = [{ device: needs.device(), confirmed_at: new Date(context.now).toISOString() }];
    return { receipt_id, erased: { ...counted, kept_parts }, what: [], replicas };
  };
}

interface Gone {
  readonly gone: Erased;
  readonly ents: readonly string[];
  readonly reason: string;
  readonly context: Context;
}

function record(tx: Write, { gone, ents, reason, context }: Gone): string {
  const { caller } = context;
  const pages = Math.max(1, Math.ceil(Math.max(ents.length, gone.targets.length) / mostEnts));
  const written = Array.from({ length: pages }, (_, page) => {
    const part = <T>(all: readonly T[]) => all.slice(page * mostEnts, (page + 1) * mostEnts);
    const fields = { targets: part(gone.targets), ents: part(ents), reason, authority: 'person' as const };
    return tx.append(recordErase, { fields, actor: actorOf(caller), origin: caller.origin });
  });
  return written[0]?.id ?? '';
}

function counts(records: readonly Doomed[], { sessions, entries }: Chosen): Omit<Counts, 'kept_parts'> {
  const of = (name: string, also: (record: Doomed) => boolean = () => true) =>
    new Set(records.filter((each) => each.name === name && also(each)).map(({ ent }) => ent)).size;
  return {
    ...{ sessions: sessions.length, entries: entries.length, records: records.length },
    ...{ messages: of('message.add', hasWords), tool_calls: of('tool.add'), edits: of('edit.add') },
    ...{ tasks: of('task.add'), handoffs: of('handoff.create') },
  };
}

/** A request's tokens stand in a message without words: nobody said it. */
function hasWords({ body }: Doomed): boolean {
  // a body is written by the engine
  const { fields } = JSON.parse(body) as { readonly fields: Readonly<Record<string, unknown>> };
  return fields['content'] !== '';
}

function named(read: Read, { sessions, entries }: Chosen): Reply<Erase>['what'] {
  return [
    ...sessions.map(({ session_id, title, agent, last_activity }) => ({
      ...{ kind: 'session' as const, id: session_id, name: title, agent },
      at: new Date(last_activity).toISOString(),
    })),
    ...entries.map((ent) => ({
      ...{ kind: 'entry' as const, id: ent, name: read.one(keyOfEntry, { ent })?.key ?? null, agent: null, at: null },
    })),
  ];
}
