import type { Parsed, Reply } from '../../core/operation.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import type { SessionNeeds } from './needs.ts';
import { messagesFrom } from './page-messages.ts';
import { commitsOfSession, handoffPage, runsOfSession, type SessionRow, sessionPage } from './queries.ts';
import { cursorParts, cursorText, findSession, statusOf, wireHandoff, wireSession, wireTime } from './wire.ts';

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
    let { at: before, id: after } = cursorParts(input.cursor, { at: farFuture, id: '' });
    const since = input.since ? Date.parse(input.since) : 0;
    const until = input.until ? Date.parse(input.until) : farFuture;
    const found: SessionRow[] = [];
    for (let full = true; full && found.length <= limit; ) {
      const params = { agent, branch, since, until, before, after, worktree: null, told: 0, children };
      const rows = read.all(sessionPage, { ...params, limit: limit + 1 });
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
    const handoffs = read.all(handoffPage, { session_id, to_agent: null, status: null });
    return {
      session: wireSession(read, row, statusOf(row, context.now, needs.times(context.project.root))),
      // a JSON object, written by the projection
      metadata: JSON.parse(row.metadata) as Record<string, never>,
      runs: read.all(runsOfSession, { session_id }).map((run) => ({ ...run, started_at: wireTime(run.started_at) })),
      handoffs: handoffs.map((each) => wireHandoff(read, each, context.now)),
      commits: read.all(commitsOfSession, { session_id }).map(({ sha, rec, committed_at }) => ({
        ...{ sha, subject: String(read.fields(rec).subject ?? ''), at: wireTime(committed_at) },
      })),
    };
  };
}

/** Messages of a session, oldest first. */
export function messages(context: Context, input: Parsed<Messages>): Reply<Messages> {
  const read = context.read.project;
  const { session_id } = findSession(read, input.session_id);
  const { role, kind, limit } = input;
  const { at, id, after_rec = 0 } = cursorParts(input.cursor, { at: -1, id: '' });
  return messagesFrom(read, { session_id, role, kind, at, id, after_rec, limit, dead: input.include_dead ? 1 : 0 });
}
