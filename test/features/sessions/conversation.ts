// Made-up conversations, as adapters would give them.
import type { Captured, CapturedCommit } from '../../../src/core/captured.ts';

export const begun = Date.UTC(2026, 0, 1, 12);

/** One thing that happens in a conversation; `n` picks among few names, so that things meet. */
export interface Happening {
  readonly what: (typeof happenings)[number];
  readonly n: number;
}
export const happenings = [
  ...['prompt', 'text', 'thinking', 'usage', 'call', 'result', 'edit', 'compaction', 'rewind', 'plan', 'hosted'],
] as const;

const path = (n: number) => `src/${'abc'[n % 3]}.ts`;

/** The items of one conversation, one second apart. session: its native id. */
export function conversationOf(session: string, all: readonly Happening[], from = begun): readonly Captured[] {
  const prompts: string[][] = [];
  const items = all.map(({ what, n }, i): Captured => {
    const at = from + (i + 1) * 1_000;
    const key = [session, String(i)];
    const said = { kind: 'message' as const, session, at, key, text: `${what} ${n} of ${session}` };
    const answers = prompts.at(-1) ? { replyTo: prompts.at(-1) ?? [] } : {};
    if (what === 'prompt') {
      const before = { ...answers };
      prompts.push(key);
      return { ...said, role: 'user', as: 'prompt', ...before };
    }
    if (what === 'text' || what === 'thinking') return { ...said, role: 'assistant', as: what, ...answers };
    if (what === 'usage') {
      const counters = { fresh: n, cacheRead: 2 * n, cacheWrite: 1, cacheWrite1h: 0, output: 10 * n, reasoning: 0 };
      return { kind: 'usage', session, at, key, requestId: `${session}:${n % 3}`, ...counters };
    }
    if (what === 'call' || what === 'hosted') {
      const input = { path: path(n), more: 'x'.repeat(n === 3 ? 5_000 : 3) };
      const command = n % 2 === 0 ? { command: `make ${n}` } : {};
      const hosted = what === 'hosted' ? { hosted: true } : {};
      return {
        kind: 'tool-call',
        session,
        at,
        callId: `${session}-${what}-${n}`,
        tool: 'Run',
        input,
        ...command,
        ...hosted,
      };
    }
    if (what === 'result') {
      const failed = n % 2 === 1;
      const output = 'y'.repeat(n === 2 ? 9_000 : 9);
      return {
        kind: 'tool-result',
        session,
        at,
        callId: `${session}-call-${n}`,
        output,
        isError: failed,
        exitCode: failed ? 1 : 0,
      };
    }
    if (what === 'edit')
      return { kind: 'edit', session, at, key, path: `/w/${path(n)}`, change: 'modify', added: n, removed: 1 };
    if (what === 'compaction') return { kind: 'compaction', session, at, key, trigger: 'auto', preTokens: n };
    if (what === 'rewind') return { kind: 'rewind', session, at, key: prompts.pop() ?? [session, 'nothing'] };
    const steps = Array.from({ length: n }, (_, s) => ({
      ...{ id: `${(s + i) % 4}`, text: `step ${(s + i) % 4}` },
      status: (['open', 'in_progress', 'done'] as const)[(s + i + n) % 3] ?? 'open',
    }));
    return { kind: 'plan', session, at, key, steps };
  });
  return [{ kind: 'session', session, at: from, cwd: '/work', branch: 'main', title: `about ${session}` }, ...items];
}

/** A commit of one file; at: seconds after the conversations begin. */
export function commitOf(n: number, at: number): CapturedCommit {
  const committedAt = begun + at * 1_000;
  return {
    ...{ sha: `${n}`.padStart(40, 'c'), parents: [], branch: 'main', author: 'Ana', email: 'ana@example.org' },
    ...{ authoredAt: committedAt, committedAt, subject: `Change ${path(n)}`, body: '' },
    files: [[path(n), 1, 1, 'M']],
  };
}
