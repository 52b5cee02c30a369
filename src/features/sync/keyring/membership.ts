// Who belongs to the workspace, as this device has accepted it, and how that changes.
import { PrsistError } from '../../../core/errors.ts';
import type { PackKeys } from '../keys.ts';
import type { Remote } from '../remote.ts';
import { fromBase64, toBase64 } from './canonical-file.ts';
import { type Change, deviceSigner, draftAfter, firstDraft, makeKeyring } from './change.ts';
import type { DeviceKeys } from './device-keys.ts';
import { catchUp, putKeyring, readFrom, rolledBack } from './exchange.ts';
import { type Keyring, type KeyringSecrets, kidOf, readSecrets } from './keyring.ts';
import type { KeyNeeds, NamedRemote, RemoteFault } from './needs.ts';
import { makeOwnKeys, ownKeys } from './own-keys.ts';
import { packKeysOf } from './pack-keys.ts';
import { mintedElsewhere, noRemote, notOurs, revoked, waiting } from './refusals.ts';
import { type Found, findWorkspace, isOnlyMarked, markWorkspace, otherWorkspace } from './workspace-file.ts';

/** alone: no workspace was made yet. waiting: a join has no answer yet. locked: the keys of this device are out of reach. */
export type Standing = 'alone' | 'waiting' | 'member' | 'revoked' | 'locked';

/** Everything a member holds. */
export interface Holding {
  readonly keys: DeviceKeys;
  readonly newest: Keyring;
  readonly secrets: KeyringSecrets;
}

/** More admins than change one keyring at the same time. */
const mostTries = 16;

export class Membership {
  readonly needs: KeyNeeds;
  /** What is wrong with the keyrings of a remote, by its id, as it was last looked at. */
  readonly faults = new Map<string, RemoteFault>();
  #turn: Promise<unknown> = Promise.resolve();
  #opened: { readonly hash: string; readonly secrets: KeyringSecrets | undefined } | undefined;

  constructor(needs: KeyNeeds) {
    this.needs = needs;
  }

  /** The workspace this device belongs to; its own provisional one before it belongs to any. */
  get workspace(): string {
    return this.needs.kept.workspace ?? this.needs.self().ws;
  }

  /** One thing after the other: whatever changes the membership waits for its turn. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** How this device stands, without asking a remote. */
  async standing(): Promise<Standing> {
    const { kept, self } = this.needs;
    if (kept.joining) return 'waiting';
    const newest = kept.keyrings(this.workspace).at(-1);
    if (!newest) return 'alone';
    const entry = newest.clear.devices.find(({ dev }) => dev === self().dev);
    if (entry?.revoked) return 'revoked';
    try {
      return (await ownKeys(this.needs)) === undefined ? 'alone' : 'member';
    } catch (error) {
      if (error instanceof PrsistError && error.code === 'key/missing') return 'locked';
      throw error;
    }
  }

  /** What packs are sealed with and checked against, as it stands. Throws key/missing when this device's keys are out of reach. */
  async packKeys(): Promise<PackKeys> {
    const newest = this.needs.kept.keyrings(this.workspace).at(-1);
    const keys = await ownKeys(this.needs);
    const isWaiting = this.needs.kept.joining !== undefined;
    const held = keys && newest && !isWaiting ? await this.#secrets(keys) : undefined;
    const parts = { ws: this.workspace, dev: this.needs.self().dev, keys, newest: isWaiting ? undefined : newest };
    return packKeysOf(parts, held);
  }

  /** Throws workspace/mismatch for a place that holds another workspace; nothing is written there. */
  requireOurs(place: Pick<NamedRemote, 'kind' | 'url'>): Promise<void> {
    return this.reach(place, async (opened, signal) => {
      const found = await findWorkspace(opened, this.workspace, signal);
      if (found.is === 'others') throw otherWorkspace(this.workspace, found.all);
    });
  }

  /**
   * Makes ready for a remote: reads its keyrings on, puts what it lacks; mints where nothing of any workspace exists.
   * Throws workspace/mismatch, remote/rolled-back, remote/tampered, key/missing or key/mismatch, with nothing written.
   */
  start(remote: NamedRemote): Promise<void> {
    return this.inTurn(() => this.#looked(remote));
  }

  /**
   * Changes the keyring: on the first remote that answers, then on all others. Of two that change it at once the loser
   * does it again on top. Throws key/missing for who may not, and what the last remote said when none answered.
   */
  async change(change: Change): Promise<Keyring> {
    const faults: RemoteFault[] = [];
    let made: Keyring | undefined;
    for (const remote of await this.#refreshed(faults)) {
      made ??= await this.reach(remote, (opened, signal) => this.#changeOn(remote, opened, change, signal));
    }
    if (!made) throw faults.at(-1)?.error ?? noRemote();
    for (const remote of this.needs.remotes()) await this.#tried(faults, remote);
    for (const { remote, error } of faults)
      this.needs.notice('keyring-not-everywhere', { remote: remote.name, code: error.code });
    return made;
  }

  /** What a member holds. Throws key/missing, saying why, for anybody else. */
  async holding(): Promise<Holding> {
    const { kept, self } = this.needs;
    const { joining } = kept;
    if (joining) throw waiting(joining.invited_by);
    const newest = kept.keyrings(this.workspace).at(-1);
    const keys = newest && (await ownKeys(this.needs));
    if (!newest || !keys) throw noRemote();
    const entry = newest.clear.devices.find(({ dev }) => dev === self().dev);
    if (entry?.revoked) throw revoked(entry.revoked.version);
    const secrets = await this.#secrets(keys);
    if (!entry || !secrets || !secrets.epochs.some(({ epoch }) => epoch === newest.clear.epoch)) throw notOurs(newest);
    return { keys, newest, secrets };
  }

  /** Notes versions that were checked, and opens the newest. Throws key/mismatch when what is inside is another key. */
  async accept(remote: NamedRemote, fresh: readonly Keyring[], keys: DeviceKeys): Promise<void> {
    const secrets = await this.openNewest(fresh, keys.boxKey);
    await this.needs.kept.accept(fresh, secrets);
    const newest = fresh.at(-1);
    if (!newest) return;
    await this.needs.kept.noteSeen(remote.id, newest.clear.version);
    this.needs.notice('keyring-accepted', { version: newest.clear.version, devices: newest.clear.devices.length });
  }

  /** What the newest of some versions holds that a key opens; undefined when it opens none. */
  async openNewest(keyrings: readonly Keyring[], key: Uint8Array): Promise<KeyringSecrets | undefined> {
    const seal = await this.needs.seal();
    for (const { clear, sealed } of keyrings.toReversed()) {
      const plain = await seal.open(sealed, key);
      if (plain === undefined) continue;
      const secrets = readSecrets(plain, `keyring ${clear.version}`);
      const own = secrets.epochs.find(({ epoch }) => epoch === clear.epoch);
      if (own && kidOf(fromBase64(own.key)) === clear.kid) return secrets;
      throw new PrsistError(
        'key/mismatch',
        `keyring ${clear.version} holds another key for epoch ${clear.epoch} than it names; nothing was sent or overwritten`,
      );
    }
    return undefined;
  }

  /** Opens a remote for some work, and closes it whatever becomes of that. */
  async reach<T>(
    remote: Pick<NamedRemote, 'kind' | 'url'>,
    work: (opened: Remote, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const opened = this.needs.open(remote);
    try {
      return await work(opened, AbortSignal.timeout(limitMs));
    } finally {
      await opened.close();
    }
  }

  async #start(remote: NamedRemote, opened: Remote, signal: AbortSignal): Promise<void> {
    const { kept } = this.needs;
    if (kept.joining) throw waiting(kept.joining.invited_by);
    const ws = this.workspace;
    const found = await findWorkspace(opened, ws, signal);
    if (found.is === 'others') throw otherWorkspace(ws, found.all);
    if (found.is === 'empty' && kept.seen(remote.id) > 0) throw rolledBack(kept.seen(remote.id), 0);
    if (kept.keyrings(ws).length === 0) return this.#first(remote, opened, found, signal);
    await this.#catchUp(remote, opened, signal);
    if (found.is !== 'ours') await markWorkspace(opened, ws, signal);
  }

  /** No keyring here: it is minted where nothing is, and taken from there only when it is our own, half minted before. */
  async #first(remote: NamedRemote, opened: Remote, found: Found, signal: AbortSignal): Promise<void> {
    const ws = this.workspace;
    const keys = await makeOwnKeys(this.needs);
    const isOwn = ({ clear }: Keyring) =>
      clear.version === 1 &&
      clear.signer === keys.dev &&
      clear.devices.some(
        ({ dev, sign, box }) => dev === keys.dev && sign === toBase64(keys.publicKey) && box === keys.box,
      );
    const own = found.is === 'empty' ? undefined : await readFrom(opened, ws, isOwn, signal);
    if (own) return this.accept(remote, own, keys);
    if (found.is !== 'empty' && !(await isOnlyMarked(opened, ws, signal))) throw mintedElsewhere(ws);
    await this.#mint(remote, opened, keys, signal);
  }

  async #mint(remote: NamedRemote, opened: Remote, keys: DeviceKeys, signal: AbortSignal): Promise<void> {
    const { self, random, redactionKey, seal } = this.needs;
    const { user, userName, deviceName: name } = self();
    const ws = this.workspace;
    await markWorkspace(opened, ws, signal);
    const draft = firstDraft({ ...keys, name, user }, { key: random(32), redaction: redactionKey(), userName });
    const first = await makeKeyring(draft, { ws, before: undefined, by: deviceSigner(keys), seal: await seal() });
    if ((await putKeyring(opened, first, signal)) === 'exists') throw mintedElsewhere(ws);
    this.needs.failpoint('keyring.put');
    await this.accept(remote, [first], keys);
  }

  async #catchUp(remote: NamedRemote, opened: Remote, signal: AbortSignal): Promise<void> {
    const { kept } = this.needs;
    const ws = this.workspace;
    const held = kept.keyrings(ws);
    const { fresh, newest } = await catchUp(opened, { ws, keyrings: held, seen: kept.seen(remote.id) }, signal);
    if (fresh.length > 0) await this.accept(remote, fresh, await makeOwnKeys(this.needs));
    for (const keyring of held) if (keyring.clear.version > newest) await putKeyring(opened, keyring, signal);
    await kept.noteSeen(remote.id, Math.max(newest, held.at(-1)?.clear.version ?? 0));
  }

  async #changeOn(remote: NamedRemote, opened: Remote, change: Change, signal: AbortSignal): Promise<Keyring> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const { keys, newest, secrets } = await this.holding();
      const before = draftAfter(newest, secrets);
      const draft = change(before);
      if (draft === before) return newest;
      const about = { ws: this.workspace, before: newest, by: deviceSigner(keys), seal: await this.needs.seal() };
      const made = await makeKeyring(draft, about);
      if ((await putKeyring(opened, made, signal)) === 'created') {
        this.needs.failpoint('keyring.put');
        await this.accept(remote, [made], keys);
        return made;
      }
      await this.#catchUp(remote, opened, signal);
    }
    throw new PrsistError('daemon/busy', 'others change the keyring all the time; nothing was changed', {
      retryMs: 5_000,
    });
  }

  /** Remotes that answered, with their keyrings read on. What does not concern reaching them is thrown. */
  async #refreshed(faults: RemoteFault[]): Promise<readonly NamedRemote[]> {
    const reached: NamedRemote[] = [];
    for (const remote of this.needs.remotes()) if (await this.#tried(faults, remote)) reached.push(remote);
    return reached;
  }

  async #tried(faults: RemoteFault[], remote: NamedRemote): Promise<boolean> {
    try {
      await this.#looked(remote);
      return true;
    } catch (error) {
      if (!(error instanceof PrsistError) || !mayWait.has(error.code)) throw error;
      faults.push({ remote, error });
      return false;
    }
  }

  /** Starts with a remote, and notes what is wrong with it until it is right again. */
  async #looked(remote: NamedRemote): Promise<void> {
    try {
      await this.reach(remote, (opened, signal) => this.#start(remote, opened, signal));
      this.faults.delete(remote.id);
    } catch (error) {
      if (error instanceof PrsistError && !mayWait.has(error.code)) this.faults.set(remote.id, { remote, error });
      throw error;
    }
  }

  async #secrets(keys: DeviceKeys): Promise<KeyringSecrets | undefined> {
    const keyrings = this.needs.kept.keyrings(this.workspace);
    const hash = keyrings.at(-1)?.hash ?? '';
    if (this.#opened?.hash !== hash) {
      this.#opened = { hash, secrets: await this.openNewest(keyrings, keys.boxKey) };
    }
    return this.#opened.secrets;
  }
}

/** A keyring is some kilobytes; whoever takes longer does not answer. */
const limitMs = 120_000;
/** What another remote can make up for. */
const mayWait = new Set(['remote/offline', 'remote/auth', 'remote/full', 'remote/read-only']);
