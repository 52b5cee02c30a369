// Transcript files on disk and what importing them leaves in the databases.
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import type { JsonValue } from '../../../src/core/captured.ts';
import type { FileReport, ImportTask } from '../../../src/features/capture/file-report.ts';
import { sourceInfo } from '../../../src/features/capture/forms/sources.ts';
import { importFile } from '../../../src/features/capture/import-file.ts';
import { allSegments, ownSource, type SourceRow, sourceIn } from '../../../src/features/capture/queries.ts';
import { segmentLines } from '../../../src/features/capture/segments.ts';
import type { FoundFile } from '../../../src/platform/walk.ts';
import { digest } from '../../../src/store/digest.ts';
import { projectId, type Wanted, type WiredWorld, wiredWorld } from '../../daemon/wired-world.ts';

export interface ImportWorld extends WiredWorld {
  readonly root: string;
  /** A file below the directory of transcripts; written when content is given. */
  readonly file: (name: string, content?: string | Uint8Array) => string;
  /** Imports a file as it stands, as its agent's own. */
  readonly read: (path: string, task?: Partial<ImportTask>) => Promise<FileReport>;
  /** What is known of a file: as its own project reads it, or as the one asked for does. */
  readonly source: (path: string, project?: string) => SourceRow | undefined;
  /** Lines kept of files of that name, and how they are cut into parts. */
  readonly kept: (agent: string, file: string) => { lines: string[]; parts: string[] };
  readonly keptOf: (project: string, agent: string, file: string) => { lines: string[]; parts: string[] };
  /** Everything that has to be the same, however it came here. */
  readonly state: () => Readonly<Record<string, unknown>>;
  readonly digestOf: (project: string) => Readonly<Record<string, unknown>>;
}

/** A world with one project, whose root every line below may name as its directory. */
export function importWorld(wanted: Wanted = {}): ImportWorld {
  const world = wiredWorld(wanted);
  const root = world.project();
  const keptOf = (project: string, agent: string, file: string) => {
    const { read, statements } = world.projects.store(project);
    const sources = statements.all<{ native_id: string; source: string }>(
      `select distinct native_id, source from transcript_segments where agent = ? and source like ? || '~%' order by 1, 2`,
      [agent, file],
    );
    const rows = sources.flatMap((source) => read.all(allSegments, { agent, ...source }));
    return {
      lines: rows.flatMap(segmentLines),
      parts: rows.map(({ part, first_line, lines, bytes }) => [part, first_line, lines, bytes].join()),
    };
  };
  const digestOf = (project: string) => digest(world.projects.store(project));
  return {
    ...{ ...world, root, keptOf, digestOf, state: () => digestOf(projectId) },
    kept: (agent, file) => keptOf(projectId, agent, file),
    file(name, content) {
      const path = join(world.top, 'transcripts', name);
      fs.mkdirSync(dirname(path), { recursive: true });
      if (content !== undefined) fs.writeFileSync(path, content);
      return path;
    },
    read: (path, task = {}) => importFile(world.wired.capture, found(path), { trusted: 'own', ...task }),
    source: (path, project_id) =>
      project_id === undefined
        ? world.projects.user.read.one(ownSource, { path })
        : world.projects.user.read.one(sourceIn, { path, project_id }),
  };
}

/** A file as discovery would find it; one that is not there still has a name. */
export function found(path: string): FoundFile {
  return sourceInfo(path) ?? { path, size: 1, mtimeMs: 1, inode: 1 };
}

export const jsonl = (...values: readonly JsonValue[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

export const conversation = '0b2b9d6a-3c1c-4a53-9a64-3f1f0e9a0001';

const time = (n: number) => new Date(Date.UTC(2026, 1, 15, 9, 0, n)).toISOString();
const uuid = (n: number) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;

/** n-th line of a Claude Code conversation: something a person or the agent says. */
export function said(cwd: string, n: number, text: string, more: Readonly<Record<string, JsonValue>> = {}): JsonValue {
  const role = n % 2 === 0 ? 'user' : 'assistant';
  const content = role === 'user' ? text : [{ type: 'text', text }];
  return {
    ...{ type: role, uuid: uuid(n), parentUuid: n === 0 ? null : uuid(n - 1), sessionId: conversation, cwd },
    ...{ gitBranch: 'main', version: '2.1.42', isSidechain: false, timestamp: time(n) },
    message: { role, ...(role === 'assistant' ? { model: 'm' } : {}), content },
    ...more,
  };
}

/** A tool call of the agent and its result, as two lines. */
export function toolLines(cwd: string, n: number, output: string): JsonValue[] {
  const use = { type: 'tool_use', id: `call-${n}`, name: 'Bash', input: { command: 'npm test' } };
  const result = { type: 'tool_result', tool_use_id: `call-${n}`, content: output };
  const [call, back] = [said(cwd, n, ''), said(cwd, n + 1, '')];
  return [
    { ...Object(call), type: 'assistant', message: { role: 'assistant', model: 'm', content: [use] } },
    { ...Object(back), type: 'user', message: { role: 'user', content: [result] } },
  ];
}

/** A Codex rollout of one question and its answer. */
export function rollout(cwd: string): JsonValue[] {
  const line = (type: string, payload: JsonValue) => ({ timestamp: time(30), type, payload });
  return [
    line('session_meta', { id: '019eecb9-cc3a-73c2-814a-dd4f8ced7545', timestamp: time(30), cwd, cli_version: '1' }),
    line('turn_context', { turn_id: 't1', cwd, model: 'gpt' }),
    line('event_msg', { type: 'user_message', message: 'Why so slow?', images: [] }),
    line('event_msg', { type: 'agent_message', message: 'An index is missing.' }),
  ];
}
