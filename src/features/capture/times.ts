import type { Captured } from '../../core/captured.ts';
import { heardTimes } from './heard.ts';
import type { Reader } from './reader.ts';

/**
 * Gives items of a file without times the time at which a hook told the same, else the one at which the file was written
 * last, which is said of a message.
 */
export function timed(reader: Reader, items: readonly Captured[]): readonly Captured[] {
  const { adapter, found, parts } = reader;
  if (adapter.hasTimes !== false || items.length === 0) return items;
  const heard = new Map<string, ReadonlyMap<string, number>>();
  return items.map((item) => {
    const times = heard.get(item.session) ?? heardTimes(parts.user.read, adapter.agent, item.session);
    heard.set(item.session, times);
    const at = item.kind === 'session' ? Math.min(...times.values(), found.mtimeMs) : times.get(nameOf(item));
    if (at !== undefined || item.kind !== 'message') return { ...item, at: at ?? found.mtimeMs };
    return { ...item, at: found.mtimeMs, metadata: { ...item.metadata, approximate_time: true } };
  });
}

/** How a hook that tells the same names it. */
function nameOf(item: Captured): string {
  if (item.kind === 'tool-call' || item.kind === 'tool-result') return item.callId.slice(item.session.length + 1);
  return 'key' in item ? item.key.slice(1).join(':') : '';
}
