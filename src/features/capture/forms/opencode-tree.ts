// The tree of JSON files in which opencode kept its conversations before it had a database.
import { basename, dirname, join } from 'node:path';
import type { JsonValue } from '../../../core/captured.ts';
import { limits } from '../../../core/limits.ts';
import { readText } from '../../../platform/files.ts';
import { filesBelow } from '../../../platform/walk.ts';
import { asObject, asText, type JsonObject } from '../adapters/json-reading.ts';
import { parsed } from '../transcript-head.ts';

const mostFiles = 20_000;

/** True for `storage/session/<project>/<session>.json`: the conversation's messages lie in files beside it. */
export function isTreeSession(path: string, head: JsonValue | undefined): head is JsonObject {
  const id = asText(asObject(head)?.id);
  return id !== undefined && basename(path, '.json') === id && basename(dirname(dirname(path))) === 'session';
}

/**
 * The session, then its messages with their parts, in the form of an export. path: of the session's file; head: what
 * stands in it.
 */
export async function* treeEntries(path: string, head: JsonObject): AsyncGenerator<JsonValue> {
  const storage = dirname(dirname(dirname(path)));
  yield { info: head, messages: [] };
  for (const info of objectsIn(join(storage, 'message', basename(path, '.json')))) {
    const id = asText(info.id);
    yield { info, parts: id === undefined || /[/\\]|^\.\.?$/.test(id) ? [] : objectsIn(join(storage, 'part', id)) };
  }
}

/** Every object in a directory, by the names of its files, which go by time. */
function objectsIn(directory: string): JsonObject[] {
  const files = filesBelow(directory, (name) => name.endsWith('.json'), mostFiles);
  return files.flatMap(({ path, size }) => {
    const value = size > limits.transcriptLineBytes ? undefined : asObject(parsed(readText(path) ?? ''));
    return value === undefined ? [] : [value];
  });
}
