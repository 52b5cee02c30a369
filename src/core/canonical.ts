import { PrsistError } from './errors.ts';

/**
 * Canonical JSON by RFC 8785 over I-JSON: members sorted by UTF-16 code units, no white space, finite numbers.
 * Members whose value is undefined are left out. Strings are kept as given (no Unicode normalisation).
 * Throws input/invalid for a lone surrogate, a number that is not finite, the key `__proto__`, and what JSON has no form for.
 */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return numeral(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value === 'object') return members(value);
  throw new PrsistError('input/invalid', `no JSON form for a ${typeof value}`);
}

function members(value: object): string {
  const parts: string[] = [];
  for (const key of Object.keys(value).sort(byCodeUnit)) {
    // the key comes from Object.keys of this very object
    const member = (value as Record<string, unknown>)[key];
    if (member === undefined) continue;
    if (key === '__proto__') throw new PrsistError('input/invalid', 'the key __proto__ is refused');
    parts.push(`${quoted(key)}:${canonical(member)}`);
  }
  return `{${parts.join(',')}}`;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function numeral(value: number): string {
  if (!Number.isFinite(value)) throw new PrsistError('input/invalid', 'a number that is not finite has no JSON form');
  // ECMAScript's own number form is the one RFC 8785 prescribes; -0 becomes 0
  return JSON.stringify(value);
}

function quoted(value: string): string {
  if (!value.isWellFormed()) throw new PrsistError('input/encoding', 'a text holds half of a surrogate pair');
  return JSON.stringify(value);
}
