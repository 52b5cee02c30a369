// installs.json: what was changed where, so that it can be taken back byte for byte.
import { z } from 'zod';
import type { FileOperation } from '../../../core/file-edit.ts';
import { sha256Hex } from '../../../core/ids.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

const entry = z.object({
  path: z.string().min(1),
  subject: z.enum(['agent-hooks', 'git-hook', 'marked-block', 'own-file']),
  /** SHA-256 in hex of the file before; null: there was none, or it is no longer known what stood there without us. */
  before_hash: hash.nullable(),
  after_hash: hash,
  /** Name of a file in the backups directory. */
  backup: z.string().nullable(),
  created: z.boolean(),
  inserted: z.string(),
  containers: z.array(z.array(z.union([z.string(), z.number()]))),
  /** Where the file that stood here was set aside. */
  aside: z.string().nullable(),
});

const receipt = z.object({ version: z.literal(1), entries: z.array(entry) });

export type ReceiptEntry = Readonly<z.infer<typeof entry>>;

export interface Receipt {
  readonly version: 1;
  readonly entries: readonly ReceiptEntry[];
}

/** What was entered, by path. */
export type Entered = ReadonlyMap<string, ReceiptEntry>;

export interface Backup {
  readonly name: string;
  readonly text: string;
}

export const emptyReceipt: Receipt = { version: 1, entries: [] };

/** Reads `installs.json`; undefined when it is damaged or of another version (uninstall then goes by what it finds). */
export function parseReceipt(text: string): Receipt | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = receipt.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** The text of `installs.json`. */
export function formatReceipt(value: Receipt): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * The receipt after a plan, with the backups it names.
 * Write both before the plan is applied: an entry whose change never happened is harmless, a change without entry is not.
 * A file that is still as we left it keeps its first backup; one that others changed since has no state without us that
 * we know, so its entries will be taken out one by one.
 */
export function extendReceipt(
  previous: Receipt,
  operations: readonly FileOperation[],
): { readonly receipt: Receipt; readonly backups: readonly Backup[] } {
  const entries = new Map(previous.entries.map((each) => [each.path, each]));
  const backups: Backup[] = [];
  for (const operation of operations) {
    const old = 'path' in operation ? entries.get(operation.path) : undefined;
    const next = entryOf(operation, old);
    if (!next) continue;
    entries.set(next.entry.path, next.entry);
    if (next.backup) backups.push(next.backup);
  }
  return { receipt: { version: 1, entries: [...entries.values()] }, backups };
}

function entryOf(
  operation: FileOperation,
  old: ReceiptEntry | undefined,
): { readonly entry: ReceiptEntry; readonly backup?: Backup } | undefined {
  if (operation.kind === 'displace') {
    const { path, aside, beforeHash, after } = operation;
    const base = { path, aside, before_hash: beforeHash, after_hash: sha256Hex(after), inserted: after };
    return { entry: { ...base, subject: 'git-hook', backup: null, created: false, containers: [] } };
  }
  if (operation.kind !== 'edit' || operation.after === null) return undefined;
  const { path, subject, before, after, inserted } = operation;
  // a hook that was set aside is no longer called when the file in its place had to be edited anew: it is nobody's to put back
  const base = { path, subject, after_hash: sha256Hex(after), inserted, aside: null };
  const isChain = old !== undefined && before !== null && old.before_hash !== sha256Hex(before);
  if (isChain) {
    const containers = [...old.containers, ...operation.containers.map((path) => [...path])];
    if (old.after_hash === sha256Hex(before)) return { entry: { ...old, ...base, containers } };
    return { entry: { ...base, before_hash: null, backup: null, created: old.created, containers } };
  }
  const containers = operation.containers.map((path) => [...path]);
  if (before === null)
    return { entry: { ...base, before_hash: null, backup: null, created: operation.created, containers } };
  const backup = { name: `${sha256Hex(path).slice(0, 16)}-${sha256Hex(before).slice(0, 16)}`, text: before };
  return {
    entry: { ...base, before_hash: sha256Hex(before), backup: backup.name, created: false, containers },
    backup,
  };
}
