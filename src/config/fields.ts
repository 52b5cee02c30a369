// What values of settings may be. A field says once its default, its range and its meaning; the rest is read from it.
import { z } from 'zod';
import { type GivenRule, readAlertRule } from '../core/alert-rules.ts';
import { PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { parseRules, type RedactionRule } from '../core/redact-rules.ts';

/** What a field says beside its type. */
export interface Said {
  /** Short, as in a table; read from the type when absent. */
  readonly range?: string;
  /** What this version has not got yet: the value is checked, and has an effect with that. */
  readonly later?: string;
  /** It may stand in a project's own file: as it is · only to be stricter than the user. */
  readonly project?: 'any' | 'stricter';
  /** The running daemon does not take it over. */
  readonly restart?: true;
}

const maxRules = 200;
const maxItems = 200;

/** A switch. */
export const flag = (initial: boolean, description: string, said: Said = {}) =>
  z
    .boolean()
    .default(initial)
    .meta({ description, ...said });

/** A whole number from `min` to `max`. */
export const whole = ([min, max]: readonly [number, number], initial: number, description: string, said: Said = {}) =>
  z
    .int()
    .min(min)
    .max(max)
    .default(initial)
    .meta({ description, ...said });

/** A number from 0 to 1. */
export const share = (initial: number, description: string, said: Said = {}) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(initial)
    .meta({ description, ...said });

/** One of several words. */
export const choice = <const W extends readonly [string, ...string[]]>(
  words: W,
  initial: W[number],
  description: string,
  said: Said = {},
) =>
  z
    .enum(words)
    .default(initial)
    .meta({ description, ...said });

/** Days, or `off`: kept for ever. */
export const days = (initial: number | 'off', description: string, said: Said = {}) =>
  z
    .union([z.literal('off'), z.int().min(1).max(36_500)], '')
    .default(initial)
    .meta({ description, range: '1–36500, off', ...said });

/** Dollars; 0 means that nothing may be spent. */
export const dollars = (description: string, said: Said = {}) =>
  z
    .number()
    .min(0)
    .max(1_000_000)
    .default(0)
    .meta({ description, range: '0–1000000', ...said });

/** Names stand in briefs and on terminals: no line breaks, control characters or marks that turn text around. */
const oneLine = /^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+$/u;
const isShown = (most: number) => (text: string) =>
  oneLine.test(text) && text.isWellFormed() && Buffer.byteLength(text) <= most;
const lineOf = (most: number) => z.string().refine(isShown(most), `expected one line of text, 1 to ${most} bytes`);
const lineRange = (most: number) => `1–${most} bytes, one line`;

/** A name that may be absent. */
export const name = (description: string, said: Said = {}) =>
  lineOf(limits.wordBytes)
    .optional()
    .meta({ description, range: lineRange(limits.wordBytes), ...said });

/** A line of text with a default: a model, a project. */
export const text = (initial: string, description: string, said: Said = {}) =>
  lineOf(limits.wordBytes)
    .default(initial)
    .meta({ description, range: lineRange(limits.wordBytes), ...said });

/** A path or address that may be absent. */
export const place = (description: string, said: Said = {}) =>
  lineOf(4096)
    .optional()
    .meta({ description, range: lineRange(4096), ...said });

/** A list of words or patterns. */
export const list = (of: string, description: string, said: Said = {}) =>
  z
    .array(lineOf(512))
    .max(maxItems)
    .default([])
    .meta({ description, range: `list of 0–${maxItems} ${of}`, ...said });

/** A list of names of agents; absent: all that are found. */
export const agentNames = (description: string, said: Said = {}) =>
  z
    .array(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected names such as claude-code'))
    .min(1)
    .max(20)
    .optional()
    .meta({ description, range: 'list of 1–20 names', ...said });

/** A list of objects that a later feature understands. */
export const objects = (description: string, said: Said = {}) =>
  z
    .array(z.unknown())
    .max(maxItems)
    .default([])
    .meta({ description, range: `list of 0–${maxItems}`, ...said });

/** A protection that stays on. why: what would be lost. */
export const alwaysOn = (why: string, description: string, said: Said = {}) =>
  z
    .boolean()
    .refine((value) => value, `cannot be switched off: ${why}`)
    .default(true)
    .meta({ description, range: 'true', ...said });

/** Redaction rules, checked one by one so that an error has its line. */
export const rules = (description: string, said: Said = {}) =>
  z
    .array(z.unknown())
    .max(maxRules)
    .transform((given, context): readonly RedactionRule[] => {
      const checked = given.length === 0 ? [] : checkedRules(given);
      if (!(checked instanceof PrsistError)) return checked;
      // one longer each time: the first list that is refused ends with the rule at fault
      const index = given.findIndex((_, i) => checkedRules(given.slice(0, i + 1)) instanceof PrsistError);
      const fault = checkedRules(given.slice(0, index + 1));
      const message = fault instanceof PrsistError ? fault.message : checked.message;
      context.addIssue({ code: 'custom', message, path: [index] });
      return [];
    })
    .default([])
    .meta({ description, range: `list of 0–${maxRules} rules`, ...said });

function checkedRules(given: readonly unknown[]): readonly RedactionRule[] | PrsistError {
  try {
    return parseRules({ version: 1, rules: given }).rules;
  } catch (error) {
    if (!(error instanceof PrsistError)) throw error;
    return error;
  }
}

/** Rules of alerts, checked one by one so that an error has its line. */
export const alertRuleList = (description: string, said: Said = {}) =>
  z
    .array(z.unknown())
    .max(maxItems)
    .transform((given, context): readonly GivenRule[] =>
      given.flatMap((each, index) => {
        const read = readAlertRule(each);
        if (!('fault' in read)) return [read];
        context.addIssue({ code: 'custom', message: read.fault, path: [index, ...read.at] });
        return [];
      }),
    )
    .default([])
    .meta({ description, range: `list of 0–${maxItems} rules`, ...said });
