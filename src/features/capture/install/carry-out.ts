import { join } from 'node:path';
import type { FileOperation, FilePlan, FoundFile } from '../../../core/file-edit.ts';
import { applyOperations, readFound } from '../../../platform/apply-edits.ts';
import { ownDirectory, readText, removeFile, writeAtomic } from '../../../platform/files.ts';
import { agentSettings, type Homes, hookedAgents } from './plan.ts';
import { emptyReceipt, extendReceipt, formatReceipt, parseReceipt, type Receipt } from './receipt.ts';
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

/** Plans the way back for everything the receipt names, and for the places where hooks of ours may stand untold. */
export function planWayBack(place: ReceiptPlace, homes: Homes, directories: readonly string[]): FilePlan {
  const receipt = readReceipt(place);
  const known = hookedAgents.map((agent) => ({ path: agentSettings(homes, agent), subject: 'agent-hooks' as const }));
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

/** Carries out the way back; the receipt goes last, and only when nothing of it is left. */
export function carryBack(place: ReceiptPlace, plan: FilePlan): void {
  applyOperations(plan.operations);
  removeFile(place.receipt);
}

function readReceipt({ receipt }: ReceiptPlace): Receipt {
  const text = readText(receipt);
  return (text === undefined ? undefined : parseReceipt(text)) ?? emptyReceipt;
}
