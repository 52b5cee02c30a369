import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import { shownCommits } from './commit-ties.ts';
import type { contract } from './contract.ts';
import type { SessionNeeds } from './needs.ts';
import { leastTrust, messagesFrom } from './page-messages.ts';
import { handoffPage, messageOwner, runsOfSession, type SessionRow, sessionPage } from './queries.ts';
import {
  cursorParts,
  cursorText,
  findSession,
  type PagePlace,
  statusOf,
  wireHandoff,
  wireSession,
  wireTime,
} from './wire.ts';

type List = (typeof contract)['session.list'];
type Show = (typeof contract)['session.show'];
type Messages = (typeof contract)['session.messages'];

const farFuture = 8.64e15;

/** Sessions, latest activity first. A status is computed, so a page may look at more rows than it gives. */
export function list(needs: SessionNeeds) {
  return (context: Context, input: Parsed<List>): Reply<List> => {
    const read = context.read.project;
    const { agent, branch, status, limit } = input;
    const children = input.children ? 1 : 0;
    const { bound } = context.caller;
    const [user, tenant] = [input.user_id ?? bound?.user, bound?.tenant];
    let { at: before, id: after } = cursorParts(input.cursor, { at: farFuture, id: '' });
    const since = input.since ? Date.parse(input.since) : 0;
    const until = input.until ? Date.parse(input.until) : farFuture;
    const found: SessionRow[] = [];
    for (let full = true; full && found.length <= limit; ) {
      const params = { agent, branch, since, until, before, after, worktree: null, told: 0, children, user, tenant };
      const rows = read.all(sessionPage, { ...params, least_trust: leastTrust(context.caller), limit: limit + 1 });
      found.push(
        ...rows.filter((row) => !status || statusOf(row, context.now, needs.times(context.project.root)) === status),
      );
      full = rows.length > limit;
      before = rows.at(-1)?.last_activity ?? 0;
      after = rows.at(-1)?.session_id ?? '';
    }
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map((row) => wireSession(read, row, statusOf(row, context.now, needs.times(context.project.root)))),
      next_cursor: found.length > limit && last ? cursorText({ at: last.last_activity, id: last.session_id }) : null,
    };
  };
}

/** One session, whole. */
export function show(needs: SessionNeeds) {
  return (context: Context, input: Parsed<Show>): Reply<Show> => {
    const read = context.read.project;
    const row = findSession(read, input.session_id);
    const { session_id } = row;
    const session = wireSession(read, row, statusOf(row, context.now, needs.times(context.project.root)));
    const all = { to_agent: null, status: null, waits: null, now: context.now, at: farFuture, id: '', limit: 100 };
    const handoffs = read.all(handoffPage, { session_id, ...all });
    return {
      session,
      counts: {
        ...{ messages: row.message_count, tasks: row.task_count, tools: row.tool_count, edits: row.edit_count },
        ...{ commits: row.commit_count, handoffs: row.handoff_count },
      },
      tokens: session.tokens,
      // a JSON object, written by the projection
      metadata: JSON.parse(row.metadata) as Record<string, never>,
      runs: read.all(runsOfSession, { session_id }).map((run) => ({ ...run, started_at: wireTime(run.started_at) })),
      handoffs: handoffs.map((each) => wireHandoff(read, each, context.now)),
      commits: shownCommits(read, session_id),
    };
  };
}

/** Messages of a session, oldest first. */
export function messages(context: Context, input: Parsed<Messages>): Reply<Messages> {
  const read = context.read.project;
  const { session_id } = findSession(read, input.session_id);
  const { role, kind, limit } = input;
  const { at, id, after_rec = 0 } = cursorParts(input.cursor, afterOf(read, session_id, input.after));
  return messagesFrom(read, {
    session_id,
    role,
    kind,
    at,
    id,
    after_rec,
    limit,
    ...{ dead: input.include_dead ? 1 : 0, least_trust: leastTrust(context.caller) },
  });
}

/** Where a page begins: after a message of the session, or after a time. */
function afterOf(read: Read, session_id: string, after: string | undefined): PagePlace {
  if (after === undefined) return { at: -1, id: '' };
  const row = read.one(messageOwner, { id: after });
  if (row?.session_id === session_id) return { at: row.at, id: after };
  const time = /^\d{4}-\d\d-\d\dT/.test(after) ? Date.parse(after) : Number.NaN;
  if (!Number.isNaN(time)) return { at: time + 1, id: '' };
  throw new PrsistError('input/invalid', `after: ${after} is no message of this session, and no time`, {
    ...{ field: 'after', hint: 'give the id of a message, or a time like 2026-03-04T09:15:00Z' },
  });
}
