import { type Params, query } from '../../../store/record-type.ts';
import type { RemoteKind } from '../remote.ts';

export interface KeyringRow {
  readonly version: number;
  readonly bytes: Uint8Array;
}
export interface DeviceRow {
  readonly dev: string;
  readonly name: string;
  readonly user_id: string;
  readonly role: 'admin' | 'member';
  readonly added_at: number;
  readonly revoked_at: number | null;
  readonly last_seen: number | null;
  readonly clock_skew_ms: number | null;
}
export interface JoiningRow {
  readonly ws: string;
  readonly kind: RemoteKind;
  readonly url: string;
  readonly remote: string;
  readonly invited_by: string;
  readonly fingerprint: string;
  readonly request: string;
  readonly words: string;
  readonly asked_at: number;
}

/** A person's workspace changes a few times a year. */
export const keyringsOf = query<{ ws: string }, KeyringRow>(
  'select version, bytes from keyrings where ws = :ws order by version',
);
export const keyringWorkspace = query<Params, { ws: string }>('select ws from keyrings order by rowid desc limit 1');
export const addKeyring = query<Params, unknown>(
  `insert or ignore into keyrings (ws, version, hash, bytes, accepted_at)
   values (:ws, :version, :hash, :bytes, :accepted_at)`,
);
export const seenOn = query<{ remote_id: string }, { version: number }>(
  'select version from keyring_seen where remote_id = :remote_id',
);
export const noteSeen = query<{ remote_id: string; version: number }, unknown>(
  `insert into keyring_seen (remote_id, version) values (:remote_id, :version)
   on conflict (remote_id) do update set version = max(version, :version)`,
);
export const forgetSeen = query<{ remote_id: string }, unknown>(
  'delete from keyring_seen where remote_id = :remote_id',
);
export const allDevices = query<Params, DeviceRow>(
  `select dev, name, user_id, role, added_at, revoked_at, last_seen, clock_skew_ms from devices
   order by revoked_at is not null, added_at, dev limit 1000`,
);
/** Devices that said something new. devs: JSON list. */
export const noteHeard = query<{ devs: string; now: number }, unknown>(
  'update devices set last_seen = :now where dev in (select value from json_each(:devs))',
);
/** Of a workspace that was left. devs: JSON list of all that are in the keyring. */
export const dropOtherDevices = query<{ devs: string }, unknown>(
  'delete from devices where dev not in (select value from json_each(:devs))',
);
/** name, user_id: null where the keyring could not be opened; what was known before stays. */
export const saveDevice = query<Params, unknown>(
  `insert into devices (dev, name, user_id, sign_key, box_key, role, added_at, revoked_at)
   values (:dev, ifnull(:name, substr(:dev, 1, 8)), ifnull(:user_id, ''), :sign_key, :box_key, :role, :now, :revoked_at)
   on conflict (dev) do update set name = ifnull(:name, name), user_id = ifnull(:user_id, user_id), role = :role,
     revoked_at = iif(:revoked_at is null, null, ifnull(revoked_at, :revoked_at))`,
);
export const keptIn = query<{ dev: string }, { kept_in: 'keyring' | 'files' }>(
  'select kept_in from device_keys where dev = :dev',
);
export const noteKept = query<Params, unknown>(
  'insert into device_keys (dev, kept_in, made_at) values (:dev, :kept_in, :made_at)',
);
export const joining = query<Params, JoiningRow>(
  'select ws, kind, url, remote, invited_by, fingerprint, request, words, asked_at from joining where one = 1',
);
export const setJoining = query<Params, unknown>(
  `insert or replace into joining (one, ws, kind, url, remote, invited_by, fingerprint, request, words, asked_at)
   values (1, :ws, :kind, :url, :remote, :invited_by, :fingerprint, :request, :words, :asked_at)`,
);
export const endJoining = query<Params, unknown>('delete from joining');
/** How far the logs of a device are held in one database. */
export const logsOf = query<{ dev: string }, { log: string; seq: number }>(
  'select log, seq from logs where dev = :dev order by log_n',
);
