// A project whose directory is a real git repository, with a clock that git's own times follow.
import fs from 'node:fs';
import { join } from 'node:path';
import type { Captured } from '../../../src/core/captured.ts';
import { formatSpoolEvent, type SpoolHeader } from '../../../src/core/spool-event.ts';
import { ingest } from '../../../src/features/capture/ingest.ts';
import { followReflogs } from '../../../src/features/capture/reflog.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { type Repository, repositoryAt, temporaryRepository } from '../../platform/temporary-repository.ts';
import { type ImportWorld, importWorld } from './import-world.ts';

export interface HistoryWorld extends ImportWorld, Repository {
  /** The directory in which the repository lies. */
  readonly around: string;
  /** Git in another work tree, on the same clock. */
  readonly at: (top: string) => Repository;
  /** Takes in what the logs tell; how many commits were new. */
  readonly follow: () => Promise<number>;
  /** What every rewritten sha is now. */
  readonly present: () => Record<string, string>;
  readonly rows: (sql: string) => Record<string, unknown>[];
  /** A session asks, edits files (path to new text) and says what it ran. */
  readonly work: (session: string, ask: string, edits: Readonly<Record<string, string>>, ran?: Ran) => Promise<void>;
  readonly hook: (header: Partial<SpoolHeader>, body?: string) => ReturnType<typeof ingest>;
  /** Asks for an operation as a person would. */
  readonly ask: <T>(operation: string, body: unknown) => Promise<T>;
  readonly tick: (seconds?: number) => number;
}

interface Ran {
  readonly command: string;
  readonly output: string;
}

/** how: arguments of git init. above: the repository begins in the directory above the project. */
export function historyWorld(
  how: readonly string[] = [],
  { above = false, env = {} }: { readonly above?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): HistoryWorld {
  const world = importWorld({ env });
  const begins = above ? world.top : world.root;
  let now = world.clock.now - 3_600_000;
  const tick = (seconds = 1) => {
    now += seconds * 1000;
    return now;
  };
  const dates = () => {
    const date = `${Math.floor(tick() / 1000)} +0000`;
    return { GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date, GIT_EDITOR: 'true' };
  };
  temporaryRepository({ into: begins, how });
  const repository = repositoryAt(begins, dates);
  const store = () => world.projects.store(projectId);
  const rows = (sql: string) => store().statements.all<Record<string, unknown>>(sql, []);
  let events = 0;
  return {
    ...{ ...world, ...repository, around: world.top, rows, tick },
    at: (top) => repositoryAt(top, dates),
    follow: () => followReflogs(world.wired.capture, projectId, new Map()),
    present: () =>
      Object.fromEntries(
        rows('select distinct from_sha, present from commit_rewrites').map((row) => [row['from_sha'], row['present']]),
      ),
    async work(session, ask, edits, ran) {
      const at = () => tick();
      const items: Captured[] = [
        { kind: 'session', session, at: at(), cwd: world.root, branch: 'main' },
        { kind: 'message', session, at: at(), key: [session, ask], role: 'user', as: 'prompt', text: ask },
      ];
      for (const [path, text] of Object.entries(edits)) {
        const callId = `${session} ${path} ${tick()}`;
        const file = join(world.root, path);
        const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').length - 1 : 0;
        const input = { file_path: file, content: text };
        items.push({ kind: 'tool-call', session, at: at(), callId, tool: 'Write', input, files: [file] });
        items.push({ kind: 'tool-result', session, at: at(), callId, isError: false });
        const lines = { added: text.split('\n').length - 1, removed: before };
        items.push({ kind: 'edit', session, at: at(), key: [callId], callId, path: file, change: 'modify', ...lines });
        repositoryAt(world.root).write(path, text);
      }
      if (ran) {
        const callId = `${session} ${ran.command} ${tick()}`;
        items.push({ kind: 'tool-call', session, at: at(), callId, tool: 'Bash', command: ran.command });
        items.push({ kind: 'tool-result', session, at: at(), callId, output: ran.output, isError: false });
      }
      const source = { agent: 'claude-code', trusted: 'own' as const, from: 'transcript' as const, root: world.root };
      await store().write((tx) => world.wired.capture.keepers.takeIn(tx, source, {}, items));
    },
    hook(header, body = '') {
      events += 1;
      const head = { agent: 'git', event: 'post-commit', args: [], pwd: world.root, ...header };
      const file = {
        name: `${events}.evt`,
        bytes: formatSpoolEvent(head, Buffer.from(body)),
        mtimeNs: BigInt(now) * 1_000_000n,
      };
      return ingest(world.wired.capture, file, { failpoint: () => undefined, held: new Set() });
    },
    async ask<T>(operation: string, body: unknown): Promise<T> {
      const caller = { user: world.projects.identity.user, origin: 'human' as const };
      const asked = { operation, body, caller, project: projectId, idempotencyKey: undefined };
      return (await world.dispatch(asked)).reply as T; // each test names what it reads of it
    },
  };
}
