// One vocabulary for what agents and git did. Adapters speak it, the record-writing features understand it;
// neither knows the other. Every string in it has been redacted before an adapter sees it.

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

interface Item {
  /** The agent's own id of the conversation. */
  readonly session: string;
  /** Milliseconds since 1970 UTC, as the source says. */
  readonly at: number;
}

interface Keyed extends Item {
  /** Natural key inside the agent; (agent, ...key) is hashed to the record id, so the same fact is one record. */
  readonly key: readonly string[];
}

/** A conversation shows itself for the first time in a file. Sub-agents name their parent, known forks their origin. */
export interface CapturedSession extends Item {
  readonly kind: 'session';
  readonly cwd?: string;
  readonly branch?: string;
  readonly head?: string;
  readonly model?: string;
  readonly version?: string;
  readonly parent?: string;
  readonly forkOf?: string;
  readonly title?: string;
}

export interface CapturedMessage extends Keyed {
  readonly kind: 'message';
  readonly role: 'user' | 'assistant' | 'system' | 'tool';
  /** prompt: typed by a human, and nothing else is. */
  readonly as: 'prompt' | 'text' | 'thinking' | 'summary' | 'notice';
  readonly text: string;
  readonly nativeId?: string;
  /** Key of the prompt this answers (the reply tree); the prompt before it for a prompt. */
  readonly replyTo?: readonly string[];
  readonly model?: string;
  readonly metadata?: { readonly [key: string]: JsonValue };
  /** hook: told by a hook alone, for want of a transcript; one that tells the same later takes its place. */
  readonly told?: 'hook';
  /** Of an agent that writes messages again: of two texts with one key the one with the greater revision counts. */
  readonly revision?: number;
  /** It only repeats what prsist put before this conversation: counted, not kept. */
  readonly echo?: boolean;
}

/** What one model request cost, as disjoint counters. Seen again with a greater output, the greatest wins. */
export interface CapturedUsage extends Keyed {
  readonly kind: 'usage';
  readonly requestId: string;
  readonly model?: string;
  readonly fresh: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** The part of cacheWrite that lives one hour. */
  readonly cacheWrite1h: number;
  /** Includes reasoning. */
  readonly output: number;
  readonly reasoning: number;
}

/** A tool was called. Its result, when there is one, follows as an item of its own with the same callId. */
export interface CapturedToolCall extends Item {
  readonly kind: 'tool-call';
  readonly callId: string;
  readonly tool: string;
  /** Hosted tools (web search, tool search) run at the provider and are counted apart. */
  readonly hosted?: boolean;
  readonly input?: JsonValue;
  /** The shell command, for tools that run one. */
  readonly command?: string;
  /** Paths the input names, as the agent wrote them. */
  readonly files?: readonly string[];
  /** In a transcript: what its hook called it, which cannot know this id. */
  readonly inHook?: HookCall;
}

/** Id of a call in what a hook told of it; counted: without the how many-th it was, which stands behind a colon. */
export interface HookCall {
  readonly id: string;
  readonly counted: boolean;
}

export interface CapturedToolResult extends Item {
  readonly kind: 'tool-result';
  readonly callId: string;
  readonly output?: string;
  readonly isError: boolean;
  readonly exitCode?: number;
  /** The line that says what went wrong, at most 200 characters; only for failures. */
  readonly errorLine?: string;
  readonly durationMs?: number;
}

export interface CapturedEdit extends Keyed {
  readonly kind: 'edit';
  readonly callId?: string;
  /** As the agent wrote it: absolute, or relative to the conversation's directory. */
  readonly path: string;
  readonly oldPath?: string;
  readonly change: 'add' | 'modify' | 'delete' | 'rename';
  /** Absent: by a transcript. */
  readonly told?: 'hook';
  readonly added?: number;
  readonly removed?: number;
}

export interface CapturedCompaction extends Keyed {
  readonly kind: 'compaction';
  readonly trigger: string;
  readonly preTokens?: number;
}

/** A prompt that turned out to lie on a rewound branch, with everything that answered it. */
export interface CapturedRewind extends Item {
  readonly kind: 'rewind';
  readonly key: readonly string[];
  /** The rewinding was taken back: it stands again. */
  readonly undone?: boolean;
}

/** The agent's own plan or to-do list, whole, as it stands after one call of its plan tool. */
export interface CapturedPlan extends Keyed {
  readonly kind: 'plan';
  readonly steps: readonly {
    readonly id: string;
    readonly text: string;
    readonly status: 'open' | 'in_progress' | 'done';
  }[];
}

/** Something a source says of a conversation as a whole, by members that never take anything back. */
export interface CapturedNote extends Keyed {
  readonly kind: 'note';
  readonly metadata: { readonly [key: string]: JsonValue };
}

export type Captured =
  | CapturedSession
  | CapturedMessage
  | CapturedUsage
  | CapturedToolCall
  | CapturedToolResult
  | CapturedEdit
  | CapturedCompaction
  | CapturedRewind
  | CapturedPlan
  | CapturedNote;

/** One git commit, read from the repository. */
export interface CapturedCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly branch?: string;
  readonly author: string;
  readonly email: string;
  readonly authoredAt: number;
  readonly committedAt: number;
  readonly subject: string;
  readonly body: string;
  /** [path, lines added, lines removed, kind]; -1 lines for a binary file. */
  readonly files: readonly (readonly [string, number, number, string])[];
}

/** A commit became another one. at: milliseconds since 1970 UTC. */
export interface CapturedRewrite {
  readonly from: string;
  readonly to: string;
  readonly by: 'amend' | 'rebase';
  readonly at: number;
}

/** HEAD was reset: what it could reach before and cannot any more, and the other way round. */
export interface CapturedReset {
  readonly abandoned: readonly string[];
  readonly revived: readonly string[];
  readonly at: number;
}

/** Another branch was checked out. */
export interface CapturedSwitch {
  readonly worktree: string;
  readonly branch: string;
  readonly at: number;
}

/** A commit was made by a process that an agent started. */
export interface CapturedMaking {
  readonly sha: string;
  readonly agent: string;
  readonly worktree: string;
  readonly at: number;
}

/** A commit was pushed. remote: its name, or its address without password. */
export interface CapturedShare {
  readonly sha: string;
  readonly remote: string;
  readonly at: number;
}

/** What happened in a repository. Of what is left out, nothing did. */
export interface CapturedGit {
  readonly commits?: readonly CapturedCommit[];
  readonly rewrites?: readonly CapturedRewrite[];
  readonly resets?: readonly CapturedReset[];
  readonly switches?: readonly CapturedSwitch[];
  readonly makings?: readonly CapturedMaking[];
  readonly shares?: readonly CapturedShare[];
}
