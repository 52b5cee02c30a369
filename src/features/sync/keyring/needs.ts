import type { PrsistError } from '../../../core/errors.ts';
import type { Remote, RemoteKind } from '../remote.ts';
import type { Kept } from './kept.ts';
import type { Seal } from './seal.ts';

/** A place for secrets that belong to this device alone. */
export interface SecretStore {
  readonly keptIn: 'keyring' | 'files';
  /** Throws key/missing when the place cannot be reached; undefined when it holds nothing under the name. */
  readonly get: (name: string) => Promise<string | undefined>;
  readonly put: (name: string, secret: string) => Promise<void>;
}

/** Where secrets can be kept here, looked at once and without asking anybody. */
export interface SecretPlaces {
  /** Where new ones are put. */
  readonly preferred: SecretStore;
  readonly files: SecretStore;
  /** Why the keyring of the system is not used; undefined where it is. */
  readonly why: string | undefined;
}

/** A remote as it is configured. */
export interface NamedRemote {
  readonly id: string;
  readonly name: string;
  readonly kind: RemoteKind;
  readonly url: string;
}

/** Who and where this is, at the moment. */
export interface Self {
  readonly ws: string;
  readonly dev: string;
  readonly user: string;
  readonly deviceName: string;
  readonly userName: string;
}

/** What a device takes over from the workspace that let it in. */
export interface Adopted {
  readonly ws: string;
  readonly user: string;
  readonly userName: string;
  /** 64 hex digits. */
  readonly redactionKey: string;
}

/** What keyrings need of others; handed in by the daemon. */
export interface KeyNeeds {
  readonly kept: Kept;
  readonly seal: () => Promise<Seal>;
  readonly words: () => readonly string[];
  readonly random: (bytes: number) => Uint8Array;
  readonly monotonic: () => number;
  readonly pause: (ms: number) => Promise<void>;
  readonly places: () => Promise<SecretPlaces>;
  /** Called where a keyring stands on a remote and is not noted here yet. */
  readonly failpoint: (name: string) => void;
  readonly self: () => Self;
  readonly redactionKey: () => string;
  readonly remotes: () => readonly NamedRemote[];
  /** Whoever opens one closes it. */
  readonly open: (remote: Pick<NamedRemote, 'kind' | 'url'>) => Remote;
  /** Remembers the remote a device joined through; the known one where it is known already. */
  readonly addRemote: (remote: Pick<NamedRemote, 'kind' | 'url' | 'name'>) => Promise<NamedRemote>;
  /** The last number accepted of each log of a device. */
  readonly acceptedOf: (dev: string) => Readonly<Record<string, number>>;
  /** Takes over a workspace and a person; what was remembered before goes along. Again changes nothing. */
  readonly adopt: (identity: Adopted) => Promise<void>;
  /** Hears of every change of who belongs to the workspace, and of what was wrong with a remote. */
  readonly notice: (what: string, details: Readonly<Record<string, string | number>>) => void;
}

/** What went wrong with one of several remotes. */
export interface RemoteFault {
  readonly remote: NamedRemote;
  readonly error: PrsistError;
}
