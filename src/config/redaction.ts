import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { PrsistError } from '../core/errors.ts';
import { parseRules, type RedactionRules, withRules } from '../core/redact-rules.ts';
import { readText } from '../platform/files.ts';

/** Read once by a process, which asks for them with every set of settings. */
const shippedRules = new Map<string, RedactionRules>();

/** The rules that ship with prsist and the user's own, as one set. Rules can be added, never taken away. */
export function readRedactionRules(packageRoot: string, added: readonly unknown[]): RedactionRules {
  const path = join(packageRoot, 'config', 'redaction.yaml');
  const shipped = shippedRules.get(path) ?? readBuilt() ?? readShipped(path);
  shippedRules.set(path, shipped);
  return withRules(shipped, added);
}

/** As the build has read and checked them, beside the program: doing both again is a quarter of a daemon's start. */
function readBuilt(): RedactionRules | undefined {
  if (import.meta.url.endsWith('.ts')) return undefined;
  const text = readText(fileURLToPath(new URL('./redaction.json', import.meta.url)));
  // what readRedactionRules gave to the build
  return text === undefined ? undefined : (JSON.parse(text) as RedactionRules);
}

function readShipped(path: string): RedactionRules {
  const text = readText(path);
  if (text === undefined) throw new PrsistError('config/invalid', `${path} is missing: the installation is incomplete`);
  return parseRules(parse(text));
}
