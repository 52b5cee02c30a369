// The shapes in which the state of a session travels: what the summariser reads, and what it gives.

export interface SnapshotTask {
  readonly id: string;
  readonly description: string;
  readonly status: 'open' | 'in_progress' | 'done' | 'rejected' | 'superseded';
  readonly priority: string;
}

export interface SnapshotFile {
  readonly path: string;
  readonly kind: 'add' | 'modify' | 'delete' | 'rename';
  readonly added: number | null;
  readonly removed: number | null;
  readonly at: number;
}

export interface SnapshotCommand {
  readonly command: string;
  readonly exit_code: number | null;
  /** Quoted, at most 200 characters; null when it went well. */
  readonly error: string | null;
  readonly at: number;
}

export interface SnapshotCommit {
  readonly sha: string;
  readonly subject: string;
  readonly at: number;
}

/** Words of somebody, verbatim, at most a few sentences. */
export interface SnapshotQuote {
  readonly text: string;
  readonly at: number;
}

export interface SnapshotMessage {
  readonly id: string;
  readonly role: string;
  readonly content: string;
  readonly truncated: boolean;
  readonly at: number;
}

export interface GitState {
  readonly branch: string | null;
  readonly head: string | null;
  readonly upstream: string | null;
  readonly ahead: number;
  readonly behind: number;
  readonly staged: number;
  readonly unstaged: number;
  readonly untracked: number;
  /** Dirty paths, at most 50. */
  readonly paths: readonly string[];
  readonly stash: number;
}

/** What the summariser is given: facts of one session as they stand in its rows. Oldest first unless said. */
export interface SessionFacts {
  readonly session_id: string;
  readonly agent: string | null;
  /** Live messages with text, by role (prompts and texts only). */
  readonly counts: {
    readonly user: number;
    readonly assistant: number;
    readonly system: number;
    readonly tool: number;
  };
  /** Human prompts on the live branch. */
  readonly prompts: readonly { readonly id: string; readonly text: string; readonly at: number }[];
  /** The last assistant texts, at most 20. */
  readonly replies: readonly { readonly id: string; readonly text: string; readonly at: number }[];
  /** The last live messages of any role, at most 6, with their whole text. */
  readonly recent: readonly {
    readonly id: string;
    readonly role: string;
    readonly text: string;
    readonly at: number;
  }[];
  /** In the order of their position. */
  readonly tasks: readonly SnapshotTask[];
  /** Edits of this session; committed: in a commit by now. Paths relative to the project root where they lie in it. */
  readonly edits: readonly (SnapshotFile & { readonly committed: boolean })[];
  /** Shell commands, at most the last 100. */
  readonly commands: readonly {
    readonly command: string;
    readonly exit_code: number | null;
    readonly is_error: boolean;
    readonly error_line: string | null;
    readonly at: number;
  }[];
  /** The last tool calls, at most 60: the files they name, and the words of their input. */
  readonly calls: readonly { readonly files: readonly string[]; readonly words: string }[];
  /** Commits made in this session, oldest first. */
  readonly commits: readonly SnapshotCommit[];
  /** Summaries an agent wrote at its compactions, oldest first. */
  readonly summaries: readonly { readonly text: string; readonly at: number }[];
  readonly facts: Readonly<Record<string, unknown>>;
  readonly working_memory: Readonly<Record<string, unknown>>;
  readonly long_term_refs: readonly { readonly key: string; readonly scope: string; readonly entry_id: string }[];
  readonly git: GitState | null;
  readonly message_count: number;
  /** {log: seq} of everything covered. */
  readonly through: Readonly<Record<string, number>>;
}

/** The published snapshot of a session, and what we add to it. */
export interface Snapshot {
  /** "15 messages (8 from user, 7 from assistant). Ask: … Done: … Next: …" */
  readonly conversation_summary: string;
  readonly critical_facts: Readonly<Record<string, unknown>>;
  readonly pending_tasks: readonly SnapshotTask[];
  readonly ask: string | null;
  /** When `ask` was said; null without one. */
  readonly ask_at: number | null;
  /** What `ask` may only follow up, oldest first, at most 2: how the session began, and the last long prompt before `ask`. */
  readonly earlier_asks: readonly SnapshotQuote[];
  /** What the agent reported last, in its own words: beginning and end. */
  readonly last_reply: SnapshotQuote | null;
  /** The last commits, newest first, at most 3. */
  readonly commits: readonly SnapshotCommit[];
  readonly tasks_done: number;
  readonly said: readonly { readonly text: string; readonly by: string; readonly at: number }[];
  /** Newest first, at most 12; `files_total` counts all of them. */
  readonly files_in_flight: readonly SnapshotFile[];
  readonly files_total: number;
  readonly last_command: SnapshotCommand | null;
  /** What the agent had in hand last: paths and commands newest first, identifiers by weight. */
  readonly recent_work: {
    readonly files: readonly string[];
    readonly commands: readonly string[];
    readonly names: readonly string[];
  };
  readonly next_step: string | null;
  readonly open_questions: readonly string[];
  readonly git: GitState | null;
  readonly working_memory: Readonly<Record<string, unknown>>;
  readonly long_term_refs: readonly { readonly key: string; readonly scope: string; readonly entry_id: string }[];
  readonly recent_messages: readonly SnapshotMessage[];
  readonly message_count: number;
  readonly through: Readonly<Record<string, number>>;
  /** Of the canonical JSON of all other members. */
  readonly sha256: string;
}
