// What every remote can do: any place that keeps bytes under names. Devices do all the thinking.

/** Kinds of remote that can be configured. */
export const remoteKinds = ['folder', 'git', 'rclone'] as const;
export type RemoteKind = (typeof remoteKinds)[number];

/** One object as a listing tells of it. */
export interface Listed {
  /** From the root of the remote on, parts separated by `/`, in the form of object names (07 §3). */
  readonly name: string;
  /** null where the remote does not tell sizes. */
  readonly sizeBytes: number | null;
}

/** An object to be put: its bytes are whole and on disk or in memory before it is asked for. */
export interface LocalObject {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What became of one object. `exists`: something stands under the name, whatever its length. */
export type ObjectResult =
  | { readonly name: string; readonly is: 'created' | 'exists' | 'deleted' | 'got' | 'absent' }
  | { readonly name: string; readonly is: 'failed'; readonly code: string; readonly why: string };

/** Takes the bytes of an object that was got; what it throws counts as a failure of that object alone. */
export type Sink = (name: string, bytes: Uint8Array) => void | Promise<void>;

/** What a probe found: put, list, get, put again, delete. */
export interface ProbeReport {
  readonly ok: boolean;
  readonly steps: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly ms: number;
    /** Of a step that failed. */
    readonly code?: string;
    readonly why?: string;
  }[];
}

/**
 * A place that keeps objects. Names are never overwritten; unknown ones are listed and left alone.
 * Throws PrsistError with one of remote/offline, remote/auth, remote/full, remote/read-only when nothing can be done at
 * all; what concerns one object is told in its result.
 */
export interface Remote {
  readonly kind: RemoteKind | 'memory';
  readonly limits: {
    readonly maxObjectBytes: number;
    readonly parallel: number;
    /** A name appears only with all its bytes. */
    readonly atomicPut: boolean;
    readonly listsSizes: boolean;
  };
  probe(signal: AbortSignal): Promise<ProbeReport>;
  list(prefix: string, signal: AbortSignal): AsyncIterable<Listed>;
  get(names: readonly string[], into: Sink, signal: AbortSignal): Promise<readonly ObjectResult[]>;
  putIfAbsent(objects: readonly LocalObject[], signal: AbortSignal): Promise<readonly ObjectResult[]>;
  delete(names: readonly string[], signal: AbortSignal): Promise<readonly ObjectResult[]>;
  /** Calls back when something may have changed; returns what ends it. */
  watch?(hint: () => void): () => void;
  close(): Promise<void>;
}
