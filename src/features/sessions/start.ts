import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import { actorOf, type Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { joinOrStart, sessionEntity } from './join.ts';
import type { SessionNeeds } from './needs.ts';
import { sessionById } from './queries.ts';
import { sessionResume, sessionStart } from './records.ts';
import { pendingFor } from './waiting.ts';
import { statusOf, wireTime } from './wire.ts';

type Start = (typeof contract)['session.start'];

/** Starts a session, or finds the caller's own of that id. Throws session/other-owner. */
export function start(needs: SessionNeeds) {
  return (tx: Write, input: Parsed<Start>, context: Context): Reply<Start> => {
    const session_id = input.session_id ?? tx.newId();
    const user = input.user_id ?? context.caller.user;
    const known = tx.one(sessionById, { session_id });
    if (known && (known.user_id ?? user) !== user) {
      throw new PrsistError('session/other-owner', `session ${session_id} belongs to somebody else`);
    }
    if (known) reopen(tx, session_id, context);
    else {
      begin(tx, { ...input, session_id }, context);
      needs.keepInitial(tx, session_id, input.initial_context, context);
    }
    attachRun(tx, { ...input, session_id }, { context, needs });
    const row = tx.one(sessionById, { session_id });
    if (!row) throw new PrsistError('internal', 'a session just started is not there');
    return {
      ...{
        session_id,
        status: statusOf(row, context.now, needs.times(context.project.root)),
        start_time: wireTime(row.started_at),
      },
      ...{ tenant_id: row.tenant_id, user_id: row.user_id, created: !known },
      // a handoff waits for the person's agents; a token tied to a tenant or a user is not told of it
      pending_handoff:
        input.agent && context.caller.bound === undefined ? pendingFor(tx, input.agent, context, needs.device) : null,
    };
  };
}

type Named = Parsed<Start> & { readonly session_id: string };

function begin(tx: Write, input: Named, context: Context): void {
  const { session_id, agent, user_id, title, parent_session_id } = input;
  const tenant_id = input.tenant_id ?? context.caller.bound?.tenant;
  const initial_context = Object.keys(input.initial_context).length > 0 ? input.initial_context : undefined;
  tx.append(sessionStart, {
    ent: sessionEntity(session_id),
    fields: {
      ...{ session_id, agent, tenant_id, user_id, title, initial_context, parent_session_id },
      ...{ started_at: context.now, worktree: context.worktree, head: input.head },
      branch: input.branch ?? context.branch,
    },
    actor: actorOf(context.caller),
    origin: context.caller.origin,
  });
}

/** A closed session that is started or resumed again is open again. */
export function reopen(tx: Write, session_id: string, context: Context): void {
  const row = tx.one(sessionById, { session_id });
  if (row?.ended_at === null) return;
  tx.append(sessionResume, {
    ent: sessionEntity(session_id),
    fields: { session_id, at: context.now },
    actor: actorOf(context.caller),
    origin: context.caller.origin,
  });
}

interface Attached {
  readonly session_id: string;
  readonly agent?: string | undefined;
  readonly native_id?: string | undefined;
}

/** Ties an agent's own conversation to a session, once. */
export function attachRun(
  tx: Write,
  input: Attached,
  at: { context: Context; needs: SessionNeeds },
): string | undefined {
  const { context, needs } = at;
  const agent = input.agent ?? context.caller.agent;
  if (agent === undefined) return undefined;
  const source = {
    ...{ agent, user: context.caller.user, device: needs.device, trusted: 'own' as const },
    worktreeOf: () => context.worktree,
  };
  const said = { kind: 'session' as const, session: input.native_id ?? input.session_id, at: context.now };
  return joinOrStart(tx, source, said, input.session_id).run_id;
}
