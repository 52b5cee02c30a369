// What becomes of one field that several had written without knowing of each other (rules 1 and 3 to 6).
import { canonical } from './canonical.ts';
import type { MergeRecord } from './merge-order.ts';
import { mergeLines } from './merge-text.ts';

/** Manual: texts are not merged, and a person's word does not beat an agent's; both sides are kept and shown. */
export const resolutions = ['intelligent', 'manual'] as const;
export type Resolution = (typeof resolutions)[number];

/**
 * How values of a field meet that were written apart. plain: by nothing but the rules for all · later: the greater number ·
 * latest: a note that comes with a change (which program, which session), of which the last is as good as any and nobody
 * wants to be asked.
 */
export type FieldKind = 'plain' | 'latest' | 'priority' | 'layer' | 'later' | 'status';

/** One of the writes that nobody had seen. value: undefined when it took something away. */
export interface Side {
  readonly record: MergeRecord;
  readonly value: unknown;
}

export interface Decided {
  readonly value: unknown;
  /** The sides that the value comes from. */
  readonly by: readonly Side[];
  /** Where it is not all of them: the person's word (rule 5), or the one shown while it is open (rule 6). */
  readonly kept?: 'human' | 'open';
}

export interface Circumstances {
  readonly resolution: Resolution;
  /** The value that all sides had in common last; undefined when there was none. */
  readonly before: () => unknown;
  /** What was last seen both by these and by those, by whoever is among these: several values where they stood apart. */
  readonly between: (these: readonly Side[], those: readonly Side[]) => readonly unknown[];
  /** True for what nobody is told unasked: another side is shown instead, if there is one. */
  readonly isQuarantined: (record: MergeRecord) => boolean;
}

/** Decides between writes of one field; sides: at least one, by (hlc, dev). */
export function decide(kind: FieldKind, sides: readonly Side[], circumstances: Circumstances): Decided {
  const groups = [...Map.groupBy(sides, ({ value }) => formOf(value)).values()];
  const [first = []] = groups;
  if (groups.length === 1) return { value: first.at(-1)?.value, by: sides };
  if (kind === 'latest') return latest(groups, sides);
  return typed(kind, groups) ?? untyped(groups, sides, circumstances);
}

function latest(groups: Groups, sides: readonly Side[]): Decided {
  const form = formOf(sides.at(-1)?.value);
  const by = groups.find(([side]) => formOf(side?.value) === form) ?? sides;
  return { value: by[0]?.value, by };
}

function untyped(groups: Groups, sides: readonly Side[], circumstances: Circumstances): Decided {
  if (circumstances.resolution === 'intelligent') {
    const decided = merged(groups, sides, circumstances) ?? human(groups);
    if (decided) return decided;
  }
  const told = sides.filter(({ record }) => !circumstances.isQuarantined(record));
  const shown = told.at(-1) ?? sides.at(-1);
  return { value: shown?.value, by: shown ? [shown] : [], kept: 'open' };
}

type Groups = readonly (readonly Side[])[];

/** Two values are one when their canonical forms are; taken away is a value of its own. */
export function formOf(value: unknown): string {
  if (value === undefined) return '';
  try {
    return canonical(value);
  } catch {
    return JSON.stringify(value); // what has no canonical form (half a surrogate pair) came from elsewhere, and is compared as it came
  }
}

const ranks = {
  priority: ['low', 'medium', 'high', 'critical'],
  layer: ['ephemeral', 'session', 'short_term', 'long_term', 'permanent'],
  status: ['open', 'in_progress', 'done', 'rejected', 'superseded'],
} as const;
const ends: ReadonlySet<unknown> = new Set(['rejected', 'superseded']);

function typed(kind: Exclude<FieldKind, 'latest'>, groups: Groups): Decided | undefined {
  if (kind === 'plain') return undefined;
  // two different ends of one task are a matter of opinion
  if (kind === 'status' && groups.filter(([side]) => ends.has(side?.value)).length > 1) return undefined;
  const rank = (value: unknown) => (kind === 'later' ? lateness(value) : ranks[kind].indexOf(value as never));
  const best = groups.reduce((most, group) => (rank(group[0]?.value) > rank(most[0]?.value) ? group : most));
  return { value: best[0]?.value, by: best };
}

/** Without an end (null) is later than any. */
function lateness(value: unknown): number {
  return typeof value === 'number' ? value : value === null ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

/**
 * Rule 4: texts of several lines, one after the other, each against what its author and those before it had both seen: so
 * that what one of two took away whom a third had not seen stays away.
 */
function merged(groups: Groups, sides: readonly Side[], { between }: Circumstances): Decided | undefined {
  const [first = [], ...others] = groups;
  const isList = Array.isArray(first[0]?.value);
  let text = linesOf(first[0]?.value);
  const folded = [...first];
  for (const group of others) {
    const bases = between(folded, group);
    const theirs = linesOf(group[0]?.value);
    if (text === undefined || theirs === undefined) return undefined;
    if ([...bases, group[0]?.value].some((value) => Array.isArray(value) !== isList)) return undefined;
    text = overAll(bases.map(linesOf), text, theirs);
    folded.push(...group);
  }
  return text === undefined ? undefined : { value: isList ? listOf(text) : text, by: sides };
}

/**
 * What two texts are together, whichever of the bases it was that they changed. Where values stood apart, each author may
 * have chosen another one: against either alone, what one of them left out would look like what the other wrote.
 */
function overAll(bases: readonly (string | undefined)[], ours: string, theirs: string): string | undefined {
  const texts = bases.map((base) => (base === undefined ? undefined : mergeLines({ base, ours, theirs })));
  const [text] = texts;
  return texts.every((each) => each === text) ? text : undefined;
}

/** A text of several lines, or a list of lines, as one text. */
function linesOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.includes('\n') ? value : undefined;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((line) => typeof line === 'string' && !line.includes('\n')) ? value.join('\n') : undefined;
}

function listOf(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n');
}

/** Rule 5: a person said one thing, and only agents said others. */
function human(groups: Groups): Decided | undefined {
  const people = groups.filter((sides) => sides.some(({ record }) => record.body.origin === 'human'));
  const [only] = people;
  const others = groups.filter((group) => group !== only).flat();
  // what others brought along is put to the person
  const isBrought = ({ record: { body } }: Side) => body.origin === 'team' || body.actor.via !== undefined;
  if (!only || people.length > 1 || others.some(isBrought)) return undefined;
  const said = only.filter(({ record }) => record.body.origin === 'human');
  return { value: said.at(-1)?.value, by: said, kept: 'human' };
}
