/** One setting as it stands. */
export interface Explained {
  readonly key: string;
  readonly value: unknown;
  readonly source: string;
  readonly initial: unknown;
  readonly range: string;
  readonly meaning: string;
  readonly variable: string;
  readonly note: string;
  readonly in_project: boolean;
}

export interface Change {
  readonly key: string;
  /** undefined takes the key out of the file. */
  readonly value: unknown;
  readonly project: string | undefined;
  readonly dry_run: boolean;
}

/** The settings, as they can be asked for and changed. project: id, name or directory; undefined: the user's alone. */
export interface ConfigView {
  /** One setting, those of a section, or all. */
  readonly explain: (key: string | undefined, project: string | undefined) => Explained[];
  /** Throws config/invalid for files that would be refused. */
  readonly check: (project: string | undefined) => { readonly path: string; readonly notes: readonly string[] };
  readonly set: (change: Change) => Explained & {
    readonly path: string;
    readonly before: unknown;
    readonly changed: boolean;
    readonly diff: string;
    readonly dry_run: boolean;
  };
}
