// What install and uninstall may do to files, as data: decided by pure planners, shown by --dry-run, applied in one place.
import type { JsonPath } from './json-edit.ts';

/** A file as it was found. Texts are UTF-8 that survives a round trip; everything else is `opaque`. */
export type FoundFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'text'; readonly text: string; readonly mode: number; readonly isLink: boolean }
  | { readonly kind: 'opaque'; readonly hash: string; readonly mode: number; readonly isLink: boolean };

/**
 * How to take it back: entries in a settings file (hooks, MCP server), a block in a git hook, a block at the end of a text
 * file, or a file that is ours as a whole.
 */
export type Subject = 'agent-hooks' | 'git-hook' | 'marked-block' | 'own-file';

/** Writes, creates (before null) or deletes (after null) a text file. Links are followed. */
export interface FileEdit {
  readonly kind: 'edit';
  readonly subject: Subject;
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Mode of a file that is created; an existing one keeps its own unless it is ours as a whole. */
  readonly mode: number;
  readonly created: boolean;
  /** What was put in, for people and for the receipt. */
  readonly inserted: string;
  /** JSON containers made to hold our entries, outermost first. */
  readonly containers: readonly JsonPath[];
}

/** Sets a file aside under another name, exclusively, and puts a text of ours in its place. Links are not followed. */
export interface FileDisplacement {
  readonly kind: 'displace';
  readonly path: string;
  readonly aside: string;
  /** SHA-256 of the file's content, in hex. */
  readonly beforeHash: string;
  readonly after: string;
  readonly mode: number;
}

/** Puts a file that was set aside back over ours. before: our text; null when the place is empty by now. */
export interface FileReturn {
  readonly kind: 'return';
  readonly path: string;
  readonly aside: string;
  readonly before: string | null;
}

/** Makes a directory of ours, 0700, with everything above it. */
export interface DirectoryCreation {
  readonly kind: 'directory';
  readonly path: string;
}

/** Removes a directory of ours if nothing is left in it. */
export interface DirectoryRemoval {
  readonly kind: 'remove-directory';
  readonly path: string;
}

export type FileOperation = FileEdit | FileDisplacement | FileReturn | DirectoryCreation | DirectoryRemoval;

/** Something the user should know: why a file was left alone, or what only they can do. lines: to add by hand. */
export interface PlanNote {
  readonly path: string;
  readonly message: string;
  readonly lines?: string;
}

export interface FilePlan {
  readonly operations: readonly FileOperation[];
  readonly notes: readonly PlanNote[];
}
