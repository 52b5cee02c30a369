import type { Request } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';

/** How the daemon is told of an engine. */
export type Described = Request<Operations['tensor.find']>['engine'];

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
