// What can be asked about devices and recovery words. Everything that reaches a remote is done before the transaction.
import { PrsistError } from '../../../core/errors.ts';
import type { Operation, Parsed, Reply } from '../../../core/operation.ts';
import type { Read, Write } from '../../../store/record-type.ts';
import type { Context } from '../../feature.ts';
import type { keyContract } from '../contract-keys.ts';
import type { RemoteKind } from '../remote.ts';
import { Inviting, inviteMs } from './inviting.ts';
import { Joining } from './joining.ts';
import { members } from './keyring.ts';
import type { Membership } from './membership.ts';
import { allDevices, type DeviceRow } from './queries.ts';
import { Recovering, type Tried } from './recovering.ts';

type Keys = typeof keyContract;
type Wire = Reply<Keys['device.revoke']>;

export interface KeyVerbNeeds {
  readonly membership: Membership;
  /** An address as a person writes it, as it is written down. Throws input/invalid. */
  readonly place: (url: string, directory: string | undefined) => { readonly kind: RemoteKind; readonly url: string };
}

/** What each operation gathers before its transaction: all of its work. */
export function keyPreparations(needs: () => KeyVerbNeeds) {
  const parts = lazily(() => {
    const { membership } = needs();
    const joining = new Joining(membership);
    return { inviting: new Inviting(membership), joining, recovering: new Recovering(membership), membership };
  });
  return {
    'device.invite': async ({ remote }: Parsed<Keys['device.invite']>) => ({
      ...(await parts().inviting.invite(remote)),
      expires_in_seconds: inviteMs / 1_000,
    }),
    'device.asking': async ({ invite_id, wait_seconds }: Parsed<Keys['device.asking']>) => ({
      items: (await parts().inviting.asking(invite_id, wait_seconds * 1_000)).map(onWire),
    }),
    'device.admit': async ({ invite_id, device_id, words }: Parsed<Keys['device.admit']>) =>
      onWire(await parts().inviting.admit(invite_id, device_id, words)),
    'device.join': async ({ token, url, name }: Parsed<Keys['device.join']>, { caller }: Context) => {
      const place = url === undefined ? undefined : needs().place(url, caller.directory);
      const { ws, by, words } = await parts().joining.ask(token, { place, name });
      return { workspace_id: ws, invited_by: by, words: [...words] };
    },
    'device.joined': async ({ wait_seconds }: Parsed<Keys['device.joined']>) => {
      const done = await parts().joining.joined(wait_seconds * 1_000);
      return { joined: done ? { workspace_id: done.ws, keyring_version: done.version, devices: done.devices } : null };
    },
    'device.cancel': async () => ({ cancelled: await parts().joining.cancel() }),
    'device.revoke': async ({ device_id }: Parsed<Keys['device.revoke']>, { read }: Context) => {
      const { dev } = deviceMeant(read.user, device_id);
      await parts().inviting.revoke(dev);
      return dev;
    },
    'device.rename': async ({ device_id, name }: Parsed<Keys['device.rename']>, { read }: Context) => {
      const { dev } = deviceMeant(read.user, device_id);
      await parts().inviting.rename(dev, name);
      return dev;
    },
    'recovery.create': async () => {
      const { words, positions, replaces } = await parts().recovering.create();
      return { words: [...words], positions: [...positions], replaces };
    },
    'recovery.confirm': async ({ words }: Parsed<Keys['recovery.confirm']>) =>
      tried(await parts().recovering.confirm(words)),
    'recovery.test': async ({ words }: Parsed<Keys['recovery.test']>) => tried(await parts().recovering.test(words)),
    'recovery.join': async ({ words, url, name }: Parsed<Keys['recovery.join']>, { caller }: Context) => {
      const place = { ...needs().place(url, caller.directory), name };
      const done = await parts().joining.byWords(words, place);
      return { workspace_id: done.ws, keyring_version: done.version, devices: done.devices };
    },
  };
}

/** The verbs: what was prepared is the answer. */
export function keyVerbs(needs: () => KeyVerbNeeds) {
  const one = (tx: Write, _: unknown, { prepared }: Context): Wire => {
    const dev = prepared as string; // what the preparation gave
    return wireOf(deviceMeant(tx, dev), needs().membership.needs.self().dev);
  };
  return {
    'device.list': (context: Context) => list(needs().membership, context),
    'device.invite': done<Keys['device.invite']>,
    'device.asking': done<Keys['device.asking']>,
    'device.admit': done<Keys['device.admit']>,
    'device.join': done<Keys['device.join']>,
    'device.joined': done<Keys['device.joined']>,
    'device.cancel': done<Keys['device.cancel']>,
    'device.revoke': one,
    'device.rename': one,
    'recovery.create': done<Keys['recovery.create']>,
    'recovery.confirm': done<Keys['recovery.confirm']>,
    'recovery.test': done<Keys['recovery.test']>,
    'recovery.join': done<Keys['recovery.join']>,
  };
}

/** What the preparation of the same operation gave. */
function done<P extends Operation>(_tx: Write, _input: Parsed<P>, { prepared }: Context): Reply<P> {
  return prepared as Reply<P>;
}

async function list(membership: Membership, { read }: Context): Promise<Reply<Keys['device.list']>> {
  const { kept, self, places } = membership.needs;
  const standing = await membership.standing();
  const newest = kept.keyrings(membership.workspace).at(-1);
  const keysIn = kept.keptIn(self().dev) ?? null;
  const { joining } = kept;
  return {
    ...{ standing, workspace_id: membership.workspace, keyring_version: newest?.clear.version ?? 0 },
    ...{ epoch: newest?.clear.epoch ?? null, recovery: (newest?.clear.recovery ?? null) !== null, keys_in: keysIn },
    // looked at only where it matters: it asks programs of the system
    keys_why: keysIn === 'files' ? ((await places()).why ?? null) : null,
    waiting: joining ? { invited_by: joining.invited_by, words: joining.words.split(' ') } : null,
    items: read.user.all(allDevices, {}).map((row) => wireOf(row, self().dev)),
  };
}

/** How many devices may read what is written now. */
export function memberCount(membership: Membership): number {
  const newest = membership.needs.kept.keyrings(membership.workspace).at(-1);
  return newest ? members(newest.clear).length : 0;
}

function deviceMeant(read: Read, asked: string): DeviceRow {
  const all = read.all(allDevices, {});
  const found = all.filter(({ dev, name }) => dev === asked || name === asked);
  const meant = found.length > 0 ? found : all.filter(({ dev }) => asked.length >= 4 && dev.startsWith(asked));
  const [row, second] = meant;
  if (!row) throw new PrsistError('device/not-found', `no device ${asked}`);
  if (!second) return row;
  throw new PrsistError('input/invalid', `several devices are meant by ${asked}`, {
    ...{ field: 'device_id', hint: 'give the id: prsist device list' },
  });
}

function wireOf({ dev, name, user_id, role, added_at, revoked_at, last_seen }: DeviceRow, self: string): Wire {
  return {
    ...{ device_id: dev, name, user_id, role, this_device: dev === self },
    added_at: new Date(added_at).toISOString(),
    revoked_at: revoked_at === null ? null : new Date(revoked_at).toISOString(),
    last_seen: last_seen === null ? null : new Date(last_seen).toISOString(),
  };
}

function onWire({ dev, device, words }: { readonly dev: string; device: string; readonly words: readonly string[] }) {
  return { device_id: dev, name: device, words: [...words] };
}

function tried({ version, epoch, devices }: Tried) {
  return { keyring_version: version, epoch, devices };
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
