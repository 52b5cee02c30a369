import fs from 'node:fs';
import { join } from 'node:path';
import { type Home, until } from './home.ts';

/** What hooks would print in a project, by file name, once these files say something and stand for what is checked out. */
export function prepared(
  home: Home,
  cwd: string,
  { names, what }: { readonly names: readonly string[]; readonly what: RegExp },
): Promise<Readonly<Record<string, string>>> {
  return until(`${names} say ${what}`, () => {
    const folder = join(cwd, '.prsist/brief', textOf(home.paths.briefKey).trim());
    if (/^(being.*)?$/m.test(textOf(join(folder, 'HEAD')).trimEnd())) return undefined;
    const files = names.map((name) => [name, textOf(join(folder, name))] as const);
    return files.every(([, text]) => what.test(text)) ? Object.fromEntries(files) : undefined;
  });
}

function textOf(path: string): string {
  return fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '';
}
