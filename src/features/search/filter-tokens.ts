// Filters inside the index: words of digits in a column of their own, so that they narrow before anything is ranked.
// Two values may share one (48 bits of a hash): the exact value is compared afterwards.
import { sha256Hex } from '../../core/ids.ts';
import { findableKinds } from '../../core/words.ts';
import type { FindableKind } from '../findable.ts';

const prefixes = {
  kind: 'xk',
  session: 'xs',
  agent: 'xg',
  layer: 'xl',
  scope: 'xc',
  category: 'xq',
  tag: 'xw',
} as const;

/** The filter word of one value. */
export function filterToken(field: keyof typeof prefixes, value: string): string {
  const known = field === 'kind' ? findableKinds.indexOf(value as FindableKind) : -1; // an unknown one is -1
  return `${prefixes[field]}${known >= 0 ? known : digitsOf(value)}`;
}

/** Texts of one session come one after another, from one agent. */
const recent = new Map<string, number>();
const mostRecent = 64;

function digitsOf(value: string): number {
  const known = recent.get(value);
  if (known !== undefined) return known;
  const digits = Number.parseInt(sha256Hex(value).slice(0, 12), 16);
  if (recent.size >= mostRecent) recent.clear();
  recent.set(value, digits);
  return digits;
}

/** The filter word of the month a time falls in, UTC. at: milliseconds. Months count from January 1970. */
export function monthToken(at: number): string {
  return `xm${monthOf(at)}`;
}

/** The months from `since` up to and with the one of `until`, as filter words; undefined when there are over 36. */
export function monthTokens(since: number, until: number): readonly string[] | undefined {
  const first = monthOf(since);
  const count = monthOf(until) - first + 1;
  if (count > 36) return undefined;
  return Array.from({ length: Math.max(0, count) }, (_, i) => `xm${first + i}`);
}

function monthOf(at: number): number {
  const date = new Date(at);
  return Math.max(0, (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth());
}
