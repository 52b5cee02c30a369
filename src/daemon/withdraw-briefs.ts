import { join } from 'node:path';
import { hidesAll, readPlainText } from '../platform/brief-files.ts';
import { readText, removeFile, removeIfEmpty } from '../platform/files.ts';
import type { Paths } from '../platform/paths.ts';
import { removeTree } from '../platform/temporary.ts';
import { exists } from '../platform/walk.ts';

/** The name under which the briefs of this person stand in repositories; undefined before the first project. */
export function briefKeyOf(paths: Paths): string | undefined {
  return readText(paths.briefKey)?.trim();
}

/** Brief folders of all projects, which stand in repositories; taken away, hooks have nothing to print any more. */
export function withdrawBriefs(paths: Paths, roots: readonly string[], way: 'look' | 'do'): string[] {
  const key = briefKeyOf(paths);
  const found = key ? roots.map((root) => join(root, '.prsist', 'brief', key)).filter(exists) : [];
  if (way === 'look') return found;
  removeFile(paths.briefKey);
  for (const folder of found) removeTree(folder);
  for (const root of roots) removeHiding(root);
  for (const root of roots) for (const name of ['.prsist/brief', '.prsist']) removeIfEmpty(join(root, name));
  return found;
}

/** What kept git from seeing the briefs of a project. */
function removeHiding(root: string): void {
  const ignore = join(root, '.prsist', 'brief', '.gitignore');
  if (readPlainText(ignore) === hidesAll) removeFile(ignore);
}
