// What is kept of the keyring in the user database.
import type { Read, Write } from '../../../store/record-type.ts';
import { fromBase64 } from './canonical-file.ts';
import { type Keyring, type KeyringSecrets, readKeyring } from './keyring.ts';
import {
  addKeyring,
  dropOtherDevices,
  endJoining,
  forgetSeen,
  type JoiningRow,
  joining,
  keptIn,
  keyringsOf,
  keyringWorkspace,
  noteKept,
  noteSeen,
  saveDevice,
  seenOn,
  setJoining,
} from './queries.ts';

/** The user database, as far as keyrings need it. */
export interface KeptStore {
  readonly read: Read;
  readonly write: <T>(work: (tx: Write) => T) => Promise<T>;
}

/** Keyrings that were accepted, what was seen on each remote, and a join that waits for its answer. */
export class Kept {
  readonly #store: () => KeptStore;

  constructor(store: () => KeptStore) {
    this.#store = store;
  }

  /** The workspace whose keyring was accepted last. */
  get workspace(): string | undefined {
    return this.#read.one(keyringWorkspace, {})?.ws;
  }

  /** Every accepted version from the first known one on. */
  keyrings(ws: string): readonly Keyring[] {
    return this.#read
      .all(keyringsOf, { ws })
      .map(({ version, bytes }) => readKeyring(bytes, `kept keyring ${version}`));
  }

  /** Notes versions as accepted, and what the newest says of devices. secrets: undefined where it opens nothing. */
  accept(fresh: readonly Keyring[], secrets: KeyringSecrets | undefined): Promise<void> {
    return this.#store().write((tx) => {
      for (const { bytes, hash, clear } of fresh) {
        const { ws, version } = clear;
        tx.run(addKeyring, { ws, version, hash, bytes, accepted_at: tx.now });
      }
      const newest = fresh.at(-1);
      if (newest) noteDevices(tx, newest, secrets);
    });
  }

  /** The newest version ever seen on a remote; 0 for none. */
  seen(remote_id: string): number {
    return this.#read.one(seenOn, { remote_id })?.version ?? 0;
  }

  noteSeen(remote_id: string, version: number): Promise<void> {
    return this.#store().write((tx) => void tx.run(noteSeen, { remote_id, version }));
  }

  /** The remote was replaced on purpose: what was seen there before counts no more. Says how many marks went. */
  async forgetSeen(remote_id: string): Promise<number> {
    const marks = this.seen(remote_id) > 0 ? 1 : 0;
    await this.#store().write((tx) => void tx.run(forgetSeen, { remote_id }));
    return marks;
  }

  /** Where the keys of a device were put when they were made; undefined before. */
  keptIn(dev: string): 'keyring' | 'files' | undefined {
    return this.#read.one(keptIn, { dev })?.kept_in;
  }

  noteKept(dev: string, kept_in: 'keyring' | 'files'): Promise<void> {
    return this.#store().write((tx) => void tx.run(noteKept, { dev, kept_in, made_at: tx.now }));
  }

  /** The join that waits for its answer. */
  get joining(): JoiningRow | undefined {
    return this.#read.one(joining, {});
  }

  setJoining(row: Omit<JoiningRow, 'asked_at'>): Promise<void> {
    return this.#store().write((tx) => void tx.run(setJoining, { ...row, asked_at: tx.now }));
  }

  endJoining(): Promise<void> {
    return this.#store().write((tx) => void tx.run(endJoining, {}));
  }

  get #read(): Read {
    return this.#store().read;
  }
}

function noteDevices(tx: Write, { clear }: Keyring, secrets: KeyringSecrets | undefined): void {
  tx.run(dropOtherDevices, { devs: JSON.stringify(clear.devices.map(({ dev }) => dev)) });
  for (const { dev, sign, box, role, revoked } of clear.devices) {
    const named = secrets?.names[dev];
    tx.run(saveDevice, {
      ...{ dev, name: named?.name ?? null, user_id: named?.user ?? null },
      ...{ sign_key: fromBase64(sign), box_key: box, role, now: tx.now, revoked_at: revoked ? tx.now : null },
    });
  }
}
