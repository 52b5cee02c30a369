// YAML as a configuration may use it: one document, plain names, no references.
import { type Document, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
  /** project: a file that comes with a repository, in which only some settings may stand; the user's own when absent. */
  readonly of?: 'project';
}

export interface Parsed {
  readonly file: ConfigFile;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** What is wrong in a file, and where. */
export interface Fault {
  /** `<path>:<line>`. */
  readonly place: string;
  readonly message: string;
}

/** Parses a file, or tells everything that is wrong with it. */
export function parseFile(file: ConfigFile): Parsed | readonly Fault[] {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false });
  const faults = [...document.errors, ...document.warnings].map(({ pos, code, message }) => ({
    at: pos[0],
    message: code === 'MULTIPLE_DOCS' ? 'only one document is read: take this line out' : message,
  }));
  visit(document, {
    Alias: (_, { range }) => {
      faults.push({ at: range?.[0] ?? 0, message: 'references (*name) are not read here: write the value out' });
    },
    Pair: (_, { key }) => {
      const at = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      if (!isScalar(key)) faults.push({ at, message: 'a name is one word, not a list or a group' });
    },
  });
  if (faults.length === 0) return { file, document, lines };
  return faults.map(({ at, message }) => ({ place: `${file.path}:${lines.linePos(at).line}`, message }));
}

/** `<path>:<line>` of a node. */
export function placeOf({ file, lines }: Parsed, node: unknown): string {
  const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  return `${file.path}:${lines.linePos(offset).line}`;
}
