// A memory bank: a directory of Markdown files that people, agents and memory all write.

import { join } from 'node:path';
import { unifiedDiff } from '../../../core/diff.ts';
import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import type { Favour } from '../../../core/merge-text.ts';
import type { Parsed } from '../../../core/operation.ts';
import { markdownBelow, openDirectory, readBelow, replaceBelow } from '../../../platform/document-files.ts';
import { errorCode } from '../../../platform/files.ts';
import { fileKind } from '../../../platform/walk.ts';
import type { Read } from '../../../store/record-type.ts';
import type { JobContext } from '../../feature.ts';
import type { contract } from '../contract.ts';
import { bankPrefix, documentId, isBankName } from '../identity.ts';
import type { DocumentParts, DocumentStore } from '../needs.ts';
import { bankDocuments, baseOf, basesOf, documentByEnt, keepBase } from '../queries.ts';
import { textOf } from '../read.ts';
import { carryOut } from './carry-out.ts';
import { type Outcome, type Plan, plan, type Sides, type Way } from './plan.ts';

type Input = Parsed<(typeof contract)['bank.import']>;

interface FileReport {
  readonly name: string;
  readonly outcome: Outcome | 'unreadable' | 'changed-meanwhile';
  readonly reason?: string;
  /** What changes, or would; of a conflict, from memory to file. */
  readonly diff?: string;
}

interface Working {
  readonly parts: DocumentParts;
  readonly context: JobContext;
  readonly input: Input;
  readonly store: DocumentStore;
  readonly way: Way;
  readonly favour: Favour;
}

/** The verbs of a memory bank differ in the way that changes go. */
export function bankVerb(parts: DocumentParts, way: Way) {
  return async (context: JobContext, input: Input): Promise<Record<string, unknown>> => {
    const store = parts.store(context.project.id);
    const files = filesIn(input, way);
    // in a directory without any file there is nobody's edit to be covered
    const favour: Favour = input.prefer ?? (way === 'export' && files.length === 0 ? 'ours' : 'nobody');
    const working = { parts, context, input, way, store, favour };
    const reports: FileReport[] = [];
    const names = namesOf(working, files);
    for (const [index, name] of names.entries()) {
      if (context.cancelled()) break;
      context.report({ files_done: index, files: names.length });
      reports.push(await oneFile(working, name));
      await parts.breathe();
    }
    return { ...summary(input, reports) };
  };
}

function summary({ directory, dry_run }: Input, reports: readonly FileReport[]) {
  const number = (...outcomes: readonly FileReport['outcome'][]) =>
    reports.filter(({ outcome }) => outcomes.includes(outcome)).length;
  return {
    ...{ directory, dry_run, files: reports.length, same: number('same') },
    ...{ imported: number('imported', 'both'), exported: number('exported', 'both') },
    unsettled: number('conflict', 'file-removed'),
    changes: reports.filter(({ outcome }) => outcome !== 'same'),
  };
}

function filesIn({ directory, dry_run }: Input, way: Way): readonly string[] {
  const isThere = fileKind(directory) === 'directory';
  if (!isThere && way !== 'export') throw new PrsistError('file/unreadable', `there is no directory ${directory}`);
  try {
    if (isThere) return markdownBelow(directory, limits.bankFiles);
    if (!dry_run) openDirectory(directory);
    return [];
  } catch (error) {
    const what = isThere ? 'read' : 'made';
    throw new PrsistError('file/unreadable', `${directory} cannot be ${what}: ${errorCode(error)}`, { cause: error });
  }
}

/** Files, documents and what both had in common before: every name counts once, and none of which nothing is kept. */
function namesOf({ input, store, parts, context }: Working, files: readonly string[]): readonly string[] {
  const { directory } = input;
  const documents = store.read
    .all(bankDocuments, { prefix: bankPrefix })
    .map(({ uri }) => uri.slice(bankPrefix.length));
  const bases = store.read.all(basesOf, { directory }).map(({ name }) => name);
  const isIgnored = parts.ignores(context.project.id);
  const all = [...new Set([...files, ...documents, ...bases])]
    .filter((name) => !isIgnored?.(join(directory, name)))
    .sort();
  const asked = input.names;
  const missing = asked?.find((name) => !all.includes(name));
  if (missing !== undefined) {
    throw new PrsistError('document/not-found', `${missing} is neither in ${directory} nor in the memory bank`);
  }
  return all.filter((name) => asked?.includes(name) ?? true).slice(0, limits.bankFiles);
}

async function oneFile(working: Working, name: string): Promise<FileReport> {
  const { store, parts, input, context, favour } = working;
  if (!isBankName(name)) return { name, outcome: 'unreadable', reason: 'its name cannot be kept' };
  let file: FileState;
  try {
    file = readFile(working, name);
  } catch (error) {
    return { name, outcome: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
  const planned = (read: Read) => {
    const sides = sidesOf(read, { directory: input.directory, name, file });
    return { sides, plan: plan(sides, working.way, favour) };
  };
  const first = planned(store.read);
  if (input.dry_run || isNothing(first.plan)) return reportOf(name, first.sides, first.plan);
  const done = await store.write((tx) => {
    const current = planned(tx); // documents may have changed while this waited for its turn
    carryOut(tx, { ...current, directory: input.directory, name, caller: context.caller });
    return current;
  });
  const report = reportOf(name, done.sides, done.plan);
  const { file: text, fileBase } = done.plan;
  if (text === undefined || fileBase === undefined) return report;
  const hindrance = writeFile(input.directory, name, text, file.bytes);
  if (hindrance) return { name, ...hindrance };
  await store.write((tx) => tx.run(keepBase, { directory: input.directory, name, base: fileBase, at: tx.now }));
  await parts.breathe();
  return report;
}

/** undefined: it is written. */
function writeFile(directory: string, name: string, text: string, before: Buffer | undefined) {
  try {
    if (replaceBelow(directory, name, text, before)) return undefined;
    const reason = 'somebody is writing it, or a link leads out of the directory: it stays as it is';
    return { outcome: 'changed-meanwhile', reason } as const;
  } catch (error) {
    return { outcome: 'unreadable', reason: `it cannot be written: ${errorCode(error) || String(error)}` } as const;
  }
}

function isNothing({ outcome: _, overlaps: __, ...changes }: Plan): boolean {
  return Object.keys(changes).length === 0;
}

interface FileState {
  readonly bytes: Buffer | undefined;
  readonly text: string | undefined;
  readonly secrecy: Sides['secrecy'];
}

function readFile({ parts, context, input }: Working, name: string): FileState {
  const bytes = readBelow(input.directory, name);
  if (bytes === undefined) return { bytes, text: undefined, secrecy: 'whole' };
  if (bytes.length > limits.documentBytes) throw new Error(`it is larger than ${limits.documentBytes} bytes`);
  if (bytes.includes(0)) throw new Error('it is no text');
  const raw = utf8(bytes);
  const { text } = parts.redactor(context.project.id).text(raw);
  return { bytes, text, secrecy: text === raw ? 'whole' : 'redacted' };
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error('it is no UTF-8 text');
  }
}

interface Asked {
  readonly directory: string;
  readonly name: string;
  readonly file: FileState;
}

function sidesOf(read: Read, { directory, name, file }: Asked): Sides {
  const row = read.one(documentByEnt, { ent: documentId(bankPrefix + name) });
  const isLive = row?.retired_at === null;
  return {
    ...{ file: file.text, secrecy: file.secrecy, retired: row !== undefined && !isLive },
    document: row && isLive ? asFile(textOf(read, row), file.text) : undefined,
    base: read.one(baseOf, { directory, name })?.base,
  };
}

/** Texts are often put without the line end that every editor gives a file: that alone is no change. */
function asFile(text: string, file: string | undefined): string {
  return text === '' || text.endsWith('\n') || file?.endsWith('\n') === false ? text : `${text}\n`;
}

const reasons: Partial<Readonly<Record<Outcome, string>>> = {
  conflict: 'memory and file changed the same lines: nothing was touched',
  'file-removed': 'the file was removed: the document stays',
  retired: 'the document is retired: the file stays',
  'held-back': 'the file holds secrets, which memory does not: it is not written',
};

function reportOf(name: string, { file, document }: Sides, { outcome, ...changes }: Plan): FileReport {
  const reason = changes.document === null ? 'its file was removed' : reasons[outcome];
  const diff =
    outcome === 'conflict'
      ? unifiedDiff(name, document ?? null, file ?? null)
      : changes.file !== undefined
        ? unifiedDiff(name, file ?? null, changes.file)
        : typeof changes.document === 'string'
          ? unifiedDiff(name, document ?? null, changes.document)
          : '';
  return { name, outcome, ...(reason ? { reason } : {}), ...(diff ? { diff } : {}) };
}
