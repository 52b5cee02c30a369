import { dirname, join } from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import { firstBytes } from '../../platform/lines.ts';
import { type FoundFile, fileInfo, filesBelow, filesIn } from '../../platform/walk.ts';

/** Where an agent keeps its transcripts. */
export interface TranscriptRoot {
  readonly agent: string;
  readonly directory: string;
  /** Paths of its transcripts; without it every file of lines is one. */
  readonly wanted?: RegExp;
  /** They lie in the directory itself: what is below it is something else, and much. */
  readonly isFlat?: boolean;
}

/** Roots as they are when they are asked for: some lie in projects. */
export type TranscriptRoots = Iterable<TranscriptRoot>;

/** Roots of the agents, honouring the variables by which they move them. */
export function transcriptRoots(home: string, env: Readonly<Record<string, string | undefined>>): TranscriptRoot[] {
  const claude = env.CLAUDE_CONFIG_DIR || join(home, '.claude');
  const codex = env.CODEX_HOME || join(home, '.codex');
  return [
    { agent: 'claude-code', directory: join(claude, 'projects') },
    { agent: 'codex', directory: join(codex, 'sessions') },
    { agent: 'codex', directory: join(codex, 'archived_sessions') },
    { agent: 'copilot-cli', directory: join(env.COPILOT_HOME || join(home, '.copilot'), 'session-state') },
    {
      agent: 'cursor',
      directory: join(home, '.cursor', 'projects'),
      wanted: /\/agent-transcripts\/.+\.(?:jsonl|txt)$/,
    },
    ...documentRoots(home, env),
  ];
}

/** Of agents that keep documents and databases. */
function documentRoots(home: string, env: Readonly<Record<string, string | undefined>>): TranscriptRoot[] {
  const gemini = join(env.GEMINI_CLI_HOME || home, '.gemini');
  const opencode = join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'opencode');
  return [
    { agent: 'gemini-cli', directory: join(gemini, 'tmp'), wanted: /\/chats\/(?:[^/]+\/)?[^/]+\.jsonl?$/ },
    { agent: 'opencode', directory: opencode, wanted: /\/opencode[^/]*\.db$/, isFlat: true },
    { agent: 'opencode', directory: join(opencode, 'storage', 'session'), wanted: /\/ses_[^/]+\.json$/ },
  ];
}

/** Histories that SpecStory writes into a project. */
export function historyRoot(root: string): TranscriptRoot {
  return { agent: 'specstory', directory: join(root, '.specstory', 'history'), wanted: /\.md$/ };
}

const isTranscript = (name: string) => /\.jsonl(\.gz)?$/.test(name);

/**
 * In a directory that a person names, also what is called as agents call their documents and databases. A document of
 * another name is read when it is named itself: directories are full of such files.
 */
const documentName =
  /^(?:session-.+|ses_[^/]+)\.json(?:\.gz)?$|\d{4}-\d\d-\d\d_\d\d-\d\d-\d\dZ?\b.*\.md(?:\.gz)?$|^opencode.*\.db$/;
const isNamed = (name: string) => isTranscript(name) || documentName.test(name);

/** Transcripts the agents have left, newest first. */
export function ownTranscripts(roots: TranscriptRoots, agents: readonly string[] | undefined): FoundFile[] {
  const wanted = [...roots].filter((root) => !agents || agents.includes(root.agent));
  return newestFirst(wanted.flatMap(transcriptsBelow));
}

function transcriptsBelow({ directory, wanted, isFlat }: TranscriptRoot): FoundFile[] {
  if (!wanted) return filesBelow(directory, isTranscript);
  const files = isFlat ? filesIn(directory, () => true) : filesBelow(directory, () => true);
  return withoutTexts(files.filter(({ path }) => wanted.test(path)));
}

/** A conversation that is kept as plain text too is read from its lines, which hold more. */
function withoutTexts(files: readonly FoundFile[]): FoundFile[] {
  const lines = new Set(files.flatMap(({ path }) => /([^/]+)\.jsonl$/.exec(path)?.[1] ?? []));
  return files.filter(({ path }) => !lines.has(/([^/]+)\.txt$/.exec(path)?.[1] ?? ''));
}

/**
 * Files named by a person: files as they are, directories with every transcript below.
 * Throws file/unreadable for a path that is not there.
 */
export function namedTranscripts(paths: readonly string[]): FoundFile[] {
  return newestFirst(
    paths.flatMap((path) => {
      const file = fileInfo(path);
      if (file) return [file];
      const below = filesBelow(path, isNamed);
      if (below.length === 0) {
        throw new PrsistError('file/unreadable', `${path}: no such file, or no transcript in it`, { field: 'paths' });
      }
      return below;
    }),
  );
}

function newestFirst(files: readonly FoundFile[]): FoundFile[] {
  return [...files].sort((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1));
}

const familyBytes = 4096;

/**
 * Puts forks after what they were forked from: files that begin with the same message are one family, read oldest first
 * in the place of its newest, since the file read first keeps the messages they share.
 */
export async function familiesInOrder(files: readonly FoundFile[]): Promise<FoundFile[]> {
  const families = new Map<string, FoundFile[]>();
  for (const file of files) {
    const key = await familyOf(file);
    families.set(key, [...(families.get(key) ?? []), file]);
  }
  return [...families.values()].flatMap((family) => family.sort((a, b) => a.mtimeMs - b.mtimeMs));
}

async function familyOf(file: FoundFile): Promise<string> {
  if (file.path.endsWith('.gz')) return file.path;
  try {
    const beginning = (await firstBytes(file.path, familyBytes)).toString('utf8');
    return /"uuid":"([0-9a-f-]{36})"/.exec(beginning)?.[1] ?? file.path;
  } catch {
    return file.path; // gone or unreadable: the import itself reports it
  }
}

const recentMs = 3 * 86_400_000;

/**
 * Directories in which something new may show soon: the roots, those of transcripts written lately, and what lies between,
 * where the next day's or the next project's directory appears. Newest first.
 */
export function livelyDirectories(roots: TranscriptRoots, now: number): string[] {
  const all = [...roots];
  const found = all.flatMap((root) => {
    const recent = transcriptsBelow(root).filter(({ mtimeMs }) => now - mtimeMs < recentMs);
    return newestFirst(recent).flatMap(({ path }) => between(root.directory, path));
  });
  return [...new Set([...all.map(({ directory }) => directory), ...found])];
}

function between(root: string, path: string): string[] {
  const directory = dirname(path);
  if (!directory.startsWith(`${root}/`)) return [];
  return [directory, ...between(root, directory)];
}
