import { basename } from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Parsed } from '../../core/operation.ts';
import type { Counts } from '../../core/redact.ts';
import { documentFiles, readBytes } from '../../platform/document-files.ts';
import { type FoundFile, fileInfo, fileKind } from '../../platform/walk.ts';
import { actorOf, type JobContext } from '../feature.ts';
import type { contract } from './contract.ts';
import { type Extracted, extract, formOf } from './extract/extract.ts';
import { keep, type Wanted } from './keep.ts';
import type { DocumentParts, Extractor } from './needs.ts';
import { documentByUri } from './queries.ts';

type Import = (typeof contract)['document.import'];

interface Skipped {
  readonly path: string;
  readonly code: string;
  readonly reason: string;
  readonly hint: string;
}

interface Result {
  readonly files: number;
  new: number;
  changed: number;
  unchanged: number;
  bytes: number;
  redacted: Record<string, number>;
  skipped: Skipped[];
  /** Skipped files that are not listed. */
  skipped_more: number;
}

interface Importing {
  readonly parts: DocumentParts;
  readonly context: JobContext;
  readonly input: Parsed<Import>;
  readonly extractor: Extractor;
  readonly result: Result;
  waiting: Wanted[];
  waitingBytes: number;
}

const listed = 100;
const ignored = new PrsistError('file/unreadable', 'the setting capture.ignore leaves it out', {
  hint: 'prsist config get capture.ignore',
});

/** Reads files and directories into documents; what cannot be read is named with its reason, the rest comes in. */
export function importDocuments(parts: DocumentParts) {
  return async (context: JobContext, input: Parsed<Import>): Promise<Record<string, unknown>> => {
    const { files, skipped } = await filesOf(input.paths, parts.ignores(context.project.id) ?? (() => false));
    if (input.dry_run) {
      const bytes = files.reduce((sum, file) => sum + file.size, 0);
      return { dry_run: true, files: files.length, bytes, paths: files.slice(0, 200).map(({ path }) => path), skipped };
    }
    const result: Result = {
      ...{ files: files.length + skipped.length, new: 0, changed: 0, unchanged: 0, bytes: 0 },
      ...{ redacted: {}, skipped: [], skipped_more: 0 },
    };
    for (const one of skipped) skip(result, one);
    const extractor = parts.extractor();
    const run: Importing = { parts, context, input, extractor, result, waiting: [], waitingBytes: 0 };
    try {
      await readAll(run, files);
    } finally {
      await extractor.end();
    }
    return { ...result };
  };
}

/** What a project keeps nothing of stays out: without a word below a directory, with a reason where it was named. */
async function filesOf(
  paths: readonly string[],
  isIgnored: (path: string) => boolean,
): Promise<{ files: readonly FoundFile[]; skipped: readonly Skipped[] }> {
  const files = new Map<string, FoundFile>();
  const skipped: Skipped[] = [];
  for (const path of paths) {
    const kind = fileKind(path);
    const found = kind === 'directory' ? await documentFiles(path, limits.documentFiles) : [fileInfo(path)];
    for (const file of found) if (file && !isIgnored(file.path)) files.set(file.path, file);
    if (kind !== 'directory' && found.some((file) => file && isIgnored(file.path)))
      skipped.push(skippedFor(path, ignored));
    if (kind === 'absent') skipped.push(skippedFor(path, new PrsistError('file/unreadable', 'there is no such file')));
    if (kind === 'other') skipped.push(skippedFor(path, new PrsistError('file/unreadable', 'it is no file')));
  }
  return { files: [...files.values()], skipped };
}

async function readAll(run: Importing, files: readonly FoundFile[]): Promise<void> {
  const { context, result, parts } = run;
  for (const [index, file] of files.entries()) {
    if (context.cancelled()) break;
    context.report({ files_done: index, files: files.length, skipped: result.skipped.length + result.skipped_more });
    try {
      const wanted = await readOne(run, file);
      if (wanted) queue(run, wanted);
      else result.unchanged += 1;
    } catch (error) {
      if (context.cancelled()) break;
      skip(result, skippedFor(file.path, faultOf(error)));
    }
    if (run.waiting.length >= limits.documentBatch || run.waitingBytes >= limits.documentBatchBytes) await flush(run);
    await parts.breathe();
  }
  await flush(run);
}

/** undefined: these very bytes are a document already. */
async function readOne(run: Importing, file: FoundFile): Promise<Wanted | undefined> {
  const { parts, context, input, extractor } = run;
  if (file.size > limits.documentFileBytes) {
    throw new PrsistError('limit/too-large', `it has ${file.size} bytes, at most ${limits.documentFileBytes} are read`);
  }
  const bytes = await readBytes(file.path);
  const name = basename(file.path);
  // what is no text at all is refused before anything of it is computed
  const plain = formOf(bytes, name) === 'text' ? await extract(bytes, name) : undefined;
  const uri = clean(run, parts.keptPath(file.path, context.project.root));
  const version = `sha256:${sha256Hex(bytes)}`;
  const known = parts.store(context.project.id).read.one(documentByUri, { uri });
  const isKnown = known?.version === version && known.retired_at === null && known.kind === input.kind;
  if (isKnown && input.title === undefined && input.metadata === undefined) return undefined;
  const found = plain ?? (await extractor.read(bytes, name, context.cancelled));
  run.result.bytes += bytes.length;
  return { ...wantedOf(run, found, name), uri, version, path: uri };
}

function wantedOf(run: Importing, { text, title, mime }: Extracted, name: string): Omit<Wanted, 'uri'> {
  const { kind, metadata } = run.input;
  // the first heading of a file of pages or sheets is no title
  const own = title ?? (mime.startsWith('text/') ? undefined : name);
  const named = run.input.title ?? (own === undefined ? undefined : clean(run, own));
  return { content: clean(run, text), mime, kind, metadata, source: 'file', ...(named ? { title: named } : {}) };
}

/** Secrets leave a text here: what a job reads has not gone through the requests' redaction. */
function clean({ parts, context, result }: Importing, text: string): string {
  const redaction = parts.redactor(context.project.id).text(text);
  count(result.redacted, redaction.counts);
  return redaction.text;
}

function count(into: Record<string, number>, counts: Counts): void {
  for (const [kind, number] of Object.entries(counts)) into[kind] = (into[kind] ?? 0) + number;
}

function queue(run: Importing, wanted: Wanted): void {
  run.waiting.push(wanted);
  run.waitingBytes += wanted.content.length;
}

/** Writes what waits as one transaction. */
async function flush(run: Importing): Promise<void> {
  const { parts, context, result, waiting } = run;
  if (waiting.length === 0) return;
  [run.waiting, run.waitingBytes] = [[], 0];
  const by = { actor: actorOf(context.caller) };
  const kept = await parts.store(context.project.id).write((tx) => waiting.map((wanted) => keep(tx, wanted, by)));
  for (const { written } of kept) result[written === 'same' ? 'unchanged' : written] += 1;
}

function faultOf(error: unknown): PrsistError {
  if (error instanceof PrsistError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!/^E[A-Z]+$/.test(code)) throw error;
  return new PrsistError('file/unreadable', `it cannot be read: ${code}`, { cause: error });
}

function skippedFor(path: string, { code, message, hint }: PrsistError): Skipped {
  return { path, code, reason: message, hint };
}

function skip(result: Result, one: Skipped): void {
  if (result.skipped.length < listed) result.skipped.push(one);
  else result.skipped_more += 1;
}
