// What packs are sealed with and checked against. The keyring makes it; packs and the engine only use it.

/** An epoch: while it lasts, all packs of a workspace are sealed with one key. */
export interface Epoch {
  readonly epoch: number;
  /** First 8 bytes of SHA-256("prsist kid v1" ‖ key): tells a wrong key before anything is opened. */
  readonly kid: Uint8Array;
  /** 32 random bytes. */
  readonly key: Uint8Array;
}

/** The right of a device to write a log. */
export interface Signer {
  readonly dev: string;
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** It may seal packs of others again, without what was erased. */
  readonly isAdmin: boolean;
  /** Of a revoked device: the last sequence number accepted of each of its logs; absent for a member. */
  readonly lastAccepted?: Readonly<Record<string, number>>;
}

/** The keyring as it was last accepted, with this device's own key. */
export interface PackKeys {
  /** Workspace, this device: UUIDs. */
  readonly ws: string;
  readonly dev: string;
  /** Version of the keyring all this is from; 0 before there is one. */
  readonly version: number;
  /** The epoch that is sealed with now; undefined while this device waits to be let in. */
  readonly current: Epoch | undefined;
  /** An earlier or the current epoch, if this device may read it. */
  epoch(epoch: number): Epoch | undefined;
  /** Ed25519 signature of this device, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
  /** Whether and up to where a device may write; undefined for one the keyring never named. */
  signer(dev: string): Signer | undefined;
}
