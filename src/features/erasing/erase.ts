import { PrsistError } from '../../core/errors.ts';
import { hlcMs } from '../../core/hlc.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { type Doomed, doomedRecords, rangesOf } from '../../store/erase.ts';
import { forgetAnswers } from '../../store/idempotency.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { inSlices } from '../../store/steps.ts';
import type { Context } from '../feature.ts';
import { type Chosen, choose, requireOne } from './choose.ts';
import type { contract } from './contract.ts';
import { noteLinked } from './erase-linked.ts';
import type { ErasingNeeds } from './needs.ts';
import { keyOfEntry, noteUndone } from './queries.ts';
import { recordGone } from './record-gone.ts';
import { lookFor, type Saying, type Sought } from './saying.ts';
import { kindsOf } from './saying-queries.ts';

type Erase = (typeof contract)['store.erase'];
type Counts = Reply<Erase>['erased'];

const inUserStore: ReadonlySet<string> = new Set(['user', 'tenant', 'global']);

/** The database an erase is for: entries of the person lie in another one than those of a project. */
export function databaseOf(input: Parsed<Erase>): 'project' | 'user' {
  const { entry, match, subject, last } = input;
  const isScoped = entry !== undefined || match !== undefined || subject !== undefined || last === 'entry';
  return isScoped ? databaseOfScope(input.scope) : 'project';
}

function databaseOfScope(scope: string): 'project' | 'user' {
  return inUserStore.has(scope) ? 'user' : 'project';
}

/** Looks for what says a text before the transaction that erases it: that may take seconds. */
export function prepareErase({ pace }: Pick<ErasingNeeds, 'pace'>) {
  return async (input: Parsed<Erase>, { read }: Context): Promise<Saying | undefined> => {
    requireOne(input);
    const { match, subject } = input;
    const text = match ?? subject;
    if (text === undefined) return undefined;
    const kind = databaseOf(input);
    const sought: Sought = subject === undefined ? { text } : { text, user: subject };
    return inSlices(lookFor(kind === 'user' ? read.user : read.project, sought, kind), pace);
  };
}

/** Erases for good. What lies outside the database (briefs, spool, reading states, the WAL) follows in the daemon. */
export function erase(needs: ErasingNeeds) {
  return (tx: Write, input: Parsed<Erase>, context: Context): Reply<Erase> => {
    // irreversible: a text that an agent has read must not be able to ask for it
    if (context.caller.agent !== undefined) {
      throw new PrsistError('auth/refused', 'an agent cannot erase', { hint: 'type it in a terminal of your own' });
    }
    const chosen = choose({ needs, read: tx, context }, input);
    const doomed = doomedRecords(tx, chosen.ents);
    const counted = counts(doomed, chosen);
    if (input.dry_run) {
      const kept_parts = needs.countKept(tx, chosen.conversations);
      return { receipt_id: null, erased: { ...counted, kept_parts }, what: named(tx, chosen), replicas: [] };
    }
    const kind = databaseOf(input);
    const keys = keysOf(tx, chosen);
    needs.begin(tx, context.project.id, kind);
    const kept_parts = needs.dropKept(tx, chosen.conversations);
    needs.entries.forgetReads(tx, keys);
    for (const { drop } of chosen.fleeting) tx.after(drop);
    forgetAnswers(tx);
    if (input.package_id !== undefined) tx.run(noteUndone, { package_id: input.package_id, at: context.now });
    const { ents, conversations } = chosen;
    const { reason } = input;
    const { caller } = context;
    const receipt_id = recordGone(tx, { targets: rangesOf(doomed), ents, conversations, reason, caller });
    const projects = kind === 'user' ? [] : needs.linkedTo(context.project.id);
    noteLinked(tx, receipt_id, { projects, ents, conversations, reason, caller });
    const replicas = [{ device: needs.device(), confirmed_at: new Date(context.now).toISOString() }];
    return { receipt_id, erased: { ...counted, kept_parts }, what: [], replicas };
  };
}

/** Keys of the entries that go; to be asked before their records are gone. */
function keysOf(read: Read, { entries, fleeting }: Chosen): string[] {
  const stored = entries.flatMap((ent) => read.all(keyOfEntry, { ent }));
  return [...stored, ...fleeting].map(({ key }) => key);
}

function counts(records: readonly Doomed[], { sessions, entries, fleeting }: Chosen): Omit<Counts, 'kept_parts'> {
  const of = (name: string, also: (record: Doomed) => boolean = () => true) =>
    new Set(records.filter((each) => each.name === name && also(each)).map(({ ent }) => ent)).size;
  return {
    ...{ sessions: sessions.length, entries: everyEntry({ entries, fleeting }).length, records: records.length },
    ...{ messages: of('message.add', hasWords), tool_calls: of('tool.add'), edits: of('edit.add') },
    ...{ tasks: of('task.add'), handoffs: of('handoff.create') },
    ...{ documents: of('document.put'), commits: of('commit.add') },
  };
}

/** A request's tokens stand in a message without words: nobody said it. */
function hasWords({ body }: Doomed): boolean {
  // a body is written by the engine
  const { fields } = JSON.parse(body) as { readonly fields: Readonly<Record<string, unknown>> };
  return fields['content'] !== '';
}

const kinds: Readonly<Record<string, Reply<Erase>['what'][number]['kind']>> = {
  ...{ message: 'message', tool: 'tool', edit: 'edit', task: 'task', handoff: 'handoff', document: 'document' },
  commit: 'commit',
};
/** More names help nobody; the counts are of all. */
const mostNamed = 1_000;

function named(read: Read, { sessions, entries, fleeting, others }: Chosen): Reply<Erase>['what'] {
  const rest = read.all(kindsOf, { ents: JSON.stringify(others.slice(0, mostNamed)) });
  return [
    ...sessions.map(({ session_id, title, agent, last_activity }) => ({
      ...{ kind: 'session' as const, id: session_id, name: title, agent },
      at: new Date(last_activity).toISOString(),
    })),
    ...everyEntry({ entries, fleeting }).map((ent) => ({
      ...{ kind: 'entry' as const, id: ent, agent: null, at: null },
      name: (read.one(keyOfEntry, { ent }) ?? fleeting.find((each) => each.ent === ent))?.key ?? null,
    })),
    ...rest.map(({ ent, type, hlc, name }) => ({
      ...{ kind: kinds[type] ?? ('other' as const), id: ent, agent: null },
      ...{ name: name?.slice(0, 200) ?? null, at: new Date(hlcMs(hlc)).toISOString() },
    })),
  ];
}

/** One that is stored may be held in memory as well. */
function everyEntry({ entries, fleeting }: Pick<Chosen, 'entries' | 'fleeting'>): string[] {
  return [...new Set([...entries, ...fleeting.map(({ ent }) => ent)])];
}
