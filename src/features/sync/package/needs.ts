import type { Redactor } from '../../../core/redact.ts';
import type { Read, Write } from '../../../store/record-type.ts';
import type { Packing } from '../../packed.ts';
import type { SigningKey } from '../keyring/ed25519.ts';
import type { AgeFiles } from './age-files.ts';

/** A database of a project, as packages use it. */
export interface PackageStore {
  readonly read: Read;
  /** Reads, and refuses to write. */
  readonly outside: Write;
  readonly write: <T>(work: (tx: Write) => T) => Promise<T>;
}

/** Who makes a package, and whether another that made one is of ours. */
export interface PackageSelf {
  readonly ws: string;
  readonly dev: string;
  readonly deviceName: string;
}

/** What packages get from the rest. */
export interface PackageNeeds {
  /** Every kind of thing, what others rest on first. */
  readonly packings: readonly Packing[];
  /** The sessions that are meant, with those of their sub-agents. */
  readonly sessionsMeant: (read: Read, asked: readonly string[]) => readonly string[];
  readonly store: (projectId: string) => PackageStore;
  readonly redactor: (projectId: string) => Redactor;
  readonly self: () => PackageSelf;
  /** The key this device signs with, made now if there is none. */
  readonly ownKeys: () => Promise<SigningKey>;
  /** Whom a package is sealed to that this device opens (`age1…`); made as above. */
  readonly recipient: () => Promise<string>;
  /** Keys that this device opens files with: none before it has any. */
  readonly boxKeys: () => Promise<readonly Uint8Array[]>;
  /** The public key of a device of this workspace; undefined for one that is none, or is no more. */
  readonly memberKey: (dev: string) => Promise<Uint8Array | undefined>;
  readonly age: () => Promise<AgeFiles>;
  /** Numbers of the project, day by day. */
  readonly insights: (read: Read, since: number) => readonly Insight[];
  readonly files: PackageFiles;
  readonly writer: string;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly breathe: () => Promise<void>;
  /** Nobody asked for anything lately: slices may be longer. */
  readonly isQuiet: () => boolean;
  /** Frees the buffers that have been used; takes some milliseconds. */
  readonly tidy: () => void;
}

/** What was done in a day, in numbers alone. */
export interface Insight {
  /** In UTC. */
  readonly day: string;
  readonly numbers: Readonly<Record<string, number>>;
}

export interface PackageFiles {
  /** Writes a new file that only its owner reads: whole under its name, or not at all. Throws where there is one. */
  readonly write: (path: string, chunks: AsyncIterable<Uint8Array>) => Promise<{ readonly bytes: number }>;
  /** The bytes of a file, as they are read. */
  readonly read: (path: string) => AsyncIterable<Uint8Array>;
}
