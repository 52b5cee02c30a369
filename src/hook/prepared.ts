// What lies prepared for an agent, found and claimed as the sh hook does it.
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { type SpoolEvent, spoolField } from '../core/spool-event.ts';
import { readText } from '../platform/files.ts';
import { createNewFile } from '../platform/new-file.ts';
import type { Paths } from '../platform/paths.ts';
import { headLine, type WorkTree, workTreeOf } from '../platform/repository.ts';
import { moveFile } from '../platform/swap.ts';
import { exists } from '../platform/walk.ts';

export interface Wanted {
  readonly paths: Paths;
  readonly kind: 'start' | 'delta';
  readonly event: SpoolEvent;
  /** Directory the agent works in. */
  readonly start: string;
}

/** The bytes to print, '' for none: each once. */
export function preparedText({ paths, kind, event, start }: Wanted): string {
  const key = readText(paths.briefKey)?.trim();
  const found = key && isAbsolute(start) ? briefFolder(start, { key, home: paths.home }) : undefined;
  if (!found) return '';
  const session = sessionOf(event);
  if (kind === 'delta') return claimed(join(found.folder, `${event.agent}.${session}.delta`)) ?? '';
  const source = spoolField(event, 'source') ?? '';
  if (source === 'resume' || source === 'fork') return '';
  const anchor = source === 'compact' ? readText(join(found.folder, `${event.agent}.${session}.compact`)) : undefined;
  if (anchor) return anchor;
  if (!['compact', 'clear'].includes(source) && session && !isFirst(join(paths.printed, `${event.agent}.${session}`))) {
    return '';
  }
  return startText(found, { agent: event.agent, takesHandoff: source !== 'compact' });
}

function sessionOf(event: SpoolEvent): string {
  const names = ['session_id', 'sessionId', 'conversation_id'];
  const id = names.map((name) => spoolField(event, name)).find(Boolean) ?? '';
  return /^[A-Za-z0-9._-]+$/.test(id) ? id : '';
}

interface Found {
  readonly folder: string;
  readonly tree: WorkTree | undefined;
}

/** The nearest folder with this device's key going up; a linked work tree has its own in the main work tree's. */
function briefFolder(start: string, { key, home }: { readonly key: string; readonly home: string }): Found | undefined {
  for (let at = resolve(start); at !== dirname(at) && at !== home; at = dirname(at)) {
    const above = workTreeOf(at);
    const tree = above?.top === at ? above : undefined;
    const own = join(at, '.prsist', 'brief', key);
    if (exists(own)) return { folder: own, tree };
    if (!tree || tree.gitDir === tree.commonDir) continue;
    const shared = [tree.commonDir, tree.mainTop].map((top) => join(top, '.prsist', 'brief', key)).find(exists);
    if (!shared) continue;
    const linked = join(shared, 'wt', basename(tree.gitDir));
    return { folder: exists(linked) ? linked : shared, tree };
  }
  return undefined;
}

interface Start {
  readonly agent: string;
  readonly takesHandoff: boolean;
}

/** Rendered for one branch; on another the plain one stands. */
function startText({ folder, tree }: Found, { agent, takesHandoff }: Start): string {
  const rendered = readText(join(folder, 'HEAD'))?.trim();
  const isOther = rendered !== undefined && rendered !== (tree ? headLine(tree) : '');
  if (isOther) return readText(join(folder, `${agent}.plain`)) ?? '';
  const handoff = takesHandoff ? claimed(join(folder, `${agent}.handoff`)) : undefined;
  return handoff || (readText(join(folder, `${agent}.start`)) ?? '');
}

/** The text of a file that only the first to ask for it gets. */
function claimed(path: string): string | undefined {
  if (!exists(path)) return undefined;
  const own = `${path}.${process.pid}`;
  try {
    moveFile(path, own);
    return readText(own);
  } catch {
    return undefined; // somebody was faster
  }
}

/** Whether nothing was printed to this conversation yet. A mark that cannot be written hinders nothing. */
function isFirst(mark: string): boolean {
  try {
    createNewFile(mark).finish();
    return true;
  } catch {
    return !exists(mark);
  }
}
