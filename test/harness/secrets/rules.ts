import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseRules, type RedactionRules } from '../../../src/core/redact-rules.ts';

/** The rules that are shipped. */
export function shippedRules(): RedactionRules {
  return parseRules(parse(readFileSync(join(import.meta.dirname, '../../../config/redaction.yaml'), 'utf8')));
}

/** A redaction key of no workspace. */
export const testKey: Uint8Array = new Uint8Array(32).fill(7);
