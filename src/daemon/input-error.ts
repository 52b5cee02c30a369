import type { z } from 'zod';
import { PrsistError } from '../core/errors.ts';

/** What is wrong with a request, as an error with the path of the field. A misspelt member is told before a missing one. */
export function inputError(error: z.core.$ZodError, body: unknown): PrsistError {
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0];
  const path = issue?.path.map(String) ?? [];
  if (issue?.code === 'unrecognized_keys') {
    const field = [...path, issue.keys[0]].join('.');
    return invalid(field, `unknown member ${field}`, 'leave it out, or mend its spelling');
  }
  const field = path.join('.') || 'body';
  if (issue === undefined) return invalid(field, `${field} is not what was expected`, 'see the API description');
  if (isMissing(body, path)) return invalid(field, `${field} is missing`, `give ${field}`);
  const what = expected(issue);
  if (isTooLarge(issue)) {
    return new PrsistError('limit/too-large', `${field}: ${what}, this has ${sizeOf(valueAt(body, path))}`, {
      ...{ field, hint: 'send less in it, or in several requests' },
    });
  }
  return invalid(field, `${field}: ${what}`, `give ${field} as said`);
}

function invalid(field: string, message: string, hint: string): PrsistError {
  return new PrsistError('input/invalid', message, { field, hint });
}

/** What would have been right, in words. */
function expected(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small')
    return Number(issue.minimum) === 1 && issue.origin === 'string' ? 'must not be empty' : `at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `at most ${issue.maximum}${units[issue.origin] ?? ''}`;
  if (issue.code === 'invalid_value') return `one of ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_type')
    return `must be ${issue.expected === 'int' ? 'a whole number' : `of type ${issue.expected}`}`;
  if (issue.code === 'invalid_format' && issue.format === 'datetime') return 'a time like 2026-03-04T09:15:00Z';
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
}

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };

/** Too long a text, too many items, too many bytes; a number that is too great is none of these. */
function isTooLarge(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'too_big') return issue.origin in units;
  return issue.code === 'custom' && /^at most \d+ bytes/.test(issue.message);
}

function sizeOf(value: unknown): string {
  if (Array.isArray(value)) return `${value.length} items`;
  return `${Buffer.byteLength(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))} bytes`;
}

function isMissing(body: unknown, path: readonly string[]): boolean {
  return valueAt(body, path) === undefined;
}

function valueAt(body: unknown, path: readonly string[]): unknown {
  let at: unknown = body;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Reflect.get(at, name);
  }
  return at;
}
