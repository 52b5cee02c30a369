import { type Params, query } from '../../../store/record-type.ts';
import type { RemoteKind } from '../remote.ts';

export interface RemoteRow {
  readonly remote_id: string;
  readonly name: string;
  readonly kind: RemoteKind;
  readonly url: string;
  readonly ws: string;
  readonly paused: number;
  readonly created_at: number;
  readonly last_ok_at: number | null;
  readonly last_error: string | null;
}
const columns = 'remote_id, name, kind, url, ws, paused, created_at, last_ok_at, last_error';

export const addRemote = query<Params, unknown>(
  `insert into remotes (remote_id, name, kind, url, ws, created_at, last_ok_at)
   values (:remote_id, :name, :kind, :url, :ws, :now, :now)`,
);
/** A person has a handful; the bound only keeps an answer finite. */
export const allRemotes = query<Params, RemoteRow>(
  `select ${columns} from remotes order by created_at, remote_id limit 1000`,
);
export const remoteById = query<{ remote_id: string }, RemoteRow>(
  `select ${columns} from remotes where remote_id = :remote_id`,
);
export const remotesMeant = query<{ asked: string; end: string }, RemoteRow>(
  `select ${columns} from remotes where name = :asked or (remote_id >= :asked and remote_id < :end)
   order by name <> :asked limit 2`,
);
export const removeRemote = query<{ remote_id: string }, unknown>('delete from remotes where remote_id = :remote_id');
export const noteTried = query<{ remote_id: string; now: number; error: string | null }, unknown>(
  `update remotes set last_error = :error, last_ok_at = iif(:error is null, :now, last_ok_at)
   where remote_id = :remote_id`,
);
