// Rows as they travel, and the states that follow the clock.
import type { z } from 'zod';
import { PrsistError } from '../../core/errors.ts';
import type { Read } from '../../store/record-type.ts';
import type { handoff, task } from './contract.ts';
import { textOf } from './facts.ts';
import {
  type HandoffRow,
  type MessageRow,
  openingWords,
  type SessionRow,
  sessionById,
  sessionsByPrefix,
  type TaskRow,
} from './queries.ts';

export interface SessionTimes {
  readonly idleMs: number;
  readonly endAfterMs: number;
  readonly archiveAfterMs: number;
  readonly handoffMs: number;
}

export type SessionStatus = 'active' | 'idle' | 'ended' | 'archived';

/** What a session is now: computed from its last activity and explicit end, never stored. */
export function statusOf(row: SessionRow, now: number, times: SessionTimes): SessionStatus {
  const quiet = now - row.last_activity;
  if (quiet >= times.archiveAfterMs) return 'archived';
  if (row.ended_at !== null || quiet >= times.endAfterMs) return 'ended';
  return quiet >= times.idleMs ? 'idle' : 'active';
}

/** Milliseconds as RFC 3339. */
export function wireTime(ms: number): string {
  return new Date(ms).toISOString();
}

export function wireTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : wireTime(ms);
}

/** A session by its id or an unambiguous beginning of it. Throws session/not-found, session/ambiguous. */
export function findSession(read: Read, asked: string): SessionRow {
  const exact = read.one(sessionById, { session_id: asked });
  if (exact) return exact;
  const found = asked.length >= 4 ? read.all(sessionsByPrefix, { prefix: asked, end: `${asked}\uffff` }) : [];
  const [first, second] = found;
  if (second) throw new PrsistError('session/ambiguous', `several sessions begin with ${asked}`);
  if (!first) throw new PrsistError('session/not-found', `no session ${asked} in this project`);
  return first;
}

const titleChars = 100;

/** A title for people: the one given, else the beginning of what was said first to the agent. */
export function titleOf(read: Read, row: Pick<SessionRow, 'session_id' | 'title'>): string | null {
  if (row.title) return row.title;
  const first = read.one(openingWords, { session_id: row.session_id });
  if (!first) return null;
  const line = textOf(read, first.rec).replace(/\s+/g, ' ').trim();
  return line.length > titleChars ? `${line.slice(0, titleChars - 1).trimEnd()}…` : line;
}

export function wireSession(read: Read, row: SessionRow, status: SessionStatus) {
  return {
    ...{ session_id: row.session_id, title: titleOf(read, row), agent: row.current_agent, status },
    ...{ branch: row.branch, start_time: wireTime(row.started_at), last_activity: wireTime(row.last_activity) },
    ...{ message_count: row.message_count, task_count: row.task_count, tool_count: row.tool_count },
    ...{ edit_count: row.edit_count, commit_count: row.commit_count },
    tokens: {
      ...{ fresh: row.tok_fresh, cache_read: row.tok_cache_read },
      ...{ cache_write: row.tok_cache_write, output: row.tok_out },
    },
    ...{ parent_session_id: row.parent_session_id, fork_of: row.fork_of },
  };
}

export function wireTask(row: TaskRow): z.output<typeof task> {
  return {
    ...{ task_id: row.task_id, session_id: row.session_id, description: row.description, status: row.status },
    ...{ priority: row.priority, assignee: row.assignee, result: row.result, parent: row.parent },
    ...{ created_at: wireTime(row.created_at), updated_at: wireTime(row.updated_at) },
    completed_at: wireTimeOrNull(row.completed_at),
  };
}

/** A handoff; one that waited too long reads as expired. */
export function wireHandoff(read: Read, row: HandoffRow, now: number): z.output<typeof handoff> {
  const expired = row.status === 'pending' && row.expires_at <= now;
  return {
    ...{ handoff_id: row.handoff_id, session_id: row.session_id, from_agent: row.from_agent, to_agent: row.to_agent },
    status: expired ? 'expired' : row.status,
    reason: String(read.fields(row.rec).reason ?? ''),
    ...{ worktree: row.worktree, branch: row.branch },
    ...{ created_at: wireTime(row.created_at), expires_at: wireTime(row.expires_at) },
    ...{ accepted_at: wireTimeOrNull(row.accepted_at), accepted_by: row.accepted_by },
    ...{ shown_at: wireTimeOrNull(row.shown_at), to_user: row.to_user, to_device: row.to_device },
  };
}

export function wireMessage(read: Read, row: MessageRow) {
  const fields = read.fields(row.rec);
  const metadata = fields.metadata;
  return {
    ...{ id: row.id, role: row.role, kind: row.kind, content: read.text(fields, 'content') },
    author: typeof fields['author'] === 'string' ? fields['author'] : null,
    ...{ agent: row.agent, model: row.model, at: wireTime(row.at) },
    usage: usageOf(row),
    // written from a JSON object
    metadata: (metadata && typeof metadata === 'object' ? metadata : {}) as Record<string, never>,
  };
}

function usageOf(row: MessageRow) {
  if (row.tok_out === null) return null;
  return {
    ...{ fresh: row.tok_fresh ?? 0, cache_read: row.tok_cache_read ?? 0 },
    ...{ cache_write: row.tok_cache_write ?? 0, output: row.tok_out },
  };
}

/** Where a list ordered by time and id goes on; of messages written after a record, that record as well. */
export interface PagePlace {
  readonly at: number;
  readonly id: string;
  readonly after_rec?: number;
}

/** An opaque cursor, and its parts back. Throws input/invalid for one that is not ours. */
export function cursorText({ at, id, after_rec = 0 }: PagePlace): string {
  return Buffer.from(JSON.stringify([at, id, ...(after_rec > 0 ? [after_rec] : [])])).toString('base64url');
}

export function cursorParts(cursor: string | undefined, start: PagePlace): PagePlace {
  if (cursor === undefined) return start;
  try {
    // checked right below
    const [at, id, after_rec = 0] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (typeof at === 'number' && typeof id === 'string' && typeof after_rec === 'number') return { at, id, after_rec };
  } catch (cause) {
    throw new PrsistError('input/invalid', 'this is no cursor of ours', { field: 'cursor', cause });
  }
  throw new PrsistError('input/invalid', 'this is no cursor of ours', { field: 'cursor' });
}
