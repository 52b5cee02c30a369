// Redaction rules are data. This file turns the parsed rule file into checked rules and nothing else.

import { z } from 'zod';
import { PrsistError } from './errors.ts';
import { lintPattern, PatternFault } from './redact-lint.ts';

const word = z.string().min(1).max(64);
const pattern = z.string().min(1).max(2_000);
const ascii = /^[\x20-\x7e]{1,64}$/;

const ruleSchema = z.strictObject({
  /** Unique; named in errors. */
  id: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/),
  /** Stands in the placeholder and in the counts; several rules may share one. */
  kind: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/),
  /** Words one of which begins every match, in either case; `[abc]` stands for one character of several. Without any, the pattern is searched for everywhere. */
  keywords: z.array(word).max(64).default([]),
  pattern,
  /** Which group is the secret; 0 is the whole match. */
  group: z.int().min(0).max(9).default(0),
  /** The match begins this many characters before its keyword. */
  before: z.int().min(0).max(64).default(0),
  /** `word`: no letter, digit or `_` directly before the match. */
  boundary: z.enum(['word', 'none']).default('word'),
  ignore_case: z.boolean().default(false),
  /** The lines of base64 right above the match belong to the secret; without any there is none. */
  above: z.literal('base64').optional(),
  /** Bits per character, over the characters of the secret itself. */
  min_entropy: z.number().min(0).max(8).optional(),
  /** A secret one of these is found in is no secret. */
  allow: z.array(pattern).max(32).default([]),
  examples: z.strictObject({ hit: z.array(z.string()).max(32), miss: z.array(z.string()).max(32) }).optional(),
});

const mostRules = 500;

const fileSchema = z.strictObject({
  version: z.literal(1),
  /** Applies to every rule, in either case. */
  allow: z.array(pattern).max(64).default([]),
  rules: z.array(ruleSchema).min(1).max(mostRules),
});

/** One rule as checked: keywords written out, patterns known to compile and to be bounded. */
export type RedactionRule = Readonly<z.output<typeof ruleSchema>>;

export interface RedactionRules {
  readonly allow: readonly string[];
  readonly rules: readonly RedactionRule[];
}

/**
 * Checks the parsed content of a rule file.
 * data: what a YAML parser returned for config/redaction.yaml or a file of the same form.
 * Throws config/invalid naming the rule and what is wrong with it.
 */
export function parseRules(data: unknown): RedactionRules {
  const parsed = fileSchema.safeParse(data);
  if (!parsed.success) throw invalid(where(data, parsed.error.issues[0]), parsed.error);
  const seen = new Set<string>();
  const rules = parsed.data.rules.map((rule) => {
    if (seen.has(rule.id)) throw invalid(`redaction rule ${rule.id}: this id is used twice`);
    seen.add(rule.id);
    return checked(rule);
  });
  for (const allow of parsed.data.allow) checkPattern('allow', allow);
  return { allow: parsed.data.allow, rules };
}

/**
 * Rules that were checked before, and after them others, of which nothing is known: the form of a list in a rule file.
 * Throws config/invalid as parseRules does.
 */
export function withRules({ allow, rules }: RedactionRules, added: readonly unknown[]): RedactionRules {
  if (added.length === 0) return { allow, rules };
  const others = parseRules({ version: 1, rules: added }).rules;
  const known = new Set(rules.map(({ id }) => id));
  const twice = others.find(({ id }) => known.has(id));
  if (twice) throw invalid(`redaction rule ${twice.id}: this id is used twice`);
  if (rules.length + others.length > mostRules) throw invalid(`redaction rules: more than ${mostRules}`);
  return { allow, rules: [...rules, ...others] };
}

function checked(rule: RedactionRule): RedactionRule {
  checkPattern(rule.id, rule.pattern);
  for (const allow of rule.allow) checkPattern(rule.id, allow);
  const groups = new RegExp(`${rule.pattern}|`).exec('')?.length ?? 1;
  if (rule.group >= groups) throw invalid(`redaction rule ${rule.id}: the pattern has no group ${rule.group}`);
  const keywords = rule.keywords.flatMap((keyword) => spellings(rule.id, keyword));
  return { ...rule, keywords };
}

function checkPattern(id: string, source: string): void {
  try {
    new RegExp(source);
    lintPattern(source);
  } catch (cause) {
    if (!(cause instanceof PatternFault || cause instanceof SyntaxError)) throw cause;
    throw invalid(`redaction rule ${id}: pattern ${source}: ${cause.message}`, cause);
  }
}

/** `a[bc]` → ab, ac. */
function spellings(id: string, keyword: string): readonly string[] {
  if (!ascii.test(keyword)) throw invalid(`redaction rule ${id}: keyword "${keyword}" is not plain ASCII`);
  const choice = /\[([^\]]{1,40})\]/.exec(keyword);
  if (choice === null) return [keyword.toLowerCase()];
  const [all, chars] = choice;
  const head = keyword.slice(0, choice.index);
  const tail = keyword.slice(choice.index + all.length);
  const spelled = [...new Set((chars ?? '').toLowerCase())].flatMap((char) => spellings(id, `${head}${char}${tail}`));
  if (spelled.length > 256) throw invalid(`redaction rule ${id}: keyword "${keyword}" stands for too many words`);
  return spelled;
}

function where(data: unknown, issue: z.core.$ZodIssue | undefined): string {
  const [list, index, ...rest] = issue?.path ?? [];
  const rules: unknown = typeof data === 'object' && data !== null && 'rules' in data ? data.rules : undefined;
  const rule: unknown = list === 'rules' && Array.isArray(rules) ? rules[Number(index)] : undefined;
  const id = typeof rule === 'object' && rule !== null && 'id' in rule ? String(rule.id) : index;
  const place =
    list === 'rules' && id !== undefined ? `redaction rule ${String(id)}: ${rest.join('.')}` : 'redaction rules:';
  return `${place} ${issue?.message ?? 'not understood'}`;
}

function invalid(message: string, cause?: unknown): PrsistError {
  return new PrsistError('config/invalid', message, cause === undefined ? {} : { cause });
}
