// Reads the source of the product as text: files, imports, string literals. Knows just enough of TypeScript's grammar.
import fs from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const root = join(import.meta.dirname, '..');

export interface SourceFile {
  /** Relative to the repository: src/store/open.ts */
  readonly path: string;
  readonly text: string;
}

/** How a module is named by another: at run time at once, at run time when needed, or for its types only. */
export interface Import {
  readonly from: string;
  readonly how: 'value' | 'dynamic' | 'type';
}

/** All files below a folder of the repository with one of these endings; [] when there is no such folder. */
export function filesBelow(folder: string, endings: readonly string[]): readonly SourceFile[] {
  const base = join(root, folder);
  if (!fs.existsSync(base)) return [];
  return fs
    .readdirSync(base, { recursive: true, encoding: 'utf8' })
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .map((path) => ({ path: join(folder, path), text: fs.readFileSync(join(base, path), 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const token =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`)|(?<=[(=,:[!&|?{};]\s*)(?<regex>\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]*)/g;

/** The text without its comments. */
export function withoutComments(text: string): string {
  return text.replace(token, (whole, comment: string | undefined) => (comment === undefined ? whole : ' '));
}

/** The contents of all string and template literals. */
export function stringsOf(text: string): readonly string[] {
  return [...text.matchAll(token)].flatMap((match) => match.groups?.string?.slice(1, -1) ?? []);
}

/** Every module a text names. */
export function importsOf(text: string): readonly Import[] {
  const plain = withoutComments(text);
  const named = [...plain.matchAll(/^(?:import|export)\s+(type\s+)?(?:[\w$*{][^'"`;]*?\sfrom\s+)?'([^']+)'/gm)];
  const dynamic = [...plain.matchAll(/\bimport\(\s*'([^']+)'/g)];
  return [
    ...named.map(([, type, from = '']) => ({ from, how: type ? ('type' as const) : ('value' as const) })),
    ...dynamic.map(([, from = '']) => ({ from, how: 'dynamic' as const })),
  ];
}

/** The file a relative import means, relative to the repository; undefined for packages and built-in modules. */
export function target(path: string, from: string): string | undefined {
  return from.startsWith('.') ? relative(root, join(root, dirname(path), from)) : undefined;
}

/** Packages and built-in modules that are loaded together with a file, and the files between. */
export function loadedWith(entry: string, files: ReadonlyMap<string, SourceFile>): ReadonlyMap<string, string> {
  const loaded = new Map<string, string>();
  const seen = new Set<string>();
  const follow = (path: string, way: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { from, how } of importsOf(files.get(path)?.text ?? '')) {
      if (how !== 'value') continue;
      const file = target(path, from);
      if (file === undefined) loaded.set(from, `${way} > ${from}`);
      else follow(file, `${way} > ${file}`);
    }
  };
  follow(entry, entry);
  return loaded;
}
