import { groups, settings } from './schema.ts';

/** The known name most like one that is not known; undefined when none comes near. */
export function nearestKey(unknown: string): string | undefined {
  const wanted = unknown.toLowerCase().slice(0, 100);
  const [best] = [...settings.keys(), ...groups]
    .map((key) => ({
      key,
      share: Math.min(difference(wanted, key), difference(lastName(wanted), lastName(key)) + 0.1),
    }))
    .sort((a, b) => a.share - b.share);
  return best !== undefined && best.share <= 0.5 ? best.key : undefined;
}

function lastName(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

/** Share of the wanted characters to change; a name cut short is nearly right. */
function difference(wanted: string, key: string): number {
  if (wanted.length > 3 && wanted !== key && key.startsWith(wanted)) return 0.1 * (1 - wanted.length / key.length);
  return distance(wanted, key) / Math.max(1, wanted.length);
}

/** Levenshtein. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
