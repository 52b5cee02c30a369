// What age does for a keyring. The library is loaded when a keyring is opened or made, and by nobody else.

/** Seals bytes to recipients, and opens what is sealed to a key of 32 bytes. */
export interface Seal {
  readonly seal: (plain: Uint8Array, recipients: readonly string[]) => Promise<Uint8Array>;
  /** undefined when it is sealed to others. Throws for what is no sealed file. */
  readonly open: (sealed: Uint8Array, key: Uint8Array) => Promise<Uint8Array | undefined>;
  /** The recipient (`age1…`) of a key of 32 bytes. */
  readonly recipient: (key: Uint8Array) => Promise<string>;
}
