// What age does for packages: files sealed and opened as they stream by. The library is loaded when one is made or opened.

/** Whoever may open a file: one passphrase, or recipients (`age1…`). */
export type SealTo =
  | { readonly passphrase: string; readonly salt: Uint8Array }
  | { readonly recipients: readonly string[] };

/** What may open a file, whatever of it does. */
export interface OpenWith {
  readonly passphrase?: string | undefined;
  /** `AGE-SECRET-KEY-…`. */
  readonly identities: readonly string[];
  /** X25519 keys of 32 bytes. */
  readonly keys: readonly Uint8Array[];
}

export interface AgeFiles {
  /** Refuses what is no recipient. */
  readonly seal: (plain: AsyncIterable<Uint8Array>, to: SealTo) => Promise<AsyncIterable<Uint8Array>>;
  /** Refuses what nothing that is given opens, at its chunks what is altered. */
  readonly open: (sealed: AsyncIterable<Uint8Array>, using: OpenWith) => Promise<AsyncIterable<Uint8Array>>;
}

/** What every file of age begins with. */
export const ageMark = 'age-encryption.org/v1\n';

/**
 * Why age does not seal or open. Told by its name: the library is a program of its own, whose classes are not ours.
 * detail: the recipient · the kinds of keys that open it · the work that a passphrase would cost.
 */
export interface AgeRefusal extends Error {
  readonly name: 'AgeRefusal';
  readonly as: 'no recipient' | 'no age' | 'locked' | 'altered' | 'work';
  readonly detail: string;
}

/** A refusal of age. */
export function ageRefusal(as: AgeRefusal['as'], detail = '', cause?: unknown): AgeRefusal {
  return Object.assign(new Error(as, { cause }), { name: 'AgeRefusal' as const, as, detail });
}

/** True for a refusal of age, whichever program threw it. */
export function isAgeRefusal(error: unknown): error is AgeRefusal {
  return error instanceof Error && error.name === 'AgeRefusal';
}
