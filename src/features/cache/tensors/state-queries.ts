import { type Params, query } from '../../../store/record-type.ts';

export interface StateRow {
  readonly state_key: string;
  readonly engine: string;
  readonly file: string;
  readonly chain: string;
  readonly tokens: number;
  readonly bytes: number;
  readonly mac: Uint8Array;
  readonly project: string | null;
  readonly prefill_ms: number;
  readonly uses: number;
  readonly made_at: number;
  readonly last_used: number;
}
const columns = `state_key, engine, file, lower(hex(chain)) as chain, tokens, bytes, mac, project, prefill_ms, uses, made_at,
  last_used`;

/** A budget of gigabytes holds some hundred; the bound only keeps an answer finite. */
export const allStates = query<Params, StateRow>(
  `select ${columns} from kv_state order by last_used desc, state_key limit 10000`,
);
export const stateByKey = query<{ state_key: string }, StateRow>(
  `select ${columns} from kv_state where state_key = :state_key`,
);
export const putState = query<Params, unknown>(
  `insert into kv_state (state_key, engine, file, chain, tokens, bytes, mac, project, prefill_ms, made_at, last_used)
   values (:state_key, :engine, :file, unhex(:chain), :tokens, :bytes, :mac, :project, :prefill_ms, :now, :now)
   on conflict (state_key) do update set file = excluded.file, tokens = excluded.tokens, bytes = excluded.bytes,
     mac = excluded.mac, project = excluded.project, prefill_ms = excluded.prefill_ms, last_used = excluded.last_used`,
);
export const useState = query<{ state_key: string; now: number }, unknown>(
  'update kv_state set uses = uses + 1, last_used = :now where state_key = :state_key',
);
/** Only the row that was looked at: another file may have come meanwhile. */
export const dropState = query<{ state_key: string; file: string }, unknown>(
  'delete from kv_state where state_key = :state_key and file = :file',
);

export interface WeightsRow {
  readonly mark: string;
  readonly hash: string;
  readonly quantisation: string;
}
export const weightsOf = query<{ path: string }, WeightsRow>(
  'select mark, hash, quantisation from kv_weights where path = :path',
);
export const putWeights = query<Params, unknown>(
  `insert into kv_weights (path, mark, hash, quantisation) values (:path, :mark, :hash, :quantisation)
   on conflict (path) do update set mark = excluded.mark, hash = excluded.hash, quantisation = excluded.quantisation`,
);
