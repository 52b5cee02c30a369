// The lines Claude Code and Codex write while they work. Formats: what their transcripts of 2026 hold.
import type { Story } from './story.ts';

type Members = Readonly<Record<string, unknown>>;

export interface Conversation {
  readonly id: string;
  readonly cwd: string;
  readonly branch: string;
  /** When it began, in milliseconds since 1970. */
  readonly nowMs: number;
  readonly newId: () => string;
}

/** The first line of a Claude Code transcript: the prompt. secret stays out of it. */
export function claudePrompt(talk: Conversation, text: string): string {
  return claudeLines(talk, [{ type: 'user', message: { role: 'user', content: text } }], 0);
}

/**
 * What follows the prompt: a plan, an edit, a look at the environment that prints a secret, a test that fails, and the
 * user's Escape.
 */
export function claudeWork(talk: Conversation, story: Story, secret: string): string {
  const { edit, check } = story;
  const path = `${talk.cwd}/${edit.path}`;
  const isNew = edit.before === '';
  const todos = story.plan.map((content, n) => ({ content, status: n === 0 ? 'in_progress' : 'pending' }));
  const write = isNew
    ? use('w', 'Write', { file_path: path, content: edit.after })
    : use('w', 'Edit', { file_path: path, old_string: edit.before, new_string: edit.after });
  return claudeLines(
    talk,
    [
      replied({ type: 'text', text: story.says }, use('p', 'TodoWrite', { todos })),
      answered('p', 'Todos have been modified successfully.'),
      replied(write),
      answered('w', `The file ${path} has been updated successfully.`),
      replied(use('e', 'Bash', { command: 'env | grep TOKEN' })),
      answered('e', `GH_TOKEN=${secret}`),
      replied(use('t', 'Bash', { command: check.command })),
      {
        ...answered('t', `Exit code 1\n${check.failure}`, true),
        toolUseResult: `Error: Exit code 1\n${check.failure}`,
      },
      { type: 'user', message: { role: 'user', content: [{ type: 'text', text: '[Request interrupted by user]' }] } },
    ],
    1,
  );
}

function claudeLines(
  { id, cwd, branch, nowMs, newId }: Conversation,
  records: readonly Members[],
  from: number,
): string {
  let parentUuid: string | null = null;
  const lines = records.map((record, n) => {
    const uuid = newId();
    const timestamp = new Date(nowMs + (from + n) * 100).toISOString();
    const common = { parentUuid, isSidechain: false, userType: 'external', cwd, sessionId: id, version: '2.1.42' };
    parentUuid = uuid;
    return `${JSON.stringify({ ...common, gitBranch: branch, ...record, uuid, timestamp })}\n`;
  });
  return lines.join('');
}

function replied(...content: readonly Members[]): Members {
  const usage = {
    input_tokens: 900,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 21_000,
    output_tokens: 120,
  };
  return { type: 'assistant', message: { role: 'assistant', type: 'message', model: 'claude-demo', content, usage } };
}

function use(id: string, name: string, input: Members): Members {
  return { type: 'tool_use', id: `toolu_${id}`, name, input };
}

function answered(id: string, content: string, isError?: true): Members {
  const result = { type: 'tool_result', tool_use_id: `toolu_${id}`, content, ...(isError ? { is_error: true } : {}) };
  return { type: 'user', message: { role: 'user', content: [result] } };
}

/** A rollout of Codex: its head, the prompt and the answer. */
export function codexTalk(talk: Conversation, { prompt, answer }: Story['goOn']): string {
  const { id, cwd, branch, nowMs, newId } = talk;
  const turn_id = newId();
  const records = [
    ['session_meta', { id, cwd, originator: 'codex-tui', cli_version: '0.142.4', source: 'cli', git: { branch } }],
    ['turn_context', { turn_id, cwd, model: 'codex-demo' }],
    ['event_msg', { type: 'user_message', message: prompt, images: [] }],
    ['event_msg', { type: 'agent_message', message: answer }],
  ] as const;
  return records
    .map(([type, payload], n) => {
      const timestamp = new Date(nowMs + n * 100).toISOString();
      return `${JSON.stringify({ timestamp, type, payload: { ...payload, ...(n === 0 ? { timestamp } : {}) } })}\n`;
    })
    .join('');
}
