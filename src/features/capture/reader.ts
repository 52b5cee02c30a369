import { basename, dirname, join } from 'node:path';
import type { JsonValue } from '../../core/captured.ts';
import { sha256Hex } from '../../core/ids.ts';
import { firstBytes } from '../../platform/lines.ts';
import { type FoundFile, filesBelow } from '../../platform/walk.ts';
import type { Adapter } from './adapters/adapter.ts';
import { adapters } from './adapters/all.ts';
import type { FileReport, ImportTask } from './file-report.ts';
import { type Form, isMarked } from './forms/form.ts';
import { formOf } from './forms/sources.ts';
import type { Announced, CaptureParts, CaptureRules, Target } from './needs.ts';
import { directoryByPlace } from './place.ts';
import { ownSource, type SourceRow, saveSource, sourceIn, type Trusted } from './queries.ts';
import { strictly } from './rules.ts';
import type { KeptFile } from './segments.ts';
import { conversationOf, directoryOf, firstTime, readHead } from './transcript-head.ts';

/** Reading state of a file as it is stored between two reads. */
interface ReadingState {
  adapter: JsonValue;
  announced: Announced;
  /**
   * SHA-256 of the first bytes: others there now mean that the file was written anew. Of no bytes where entries are told by
   * their marks.
   */
  beginning: { readonly bytes: number; readonly sha256: string };
  /** Entries of a document or a database that were read. */
  marks?: string[];
  /** Lines handed to the kept transcript so far. */
  kept: number;
  /** Time of the last line that told one; lines that do not are as old. Absent in states of earlier versions. */
  at?: number;
  /** What prsist put before this conversation, as pairs of its words (see echo.ts); absent before the first block. */
  shown?: string | undefined;
  /** Calls of which neither input nor output is kept, until their output has come. */
  ignored?: string[];
}

/** One file being read: where it goes, and how far it has come. */
export interface Reader {
  readonly parts: CaptureParts;
  readonly found: FoundFile;
  readonly task: ImportTask;
  readonly report: FileReport;
  readonly form: Form;
  readonly adapter: Adapter;
  readonly target: Target;
  /** As they were when this reading began. */
  readonly rules: CaptureRules;
  readonly trusted: Trusted;
  /** What its kept lines stand under. */
  readonly keptAs: KeptFile;
  readonly state: ReadingState;
  offset: number;
  line: number;
  unknownBefore: number;
}

interface Asked {
  readonly found: FoundFile;
  readonly task: ImportTask;
  readonly report: FileReport;
}

const parserVersion = '1';

/** What is needed to read on in a file; undefined when there is nothing to read, and the report says why. */
export async function openReader(parts: CaptureParts, asked: Asked): Promise<Reader | undefined> {
  const { found, task, report } = asked;
  const end = (outcome: FileReport['outcome']) => {
    report.outcome = outcome;
    return undefined;
  };
  if (found.size === 0) return end('empty');
  const { into } = task;
  const { path } = found;
  const { read } = parts.user;
  const known = into === undefined ? read.one(ownSource, { path }) : read.one(sourceIn, { path, project_id: into });
  report.agent = known?.agent || undefined;
  if (known && (await isRead(known, found))) return end('unchanged');
  const form = await formOf(path);
  const head = await readHead(form, path);
  const adapter = adapters.find((each) => each.recognises(head));
  report.agent = adapter?.agent;
  // noted, so that it is not opened again before it changes
  const nothing = { agent: report.agent ?? '', trusted: known?.trusted ?? task.trusted, ended: true };
  if (!adapter) {
    await remember(parts, found, { ...nothing, projectId: known?.project_id ?? into ?? '' });
    return end('not-a-transcript');
  }
  const directory = directoryOf(head) ?? directoryByPlace(path, head, parts.roots());
  const projectId = into ?? (known?.project_id || parts.projectOf(directory ?? '') || task.otherwise);
  if (projectId && isUnwanted(parts.rules(parts.target(projectId).root), adapter.agent, task)) {
    await remember(parts, found, { ...nothing, projectId: '' });
    return end('not-wanted');
  }
  if (!projectId) {
    await remember(parts, found, { ...nothing, projectId: '' });
    return end('no-project');
  }
  const before = known?.project_id === projectId ? known : read.one(sourceIn, { path, project_id: projectId });
  if (before && before !== known && (await isRead(before, found))) return end('unchanged');
  return readerOf(parts, asked, { form, adapter, head, directory, projectId, before });
}

/** A file that a person names is taken in whoever wrote it. */
function isUnwanted({ agents }: CaptureRules, agent: string, { into }: ImportTask): boolean {
  return into === undefined && agents !== undefined && !agents.includes(agent);
}

interface Opened {
  readonly form: Form;
  readonly adapter: Adapter;
  readonly head: readonly JsonValue[];
  readonly directory: string | undefined;
  readonly projectId: string;
  readonly before: SourceRow | undefined;
}

async function readerOf(anyParts: CaptureParts, asked: Asked, opened: Opened): Promise<Reader | undefined> {
  const { found, report } = asked;
  const { form, adapter, head, directory, projectId, before } = opened;
  const target = anyParts.target(projectId);
  const parts = strictly(anyParts, target.root);
  const clean = (text: string) => parts.redactor.text(text.toWellFormed()).text;
  const place = directory === undefined ? {} : { directory: clean(directory) };
  const begin = () =>
    adapter.begin({ fileName: clean(plainName(found.path)), path: found.path, ...subagents(found.path), ...place });
  const announced = conversationOf(head, adapter, begin());
  const told = clean(announced?.session ?? plainName(found.path));
  const goesOn = before !== undefined && (await isContinued(before, found, form)) && isSame(before, form, told);
  const source = goesOn ? before : undefined;
  // stored by this very code
  const state = source
    ? (JSON.parse(source.state) as ReadingState)
    : await beginState(found, form, { adapter: begin(), at: firstTime(head) });
  const native_id = source?.native_id ?? told;
  const natives = [native_id, ...(announced?.parent ? [announced.parent] : [])];
  const unwanted = whyNot(parts, target, adapter, natives);
  if (unwanted) {
    report.outcome = unwanted;
    const trusted = before?.trusted ?? asked.task.trusted;
    await remember(parts, found, { agent: adapter.agent, nativeId: native_id, projectId, trusted, ended: true });
    return undefined;
  }
  return {
    ...{ parts, ...asked, form, adapter, target, rules: parts.rules(target.root), state },
    trusted: before?.trusted ?? asked.task.trusted,
    keptAs: {
      ...{ agent: adapter.agent, native_id },
      source: `${clean(basename(found.path))}~${sha256Hex(`${found.path}\0${state.beginning.sha256}`).slice(0, 12)}`,
    },
    ...{ offset: source?.offset ?? 0, line: source?.line ?? 0, unknownBefore: source?.unknown_lines ?? 0 },
  };
}

/** Why nothing of a conversation is read; undefined when it is. natives: its own name, and that of the one that started it. */
function whyNot(
  parts: CaptureParts,
  { read }: Target,
  { agent, isSecondHand }: Adapter,
  natives: readonly string[],
): 'forgotten' | 'has-original' | undefined {
  if (parts.isForgotten(read, agent, natives)) return 'forgotten';
  return isSecondHand && parts.keepers.hasOriginal(read, agent, natives[0] ?? '') ? 'has-original' : undefined;
}

async function isRead(known: SourceRow, found: FoundFile): Promise<boolean> {
  if (known.size !== found.size || known.mtime !== found.mtimeMs || known.error) return false;
  return isContinued(known, found);
}

/**
 * The same file, only longer: else it is read from its beginning. Packed files are read whole when they changed. Documents
 * and databases change anywhere. form: what it has now, where that is known.
 */
async function isContinued(known: SourceRow, found: FoundFile, form?: Form): Promise<boolean> {
  if (known.state === unread || known.parser !== parserVersion) return false;
  // stored by this very code
  const { beginning, marks } = JSON.parse(known.state) as ReadingState;
  if (form && isMarked(form) !== (marks !== undefined)) return false;
  if (marks) return true;
  if (known.inode !== found.inode || found.size < known.size) return false;
  if (found.path.endsWith('.gz')) return found.size === known.size;
  return sha256Hex(await firstBytes(found.path, beginning.bytes)) === beginning.sha256;
}

/** A document that holds another conversation now is another one; a file of lines is told by its beginning. */
function isSame(known: SourceRow, form: Form, native: string): boolean {
  return !isMarked(form) || known.native_id === null || known.native_id === native;
}

const beginningBytes = 4096;
const noBytes = Buffer.alloc(0);

async function beginState(
  found: FoundFile,
  form: Form,
  begun: { readonly adapter: JsonValue; readonly at: number },
): Promise<ReadingState> {
  const bytes = isMarked(form) ? noBytes : await firstBytes(found.path, Math.min(found.size, beginningBytes));
  const beginning = { bytes: bytes.length, sha256: sha256Hex(bytes) };
  return { ...begun, announced: {}, beginning, kept: 0, ...(isMarked(form) ? { marks: [] } : {}) };
}

/** Sub-agents whose own file stands beside a conversation's: `<session>/subagents/agent-<id>.jsonl`. */
function subagents(path: string): { subagentFiles: string[] } {
  const beside = join(dirname(path), plainName(path), 'subagents');
  const files = filesBelow(beside, (name) => /^agent-.+\.jsonl(\.gz)?$/.test(name), 1000);
  return { subagentFiles: files.map((file) => plainName(file.path).replace(/^agent-/, '')) };
}

function plainName(path: string): string {
  return basename(path)
    .replace(/\.gz$/, '')
    .replace(/\.(?:jsonl?|md)$/, '');
}

/** Notes how far a file has been read. ended: to its end. */
export function noteReader(reader: Reader, { ended }: { readonly ended: boolean }): Promise<unknown> {
  const { parts, target, report, found, trusted, keptAs } = reader;
  return remember(parts, found, {
    ...{ agent: keptAs.agent, nativeId: keptAs.native_id, projectId: target.projectId, trusted, ended },
    ...{ offset: reader.offset, line: reader.line, unknown: reader.unknownBefore + report.unknown },
    state: JSON.stringify(reader.state),
  });
}

interface Remembered {
  readonly agent: string;
  readonly projectId: string;
  readonly trusted: Trusted;
  readonly ended: boolean;
  readonly nativeId?: string;
  readonly offset?: number;
  readonly line?: number;
  readonly unknown?: number;
  readonly state?: string;
}

/** State of a file of which nothing was read. */
const unread = '{}';

function remember(parts: CaptureParts, found: FoundFile, what: Remembered): Promise<unknown> {
  return parts.user.write((tx) =>
    tx.run(saveSource, {
      ...{ path: found.path, project_id: what.projectId, trusted: what.trusted, agent: what.agent },
      // a file that was not read to its end must not look unchanged
      ...{ inode: found.inode, size: found.size, mtime: what.ended ? found.mtimeMs : 0 },
      ...{ native_id: what.nativeId ?? null, offset: what.offset ?? 0, line: what.line ?? 0, parser: parserVersion },
      ...{ unknown_lines: what.unknown ?? 0, error: null, read_at: parts.clock(), state: what.state ?? unread },
    }),
  );
}
