// Reads as much of a TOML text as it takes to know which keys it sets and that it ends outside of every string and list.
// Values are passed over, not checked.

/** Path of a key or table: `[mcp_servers.x]` and `mcp_servers.x = …` are both ['mcp_servers', 'x']. */
export type TomlPath = readonly string[];

/** The tables and keys a text sets, in its order; undefined when it is not TOML as far as that can be seen. */
export function tomlPaths(text: string): readonly TomlPath[] | undefined {
  const found: TomlPath[] = [];
  let table: TomlPath = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  for (at = blank(text, at); at < text.length; at = blank(text, at)) {
    const isTable = text[at] === '[';
    const opening = isTable ? (text.startsWith('[[', at) ? 2 : 1) : 0;
    const key = readKey(text, at + opening);
    if (!key) return undefined;
    at = isTable ? closed(text, key.end, ']'.repeat(opening)) : valueEnd(text, key.end);
    if (at < 0) return undefined;
    if (isTable) table = key.path;
    found.push(isTable ? table : [...table, ...key.path]);
  }
  return found;
}

/** Where the next statement begins: behind white space, line ends and comments. */
function blank(text: string, from: number): number {
  const space = /(?:[ \t\r\n]+|#[^\n]*)*/y;
  space.lastIndex = from;
  return from + (space.exec(text)?.[0].length ?? 0);
}

function readKey(text: string, from: number): { readonly path: TomlPath; readonly end: number } | undefined {
  const part = /[ \t]*(?:([A-Za-z0-9_-]+)|"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)')[ \t]*(\.?)/y;
  const path: string[] = [];
  part.lastIndex = from;
  for (let found = part.exec(text); found; found = part.exec(text)) {
    path.push(found[1] ?? found[2] ?? found[3] ?? '');
    if (found[4] === '') return { path, end: part.lastIndex };
  }
  return undefined;
}

/** Behind the closing brackets of a table's name, which must end the line; -1 when they are not there. */
function closed(text: string, from: number, brackets: string): number {
  return text.startsWith(brackets, from) ? lineEnd(text, from + brackets.length) : -1;
}

function lineEnd(text: string, from: number): number {
  const rest = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;
  rest.lastIndex = from;
  return rest.test(text) ? rest.lastIndex : -1;
}

// a string of any kind, a bracket, a comment, a line end, anything else
const token =
  /"""[\s\S]*?(?<!\\)"""+|'''[\s\S]*?'''+|"(?:[^"\\\n]|\\.)*"(?!")|'[^'\n]*'(?!')|[[\]{}]|#[^\n]*|\r?\n|[^"'[\]{}#\r\n]+/y;
const brackets: Readonly<Record<string, number>> = { '[': 1, '{': 1, ']': -1, '}': -1 };

/** Behind `= value` and the end of its line; -1 when there is none, or a string or list in it is not closed. */
function valueEnd(text: string, from: number): number {
  if (text[from] !== '=') return -1;
  let [at, depth, hasValue] = [from + 1, 0, false];
  while (at < text.length) {
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found === undefined) return -1;
    at = token.lastIndex;
    if (depth === 0 && found.endsWith('\n') && found.trim() === '') return hasValue ? at : -1;
    depth += brackets[found] ?? 0;
    if (depth < 0) return -1;
    hasValue ||= found.trim() !== '' && !found.startsWith('#');
  }
  return hasValue && depth === 0 ? at : -1;
}
