import { join } from 'node:path';
import { parse } from 'yaml';
import { PrsistError } from '../core/errors.ts';
import { parseRules, type RedactionRules } from '../core/redact-rules.ts';
import { readText } from '../platform/files.ts';

interface Shipped {
  readonly rules?: readonly unknown[];
}

/** Read once by a process, which asks for them with every set of settings: that costs a tenth of a daemon's start. */
const shippedRules = new Map<string, Shipped>();

/** The rules that ship with prsist and the user's own, as one set. Rules can be added, never taken away. */
export function readRedactionRules(packageRoot: string, added: readonly unknown[]): RedactionRules {
  const path = join(packageRoot, 'config', 'redaction.yaml');
  const shipped = shippedRules.get(path) ?? readShipped(path);
  shippedRules.set(path, shipped);
  return parseRules({ ...shipped, rules: [...(shipped.rules ?? []), ...added] });
}

function readShipped(path: string): Shipped {
  const text = readText(path);
  if (text === undefined) throw new PrsistError('config/invalid', `${path} is missing: the installation is incomplete`);
  // checked by parseRules, rule by rule
  return parse(text) as Shipped;
}
