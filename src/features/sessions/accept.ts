import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { GitState } from '../../core/snapshot.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { actorOf, type Context } from '../feature.ts';
import type { contract } from './contract.ts';
import type { SessionNeeds } from './needs.ts';
import { leastTrust, messagesFrom } from './page-messages.ts';
import { patchOf } from './patch.ts';
import { type HandoffRow, handoffById, recordOfSeq, taskOfSession, waitingHandoffs } from './queries.ts';
import { type HandoffCreate, handoffAccept } from './records.ts';
import { attachRun, reopen } from './start.ts';
import { findHandoff, isHere } from './waiting.ts';
import { wireTask } from './wire.ts';

type Accept = (typeof contract)['session.accept'];

const deltaMessages = 50;

/**
 * Takes a handoff: what the sender left, what happened in the session since, and how the receiver's work tree compares.
 * The same run taking it again gets the same answer. Throws handoff/not-found, handoff/taken.
 */
export function accept(needs: SessionNeeds) {
  return (tx: Write, input: Parsed<Accept>, context: Context): Reply<Accept> => {
    const row = waiting(tx, input, context, needs.device);
    const { session_id, handoff_id } = row;
    if (row.status === 'superseded') throw new PrsistError('handoff/taken', 'a newer handoff has taken its place');
    reopen(tx, session_id, context);
    const native_id = input.native_id ?? `${input.agent}:${handoff_id}`;
    const run_id = attachRun(tx, { session_id, agent: input.agent, native_id }, { context, needs });
    if (row.status === 'accepted' && row.accepted_run !== run_id) {
      throw new PrsistError('handoff/taken', `${row.accepted_by} has taken this handoff`);
    }
    if (row.status === 'pending') {
      tx.append(handoffAccept, {
        ent: row.handoff_id,
        fields: { session_id, agent: input.agent, at: context.now, run_id, device: needs.device },
        actor: { ...actorOf(context.caller), session: session_id },
        origin: context.caller.origin,
      });
    }
    const sent = sentWith(tx, row);
    return {
      ...{ handoff_id, session_id, from_agent: row.from_agent, reason: sent.reason },
      // JSON when it came in, JSON when it goes out
      critical_info: sent.critical_info as Reply<Accept>['critical_info'],
      continuation_instructions: sent.continuation_instructions,
      ...{ context_snapshot: { ...sent.snapshot }, delta: deltaSince(tx, row, leastTrust(context.caller)) },
      git_check: gitCheck(sent, context.git),
      patch: patchOf(tx, sent),
    };
  };
}

function waiting(tx: Write, input: Parsed<Accept>, context: Context, device: string): HandoffRow {
  if (input.handoff_id) return addressed(findHandoff(tx, input.handoff_id), context.caller.user, device);
  const rows = tx.all(waitingHandoffs, { to_agent: input.agent, now: context.now, user: context.caller.user, device });
  const row = rows.find((each) =>
    input.session_id ? each.session_id === input.session_id : isHere(each, context.worktree, context.branch),
  );
  if (!row) throw new PrsistError('handoff/not-found', `no handoff waits for ${input.agent} here`);
  return tx.one(handoffById, { handoff_id: row.handoff_id }) ?? row;
}

function addressed(row: HandoffRow, user: string, device: string): HandoffRow {
  const elsewhere =
    (row.to_user !== null && row.to_user !== user) || (row.to_device !== null && row.to_device !== device);
  if (elsewhere) throw new PrsistError('handoff/not-found', 'this handoff waits for somebody else');
  return row;
}

/** What the sender wrote. */
export function sentWith(read: Read, row: HandoffRow): HandoffCreate {
  // fields of a handoff.create record, written by handOver
  return read.fields(row.rec) as unknown as HandoffCreate;
}

/** Messages of the session that came after what the snapshot covers, and its tasks as they are now. */
function deltaSince(read: Read, row: HandoffRow, least_trust: 0 | 1): Reply<Accept>['delta'] {
  // written as {log: seq}
  const through = JSON.parse(row.through) as Record<string, number>;
  const seen = Object.entries(through).map(([log, seq]) => read.one(recordOfSeq, { log, seq })?.n ?? 0);
  const { session_id } = row;
  const start = { at: -1, id: '', after_rec: Math.max(0, ...seen) };
  const { items, next_cursor } = messagesFrom(read, {
    session_id,
    dead: 0,
    least_trust,
    ...start,
    limit: deltaMessages,
  });
  return { messages: items, tasks: read.all(taskOfSession, { session_id }).map(wireTask), next_cursor };
}

function gitCheck(sent: HandoffCreate, here: GitState | null): Reply<Accept>['git_check'] {
  const head = sent.head ?? sent.snapshot.git?.head ?? null;
  const branch = sent.branch ?? null;
  return {
    head_here: head === null || here === null ? null : here.head === head,
    branch_matches: branch === null || here === null ? null : here.branch === branch,
    ...{ sender_head: head, sender_branch: branch, dirty_paths: [...(here?.paths ?? [])] },
  };
}
