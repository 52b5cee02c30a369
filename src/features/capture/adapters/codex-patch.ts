// Files a Codex patch changes: from the event that reports it, or from the patch text where no event does.
import type { CapturedEdit } from '../../../core/captured.ts';
import type { JsonObject } from './json-reading.ts';
import { asObject, asText } from './json-reading.ts';
import { countLines } from './text-content.ts';

export type FileChange = {
  path: string;
  /** '' when the file was not moved. */
  oldPath: string;
  change: CapturedEdit['change'];
  added: number;
  removed: number;
};

const maxFiles = 200;
const begin = '*** Begin Patch';
const verbs: readonly (readonly [string, CapturedEdit['change']])[] = [
  ['*** Add File: ', 'add'],
  ['*** Update File: ', 'modify'],
  ['*** Delete File: ', 'delete'],
];
const moved = '*** Move to: ';

/** changes: `{path: {type: add | update | delete, content?, unified_diff?, move_path?}}` of patch_apply_end. */
export function reportedChanges(changes: JsonObject | undefined): FileChange[] {
  const files: FileChange[] = [];
  for (const [path, value] of Object.entries(changes ?? {}).slice(0, maxFiles)) {
    const change = asObject(value);
    const target = asText(change?.move_path);
    const lines = countChanges(change);
    if (target !== undefined && target !== path)
      files.push({ path: target, oldPath: path, change: 'rename', ...lines });
    else files.push({ path, oldPath: '', change: kindOf(change?.type), ...lines });
  }
  return files;
}

/** The changes a text asks for that holds a patch of apply_patch, alone or inside a shell command; empty without one. */
export function patchChanges(text: string): FileChange[] {
  const start = text.indexOf(begin);
  const files: FileChange[] = [];
  if (start === -1) return files;
  for (const line of text.slice(start).split('\n')) {
    if (line.startsWith('*** End Patch') || files.length > maxFiles) break;
    const file = files.at(-1);
    const header = verbs.find(([words]) => line.startsWith(words));
    if (header !== undefined) {
      const path = line.slice(header[0].length).trim();
      files.push({ path, oldPath: '', change: header[1], added: 0, removed: 0 });
    } else if (file === undefined) continue;
    else if (line.startsWith(moved)) move(file, line.slice(moved.length).trim());
    else if (line.startsWith('+')) file.added += 1;
    else if (line.startsWith('-')) file.removed += 1;
  }
  return files;
}

function move(file: FileChange, target: string): void {
  file.oldPath = file.path;
  file.path = target;
  file.change = 'rename';
}

function kindOf(type: unknown): FileChange['change'] {
  if (type === 'add' || type === 'delete') return type;
  return 'modify';
}

function countChanges(change: JsonObject | undefined): { added: number; removed: number } {
  const content = countLines(asText(change?.content) ?? '');
  if (change?.type === 'add') return { added: content, removed: 0 };
  if (change?.type === 'delete') return { added: 0, removed: content };
  const diff = asText(change?.unified_diff) ?? '';
  const lines = { added: 0, removed: 0 };
  // lines before the first hunk are file names
  for (const line of diff.slice(Math.max(diff.indexOf('@@'), 0)).split('\n')) {
    if (line.startsWith('+')) lines.added += 1;
    else if (line.startsWith('-')) lines.removed += 1;
  }
  return lines;
}
