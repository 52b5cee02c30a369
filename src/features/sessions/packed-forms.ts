// What sessions, and what was said and done in them, look like in a memory package.
import { z } from 'zod';
import { limits } from '../../core/limits.ts';
import { messageKinds, messageRoles } from '../../core/words.ts';
import { metadata, priority, taskStatus, word } from '../wire.ts';
import {
  commitAdd,
  commitLink,
  commitRewrite,
  editAdd,
  messageAdd,
  sessionCompact,
  sessionRun,
  sessionStart,
  taskAdd,
  toolAdd,
} from './records.ts';

const line = z.string().max(4096);
const text = z.string().refine((given) => Buffer.byteLength(given) <= limits.packageTextBytes);
const count = z.int().min(0);
const time = z.int().min(0).max(8.64e15);
const sha = z.string().regex(/^[0-9a-f]{7,64}$/);
const inSession = { session_id: word, run_id: word.optional(), at: time };

const session = z.strictObject({
  session_id: word,
  started_at: time,
  title: line.nullable(),
  parent_session_id: word.nullable(),
  fork_of: word.nullable(),
  worktree: line.nullable(),
  branch: line.nullable(),
  head: line.nullable(),
  initial_context: metadata.optional(),
  metadata,
  end: z.strictObject({ at: time, reason: line, head: line.nullable(), summary: text.optional() }).optional(),
});
export type PackedSession = z.output<typeof session>;

const run = z.strictObject({
  ...{ session_id: word, run_id: word, agent: word, native_id: word, started_at: time, dev: word },
  ...{ model: line.optional(), branch: line.optional(), head: line.optional() },
});
export type PackedRun = z.output<typeof run>;

const compaction = z.strictObject({ session_id: word, trigger: line, at: time, pre_tokens: count.optional() });
export type PackedCompaction = z.output<typeof compaction>;

const message = z.strictObject({
  ...inSession,
  role: z.enum(messageRoles),
  kind: z.enum(messageKinds),
  parent_id: word.optional(),
  author: line.optional(),
  agent: word.optional(),
  model: line.optional(),
  usage: z
    .strictObject({
      ...{ request_id: line, fresh: count, cache_read: count, cache_write: count },
      ...{ write_1h: count, output: count, reasoning: count },
    })
    .optional(),
  metadata: metadata.optional(),
  revision: z.int().optional(),
  content: text,
});
export type PackedMessage = z.output<typeof message>;

const tool = z.strictObject({
  ...inSession,
  part: z.enum(['call', 'result']),
  tool: line.optional(),
  hosted: z.boolean().optional(),
  command: text.optional(),
  files: z.array(line).max(limits.packageMembers).optional(),
  is_error: z.boolean().optional(),
  exit_code: z.int().optional(),
  error_line: text.optional(),
  duration_ms: z.number().min(0).optional(),
  input: text.optional(),
  output: text.optional(),
});
export type PackedTool = z.output<typeof tool>;

const edit = z.strictObject({
  ...inSession,
  path: line,
  kind: z.enum(['add', 'modify', 'delete', 'rename']),
  source: z.enum(['transcript', 'hook', 'watcher', 'editor']),
  tool_call_id: word.optional(),
  old_path: line.optional(),
  added: count.optional(),
  removed: count.optional(),
  agent: word.optional(),
});
export type PackedEdit = z.output<typeof edit>;

const task = z.strictObject({
  task_id: word,
  session_id: word.nullable(),
  description: text,
  status: taskStatus,
  priority,
  agent: word.nullable(),
  assignee: word.nullable(),
  parent: word.nullable(),
  position: z.number(),
  result: text.nullable(),
  created_at: time,
  updated_at: time,
});
export type PackedTask = z.output<typeof task>;

const commit = z.strictObject({
  sha,
  parents: z.array(sha).max(1_000),
  author: line,
  email: line,
  authored_at: time,
  committed_at: time,
  subject: text,
  files: z.array(z.tuple([line, z.int(), z.int(), line])).max(limits.packageMembers),
  branch: line.optional(),
  body: text,
});
export type PackedCommit = z.output<typeof commit>;

const rewrite = z.strictObject({ from: sha, to: sha, by: z.enum(['amend', 'rebase', 'reset']), at: time });
export type PackedRewrite = z.output<typeof rewrite>;

const link = z.strictObject({
  ...{ sha, session_id: word, how: z.literal('inside'), confidence: z.number().min(0).max(1), at: time },
});
export type PackedLink = z.output<typeof link>;

const forms: Readonly<Record<string, z.ZodType<Readonly<Record<string, unknown>>>>> = {
  [sessionStart.name]: session,
  [sessionRun.name]: run,
  [sessionCompact.name]: compaction,
  [messageAdd.name]: message,
  [toolAdd.name]: tool,
  [editAdd.name]: edit,
  [taskAdd.name]: task,
  [commitAdd.name]: commit,
  [commitRewrite.name]: rewrite,
  [commitLink.name]: link,
};

/** What a record says, when it says what records of its name say in a package. */
export function formOf(name: string, fields: Readonly<Record<string, unknown>>) {
  return forms[name]?.safeParse(fields).data;
}
