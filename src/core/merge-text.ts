// Two changes of one text become one, line by line. The only place that knows node-diff3.
import { diff3Merge } from 'node-diff3';

/** Who wins where both sides changed the same lines in different ways; nobody: then there is no merged text. */
export type Favour = 'ours' | 'theirs' | 'nobody';

export type Merged =
  | { readonly kind: 'clean'; readonly text: string; readonly overlaps: number }
  /** marked: both sides of every overlap, between the marks that git sets. */
  | { readonly kind: 'conflict'; readonly marked: string; readonly overlaps: number };

export interface Sides {
  /** What both sides last had in common; '' when they never had anything. */
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

interface Region {
  readonly ok?: readonly string[];
  readonly conflict?: { readonly a: readonly string[]; readonly b: readonly string[] };
}

/** Above this many pairs of equal lines the merge would take seconds: the texts count as one overlap. */
const maxPairs = 4_000_000;

/**
 * Merges by lines. A change that both sides made alike is one change; lines that only one side changed are that side's.
 * Line ends are part of their lines, so nothing but what somebody changed is changed.
 */
export function mergeText(sides: Sides, favour: Favour = 'nobody'): Merged {
  const { base, ours, theirs } = sides;
  if (ours === theirs || base === theirs) return { kind: 'clean', text: ours, overlaps: 0 };
  if (base === ours) return { kind: 'clean', text: theirs, overlaps: 0 };
  const regions = regionsOf(sides);
  const overlaps = regions.filter(({ conflict }) => conflict).length;
  const resolve = favour === 'nobody' ? bothOf : favour === 'ours' ? ourLines : theirLines;
  const text = regions.map(({ ok = [], conflict }) => (conflict ? resolve(conflict) : ok.join(''))).join('');
  if (overlaps > 0 && favour === 'nobody') return { kind: 'conflict', marked: text, overlaps };
  return { kind: 'clean', text, overlaps };
}

function regionsOf({ base, ours, theirs }: Sides): readonly Region[] {
  const [a, o, b] = [linesOf(ours), linesOf(base), linesOf(theirs)];
  if (equalPairs(a, o) + equalPairs(b, o) > maxPairs) return [{ conflict: { a, b } }];
  // its own types say `any`; this is what its documentation says
  return diff3Merge(a, o, b, { excludeFalseConflicts: true }) as Region[];
}

type Overlap = NonNullable<Region['conflict']>;

function ourLines({ a }: Overlap): string {
  return a.join('');
}

function theirLines({ b }: Overlap): string {
  return b.join('');
}

function bothOf({ a, b }: Overlap): string {
  return `<<<<<<< memory\n${ended(a)}=======\n${ended(b)}>>>>>>> file\n`;
}

function ended(lines: readonly string[]): string {
  const text = lines.join('');
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function equalPairs(a: readonly string[], b: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of a) counts.set(line, (counts.get(line) ?? 0) + 1);
  return b.reduce((sum, line) => sum + (counts.get(line) ?? 0), 0);
}

/**
 * What two changes of one text are together, by line and, where both changed the same lines, by sentence; undefined where
 * they changed the same sentence. Lines side by side are different lines, as long as neither side made more or fewer.
 */
export function mergeLines({ base, ours, theirs }: Sides): string | undefined {
  if (ours === theirs || base === theirs) return ours;
  if (base === ours) return theirs;
  return together(lineParts, { a: ours.split('\n'), o: base.split('\n'), b: theirs.split('\n') })?.join('\n');
}

/** The parts of a text in three states. */
interface Parts {
  readonly a: readonly string[];
  readonly o: readonly string[];
  readonly b: readonly string[];
}

/** How a stretch is merged that both sides changed: by its smaller parts, or not at all. */
type Deeper = (parts: Parts) => readonly string[] | undefined;

function together(deeper: Deeper, { a, o, b }: Parts): readonly string[] | undefined {
  if (equalPairs(a, o) + equalPairs(b, o) > maxPairs) return undefined;
  // its own types say `any`; this is what its documentation says
  const regions = diff3Merge([...a], [...o], [...b], { excludeFalseConflicts: true }) as readonly {
    readonly ok?: readonly string[];
    readonly conflict?: Parts;
  }[];
  const merged: string[] = [];
  for (const { ok, conflict } of regions) {
    const parts = conflict ? (oneByOne(conflict, deeper) ?? deeper(conflict)) : ok;
    if (!parts) return undefined;
    merged.push(...parts);
  }
  return merged;
}

/** Where nobody made more or fewer parts, each is compared with the one in its place. */
function oneByOne({ a, o, b }: Parts, deeper: Deeper): readonly string[] | undefined {
  if (a.length !== o.length || b.length !== o.length) return undefined;
  const merged: string[] = [];
  for (const [i, was] of o.entries()) {
    const [mine = '', other = ''] = [a[i], b[i]];
    if (mine === was || other === mine) merged.push(other);
    else if (other === was) merged.push(mine);
    else {
      const parts = o.length > 1 ? deeper({ a: [mine], o: [was], b: [other] }) : undefined;
      if (!parts) return undefined;
      merged.push(...parts);
    }
  }
  return merged;
}

function lineParts({ a, o, b }: Parts): readonly string[] | undefined {
  const sentences = (lines: readonly string[]) => sentencesOf(lines.join('\n'));
  const merged = together(() => undefined, { a: sentences(a), o: sentences(o), b: sentences(b) });
  return merged && (merged.length === 0 ? [] : [merged.join('')]);
}

/** Sentences with the space behind them; a line's end ends one, too. */
function sentencesOf(text: string): readonly string[] {
  return text.match(/[^\n]*?(?:[.!?]+[ \t]+|\n|$)/g)?.filter((part) => part !== '') ?? [];
}
