// What an engine of this machine is to whoever keeps its states. Plain types: the library hands them on.

/** How the daemon is told of an engine. */
export interface Described {
  readonly engine: string;
  readonly build: string;
  /** File of the model; the first where it is split. */
  readonly model: string;
  /** Types of keys and values; f16/f16 when absent. */
  readonly kv_type?: string | undefined;
  /** Tokens that the context of one sequence has. */
  readonly context: number;
  /** What differs from the model's own settings. */
  readonly rope?: string | undefined;
  readonly swa?: string | undefined;
  readonly lora?: { readonly path: string; readonly scale: number }[] | undefined;
}

/** A file for a state, in a directory that the engine may have to be started with. */
export interface StateFile {
  readonly directory: string;
  readonly name: string;
  readonly path: string;
}

export interface Written {
  readonly tokens: number;
  readonly bytes: number;
  /** What computing the prefix took, or would have taken had none of it been there already. */
  readonly prefillMs: number;
}

/** An engine that runs, here or in a process of its own. */
export interface LocalEngine {
  /** Throws engine/unavailable when it cannot be asked. */
  describe(): Promise<Described>;
  /** Computes a prefix and writes its state. Throws engine/failed when it does not. */
  save(file: StateFile, prefix: string): Promise<Written>;
  /** Reads a state; returns its tokens. Throws engine/failed when it does not. */
  restore(file: StateFile): Promise<number>;
  /** Forgets what it holds: after a restore that failed nobody knows what that is. */
  erase(): Promise<void>;
}

/** Texts of a prompt's beginning, root first: each may be the end of what another prompt shares with it. */
export interface Prefix {
  readonly texts: readonly string[];
  /** Id, name or directory of the project they are from. */
  readonly project?: string | undefined;
}

/** What came of a restore. A miss is no error: the engine goes on as if there had been no state. */
export type Restored =
  | {
      readonly kind: 'restored';
      readonly state_key: string;
      /** How many of the texts the engine now holds. */
      readonly texts: number;
      readonly tokens: number;
      readonly bytes: number;
      readonly ms: number;
      /** What computing it had taken. */
      readonly prefill_ms: number;
    }
  | {
      readonly kind: 'missed';
      readonly why: 'off' | 'paused' | 'unknown' | 'damaged' | 'failed';
      readonly told: string;
    };
