// Agents name folders after a directory, with a hyphen for everything that is no letter or digit. The way back is not
// unique: it is found among the directories that are there.
import fs from 'node:fs';
import { join } from 'node:path';

const mostLooks = 2_000;

/** A directory whose encoded name this is, of those known or there on disk; undefined when there is none. */
export function decodedDirectory(encoded: string, known: readonly string[]): string | undefined {
  const wanted = encodedPath(encoded);
  if (wanted === '') return undefined;
  return known.find((each) => encodedPath(each) === wanted) ?? below('/', wanted, { looks: mostLooks });
}

/** A path as it is encoded, hyphens in a row taken for one. */
export function encodedPath(path: string): string {
  return path.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '');
}

/** Looks for the rest of an encoded path below a directory, longest names first. */
function below(directory: string, rest: string, left: { looks: number }): string | undefined {
  left.looks -= 1;
  if (left.looks < 0) return undefined;
  const fitting = directoriesIn(directory)
    .map((name) => ({ name, encoded: encodedPath(name) }))
    .filter(({ encoded }) => encoded !== '' && (rest === encoded || rest.startsWith(`${encoded}-`)))
    .sort((a, b) => b.encoded.length - a.encoded.length);
  for (const { name, encoded } of fitting) {
    const path = join(directory, name);
    const found = rest === encoded ? path : below(path, rest.slice(encoded.length + 1), left);
    if (found !== undefined) return found;
  }
  return undefined;
}

function directoriesIn(directory: string): string[] {
  try {
    const entries = fs.readdirSync(directory, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return []; // gone, or not ours to look into
  }
}
