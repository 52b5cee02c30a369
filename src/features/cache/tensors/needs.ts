import type { Read, Write } from '../../../store/record-type.ts';

/** The user database: one budget, one directory, whatever project the texts are from. */
export interface UserStore {
  readonly read: Read;
  readonly write: <T>(work: (tx: Write) => T) => Promise<T>;
}

/** A llama.cpp server of the person's own, as the settings have it. */
export interface OwnServer {
  readonly url: string;
  readonly slot: number;
  readonly key_file: string | null;
  readonly kv_type: string;
  readonly rope: string | null;
  readonly swa: string | null;
}

export interface TensorSettings {
  readonly enabled: boolean;
  readonly directory: string;
  readonly maxBytes: number;
  readonly server: OwnServer | null;
  /** Whether that server computes what sessions share while nobody works. */
  readonly isSavedIdle: boolean;
}

export interface TensorNeeds {
  readonly store: () => UserStore;
  readonly settings: () => TensorSettings;
  /** 32 bytes, the same for the life of this installation. */
  readonly key: () => Uint8Array;
  readonly random: (bytes: number) => Uint8Array;
  readonly clock: () => number;
  readonly failpoint: (name: string) => void;
  /** The id of a project named by id, name or directory; null for nobody's. */
  readonly projectId: (asked: string) => string | null;
}
