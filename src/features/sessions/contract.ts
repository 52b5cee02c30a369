import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { messageKinds, messageRoles, sessionStatuses } from '../../core/words.ts';
import { cursor, jobStarted, messageText, metadata, pageSize, priority, taskStatus, time, word } from '../wire.ts';
import { contract as commits, sessionCommit } from './commit-contract.ts';
import { contract as stats } from './stats-contract.ts';

const snapshot = z.looseObject({ conversation_summary: z.string() });
const id = word;
/** What a person's own messages are called is nobody else's name. */
const author = word.refine((name) => !/^\s*(?:you|user)\s*$/i.test(name), {
  error: 'a name other than "you" and "user"',
});
const usage = z.strictObject({
  fresh: z.int().min(0).default(0),
  cache_read: z.int().min(0).default(0),
  cache_write: z.int().min(0).default(0),
  output: z.int().min(0).default(0),
});

export const task = z.object({
  task_id: z.string(),
  session_id: z.string().nullable(),
  description: z.string(),
  status: taskStatus,
  priority,
  assignee: z.string().nullable(),
  result: z.string().nullable(),
  parent: z.string().nullable(),
  created_at: time,
  updated_at: time,
  completed_at: time.nullable(),
});

const patch = z.object({
  /** The commit it is to be applied to. */
  base: z.string(),
  files: z.int(),
  bytes: z.int(),
  /** Changed files that are not in it, and why. */
  left_out: z.array(z.object({ path: z.string(), why: z.string() })),
});

export const handoff = z.object({
  handoff_id: z.string(),
  session_id: z.string(),
  from_agent: z.string(),
  to_agent: z.string(),
  status: z.enum(['pending', 'accepted', 'superseded', 'expired']),
  reason: z.string(),
  worktree: z.string().nullable(),
  branch: z.string().nullable(),
  created_at: time,
  expires_at: time,
  accepted_at: time.nullable(),
  accepted_by: z.string().nullable(),
  shown_at: time.nullable(),
  to_user: z.string().nullable(),
  to_device: z.string().nullable(),
});

const message = z.object({
  id: z.string(),
  role: z.string(),
  kind: z.string(),
  content: z.string(),
  author: z.string().nullable(),
  agent: z.string().nullable(),
  model: z.string().nullable(),
  at: time,
  usage: usage.nullable(),
  metadata: z.record(z.string(), z.json()),
});

const sessionLine = z.object({
  session_id: z.string(),
  title: z.string().nullable(),
  agent: z.string().nullable(),
  status: z.enum(sessionStatuses),
  branch: z.string().nullable(),
  start_time: time,
  last_activity: time,
  message_count: z.int(),
  task_count: z.int(),
  tool_count: z.int(),
  edit_count: z.int(),
  commit_count: z.int(),
  tokens: z.object({ fresh: z.int(), cache_read: z.int(), cache_write: z.int(), output: z.int() }),
  parent_session_id: z.string().nullable(),
  fork_of: z.string().nullable(),
});

export const contract = {
  ...stats,
  ...commits,
  'session.start': operation({
    summary: 'Start a session, or find the one that has this id and owner already',
    effect: 'write',
    input: z.strictObject({
      session_id: id.optional(),
      tenant_id: word.optional(),
      user_id: word.optional(),
      initial_context: metadata.default({}),
      agent: word.optional(),
      native_id: id.optional(),
      title: z.string().max(200).optional(),
      parent_session_id: id.optional(),
      branch: z.string().max(256).optional(),
      head: z.string().max(64).optional(),
    }),
    output: z.object({
      session_id: z.string(),
      status: z.enum(sessionStatuses),
      start_time: time,
      tenant_id: z.string().nullable(),
      user_id: z.string().nullable(),
      created: z.boolean(),
      pending_handoff: handoff.nullable(),
    }),
  }),
  'session.resume': operation({
    summary: 'Bring a session back: its state, its snapshot and the brief; without an id the newest of this work tree',
    effect: 'write',
    when: 'settled',
    input: z.strictObject({ session_id: id.optional(), agent: word.optional(), native_id: id.optional() }),
    output: z.object({
      session_id: z.string(),
      status: z.enum(sessionStatuses),
      start_time: time,
      last_activity: time,
      message_count: z.int(),
      task_count: z.int(),
      active_agents: z.array(z.string()),
      current_agent: z.string().nullable(),
      resumed_from: z.enum(sessionStatuses),
      pending_handoff: handoff.nullable(),
      context_snapshot: snapshot,
      brief: z.string(),
    }),
  }),
  'session.message': operation({
    summary: 'Add one message to a session',
    effect: 'write',
    input: z.strictObject({
      session_id: id,
      role: z.enum(messageRoles),
      content: messageText,
      metadata: metadata.default({}),
      /** Who said it, where several people speak. */
      author: author.optional(),
      agent: word.optional(),
      model: word.optional(),
      usage: usage.optional(),
      parent_id: id.optional(),
      message_id: id.optional(),
      at: time.optional(),
    }),
    output: z.object({
      session_id: z.string(),
      message_id: z.string(),
      message_count: z.int(),
      timestamp: time,
    }),
  }),
  'session.handoff': operation({
    summary: 'Hand a session over to another agent; it is shown once to that agent on its next start here',
    effect: 'write',
    after: 'told',
    when: 'settled',
    input: z.strictObject({
      session_id: id.optional(),
      to_agent: word,
      handoff_reason: z.string().min(1).max(2000),
      critical_info: metadata.default({}),
      continuation_instructions: z.string().max(16_384).default(''),
      from_agent: word.optional(),
      /** Only this person, only this device is shown it. */
      to_user: word.optional(),
      to_device: word.optional(),
      /** Takes the changes of the work tree along (at most 1 MiB), for another machine. */
      with_patch: z.boolean().default(false),
    }),
    output: z.object({
      session_id: z.string(),
      from_agent: z.string(),
      to_agent: z.string(),
      timestamp: time,
      context_snapshot: snapshot,
      handoff_id: z.string(),
      status: z.literal('pending'),
      expires_at: time,
      patch: patch.nullable(),
    }),
  }),
  'session.accept': operation({
    summary: 'Take a waiting handoff: everything the sender left, and what happened since',
    effect: 'write',
    when: 'settled',
    input: z.strictObject({
      handoff_id: id.optional(),
      session_id: id.optional(),
      agent: word,
      native_id: id.optional(),
    }),
    output: z.object({
      handoff_id: z.string(),
      session_id: z.string(),
      from_agent: z.string(),
      reason: z.string(),
      critical_info: z.record(z.string(), z.json()),
      continuation_instructions: z.string(),
      context_snapshot: snapshot,
      delta: z.object({ messages: z.array(message), tasks: z.array(task), next_cursor: z.string().nullable() }),
      git_check: z.object({
        head_here: z.boolean().nullable(),
        branch_matches: z.boolean().nullable(),
        sender_head: z.string().nullable(),
        sender_branch: z.string().nullable(),
        dirty_paths: z.array(z.string()),
      }),
      /** What the sender's work tree had that its last commit had not, for git apply. */
      patch: patch.extend({ text: z.string() }).nullable(),
    }),
  }),
  'session.decline': operation({
    summary: 'Give a handoff back: it waits again',
    effect: 'write',
    after: 'told',
    input: z.strictObject({ handoff_id: id, reason: z.string().max(2000).default('') }),
    output: handoff,
  }),
  'session.end': operation({
    summary: 'End a session; a later resume opens it again',
    effect: 'write',
    input: z.strictObject({
      session_id: id,
      reason: z.string().max(200).default('completed'),
      summary: z.string().max(16_384).optional(),
    }),
    output: z.object({
      session_id: z.string(),
      status: z.enum(sessionStatuses),
      end_time: time,
      duration_seconds: z.int(),
      message_count: z.int(),
      task_count: z.int(),
      /** Entries of the session layer that its end archives. */
      archived_entries: z.int(),
      summary_document: z.string().nullable(),
    }),
  }),
  'session.put': operation({
    summary: 'Change title or metadata of a session',
    effect: 'write',
    input: z.strictObject({
      session_id: id,
      title: z.string().min(1).max(200).optional(),
      metadata: metadata.optional(),
    }),
    output: z.object({ session: sessionLine, metadata: z.record(z.string(), z.json()) }),
  }),
  'session.compact': operation({
    summary: 'Note a compaction, and get what is needed to go on',
    effect: 'write',
    when: 'settled',
    input: z.strictObject({ session_id: id, trigger: word.default('manual') }),
    output: z.object({ session_id: z.string(), context_snapshot: snapshot, brief: z.string() }),
  }),
  'session.export': operation({
    summary: 'Write the transcripts of a session, as they are kept, into a new file',
    effect: 'job',
    when: 'settled',
    input: z.strictObject({
      session_id: id,
      format: z.enum(['original']).default('original'),
      path: z.string().min(1).max(4096),
    }),
    output: jobStarted,
  }),
  'session.list': operation({
    summary: 'List sessions, latest activity first; those of sub-agents only when asked for',
    effect: 'read',
    input: z.strictObject({
      status: z.enum(sessionStatuses).optional(),
      children: z.boolean().default(false),
      agent: word.optional(),
      user_id: word.optional(),
      branch: z.string().max(256).optional(),
      since: time.optional(),
      until: time.optional(),
      limit: pageSize(50, 500),
      cursor,
    }),
    output: z.object({ items: z.array(sessionLine), next_cursor: z.string().nullable() }),
  }),
  'session.show': operation({
    summary: 'One session with its runs, handoffs and commits; the id may be shortened where unambiguous',
    effect: 'read',
    input: z.strictObject({ session_id: id }),
    output: z.object({
      session: sessionLine,
      metadata: z.record(z.string(), z.json()),
      runs: z.array(
        z.object({
          run_id: z.string(),
          agent: z.string(),
          native_id: z.string(),
          model: z.string().nullable(),
          branch: z.string().nullable(),
          started_at: time,
        }),
      ),
      handoffs: z.array(handoff),
      counts: z.object({
        messages: z.int(),
        tasks: z.int(),
        tools: z.int(),
        edits: z.int(),
        commits: z.int(),
        handoffs: z.int(),
      }),
      tokens: usage,
      commits: z.array(sessionCommit),
    }),
  }),
  'session.messages': operation({
    summary: 'Messages of a session, oldest first',
    effect: 'read',
    input: z.strictObject({
      session_id: id,
      role: z.enum(messageRoles).optional(),
      kind: z.enum(messageKinds).optional(),
      /** Only what came after this message, or after this time. */
      after: id.optional(),
      limit: pageSize(50, 500),
      cursor,
      include_dead: z.boolean().default(false),
    }),
    output: z.object({ items: z.array(message), next_cursor: z.string().nullable() }),
  }),
  'session.context': operation({
    summary: 'Everything an agent needs to go on: conversation, agents, tasks, memory',
    effect: 'read',
    when: 'settled',
    input: z.strictObject({ session_id: id, recent: pageSize(20, 200) }),
    output: z.object({ context: z.looseObject({ session_id: z.string(), status: z.enum(sessionStatuses) }) }),
  }),
  'session.handoffs': operation({
    summary: 'Handoffs, newest first: waiting, taken, expired',
    effect: 'read',
    input: z.strictObject({
      session_id: id.optional(),
      status: z.string().max(20).optional(),
      to_agent: word.optional(),
      limit: pageSize(100, 500),
      cursor,
    }),
    output: z.object({ items: z.array(handoff), next_cursor: z.string().nullable() }),
  }),
  'task.add': operation({
    summary: 'Add a task to a session or to the project',
    effect: 'write',
    input: z.strictObject({
      description: z.string().min(1).max(4096),
      session_id: id.optional(),
      task_id: id.optional(),
      status: taskStatus.default('open'),
      priority: priority.default('medium'),
      assignee: word.optional(),
      parent: id.optional(),
    }),
    output: task,
  }),
  'task.update': operation({
    summary: 'Change a task; without a task_id a new one is added',
    effect: 'write',
    input: z.strictObject({
      task_id: id.optional(),
      session_id: id.optional(),
      status: taskStatus.optional(),
      description: z.string().min(1).max(4096).optional(),
      priority: priority.optional(),
      assignee: word.optional(),
      result: z.string().max(16_384).optional(),
    }),
    output: task,
  }),
  'task.list': operation({
    summary: 'Tasks, open ones first',
    effect: 'read',
    input: z.strictObject({
      session_id: id.optional(),
      status: taskStatus.optional(),
      assignee: word.optional(),
      limit: pageSize(50, 500),
      cursor,
    }),
    output: z.object({ items: z.array(task), next_cursor: z.string().nullable() }),
  }),
} as const satisfies Contract;
