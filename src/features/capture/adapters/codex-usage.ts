import { keyBase, type RolloutRecord } from './codex-state.ts';
import { asCount, asObject, shortHash } from './json-reading.ts';

const counters = [
  'input_tokens',
  'cached_input_tokens',
  'cache_write_input_tokens',
  'output_tokens',
  'reasoning_output_tokens',
  'total_tokens',
] as const;

/**
 * event_msg/token_count: what the last request cost, as disjoint counters.
 * Codex repeats a count when rate limits change; a total equal to the one before is such a repeat. input_tokens holds
 * the cached and the written ones, output_tokens the reasoning.
 */
export function readTokenCount(record: RolloutRecord): void {
  const { state, payload } = record;
  const info = asObject(payload.info);
  const last = asObject(info?.last_token_usage);
  const total = asObject(info?.total_token_usage);
  if (last === undefined || total === undefined) return;
  const canonical = JSON.stringify(counters.map((name) => asCount(total[name])));
  if (canonical === state.total) return;
  state.total = canonical;
  state.context = asCount(last.total_tokens);
  const cacheRead = asCount(last.cached_input_tokens);
  const cacheWrite = asCount(last.cache_write_input_tokens);
  record.items.push({
    kind: 'usage',
    session: record.session,
    at: record.at,
    key: [keyBase(state), 'usage', canonical],
    requestId: `${keyBase(state)}:${shortHash(canonical)}`,
    ...(state.model === '' ? {} : { model: state.model }),
    fresh: Math.max(asCount(last.input_tokens) - cacheRead - cacheWrite, 0),
    cacheRead,
    cacheWrite,
    cacheWrite1h: 0,
    output: asCount(last.output_tokens),
    reasoning: asCount(last.reasoning_output_tokens),
  });
}
