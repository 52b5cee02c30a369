import { join } from 'node:path';
import { parse } from 'yaml';
import { PrsistError } from '../core/errors.ts';
import { parseRules, type RedactionRules } from '../core/redact-rules.ts';
import { readText } from '../platform/files.ts';

/** The rules that ship with prsist and the user's own, as one set. Rules can be added, never taken away. */
export function readRedactionRules(packageRoot: string, added: readonly unknown[]): RedactionRules {
  const path = join(packageRoot, 'config', 'redaction.yaml');
  const text = readText(path);
  if (text === undefined) throw new PrsistError('config/invalid', `${path} is missing: the installation is incomplete`);
  // checked by parseRules, rule by rule
  const shipped = parse(text) as { rules?: unknown[] };
  return parseRules({ ...shipped, rules: [...(shipped.rules ?? []), ...added] });
}
