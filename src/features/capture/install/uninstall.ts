import { basename } from 'node:path';
import type { FileEdit, FileOperation, FilePlan, FoundFile, PlanNote, Subject } from '../../../core/file-edit.ts';
import { sha256Hex } from '../../../core/ids.ts';
import { jsonShape } from '../../../core/json-edit.ts';
import { isOurCommand } from './entries.ts';
import { chainingHook, withoutBlock } from './git-hook.ts';
import { removeHookEntries } from './hook-entries.ts';
import { withoutMarkedBlock } from './marked-block.ts';
import { withoutMcp } from './mcp-entries.ts';
import type { Receipt, ReceiptEntry } from './receipt.ts';

export interface UninstallFacts {
  readonly receipt: Receipt;
  /** What stands at every path of the receipt, its `aside` paths and `known`; one that is missing here counts as absent. */
  readonly found: ReadonlyMap<string, FoundFile>;
  /** Texts of the backups the receipt names, by name. */
  readonly backups: ReadonlyMap<string, string>;
  /** Places to look at even when no receipt tells of them. */
  readonly known: readonly { readonly path: string; readonly subject: Subject }[];
  /** Directories of ours to remove when nothing is left in them, innermost first. */
  readonly directories: readonly string[];
}

type Found = Extract<FoundFile, { kind: 'text' }>;
type Step = { readonly operation?: FileOperation; readonly note?: PlanNote };

/**
 * Plans the way back.
 * A file as we left it gets its old bytes; in one that was changed since, exactly our entries and the containers we made
 * and that are empty now go; a file we created that holds nothing else goes whole. A second run finds nothing to do.
 */
export function planUninstall(facts: UninstallFacts): FilePlan {
  const told = new Set(facts.receipt.entries.map((entry) => entry.path));
  const untold = facts.known.filter(({ path }) => !told.has(path)).map(withoutReceipt);
  const steps = [...facts.receipt.entries, ...untold].map((entry) => takeBack(entry, facts));
  const operations = steps.flatMap(({ operation }) => (operation ? [operation] : []));
  const notes = steps.flatMap(({ note }) => (note ? [note] : []));
  const directories = facts.directories.map((path) => ({ kind: 'remove-directory', path }) as const);
  return { operations: [...operations, ...(operations.length > 0 ? directories : [])], notes };
}

function withoutReceipt(known: { readonly path: string; readonly subject: Subject }): ReceiptEntry {
  const unknown = { before_hash: null, after_hash: '', backup: null, created: false, inserted: '', containers: [] };
  return { ...known, ...unknown, aside: null };
}

function takeBack(entry: ReceiptEntry, facts: UninstallFacts): Step {
  const file = facts.found.get(entry.path) ?? { kind: 'absent' };
  if (entry.aside !== null) return takeBackAside(entry, entry.aside, facts);
  if (file.kind === 'absent') return {};
  if (file.kind === 'opaque') return { note: { path: entry.path, message: 'left alone: it is not the text we wrote' } };
  if (entry.subject === 'own-file') return { operation: edit(entry, file, null) };
  const hash = sha256Hex(file.text);
  if (hash === entry.before_hash) return {};
  if (hash === entry.after_hash) {
    if (entry.created) return { operation: edit(entry, file, null) };
    const backup = entry.backup === null ? undefined : facts.backups.get(entry.backup);
    if (backup !== undefined && sha256Hex(backup) === entry.before_hash)
      return { operation: edit(entry, file, backup) };
  }
  if (entry.subject === 'git-hook') return takeBlock(entry, file);
  return entry.subject === 'marked-block' ? takeMarked(entry, file) : takeEntries(entry, file);
}

function takeEntries(entry: ReceiptEntry, file: Found): Step {
  const hooksOnly = withoutMcp(file.text);
  const removed =
    hooksOnly === undefined
      ? { kind: 'refused' as const, reason: 'it is not valid JSON' }
      : removeHookEntries(hooksOnly, isOurCommand, entry.containers);
  if (removed.kind === 'refused') {
    const isOurs = /\/prsist\/bin\/prsist/.test(file.text);
    return isOurs
      ? { note: { path: entry.path, message: `left alone: ${removed.reason}; remove the prsist lines by hand` } }
      : {};
  }
  if (removed.text === file.text) return {};
  return { operation: edit(entry, file, entry.created && isEmptyFile(removed.text) ? null : removed.text) };
}

/** Nothing is left but what we had put around our entries. */
function isEmptyFile(text: string): boolean {
  const shape = jsonShape(text);
  return shape?.kind === 'object' && shape.members.every(([key]) => key === 'version');
}

function takeMarked(entry: ReceiptEntry, file: Found): Step {
  const rest = withoutMarkedBlock(file.text, entry.inserted);
  if (rest === undefined) {
    const isDamaged = file.text.includes('prsist >>>');
    return isDamaged ? { note: { path: entry.path, message: 'left alone: the marks around our lines are gone' } } : {};
  }
  return { operation: edit(entry, file, entry.created && rest.trim() === '' ? null : rest) };
}

function takeBlock(entry: ReceiptEntry, file: Found): Step {
  const rest = withoutBlock(file.text);
  if (rest === undefined) {
    const isDamaged = file.text.includes('prsist-git-hook');
    return isDamaged ? { note: { path: entry.path, message: 'left alone: the marks around our lines are gone' } } : {};
  }
  const isBare = entry.created && rest.replace(/^#![^\n]*\n?/, '').trim() === '';
  return { operation: edit(entry, file, isBare ? null : rest) };
}

/** A hook that was set aside: back over ours as long as ours holds nothing else. */
function takeBackAside(entry: ReceiptEntry, aside: string, facts: UninstallFacts): Step {
  const file = facts.found.get(entry.path) ?? { kind: 'absent' };
  const put = facts.found.get(aside) ?? { kind: 'absent' };
  const { path } = entry;
  if (put.kind === 'absent') {
    if (file.kind !== 'text') return {};
    return file.text === chainingHook(basename(path)) ? { operation: edit(entry, file, null) } : takeBlock(entry, file);
  }
  if (file.kind === 'absent') return { operation: { kind: 'return', path, aside, before: null } };
  if (file.kind === 'text' && sha256Hex(file.text) === entry.after_hash) {
    return { operation: { kind: 'return', path, aside, before: file.text } };
  }
  const rest = file.kind === 'text' ? withoutBlock(file.text) : undefined;
  const note = { path, message: `changed since; the hook it calls stays in ${aside}` };
  return file.kind === 'text' && rest !== undefined ? { operation: edit(entry, file, rest), note } : { note };
}

function edit(entry: ReceiptEntry, file: Found, after: string | null): FileEdit {
  const { path, subject } = entry;
  return {
    kind: 'edit',
    subject,
    path,
    before: file.text,
    after,
    mode: file.mode,
    created: false,
    inserted: '',
    containers: [],
  };
}
