// What one Claude Code file needs to remember between two lines, as plain JSON.
import type { Captured, JsonValue } from '../../../core/captured.ts';
import type { TranscriptSource } from './adapter.ts';
import type { Links } from './claude-links.ts';
import type { PlanList } from './claude-plans.ts';
import type { Queue } from './claude-queue.ts';
import type { JsonObject } from './json-reading.ts';
import { asText } from './json-reading.ts';
import { sessionItem } from './session-item.ts';

/** A call whose result decides what becomes of it: an edit, or a change to the task list. */
export type PendingCall = {
  id: string;
  tool: string;
  path: string;
  added: number;
  removed: number;
  /** The call's input, for task tools only. */
  input: JsonValue;
};

export type ClaudeState = {
  fileName: string;
  /** The agent id in the file's name; '' for a conversation of its own. */
  ownAgent: string;
  /** The conversation whose folder a sub-agent's file lies in; '' when the path does not tell. */
  folderParent: string;
  /** Sub-agents whose own file is read, so that their inline copy is not. */
  apart: string[];
  /** Time of the last line that had one. */
  at: number;
  sessions: string[];
  links: Links;
  queue: Queue;
  pending: PendingCall[];
  plans: PlanList[];
};

/** One record being read: where it belongs, and the items it gave so far. */
export interface Turn {
  readonly state: ClaudeState;
  readonly record: JsonObject;
  readonly at: number;
  readonly session: string;
  /** A sub-agent speaks: nothing in it was typed by a human, but for refusals. */
  readonly isSubagent: boolean;
  /** The record's uuid; where it has none, something that names the line as well. */
  readonly uuid: string;
  /** The prompt the record descends from, as an index of the links. */
  readonly before: number;
  readonly replyTo: readonly string[] | undefined;
  readonly items: Captured[];
}

const maxPending = 64;

export function beginClaude(source: TranscriptSource): ClaudeState {
  return {
    fileName: source.fileName,
    ownAgent: /(?:^|-)agent-([A-Za-z0-9]+)$/.exec(source.fileName)?.[1] ?? '',
    folderParent: /([^/\\]+)[/\\]subagents[/\\]/.exec(source.path)?.[1] ?? '',
    apart: [...source.subagentFiles],
    at: 0,
    sessions: [],
    links: { index: {}, count: 0, older: {}, prompts: [], tip: -1 },
    queue: { waiting: [], delivered: [], base: '', seen: [] },
    pending: [],
    plans: [],
  };
}

/**
 * Announces a conversation once per file, with the facts of one line.
 * line: the record with cwd, gitBranch and version; a sub-agent inside a parent's file has them on the outer record.
 */
export function announce(turn: Turn, line: JsonObject, parent: string | undefined): void {
  if (turn.state.sessions.includes(turn.session)) return;
  turn.state.sessions.push(turn.session);
  turn.items.push(
    sessionItem(turn.session, turn.at, {
      cwd: asText(line.cwd),
      branch: asText(line.gitBranch),
      version: asText(line.version),
      parent,
    }),
  );
}

export function addPending(state: ClaudeState, call: PendingCall): void {
  state.pending.push(call);
  if (state.pending.length > maxPending) state.pending.shift();
}

export function takePending(state: ClaudeState, id: string): PendingCall | undefined {
  const at = state.pending.findIndex((call) => call.id === id);
  return at === -1 ? undefined : state.pending.splice(at, 1)[0];
}
