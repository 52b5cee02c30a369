import { limits } from '../../../core/limits.ts';

/** Why a value is in no package: nested too deeply, of too many members, or with the character NUL; undefined: it may be. */
export function misfit(value: unknown, depth = 0): 'packageDepth' | 'packageMembers' | 'NUL' | undefined {
  if (typeof value === 'string') return value.includes('\0') ? 'NUL' : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= limits.packageDepth) return 'packageDepth';
  const names = Array.isArray(value) ? [] : Object.keys(value);
  const members: readonly unknown[] = Object.values(value);
  if (members.length > limits.packageMembers) return 'packageMembers';
  for (const name of names) if (name.includes('\0')) return 'NUL';
  for (const member of members) {
    const found = misfit(member, depth + 1);
    if (found) return found;
  }
  return undefined;
}
