// Conversations as agents write them that keep documents and databases.
import Database from 'better-sqlite3';
import type { JsonValue } from '../../../src/core/captured.ts';

type Members = Readonly<Record<string, JsonValue>>;
const begin = Date.UTC(2026, 3, 14, 9);
const iso = (second: number) => new Date(begin + second * 1000).toISOString();

export const geminiSession = 'd0ed8c54-d24e-4ca5-b7ff-2f2b943c0d2d';

/** The first line of a chat of Gemini CLI. second: when it was written last. */
export function geminiHeader(second: number, more: Members = {}): Members {
  const { startTime, lastUpdated } = { startTime: iso(0), lastUpdated: iso(second) };
  return { sessionId: geminiSession, projectHash: 'none', startTime, lastUpdated, kind: 'main', ...more };
}

/** n-th message of a chat: even ones a person's, odd ones replies. */
export function geminiMessage(n: number, text: string, more: Members = {}): Members {
  const base = { id: `m${n}`, timestamp: iso(n) };
  if (n % 2 === 0) return { ...base, type: 'user', content: [{ text }], ...more };
  const tokens = { input: 100 + n, output: 7, cached: 40, thoughts: 3, tool: 0, total: 110 + n };
  return { ...base, type: 'gemini', content: text, model: 'gemini-3', thoughts: [], tokens, ...more };
}

/** A call of a tool that changed a file. */
export function geminiEdit(id: string, path: string, status: string): Members {
  const result = [{ functionResponse: { id, name: 'replace', response: { output: 'Successfully modified file' } } }];
  const diffStat = { model_added_lines: 2, model_removed_lines: 1 };
  return {
    ...{ id, name: 'replace', args: { file_path: path, old_string: 'a', new_string: 'b' }, status, timestamp: iso(9) },
    ...(status === 'success' ? { result, resultDisplay: { fileDiff: '-a\n+b', filePath: path, diffStat } } : {}),
  };
}

/** A whole chat as versions before 0.40 wrote it. */
export function geminiDocument(second: number, messages: readonly JsonValue[]): string {
  return JSON.stringify({ ...geminiHeader(second), messages }, null, 2);
}

export const opencodeSession = 'ses_277daa810ffePOBsdfS6gm8uA2';

/** What is in a database of opencode: sessions, their messages, the parts of these. */
export interface OpencodeMessage {
  readonly info: Members & { readonly id: string };
  readonly parts: readonly (Members & { readonly id: string })[];
}

/** A question, and a reply with a tool call, as they stand when both are finished. */
export function opencodeTalk(root: string, n = 0): OpencodeMessage[] {
  const at = begin + n * 60_000;
  const [asked, answered] = [`msg_${String(n).padStart(4, '0')}a`, `msg_${String(n).padStart(4, '0')}b`];
  const file = `${root}/src/cart.ts`;
  const metadata = { filediff: { file, additions: 3, deletions: 1 } };
  const edit = {
    status: 'completed',
    input: { filePath: file },
    output: 'ok',
    metadata,
    time: { start: at, end: at + 9 },
  };
  const failed = {
    status: 'error',
    input: { command: 'npm test' },
    error: 'Error: no tests',
    time: { start: at, end: at + 5 },
  };
  const tokens = { input: 10, output: 5, reasoning: 2, cache: { read: 30, write: 4 } };
  return [
    {
      info: { id: asked, role: 'user', time: { created: at }, agent: 'build' },
      parts: [
        { id: `prt_${n}1`, type: 'text', text: `Why is cart ${n} empty?` },
        { id: `prt_${n}2`, type: 'text', text: 'the content of a file', synthetic: true },
      ],
    },
    {
      info: {
        ...{ id: answered, role: 'assistant', parentID: asked, modelID: 'sonnet', tokens, finish: 'stop' },
        time: { created: at + 1, completed: at + 2000 },
      },
      parts: [
        { id: `prt_${n}3`, type: 'reasoning', text: 'It may be the loop.', time: { start: at + 1, end: at + 2 } },
        { id: `prt_${n}4`, type: 'tool', tool: 'edit', callID: `call_${n}`, state: edit },
        { id: `prt_${n}5`, type: 'tool', tool: 'bash', callID: `call_${n}b`, state: failed },
        {
          id: `prt_${n}6`,
          type: 'text',
          text: `The loop of cart ${n} was wrong.`,
          time: { start: at + 3, end: at + 4 },
        },
        { id: `prt_${n}7`, type: 'patch', hash: 'f4c4', files: [file] },
      ],
    },
  ];
}

export function opencodeInfo(root: string, more: Members = {}): Members {
  return { id: opencodeSession, projectID: 'p1', directory: root, title: 'The empty cart', version: '1.4.3', ...more };
}

/** What `opencode export` prints. */
export function opencodeExport(root: string, messages: readonly OpencodeMessage[]): string {
  return JSON.stringify({ info: { ...opencodeInfo(root), time: { created: begin } }, messages }, null, 2);
}

/** A database of opencode. */
export interface OpencodeDatabase extends Disposable {
  /** Writes a message with its parts as they stand at a moment, in milliseconds. */
  put(message: OpencodeMessage, at: number): void;
  /** Adds a session, or changes what it says. */
  session(root: string, at: number, more?: Readonly<Record<string, string | null>>): void;
  run(sql: string): void;
}

export function opencodeDatabase(path: string): OpencodeDatabase {
  const db = new Database(path);
  db.pragma('journal_mode = wal');
  db.exec(`create table if not exists project (id text primary key, worktree text not null, time_updated integer);
    create table if not exists session (id text primary key, project_id text, parent_id text, directory text, title text,
      version text, revert text, time_created integer, time_updated integer);
    create table if not exists message (id text primary key, session_id text, data text, time_created integer,
      time_updated integer);
    create table if not exists part (id text primary key, message_id text, session_id text, data text,
      time_created integer, time_updated integer)`);
  const session = db.prepare(`insert into session values (:id, 'p1', :parent_id, :directory, 'The empty cart', '1.4.3',
    :revert, ${begin}, :at) on conflict (id) do update set revert = :revert, time_updated = :at`);
  const message = db.prepare(`insert into message values (?, ?, ?, ?, ?)
    on conflict (id) do update set data = excluded.data, time_updated = excluded.time_updated`);
  const part = db.prepare(`insert into part values (?, ?, ?, ?, ?, ?)
    on conflict (id) do update set data = excluded.data, time_updated = excluded.time_updated`);
  return {
    put({ info: { id, ...info }, parts }, at) {
      const { created } = info['time'] as { created: number };
      message.run(id, opencodeSession, JSON.stringify(info), created, at);
      for (const { id: own, ...data } of parts) part.run(own, id, opencodeSession, JSON.stringify(data), created, at);
    },
    session(directory, at, more = {}) {
      session.run({ id: opencodeSession, parent_id: null, revert: null, directory, at, ...more });
    },
    run: (sql) => void db.exec(sql),
    [Symbol.dispose]: () => void db.close(),
  };
}

/** A history by SpecStory of a question and its answer. */
export function specstoryHistory(session: string, more = ''): string {
  return `<!-- Generated by SpecStory, Markdown v2.1.0 -->

# 2026-04-14 09:00:00Z

<!-- Claude Code Session ${session} (2026-04-14 09:00:00Z) -->

_**User (2026-04-14 09:00:00Z)**_

Why is the cart empty?

---

_**Agent (opus 2026-04-14 09:00:05Z)**_

<think><details><summary>Thought Process</summary>
Perhaps the loop.
</details></think>

<tool-use data-tool-type="shell" data-tool-name="Bash"><details>
<summary>Tool use: **Bash**</summary>

\`npm test\`
\`\`\`
_**User (2026-04-14 09:00:06Z)**_
1 failed
\`\`\`
</details></tool-use>

_**Agent (opus 2026-04-14 09:00:09Z)**_

The loop skips the last item.
${more}`;
}
