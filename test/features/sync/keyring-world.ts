// Devices with real user databases and real keys, and remotes that are maps.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readRecoveryWords } from '../../../src/config/recovery-words.ts';
import { ageSeal } from '../../../src/features/sync/keyring/age.ts';
import { Inviting } from '../../../src/features/sync/keyring/inviting.ts';
import { Joining } from '../../../src/features/sync/keyring/joining.ts';
import { Kept } from '../../../src/features/sync/keyring/kept.ts';
import { Membership } from '../../../src/features/sync/keyring/membership.ts';
import type { Adopted, KeyNeeds, NamedRemote, SecretStore } from '../../../src/features/sync/keyring/needs.ts';
import { Recovering } from '../../../src/features/sync/keyring/recovering.ts';
import { Store } from '../../../src/store/store.ts';
import { shippedMigration, storeSetting } from '../../store/temporary-store.ts';
import { type MapRemote, mapRemote } from './map-remote.ts';

export const words = readRecoveryWords(join(import.meta.dirname, '../../..'));

/** Bytes that a seed decides. */
export function seededBytes(seed: string): (bytes: number) => Uint8Array {
  let drawn = 0;
  return (bytes) => {
    const blocks = Array.from({ length: Math.ceil(bytes / 32) }, () => {
      drawn += 1;
      return createHash('sha256').update(`${seed} ${drawn}`).digest();
    });
    return Uint8Array.from(Buffer.concat(blocks).subarray(0, bytes));
  };
}

export interface Device {
  readonly name: string;
  readonly needs: KeyNeeds;
  readonly membership: Membership;
  readonly inviting: Inviting;
  readonly joining: Joining;
  readonly recovering: Recovering;
  readonly store: Store;
  /** What lies in its place for secrets. */
  readonly secrets: Map<string, string>;
  readonly self: { ws: string; dev: string; user: string; deviceName: string; userName: string };
  readonly adopted: Adopted[];
  readonly notices: string[];
  readonly remotes: NamedRemote[];
  readonly clock: { now: number };
  /** Another daemon of the same device: nothing is held in memory. */
  readonly restarted: () => Pick<Device, 'membership' | 'inviting' | 'joining' | 'recovering'>;
}

export interface KeyringWorld {
  readonly remote: (url: string) => MapRemote;
  readonly device: (name: string, remotes?: readonly string[]) => Device;
}

/** An id that a name decides. */
export function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-7$3-8$4-$5');
}

export function keyringWorld(): KeyringWorld {
  const all = new Map<string, MapRemote>();
  const remote = (url: string) => {
    const known = all.get(url) ?? mapRemote();
    all.set(url, known);
    return known;
  };
  return { remote, device: (name, remotes = ['folder:/sync']) => device(remote, name, remotes) };
}

function device(remote: KeyringWorld['remote'], name: string, urls: readonly string[]): Device {
  const migration = shippedMigration('features/sync/migrations/0032-keyring.sql');
  const { settings, clock } = storeSetting({ kind: 'user', migrations: [migration] });
  const store = new Store(settings);
  onTestFinished(() => store.close());
  const self = {
    ...{ ws: idOf(`ws ${name}`), dev: idOf(`dev ${name}`), user: idOf(`user ${name}`) },
    ...{ deviceName: name, userName: `user of ${name}` },
  };
  const secrets = new Map<string, string>();
  const files: SecretStore = {
    keptIn: 'files',
    get: async (key) => secrets.get(key),
    put: async (key, secret) => void secrets.set(key, secret),
  };
  const [adopted, notices]: [Adopted[], string[]] = [[], []];
  const remotes: NamedRemote[] = urls.map((url, n) => ({ id: `r${n}`, name: `remote-${n}`, kind: 'folder', url }));
  const needs: KeyNeeds = {
    kept: new Kept(() => store),
    seal: async () => ageSeal,
    words,
    random: seededBytes(name),
    monotonic: () => clock.now,
    pause: async (ms) => {
      clock.now += ms;
    },
    places: async () => ({ preferred: files, files, why: 'a test' }),
    failpoint: () => undefined,
    self: () => self,
    redactionKey: () => createHash('sha256').update(`redaction ${name}`).digest('hex'),
    remotes: () => remotes,
    open: ({ url }) => remote(url),
    addRemote: async (added) => {
      const known = remotes.find(({ url }) => url === added.url);
      if (known) return known;
      const fresh = { id: `r${remotes.length}`, ...added };
      remotes.push(fresh);
      return fresh;
    },
    acceptedOf: (dev) => ({ [idOf(`log of ${dev}`)]: 7 }),
    adopt: async (identity) => {
      adopted.push(identity);
      Object.assign(self, { ws: identity.ws, user: identity.user, userName: identity.userName });
    },
    notice: (what, details) => void notices.push(`${what} ${JSON.stringify(details)}`),
  };
  const restarted = () => {
    const membership = new Membership(needs);
    return {
      ...{ membership, inviting: new Inviting(membership), joining: new Joining(membership) },
      recovering: new Recovering(membership),
    };
  };
  return { name, needs, store, secrets, self, adopted, notices, remotes, clock, restarted, ...restarted() };
}

/** A device that has made the workspace on its remote. */
export async function founder(world: KeyringWorld, name = 'laptop', remotes?: readonly string[]): Promise<Device> {
  const made = world.device(name, remotes);
  for (const remote of made.remotes) await made.membership.start(remote);
  return made;
}

/** Lets a device in by a token, both screens compared. */
export async function letIn(host: Device, guest: Device): Promise<void> {
  const { invite_id, token } = await host.inviting.invite(undefined);
  const asked = await guest.joining.ask(token, { name: 'home' });
  const [asking] = await host.inviting.asking(invite_id, 0);
  await host.inviting.admit(invite_id, asking?.dev ?? '', asked.words);
  await guest.joining.joined(0);
}
