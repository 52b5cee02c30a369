// The side that is a member already: invites a device, shows who asks, lets it in, puts it out.
import { PrsistError } from '../../../core/errors.ts';
import type { Remote } from '../remote.ts';
import { fromBase64, toBase64 } from './canonical-file.ts';
import { admit, rename, revoke } from './change.ts';
import { fingerprint } from './device-keys.ts';
import { checkWords, type JoinRequest, readRequest } from './join-request.ts';
import type { Membership } from './membership.ts';
import type { NamedRemote } from './needs.ts';
import { requestDevice, requestsPrefix } from './object-names.ts';
import { getOne, namesBelow } from './objects.ts';
import { noRemote } from './refusals.ts';
import { type Invitation, tokenOf } from './token.ts';

/** How long a token lets anybody ask. */
export const inviteMs = 15 * 60_000;
/** More requests than anybody answers; the rest is not looked at. */
const mostRequests = 100;
/** Between two looks for a request. */
const lookMs = 2_000;

interface Open {
  readonly invitation: Invitation;
  readonly remote: NamedRemote;
  readonly endsAt: number;
  /** Who was shown to the person, exactly as shown: nobody else is let in. */
  readonly shown: Map<string, Asking & { readonly request: JoinRequest; readonly name: string }>;
}

export interface Asking {
  readonly dev: string;
  readonly device: string;
  readonly words: readonly string[];
}

/** Invitations of this daemon. Held in memory: they last fifteen minutes, and a token of an ended daemon opens nothing. */
export class Inviting {
  readonly #membership: Membership;
  readonly #open = new Map<string, Open>();

  constructor(membership: Membership) {
    this.#membership = membership;
  }

  /** Makes a token for one device. remoteName: through which remote; the first when absent. */
  async invite(remoteName: string | undefined): Promise<{ readonly invite_id: string; readonly token: string }> {
    const { needs } = this.#membership;
    const remote = this.#remote(remoteName);
    await this.#membership.start(remote);
    const { keys } = await this.#membership.holding();
    const invitation: Invitation = {
      ...{ format: 1, ws: this.#membership.workspace, kind: remote.kind, url: remote.url },
      ...{ fingerprint: fingerprint(keys), by: needs.self().deviceName, secret: toBase64(needs.random(16)) },
    };
    const token = tokenOf(invitation);
    const invite_id = Buffer.from(needs.random(8)).toString('hex');
    const endsAt = needs.monotonic() + inviteMs;
    this.#open.set(invite_id, { invitation, remote, endsAt, shown: new Map() });
    return { invite_id, token };
  }

  /** Who asks with the token of an invitation, waiting so long for the first. Throws invite/expired. */
  async asking(invite_id: string, waitMs: number): Promise<readonly Asking[]> {
    const { needs } = this.#membership;
    const until = needs.monotonic() + waitMs;
    for (;;) {
      const open = this.#find(invite_id);
      await this.#membership.reach(open.remote, (opened, signal) => this.#look(open, opened, signal));
      if (open.shown.size > 0 || needs.monotonic() + lookMs > until) {
        return [...open.shown.values()].map(({ dev, device, words }) => ({ dev, device, words }));
      }
      await needs.pause(lookMs);
    }
  }

  /**
   * Lets in a device that was shown; the token opens nothing afterwards. words: as they stand on its screen, where the
   * person did not compare them; others than ours are refused.
   */
  async admit(invite_id: string, dev: string, words: readonly string[] | undefined): Promise<Asking> {
    const open = this.#find(invite_id);
    const asking = open.shown.get(dev);
    if (!asking) throw new PrsistError('device/not-found', `no device ${dev} asks with this invitation`);
    if (words !== undefined && words.join(' ') !== asking.words.join(' ')) {
      throw new PrsistError('device/refused', 'the check words of the two screens differ: nobody was let in', {
        hint: 'somebody else has the token, or changes what is sent: prsist device invite makes a new one',
      });
    }
    const { secrets } = await this.#membership.holding();
    const self = this.#membership.needs.self();
    const user = secrets.names[self.dev]?.user ?? self.user;
    const { publicKey, box, name } = asking.request;
    await this.#membership.inTurn(() => this.#membership.change(admit({ dev, publicKey, box, name, user })));
    this.#open.delete(invite_id);
    await this.#membership.reach(
      open.remote,
      async (opened, signal) => void (await opened.delete([asking.name], signal)),
    );
    return { dev, device: asking.device, words: asking.words };
  }

  /** Puts a device out: it reads nothing that is written from now on, and nothing of it is taken after what was. */
  async revoke(dev: string): Promise<void> {
    const { needs } = this.#membership;
    await this.#membership.inTurn(() => this.#membership.change(revoke(dev, needs.acceptedOf(dev), needs.random(32))));
  }

  /** Another name for a device. */
  async rename(dev: string, name: string): Promise<void> {
    await this.#membership.inTurn(() => this.#membership.change(rename(dev, name)));
  }

  async #look(open: Open, remote: Remote, signal: AbortSignal): Promise<void> {
    const { ws, secret, fingerprint: named } = open.invitation;
    const key = fromBase64(secret);
    let looked = 0;
    for await (const name of namesBelow(remote, requestsPrefix(ws), signal)) {
      const dev = requestDevice(ws, name);
      if (dev === undefined || open.shown.has(dev)) continue;
      looked += 1;
      if (looked > mostRequests) return;
      const bytes = await getOne(remote, name, signal);
      const request = bytes && readRequest(bytes, ws, key);
      if (!request || request.dev !== dev) continue;
      const words = checkWords(request, { secret: key, fingerprint: named }, this.#membership.needs.words());
      open.shown.set(dev, { dev, device: request.name, words, request, name });
    }
  }

  #find(invite_id: string): Open {
    const open = this.#open.get(invite_id);
    if (open && this.#membership.needs.monotonic() < open.endsAt) return open;
    this.#open.delete(invite_id);
    throw new PrsistError(
      'invite/expired',
      'this invitation was used, is older than 15 minutes, or of an ended daemon',
    );
  }

  #remote(name: string | undefined): NamedRemote {
    const all = this.#membership.needs.remotes();
    const remote = name === undefined ? all[0] : all.find((each) => each.name === name);
    if (remote) return remote;
    throw name === undefined ? noRemote() : new PrsistError('remote/not-found', `no remote ${name}`);
  }
}
