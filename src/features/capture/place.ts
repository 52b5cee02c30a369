// Where a transcript was written, when its lines do not say: by where its file lies.
import { join } from 'node:path';
import type { JsonValue } from '../../core/captured.ts';
import { sha256Hex } from '../../core/ids.ts';
import { readText } from '../../platform/files.ts';
import { asObject, asText } from './adapters/json-reading.ts';
import { parsed } from './transcript-head.ts';
import { directoryInPath } from './transcript-place.ts';

/** The directory a conversation was held in; undefined when nothing tells. roots: directories of all projects. */
export function directoryByPlace(
  path: string,
  head: readonly JsonValue[],
  roots: readonly string[],
): string | undefined {
  const history = /^(.+)\/\.specstory\/history\/[^/]+$/.exec(path)?.[1];
  return history ?? registered(path) ?? directoryInPath(path, roots) ?? hashed(path, head, roots);
}

const chats = /^(.+)\/tmp\/([^/]+)\/chats\//;

/** Gemini CLI names the folder of a project and notes which it was: in one file of all projects, and in the folder. */
function registered(path: string): string | undefined {
  const [, home, folder] = chats.exec(path) ?? [];
  if (home === undefined || folder === undefined) return undefined;
  const note = readText(join(home, 'tmp', folder, '.project_root'))?.trim();
  if (note?.startsWith('/')) return note;
  const file = asObject(parsed(readText(join(home, 'projects.json')) ?? ''));
  const entries = Object.entries(asObject(file?.projects) ?? file ?? {});
  return entries.find(([root, name]) => name === folder && root.startsWith('/'))?.[0];
}

/** Its older versions named it by the SHA-256 of its directory, which stands in the file too. */
function hashed(path: string, head: readonly JsonValue[], roots: readonly string[]): string | undefined {
  const told = head.flatMap((value) => asText(asObject(value)?.projectHash) ?? []);
  const hashes = new Set([...told, chats.exec(path)?.[2]]);
  return roots.find((root) => hashes.has(sha256Hex(root)));
}
