import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  familiesInOrder,
  namedTranscripts,
  ownTranscripts,
  transcriptRoots,
} from '../../../src/features/capture/discover.ts';
import { sourceInfo, sourcesOf } from '../../../src/features/capture/forms/sources.ts';
import type { FoundFile } from '../../../src/platform/walk.ts';
import { temporaryDirectory } from '../../store/temporary-store.ts';
import { opencodeDatabase, opencodeSession, opencodeTalk } from './document-makers.ts';
import { jsonl, said } from './import-world.ts';

/** Files with the second at which each was written last. */
function folder(files: Readonly<Record<string, readonly [content: string | Uint8Array, at: number]>>) {
  const top = temporaryDirectory();
  for (const [name, [content, at]] of Object.entries(files)) {
    fs.mkdirSync(dirname(join(top, name)), { recursive: true });
    fs.writeFileSync(join(top, name), content);
    fs.utimesSync(join(top, name), at, at);
  }
  return { top, names: (found: readonly FoundFile[]) => found.map(({ path }) => path.slice(top.length + 1)) };
}

test('CA22: the agents keep transcripts below their homes, or where their own variables say', () => {
  const home = transcriptRoots('/h', { CLAUDE_CONFIG_DIR: '' }).map(({ agent, directory }) => `${agent} ${directory}`);
  expect(home).toEqual([
    'claude-code /h/.claude/projects',
    'codex /h/.codex/sessions',
    'codex /h/.codex/archived_sessions',
    'copilot-cli /h/.copilot/session-state',
    'cursor /h/.cursor/projects',
    'gemini-cli /h/.gemini/tmp',
    'opencode /h/.local/share/opencode',
    'opencode /h/.local/share/opencode/storage/session',
  ]);
  const own = { CLAUDE_CONFIG_DIR: '/c', CODEX_HOME: '/x', COPILOT_HOME: '/p' };
  const variables = { ...own, GEMINI_CLI_HOME: '/g', XDG_DATA_HOME: '/d' };
  expect(transcriptRoots('/h', variables).map(({ directory }) => directory)).toEqual([
    ...['/c/projects', '/x/sessions', '/x/archived_sessions', '/p/session-state', '/h/.cursor/projects'],
    ...['/g/.gemini/tmp', '/d/opencode', '/d/opencode/storage/session'],
  ]);
});

test('CA23: transcripts are found below, newest first, of the agents asked for', () => {
  const { top, names } = folder({
    'home/.claude/projects/-w-shop/old.jsonl': ['x', 10],
    'home/.claude/projects/-w-shop/s/subagents/agent-1.jsonl.gz': ['x', 30],
    'home/.claude/projects/-w-shop/notes.md': ['x', 30],
    'home/.codex/sessions/2026/02/15/rollout.jsonl': ['x', 20],
  });
  const roots = transcriptRoots(join(top, 'home'), {});
  const [sub, rollout, old] = [
    'home/.claude/projects/-w-shop/s/subagents/agent-1.jsonl.gz',
    'home/.codex/sessions/2026/02/15/rollout.jsonl',
    'home/.claude/projects/-w-shop/old.jsonl',
  ];
  expect(names(ownTranscripts(roots, undefined))).toEqual([sub, rollout, old]);
  expect(names(ownTranscripts(roots, ['codex', 'none']))).toEqual([rollout]);
  expect(ownTranscripts(transcriptRoots('/nowhere', {}), undefined)).toEqual([]);
});

test('CA24: a named file is taken whatever its name, a directory for what is below; one that is not there is an error', () => {
  const { top, names } = folder({
    'a/b/1.jsonl': ['x', 1],
    'a/2.jsonl': ['x', 2],
    'log.txt': ['x', 3],
    'c/d.txt': ['x', 1],
  });
  expect(names(namedTranscripts([join(top, 'a'), join(top, 'log.txt')]))).toEqual([
    'log.txt',
    'a/2.jsonl',
    'a/b/1.jsonl',
  ]);
  for (const path of [join(top, 'none'), join(top, 'c')]) {
    expect(() => namedTranscripts([join(top, 'a'), path])).toThrow(
      expect.objectContaining({ code: 'file/unreadable', field: 'paths', message: expect.stringContaining(path) }),
    );
  }
});

test('CA25: forks come after what they were forked from, in the place of the newest of them', async () => {
  const [one, two] = [jsonl(said('/w', 0, 'one')), jsonl(said('/w', 8, 'two'))];
  const { top, names } = folder({
    'origin.jsonl': [one, 10],
    'fork.jsonl': [one + two, 40],
    'fork-2.jsonl': [one, 20],
    'other.jsonl': [two, 30],
    'packed.jsonl.gz': [gzipSync(one), 35],
    'plain.txt': ['no id in it', 5],
  });
  const files = namedTranscripts([top, join(top, 'plain.txt')]);
  const gone = { path: join(top, 'gone.jsonl'), size: 1, mtimeMs: 1, inode: 1 };
  expect(names(await familiesInOrder([...files, gone]))).toEqual([
    ...['origin.jsonl', 'fork-2.jsonl', 'fork.jsonl'],
    ...['packed.jsonl.gz', 'other.jsonl', 'plain.txt', 'gone.jsonl'],
  ]);
});

test('CA104: a database gives its sessions, documents are found by their usual names, histories come last', async () => {
  const history = '.specstory/history/2026-04-14_09-00-00Z-cart.md';
  const { top, names } = folder({
    'talk/session-1.json': ['x', 10],
    'talk/package.json': ['x', 20],
    'talk/notes.md': ['x', 20],
    [`talk/${history}`]: ['x', 4_000_000_000],
    'talk/opencode-broken.db': ['x', 5],
  });
  using db = opencodeDatabase(join(top, 'talk/opencode.db'));
  db.session('/w', 20_000);
  for (const message of opencodeTalk('/w')) db.put(message, 30_000);
  const found = await sourcesOf(namedTranscripts([join(top, 'talk')]));
  const session = `talk/opencode.db#${opencodeSession}`;
  expect(names(found)).toEqual([session, 'talk/session-1.json', 'talk/opencode-broken.db', `talk/${history}`]);
  expect(found[0]).toMatchObject({ size: 9, mtimeMs: 30_000 });
  expect(sourceInfo(join(top, session))).toEqual(found[0]);
  expect([`${session}x`, 'talk/none.db#ses_1'].map((path) => sourceInfo(join(top, path)))).toEqual([
    undefined,
    undefined,
  ]);
});
