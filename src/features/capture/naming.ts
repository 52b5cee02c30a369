// Which files a text or a value names: what is read of a file by a command, a search or a tool that nobody knew of is
// found by its name, since nothing else tells where it came from.
import type { JsonValue } from '../../core/captured.ts';

/** True for a path of which nothing is to be kept. */
export type IsIgnored = (path: string) => boolean;

const longestPath = 1024;
const mostNames = 20_000;
const deepest = 64;
const between = /[\s"'`|&;<>(){}[\],=*?:#$]+/;

/** What comes after these is the name of a task, often that of the directory it fills. */
const task = /\b(?:npm|pnpm|yarn|bun|make|just|task)\s{1,8}(?:run\s{1,8})?[\w:-]{1,64}(?=\s|$)/g;
/** Stands for whatever lies in a directory. */
const anything = '⟨any⟩';

/** True when the words of a shell command name such a file, or a directory of such. */
export function commandNames(command: string, isIgnored: IsIgnored): boolean {
  const words = command.replace(task, ' ');
  return anyName(words, (name) => isIgnored(name) || isIgnored(`${name.replace(/\/+$/, '')}/${anything}`));
}

/** True when a text, such as the output of a search or a patch, names such a file. */
export function textNames(text: string, isIgnored: IsIgnored): boolean {
  return anyName(text, (name) => /[./]/.test(name) && isIgnored(name));
}

/** True when one of the strings of a value is such a path, whole; at any depth, keys too. */
export function holdsPath(value: JsonValue | undefined, isIgnored: IsIgnored): boolean {
  return anyString(value, 0, (text) => isPath(text) && isIgnored(plain(text)));
}

/** True when one of the strings of a value names such a file anywhere. */
export function valueNames(value: JsonValue | undefined, isIgnored: IsIgnored): boolean {
  return anyString(
    value,
    0,
    (text) => commandNames(text.slice(0, longestPath), isIgnored) || textNames(text, isIgnored),
  );
}

function isPath(text: string): boolean {
  return text !== '' && text.length <= longestPath && !text.includes('\n');
}

function plain(path: string): string {
  return path.replace(/^(?:file:\/\/|@)/, '');
}

/** A patch names files below `a/` and `b/`; a program is told one by `@`. */
function anyName(text: string, test: (name: string) => boolean): boolean {
  const names = new Set<string>();
  for (const word of text.split(between)) {
    if (word === '' || word.length > longestPath) continue;
    names.add(plain(word));
    if (names.size > mostNames) break;
  }
  for (const name of names) if (test(name) || (/^[ab]\//.test(name) && test(name.slice(2)))) return true;
  return false;
}

function anyString(value: JsonValue | undefined, depth: number, test: (text: string) => boolean): boolean {
  if (typeof value === 'string') return test(value);
  if (value === null || typeof value !== 'object' || depth > deepest) return false;
  return Object.entries(value).some(([key, member]) => test(key) || anyString(member, depth + 1, test));
}
