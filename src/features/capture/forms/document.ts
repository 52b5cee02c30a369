import type { JsonValue } from '../../../core/captured.ts';
import { limits } from '../../../core/limits.ts';
import { readChunks } from '../../../platform/lines.ts';
import { asObject, shortHash } from '../adapters/json-reading.ts';
import { parsed } from '../transcript-head.ts';
import { entryLine, type Form, type FormLine, keepPresent, type ReadSoFar } from './form.ts';
import { EntryScanner } from './json-entries.ts';
import { isTreeSession, treeEntries } from './opencode-tree.ts';

/** The member of a document that holds its entries. */
const listName = 'messages';

/** One JSON object with a list of messages: first all but the messages, then each of them. */
export const jsonDocument: Form = { name: 'document', lines: readDocument };

/** A scanner for documents of this kind. */
export function documentScanner(): EntryScanner {
  return new EntryScanner(listName, limits.transcriptLineBytes);
}

/**
 * Twice through the file: what comes before the messages may stand behind them, and marks that are gone are dropped
 * before the first entry is given.
 */
async function* readDocument(path: string, soFar: ReadSoFar): AsyncGenerator<FormLine> {
  const { header, marks, isWhole } = await overview(path);
  const head = parsed(header);
  if (isTreeSession(path, head)) {
    yield* marked(treeEntries(path, head), soFar);
    return;
  }
  const headMark = shortHash(header);
  keepPresent(soFar.marks, new Set([headMark, ...marks]));
  const known = new Set(soFar.marks);
  if (head !== undefined && !known.has(headMark)) yield entryLine(JSON.stringify(head), 0, headMark);
  if (marks.some((mark) => !known.has(mark))) yield* unreadEntries(path, known);
  // it is being written: what is missing comes with the next change
  if (!isWhole) yield { text: '', offset: marks.length + 1, next: marks.length + 1, open: true, tooLong: false };
}

interface Overview {
  readonly header: string;
  readonly marks: readonly string[];
  readonly isWhole: boolean;
}

async function overview(path: string): Promise<Overview> {
  const scanner = documentScanner();
  const marks: string[] = [];
  for await (const chunk of readChunks(path, 0)) {
    for (const entry of scanner.push(chunk)) marks.push(shortHash(entry.text));
  }
  const { rest, isWhole } = scanner;
  return { header: isWhole ? rest : `${rest}]}`, marks, isWhole };
}

async function* unreadEntries(path: string, known: ReadonlySet<string>): AsyncGenerator<FormLine> {
  const scanner = documentScanner();
  let ordinal = 0;
  for await (const chunk of readChunks(path, 0)) {
    for (const { text, tooLong } of scanner.push(chunk)) {
      ordinal += 1;
      const mark = shortHash(text);
      if (known.has(mark)) continue;
      yield tooLong ? { ...entryLine('', ordinal, mark), tooLong } : entryLine(compact(text), ordinal, mark);
    }
  }
}

/** Entries are kept as lines: on one line each. What is no JSON stays as it is, without its line ends. */
function compact(text: string): string {
  const value = parsed(text);
  return value === undefined ? text.replaceAll(/\s*\n\s*/g, ' ') : JSON.stringify(value);
}

/** Entries that were put together, each as a line that is known by what it holds. */
export async function* marked(entries: AsyncIterable<JsonValue>, soFar: ReadSoFar): AsyncGenerator<FormLine> {
  const texts: FormLine[] = [];
  for await (const entry of entries) {
    const text = JSON.stringify(entry);
    texts.push(entryLine(text, texts.length, shortHash(text)));
  }
  keepPresent(soFar.marks, new Set(texts.map(({ mark = '' }) => mark)));
  const known = new Set(soFar.marks);
  for (const line of texts) if (!known.has(line.mark ?? '')) yield line;
}

/** True for the first line of a document that stands on one line. */
export function isDocument(value: JsonValue | undefined): boolean {
  const list = asObject(value)?.[listName];
  return Array.isArray(list) && list.length > 0;
}
