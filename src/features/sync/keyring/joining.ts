// The side that wants in: by a token and a person who compares words, or by the recovery words alone.
import { PrsistError } from '../../../core/errors.ts';
import { shortId } from '../../../core/ids.ts';
import type { Remote } from '../remote.ts';
import { fromBase64, toBase64 } from './canonical-file.ts';
import { isAttested, isByFingerprint } from './chain.ts';
import { admit, draftAfter, makeKeyring, wordsSigner } from './change.ts';
import type { DeviceKeys } from './device-keys.ts';
import { putKeyring, readFrom } from './exchange.ts';
import { checkWords, type JoinRequest, requestObject } from './join-request.ts';
import { type Keyring, type KeyringClear, type KeyringSecrets, members } from './keyring.ts';
import type { Membership } from './membership.ts';
import type { Adopted, NamedRemote } from './needs.ts';
import { putNew } from './objects.ts';
import { makeOwnKeys } from './own-keys.ts';
import { entropyOf, type RecoveryKeys, recoveryKeys } from './recovery.ts';
import { notOurs } from './refusals.ts';
import { readToken } from './token.ts';
import { findWorkspace, otherWorkspace } from './workspace-file.ts';

type Place = Pick<NamedRemote, 'kind' | 'url' | 'name'>;

export interface Asked {
  readonly words: readonly string[];
  /** The device that invited. */
  readonly by: string;
  readonly ws: string;
}

export interface Joined {
  readonly ws: string;
  readonly version: number;
  readonly devices: number;
}

const lookMs = 2_000;
const mostTries = 16;

export class Joining {
  readonly #membership: Membership;

  constructor(membership: Membership) {
    this.#membership = membership;
  }

  /**
   * Asks to be let in. place: of the same remote as it is reached from here, where that differs from the token's.
   * Throws workspace/mismatch when something else is there, device/refused where this device shares a workspace already.
   */
  async ask(
    token: string,
    { place: own, name }: { readonly place?: Omit<Place, 'name'> | undefined; readonly name: string },
  ): Promise<Asked> {
    const { needs } = this.#membership;
    const invitation = readToken(token);
    const { ws, fingerprint, by } = invitation;
    this.#requireFree(ws);
    const place: Place = { kind: invitation.kind, url: invitation.url, ...own, name };
    const keys = await makeOwnKeys(needs);
    const { dev, deviceName } = needs.self();
    const request: JoinRequest = { ws, dev, publicKey: keys.publicKey, box: keys.box, name: deviceName };
    const secret = fromBase64(invitation.secret);
    const object = requestObject(request, secret, needs.random(12));
    const put = this.#membership.reach(place, async (opened, signal) => {
      const found = await findWorkspace(opened, ws, signal);
      if (found.is === 'others') throw otherWorkspace(ws, found.all);
      if (found.is !== 'ours') throw nothingThere(ws);
      await putNew(opened, object, signal);
    });
    await put.catch((error: unknown) => Promise.reject(own === undefined ? elsewhere(error, place) : error));
    const words = checkWords(request, { secret, fingerprint }, needs.words());
    const row = { ws, kind: place.kind, url: place.url, remote: name, invited_by: by, fingerprint };
    await needs.kept.setJoining({ ...row, request: object.name, words: words.join(' ') });
    return { words, by, ws };
  }

  /** Looks whether this device was let in, waiting so long; undefined while it was not. */
  async joined(waitMs: number): Promise<Joined | undefined> {
    const { needs } = this.#membership;
    const until = needs.monotonic() + waitMs;
    for (;;) {
      const done = await this.#membership.inTurn(() => this.#look());
      if (done || needs.monotonic() + lookMs > until) return done;
      await needs.pause(lookMs);
    }
  }

  /** Gives up waiting, and takes the request back where the remote answers. */
  async cancel(): Promise<boolean> {
    const { kept } = this.#membership.needs;
    const row = kept.joining;
    if (!row) return false;
    await kept.endJoining();
    await this.#membership.reach(row, async (opened, signal) => void (await opened.delete([row.request], signal)));
    return true;
  }

  /** Joins with nothing but the recovery words. Throws recovery/wrong-words when they open nothing there. */
  byWords(typed: readonly string[], place: Place): Promise<Joined> {
    return this.#membership.inTurn(async () => {
      const { needs } = this.#membership;
      const words = await recoveryKeys(entropyOf(typed, needs.words()), await needs.seal());
      return this.#membership.reach(place, (opened, signal) => this.#recover({ opened, place, words, signal }));
    });
  }

  async #look(): Promise<Joined | undefined> {
    const { kept } = this.#membership.needs;
    const row = kept.joining;
    if (!row) throw new PrsistError('device/refused', 'this device does not wait to be let in');
    const keys = await makeOwnKeys(this.#membership.needs);
    const place = { kind: row.kind, url: row.url, name: row.remote };
    const chain = await this.#membership.reach(place, (opened, signal) =>
      readFrom(opened, row.ws, (each) => isByFingerprint(each, row.fingerprint) && names(each, keys), signal),
    );
    if (!chain) return undefined;
    const done = await this.#enter(chain, place, keys);
    await kept.endJoining();
    return done;
  }

  async #recover(at: Recovering): Promise<Joined> {
    const { all } = await findWorkspace(at.opened, this.#membership.workspace, at.signal);
    for (const ws of all) {
      const chain = await chainOfWords(at, ws);
      if (chain) return this.#enterByWords(at, ws, chain);
    }
    throw new PrsistError('recovery/wrong-words', 'the words are whole, but no workspace of this remote has them', {
      hint: 'give the remote of the workspace they were made for; words that were replaced open nothing any more',
    });
  }

  async #enterByWords(at: Recovering, ws: string, found: readonly Keyring[]): Promise<Joined> {
    const { needs } = this.#membership;
    const { opened, place, words, signal } = at;
    this.#requireFree(ws);
    const keys = await makeOwnKeys(needs);
    let chain = found;
    for (let tries = 0; tries < mostTries; tries += 1) {
      const newest = chain.at(-1);
      if (newest?.clear.recovery?.sign !== toBase64(words.publicKey)) throw replaced();
      if (names(newest, keys)) return this.#enter(chain, place, keys);
      const secrets = await this.#membership.openNewest([newest], words.boxKey);
      if (!secrets) throw notOurs(newest);
      const { dev, deviceName: name } = needs.self();
      const user = ownerOf(newest.clear, secrets);
      const draft = admit({ dev, publicKey: keys.publicKey, box: keys.box, name, user })(draftAfter(newest, secrets));
      const made = await makeKeyring(draft, { ws, before: newest, by: wordsSigner(words), seal: await needs.seal() });
      const put = await putKeyring(opened, made, signal);
      if (put === 'created') {
        needs.failpoint('keyring.put');
        return this.#enter([...chain, made], place, keys);
      }
      chain = (await chainOfWords(at, ws)) ?? chain;
    }
    throw new PrsistError('daemon/busy', 'others change the keyring all the time; nothing was changed', {
      retryMs: 5_000,
    });
  }

  /** Accepts what lets this device in, and takes the workspace and its person over. Again changes nothing. */
  async #enter(chain: readonly Keyring[], place: Place, keys: DeviceKeys): Promise<Joined> {
    const { needs } = this.#membership;
    const newest = chain.at(-1);
    const secrets = await this.#membership.openNewest(chain, keys.boxKey);
    if (!newest || !secrets) throw newest ? notOurs(newest) : nothingThere(this.#membership.workspace);
    const remote = await needs.addRemote(place);
    await this.#membership.accept(remote, chain, keys);
    await needs.adopt(adopted(newest, secrets, keys.dev));
    return { ws: newest.clear.ws, version: newest.clear.version, devices: members(newest.clear).length };
  }

  /** A device that shares a workspace with others would leave them without a word. */
  #requireFree(ws: string): void {
    const { kept } = this.#membership.needs;
    const own = this.#membership.workspace;
    const newest = kept.keyrings(own).at(-1);
    if (!newest) return;
    if (own === ws) throw new PrsistError('device/refused', 'this device belongs to this workspace already');
    const others = members(newest.clear).length - 1;
    if (others <= 0) return;
    throw new PrsistError(
      'device/refused',
      `this device shares the workspace ${shortId(own)} with ${others} other${others === 1 ? '' : 's'}; nothing was changed`,
      { hint: 'prsist device revoke it there first, so that they know' },
    );
  }
}

/** A remote that is entered with nothing but the words. */
interface Recovering {
  readonly opened: Remote;
  readonly place: Place;
  readonly words: RecoveryKeys;
  readonly signal: AbortSignal;
}

/** Keyrings of a workspace from the one on that the words attest. */
function chainOfWords({ opened, words, signal }: Recovering, ws: string): Promise<readonly Keyring[] | undefined> {
  return readFrom(opened, ws, (each) => isAttested(each, words.publicKey), signal);
}

function names({ clear }: Keyring, { dev, publicKey, box }: DeviceKeys): boolean {
  return members(clear).some((each) => each.dev === dev && each.sign === toBase64(publicKey) && each.box === box);
}

/** The person whose workspace it is. */
function ownerOf(clear: KeyringClear, secrets: KeyringSecrets): string {
  const first = members(clear).flatMap(({ dev }) => secrets.names[dev]?.user ?? [])[0];
  return first ?? Object.keys(secrets.users)[0] ?? '';
}

function adopted({ clear }: Keyring, secrets: KeyringSecrets, dev: string): Adopted {
  const user = secrets.names[dev]?.user ?? ownerOf(clear, secrets);
  return { ws: clear.ws, user, userName: secrets.users[user] ?? '', redactionKey: secrets.redaction };
}

/** A folder lies where it lies on the other device, which may be nowhere here. */
function elsewhere(error: unknown, { kind }: Place): unknown {
  if (kind !== 'folder' || !(error instanceof PrsistError) || error.code !== 'remote/offline') return error;
  return new PrsistError('remote/offline', error.message, {
    hint: 'where the folder lies elsewhere on this device: prsist device join --remote folder:PATH',
    cause: error,
  });
}

function replaced(): PrsistError {
  return new PrsistError('recovery/wrong-words', 'these recovery words were replaced by others; nothing was changed', {
    hint: 'use the newest ones: prsist recovery create shows them once',
  });
}

function nothingThere(ws: string): PrsistError {
  return new PrsistError(
    'workspace/mismatch',
    `the workspace ${shortId(ws)} is not on this remote; nothing was written there`,
    {
      hint: 'give the address of the same remote as it is reached from here: prsist device join --remote <url>',
    },
  );
}
