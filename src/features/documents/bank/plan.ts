// What is to be done about one file of a memory bank: pure, so that its rules can be tried on every state there is.
import { type Favour, mergeText } from '../../../core/merge-text.ts';

/** One file of a memory bank as it stands on both sides. */
export interface Sides {
  /** Text of the file after redaction; undefined: there is none. */
  readonly file: string | undefined;
  /** whole: nothing was redacted, so the file may be written. */
  readonly secrecy: 'whole' | 'redacted';
  /** Text of the document; undefined: there is none, or it is retired. */
  readonly document: string | undefined;
  readonly retired: boolean;
  /** What both last had in common. */
  readonly base: string | undefined;
}

export type Way = 'import' | 'export' | 'both';

export type Outcome = 'same' | 'imported' | 'exported' | 'both' | 'conflict' | 'file-removed' | 'retired' | 'held-back';

export interface Plan {
  readonly outcome: Outcome;
  /** Text the document gets; null: it is retired; absent: it stays. */
  readonly document?: string | null;
  /** Text the document has for a moment before that, so that its history keeps what a file is about to lose. */
  readonly rescued?: string;
  /** What both have in common then; null: nothing any more. */
  readonly base?: string | null;
  /** Text the file gets, and what both have in common once it has it. */
  readonly file?: string;
  readonly fileBase?: string;
  readonly overlaps?: number;
}

const nothing: Plan = { outcome: 'same' };

/** What `import`, `export`, or both in this order, do about a file. A person's edit is never covered unasked. */
export function plan(sides: Sides, way: Way, favour: Favour): Plan {
  if (way === 'export') return exporting(sides, favour);
  const taken = importing(sides, favour);
  if (way === 'import' || ['conflict', 'file-removed', 'retired'].includes(taken.outcome)) return taken;
  const given = exporting(after(sides, taken), favour);
  if (given.outcome === 'same') return { ...given, ...taken };
  if (taken.outcome === 'same' || given.outcome === 'conflict') return { ...taken, ...given };
  return { ...taken, ...given, outcome: given.outcome === 'exported' ? 'both' : given.outcome };
}

function after(sides: Sides, { document, base }: Plan): Sides {
  return {
    ...sides,
    ...(typeof document === 'string' ? { document, retired: false } : {}),
    ...(typeof base === 'string' ? { base } : {}),
  };
}

/** The file's changes enter the document; the file stays as it is. */
function importing({ file, document, retired, base }: Sides, favour: Favour): Plan {
  if (file === undefined) return withoutFile({ document, base }, favour);
  if (document === undefined) {
    if (retired && file === base) return { outcome: 'retired' };
    return { outcome: 'imported', document: file, base: file };
  }
  const merged = mergeText({ base: base ?? '', ours: document, theirs: file }, favour);
  if (merged.kind === 'conflict') return { outcome: 'conflict', overlaps: merged.overlaps };
  const rebased = file === base ? {} : { base: file };
  // the file still has the lines that do not count, but the next export takes them: the history has to know them
  if (merged.overlaps > 0 && favour === 'ours') {
    return { outcome: 'imported', document: merged.text, rescued: file, ...rebased, overlaps: merged.overlaps };
  }
  return merged.text === document
    ? { ...nothing, ...rebased }
    : { outcome: 'imported', document: merged.text, ...rebased, overlaps: merged.overlaps };
}

/** A file that was there and is gone was removed by somebody: whose will counts has to be said. */
function withoutFile({ document, base }: Pick<Sides, 'document' | 'base'>, favour: Favour): Plan {
  if (base === undefined) return nothing;
  if (document === undefined) return { ...nothing, base: null };
  if (favour === 'theirs') return { outcome: 'retired', document: null, base: null };
  // memory's side counts: the document stays, and the next export writes the file again
  return favour === 'ours' ? { ...nothing, base: null } : { outcome: 'file-removed' };
}

/** The document's changes enter the file; the document stays as it is. */
function exporting({ file, secrecy, document, base }: Sides, favour: Favour): Plan {
  if (document === undefined) return file !== undefined && base !== undefined ? { outcome: 'retired' } : nothing;
  if (file === undefined) {
    if (base !== undefined && favour !== 'ours') return withoutFile({ document, base }, favour);
    return { outcome: 'exported', file: document, fileBase: document };
  }
  const merged = mergeText({ base: base ?? '', ours: document, theirs: file }, favour);
  if (merged.kind === 'conflict') return { outcome: 'conflict', overlaps: merged.overlaps };
  if (merged.text === file) return document === base ? nothing : { ...nothing, base: document };
  if (secrecy === 'redacted') return { outcome: 'held-back' };
  const written: Plan = { outcome: 'exported', file: merged.text, fileBase: document, overlaps: merged.overlaps };
  return merged.overlaps > 0 ? { ...written, document, rescued: file } : written;
}
