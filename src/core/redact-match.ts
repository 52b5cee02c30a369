// Where the secrets of one text are: words that can begin one, then the pattern at just that place.

import type { RedactionRule, RedactionRules } from './redact-rules.ts';
import { wordScanner } from './redact-scan.ts';
import { topOfBase64 } from './redact-tail.ts';

/** [start, end) of a text. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** A secret in a text. */
export interface Span extends Stretch {
  readonly kind: string;
  /** Place of its rule among the rules: where finds overlap, the first gives the kind. */
  readonly order: number;
}

export interface Matcher {
  /** Secrets in order, disjoint, and how many keywords the text has. */
  find(text: string): { readonly spans: readonly Span[]; readonly words: number };
  /** How many keywords the text has, each reported with its place. */
  words(text: string, onWord?: (start: number) => void): number;
  /** Whether a rule has no keyword, so that every text must be searched. */
  readonly searches: boolean;
}

interface Compiled {
  readonly rule: RedactionRule;
  readonly order: number;
  readonly attempt: RegExp;
  /** The same with the places of the groups: slower, so only run once `attempt` has matched. */
  readonly locate: RegExp;
  /** For a rule without keywords. */
  readonly search: RegExp;
  readonly allow: readonly RegExp[];
}

const placed = /⟨(?:secret:[a-z0-9-]{1,40}#[0-9a-f]{4}|private)⟩/g;
/** What may stand directly before a token though it ends in a letter or digit: escapes as tool output has them. */
const escapeBefore = /(?:\\[nrtbf]|\x1b\[[\d;]{0,12}m|%[0-9a-f]{2}|\\u00[0-9a-f]{2}|\\x[0-9a-f]{2})$/i;

/**
 * Compiles rules for repeated use.
 * The cost of `find` grows with the text and with its keywords, each of which runs its patterns over their own
 * bounded length once; a place inside a secret already found by the same rule is not looked at again.
 */
export function createMatcher(rules: RedactionRules): Matcher {
  const compiled = rules.rules.map((rule, order) => compile(rule, order, rules.allow));
  const anywhere = compiled.filter(({ rule }) => rule.keywords.length === 0);
  const words = [...new Set(compiled.flatMap(({ rule }) => rule.keywords))];
  const byWord = words.map((word) => compiled.filter(({ rule }) => rule.keywords.includes(word)));
  const scanner = wordScanner(words);
  return {
    find: (text) => {
      const hunt: Hunt = { text, finds: [], skipTo: new Map(), edges: new Set() };
      const words = scanner.scan(text, (word, start) => {
        for (const candidate of byWord[word] ?? []) take(hunt, candidate, start - candidate.rule.before);
      });
      for (const candidate of anywhere) {
        for (const { index } of text.matchAll(candidate.search)) take(hunt, candidate, index);
      }
      return { spans: hunt.finds.length === 0 ? hunt.finds : settle(text, hunt.finds), words };
    },
    words: (text, onWord) => scanner.scan(text, (_, start) => onWord?.(start)),
    searches: anywhere.length > 0,
  };
}

interface Hunt {
  readonly text: string;
  readonly finds: Span[];
  /** By rule: where its last find ends. */
  readonly skipTo: Map<number, number>;
  /** Where finds end: what follows one will stand behind its placeholder, not inside a word. */
  readonly edges: Set<number>;
}

function take(hunt: Hunt, candidate: Compiled, start: number): void {
  if (start < (hunt.skipTo.get(candidate.order) ?? 0)) return;
  if (start < 0) return;
  if (candidate.rule.boundary === 'word' && !hunt.edges.has(start) && insideWord(hunt.text, start)) return;
  const find = matchAt(hunt.text, candidate, start);
  if (find === undefined) return;
  hunt.finds.push(find);
  hunt.edges.add(find.end);
  hunt.skipTo.set(candidate.order, find.end);
}

function compile(rule: RedactionRule, order: number, allow: readonly string[]): Compiled {
  const flags = rule.ignore_case ? 'iy' : 'y';
  return {
    rule,
    order,
    attempt: new RegExp(rule.pattern, flags),
    locate: new RegExp(rule.pattern, `d${flags}`),
    search: new RegExp(rule.pattern, flags.replace('y', 'g')),
    allow: [...allow.map((source) => new RegExp(source, 'i')), ...rule.allow.map((source) => new RegExp(source))],
  };
}

function matchAt(text: string, { rule, order, attempt, locate, allow }: Compiled, start: number): Span | undefined {
  attempt.lastIndex = start;
  if (!attempt.test(text)) return undefined;
  locate.lastIndex = start;
  const place = locate.exec(text)?.indices?.[rule.group];
  if (place === undefined || place[0] === place[1]) return undefined;
  const secret = text.slice(place[0], place[1]);
  if (rule.min_entropy !== undefined && entropy(secret) < rule.min_entropy) return undefined;
  if (allow.some((pattern) => pattern.test(secret))) return undefined;
  const top = rule.above === 'base64' ? topOfBase64(text, start) : place[0];
  return top === start && rule.above === 'base64' ? undefined : { start: top, end: place[1], kind: rule.kind, order };
}

function insideWord(text: string, start: number): boolean {
  if (start === 0 || !isWordCode(text.charCodeAt(start - 1))) return false;
  return !escapeBefore.test(text.slice(Math.max(0, start - 16), start));
}

function isWordCode(code: number): boolean {
  return (code > 47 && code < 58) || (code > 64 && code < 91) || (code > 96 && code < 123) || code === 95;
}

/** Shannon entropy of the characters, in bits per character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Drops what touches a placeholder already there, then joins what overlaps. */
function settle(text: string, finds: readonly Span[]): readonly Span[] {
  const taken = [...text.matchAll(placed)].map(({ index, 0: mark }) => ({ start: index, end: index + mark.length }));
  let next = 0;
  const free = finds.toSorted(byPlace).filter((find) => {
    while (next < taken.length && (taken[next]?.end ?? 0) <= find.start) next++;
    return (taken[next]?.start ?? Number.POSITIVE_INFINITY) >= find.end;
  });
  return joinSpans(free);
}

/** Spans in order and disjoint: those that overlap become one, so that no part of any stays. */
export function joinSpans(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted(byPlace)) {
    const last = result.at(-1);
    if (last === undefined || last.end <= span.start) result.push(span);
    else result[result.length - 1] = joined(last, span);
  }
  return result;
}

function byPlace(a: Span, b: Span): number {
  return a.start - b.start || a.order - b.order;
}

function joined(a: Span, b: Span): Span {
  const first = a.order <= b.order ? a : b;
  return { ...first, start: a.start, end: Math.max(a.end, b.end) };
}
