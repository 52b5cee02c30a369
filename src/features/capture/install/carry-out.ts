import { join } from 'node:path';
import type { FileOperation, FilePlan, FoundFile, Subject } from '../../../core/file-edit.ts';
import { hookedAgents } from '../../../core/words.ts';
import { applyOperations, readFound } from '../../../platform/apply-edits.ts';
import { ownDirectory, readText, removeFile, writeAtomic } from '../../../platform/files.ts';
import { gitHookPaths, hookNames } from './git-hook.ts';
import { agentMcp, agentSettings, type Homes } from './places.ts';
import { type Entered, emptyReceipt, extendReceipt, formatReceipt, parseReceipt, type Receipt } from './receipt.ts';
import { planUninstall } from './uninstall.ts';

export interface ReceiptPlace {
  /** installs.json */
  readonly receipt: string;
  /** Directory of the old texts. */
  readonly backups: string;
}

/** Carries out a plan; receipt and old texts are on disk before the first change, so that everything can be taken back. */
export function carryOut(place: ReceiptPlace, operations: readonly FileOperation[]): void {
  if (operations.length === 0) return;
  ownDirectory(place.backups);
  const { receipt, backups } = extendReceipt(readReceipt(place), operations);
  for (const { name, text } of backups) writeAtomic(join(place.backups, name), text);
  writeAtomic(place.receipt, formatReceipt(receipt));
  applyOperations(operations);
}

/** Where to look for what is to be taken back. */
export interface WayBack {
  readonly homes: Homes;
  /** Directories of ours, innermost first. */
  readonly directories: readonly string[];
  /** Main work trees of the projects: their hooks are looked at even when no receipt tells of them. */
  readonly roots: readonly string[];
}

/** Plans the way back for everything the receipt names, and for the places where hooks of ours may stand untold. */
export function planWayBack(place: ReceiptPlace, { homes, directories, roots }: WayBack): FilePlan {
  const receipt = readReceipt(place);
  const known = [...knownPlaces(homes), ...roots.flatMap(knownHooks)];
  const asides = receipt.entries.flatMap(({ aside }) => (aside === null ? [] : [aside]));
  const paths = [...receipt.entries.map(({ path }) => path), ...asides, ...known.map(({ path }) => path)];
  const found = new Map<string, FoundFile>(paths.map((path) => [path, readFound(path)]));
  const backups = new Map<string, string>();
  for (const { backup } of receipt.entries) {
    const text = backup === null ? undefined : readText(join(place.backups, backup));
    if (backup !== null && text !== undefined) backups.set(backup, text);
  }
  return planUninstall({ receipt, found, backups, known, directories });
}

function knownPlaces(homes: Homes): { path: string; subject: Subject }[] {
  const places = hookedAgents.flatMap((agent): { path: string; subject: Subject }[] => {
    const isOwnFile = agent === 'opencode' || agent === 'copilot-cli';
    const hooks = isOwnFile ? [] : [{ path: agentSettings(homes, agent), subject: 'agent-hooks' as const }];
    return [...hooks, { path: agentMcp(homes, agent), subject: agent === 'codex' ? 'marked-block' : 'agent-hooks' }];
  });
  return [...new Map(places.map((each) => [each.path, each])).values()];
}

function knownHooks(root: string): { path: string; subject: Subject }[] {
  const hooks = join(root, '.git', 'hooks');
  return hookNames.map((name) => ({ path: gitHookPaths(hooks, name).hook, subject: 'git-hook' }));
}

/** Carries out the way back; the receipt goes last, and only when nothing of it is left. */
export function carryBack(place: ReceiptPlace, plan: FilePlan): void {
  applyOperations(plan.operations);
  removeFile(place.receipt);
}

/** What was entered where, by path. */
export function enteredBy(place: ReceiptPlace): Entered {
  return new Map(readReceipt(place).entries.map((entry) => [entry.path, entry]));
}

function readReceipt({ receipt }: ReceiptPlace): Receipt {
  const text = readText(receipt);
  return (text === undefined ? undefined : parseReceipt(text)) ?? emptyReceipt;
}
