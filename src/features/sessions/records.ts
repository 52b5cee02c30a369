// What is written about sessions, for ever. Names and members of fields may grow, never change.
import type { JsonValue } from '../../core/captured.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import type { TaskStatus } from '../../core/words.ts';
import { recordType } from '../../store/record-type.ts';

type Kept<N extends string> = { readonly [K in N | `${N}_blob`]?: string } & { readonly [K in `${N}_bytes`]?: number };

export interface SessionStart {
  readonly session_id: string;
  readonly started_at: number;
  readonly agent?: string | undefined;
  readonly tenant_id?: string | undefined;
  readonly user_id?: string | undefined;
  readonly title?: string | undefined;
  readonly initial_context?: Readonly<Record<string, unknown>> | undefined;
  readonly parent_session_id?: string | undefined;
  readonly fork_of?: string | undefined;
  readonly worktree?: string | undefined;
  readonly branch?: string | undefined;
  readonly head?: string | undefined;
}
export const sessionStart = recordType<SessionStart>('session.start', 'merge');

export interface SessionRun {
  readonly session_id: string;
  readonly run_id: string;
  readonly agent: string;
  readonly native_id: string;
  readonly started_at: number;
  readonly dev: string;
  readonly model?: string | undefined;
  readonly branch?: string | undefined;
  readonly head?: string | undefined;
}
export const sessionRun = recordType<SessionRun>('session.run', 'grow');

export const sessionResume = recordType<{
  readonly session_id: string;
  readonly at: number;
  readonly run_id?: string;
}>('session.resume', 'grow');

export const sessionPut = recordType<{
  readonly session_id: string;
  readonly title?: string;
  readonly fork_of?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}>('session.put', 'merge');

export const sessionCompact = recordType<{
  readonly session_id: string;
  readonly trigger: string;
  readonly at: number;
  readonly pre_tokens?: number;
}>('session.compact', 'grow');

export interface SessionEnd {
  readonly session_id: string;
  readonly reason: string;
  readonly ended_at: number;
  readonly head?: string | undefined;
  readonly summary?: string | undefined;
}
export const sessionEnd = recordType<SessionEnd>('session.end', 'grow');

export interface Usage {
  readonly request_id: string;
  readonly fresh: number;
  readonly cache_read: number;
  readonly cache_write: number;
  readonly write_1h: number;
  readonly output: number;
  readonly reasoning: number;
}

export interface MessageAdd extends Kept<'content'> {
  readonly session_id: string;
  readonly role: 'user' | 'assistant' | 'system' | 'tool';
  readonly kind: 'prompt' | 'text' | 'thinking' | 'summary' | 'notice';
  readonly at: number;
  readonly run_id?: string | undefined;
  readonly parent_id?: string | undefined;
  readonly native_id?: string | undefined;
  /** Name of who said it; without one it was the person or the agent. */
  readonly author?: string | undefined;
  readonly agent?: string | undefined;
  readonly model?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Of several records of one message the one with the greatest revision is its text, then the one that came first by its id. */
  readonly revision?: number | undefined;
}
export const messageAdd = recordType<MessageAdd>('message.add', 'grow');
/** Of a message, or of a call or an edit that something else tells better: live 0 takes it out of its session. */
export const messageMark = recordType<{ readonly session_id: string; readonly live: 0 | 1 }>('message.mark', 'grow');

/** A call and its result are two records of one entity: the result may come much later, or never. */
export interface ToolAdd extends Kept<'input'>, Kept<'output'> {
  readonly session_id: string;
  readonly part: 'call' | 'result';
  readonly at: number;
  readonly run_id?: string | undefined;
  readonly tool?: string | undefined;
  readonly hosted?: boolean | undefined;
  readonly command?: string | undefined;
  readonly files?: readonly string[] | undefined;
  readonly is_error?: boolean | undefined;
  readonly exit_code?: number | undefined;
  readonly error_line?: string | undefined;
  readonly duration_ms?: number | undefined;
}
export const toolAdd = recordType<ToolAdd>('tool.add', 'grow');

export interface EditAdd {
  readonly session_id: string;
  readonly path: string;
  readonly kind: 'add' | 'modify' | 'delete' | 'rename';
  readonly source: 'transcript' | 'hook' | 'watcher' | 'editor';
  readonly at: number;
  readonly run_id?: string | undefined;
  readonly tool_call_id?: string | undefined;
  readonly old_path?: string | undefined;
  readonly added?: number | undefined;
  readonly removed?: number | undefined;
  readonly agent?: string | undefined;
}
export const editAdd = recordType<EditAdd>('edit.add', 'grow');

export interface CommitAdd extends Kept<'body'> {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly email: string;
  readonly authored_at: number;
  readonly committed_at: number;
  readonly subject: string;
  readonly files: readonly (readonly [string, number, number, string])[];
  readonly branch?: string | undefined;
  /** A stranger's package says so: the word of a repository here takes its place, and agents are not told. */
  readonly quarantined?: true | undefined;
}
export const commitAdd = recordType<CommitAdd>('commit.add', 'grow');

/** A commit became another one; by reset, with equal shas: it is itself again. */
export interface CommitRewrite {
  readonly from: string;
  readonly to: string;
  readonly by: 'amend' | 'rebase' | 'reset';
  readonly at: number;
}
export const commitRewrite = recordType<CommitRewrite>('commit.rewrite', 'grow');

/** A commit is a session's doing. inside: it was made by a process that the session's agent started. */
export interface CommitLink {
  readonly sha: string;
  readonly session_id: string;
  readonly how: 'inside';
  /** 0 to 1. */
  readonly confidence: number;
  readonly at: number;
}
export const commitLink = recordType<CommitLink>('commit.link', 'grow');

export interface CommitShare {
  readonly sha: string;
  readonly remote: string;
  readonly at: number;
}
export const commitShare = recordType<CommitShare>('commit.share', 'grow');

export interface TaskAdd {
  readonly task_id: string;
  readonly description: string;
  readonly session_id?: string | undefined;
  readonly status?: TaskStatus | undefined;
  readonly priority?: string | undefined;
  readonly agent?: string | undefined;
  readonly assignee?: string | undefined;
  readonly parent?: string | undefined;
  readonly position?: number | undefined;
  readonly at?: number | undefined;
}
export const taskAdd = recordType<TaskAdd>('task.add', 'merge');

export interface TaskUpdate {
  readonly status?: TaskStatus | undefined;
  readonly description?: string | undefined;
  readonly priority?: string | undefined;
  readonly assignee?: string | undefined;
  readonly result?: string | undefined;
  readonly position?: number | undefined;
  readonly at?: number | undefined;
}
export const taskUpdate = recordType<TaskUpdate>('task.update', 'merge');

export interface HandoffCreate extends Kept<'patch'> {
  readonly session_id: string;
  /** Who wrote reason and instructions: an agent, or `user` for a person. */
  readonly by?: string;
  readonly from_agent: string;
  readonly to_agent: string;
  readonly reason: string;
  readonly critical_info: Readonly<Record<string, JsonValue>>;
  readonly continuation_instructions: string;
  readonly snapshot: Snapshot;
  readonly through: Readonly<Record<string, number>>;
  readonly created_at: number;
  readonly expires_at: number;
  readonly worktree?: string | undefined;
  readonly branch?: string | undefined;
  readonly head?: string | undefined;
  readonly to_user?: string | undefined;
  readonly to_device?: string | undefined;
  /** Of the text kept as `patch`. */
  readonly patch_info?: {
    readonly base: string;
    readonly files: number;
    readonly bytes: number;
    readonly left_out: readonly { readonly path: string; readonly why: string }[];
  };
}
export const handoffCreate = recordType<HandoffCreate>('handoff.create', 'grow');

export interface HandoffAccept {
  readonly session_id: string;
  readonly agent: string;
  readonly at: number;
  readonly run_id?: string | undefined;
  readonly device: string;
}
export const handoffAccept = recordType<HandoffAccept>('handoff.accept', 'grow');
export const handoffDecline = recordType<{ readonly reason: string; readonly at: number }>('handoff.decline', 'grow');
