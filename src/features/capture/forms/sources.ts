// What can be read as a transcript: a file, or one session of a database of many.

import { firstPlainBytes, readLines } from '../../../platform/lines.ts';
import { type FoundFile, fileInfo } from '../../../platform/walk.ts';
import { parsed } from '../transcript-head.ts';
import { cursorText, isCursorText } from './cursor-text.ts';
import { documentScanner, isDocument, jsonDocument } from './document.ts';
import type { Form } from './form.ts';
import { opencodeDatabase } from './opencode-database.ts';
import { isDatabase, requireSessions, sessionInfo, sessionPath, sessionsIn } from './session-sources.ts';
import { isSpecstory, specstoryDocument } from './specstory-document.ts';

/** One line each, appended to. */
const lines: Form = { name: 'lines', lines: (path, { offset }) => readLines(path, offset) };

const headBytes = 64 * 1024;

/** The form of a source, told by how it begins and not by its name. */
export async function formOf(path: string): Promise<Form> {
  if (isSession(path)) return opencodeDatabase;
  const head = await firstPlainBytes(path, headBytes);
  if (isDatabase(head)) requireSessions(path);
  const [first = ''] = head.toString('utf8').split('\n', 1);
  if (isSpecstory(first)) return specstoryDocument;
  if (isCursorText(first)) return cursorText;
  const value = parsed(first);
  if (value !== undefined) return isDocument(value) ? jsonDocument : lines;
  const scanner = documentScanner();
  for (const _ of scanner.push(head)) break;
  return first.trim() === '{' || (first.trimStart().startsWith('{') && scanner.found) ? jsonDocument : lines;
}

/**
 * Size, time and identity of a source as it is now; undefined when it is not there, or cannot be looked into: whoever reads
 * it is told why.
 */
export function sourceInfo(path: string): FoundFile | undefined {
  if (!isSession(path)) return fileInfo(path);
  try {
    return sessionInfo(path);
  } catch {
    return undefined;
  }
}

/** A real file may have such a name too. */
function isSession(path: string): boolean {
  return sessionPath(path) !== undefined && fileInfo(path) === undefined;
}

/** Written by another program from what an agent keeps: read after that, which takes its place. */
const isHistory = ({ path }: FoundFile) => /\.md(?:\.gz)?$/.test(path);

/** Files with those among them that hold many transcripts replaced by these, newest first, histories last. */
export async function sourcesOf(files: readonly FoundFile[]): Promise<FoundFile[]> {
  const sources: FoundFile[] = [];
  for (const file of files) sources.push(...(await sourcesIn(file)));
  const newestFirst = sources.sort((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1));
  return [...newestFirst.filter((source) => !isHistory(source)), ...newestFirst.filter(isHistory)];
}

/** A database that cannot be looked into stays what it is: whoever reads it is told why. */
async function sourcesIn(file: FoundFile): Promise<readonly FoundFile[]> {
  if (!file.path.endsWith('.db')) return [file];
  try {
    return isDatabase(await firstPlainBytes(file.path, 16)) ? await sessionsIn(file) : [file];
  } catch {
    return [file];
  }
}
