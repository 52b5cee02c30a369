import type { SessionFacts } from '../../../src/core/snapshot.ts';

export const start = Date.UTC(2026, 2, 4, 9, 0);
const minute = 60_000;

/** A minute of the session. */
export function at(minutes: number): number {
  return start + minutes * minute;
}

export function prompt(minutes: number, text: string): SessionFacts['prompts'][number] {
  return { id: `p${minutes}`, text, at: at(minutes) };
}

export function command(minutes: number, text: string, error?: string | null): SessionFacts['commands'][number] {
  const failed = error !== undefined;
  return { command: text, exit_code: failed ? 1 : 0, is_error: failed, error_line: error ?? null, at: at(minutes) };
}

export function edit(minutes: number, path: string, change: Partial<SessionFacts['edits'][number]> = {}) {
  return { path, kind: 'modify', added: 2, removed: 1, at: at(minutes), committed: false, ...change } as const;
}

/** Facts of an empty session, and what the test adds. */
export function facts(change: Partial<SessionFacts> = {}): SessionFacts {
  const user = change.prompts?.length ?? 0;
  const assistant = change.replies?.length ?? 0;
  return {
    session_id: 's-1',
    agent: 'claude-code',
    counts: { user, assistant, system: 0, tool: 0 },
    prompts: [],
    replies: [],
    recent: [],
    tasks: [],
    edits: [],
    commands: [],
    calls: [],
    commits: [],
    summaries: [],
    facts: {},
    working_memory: {},
    long_term_refs: [],
    git: null,
    message_count: user + assistant,
    through: { log: 7 },
    ...change,
  };
}
