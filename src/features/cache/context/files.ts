// Which files of a project belong into a context by themselves: what it tells agents, its memory bank, its README.
import { dirname, join } from 'node:path';
import { markdownBelow } from '../../../platform/document-files.ts';
import { directoryStamp, type FileStamp, isTelling, namesIn, sameStamp } from '../../../platform/file-stamp.ts';
import type { WantedFile } from './manifest.ts';

/** Files in which projects tell agents how to work, in the order of their weight. */
const instructions = [
  ...['AGENTS.md', 'AGENTS.override.md', 'CLAUDE.md', '.claude/CLAUDE.md', 'CLAUDE.local.md', 'GEMINI.md'],
  ...['.github/copilot-instructions.md', '.cursorrules', '.windsurfrules'],
];
const cursorRules = '.cursor/rules';
const banks = ['memory-bank', '.memory-bank'];
const bankFiles = 200;
const mostKnown = 20_000;

/** rules: what agents are told how to work · bank: of a memory bank · readme: what the project is · chosen: asked for. */
export type DocumentKind = 'rules' | 'chosen' | 'memory' | 'bank' | 'readme';

/** Value of documentation: of two kinds the one with the smaller number is let in first. */
export const documentRanks: Readonly<Record<DocumentKind, number>> = {
  rules: 0,
  chosen: 1,
  memory: 2,
  bank: 3,
  readme: 4,
};

/** How probable it is that a document is another one at the next request. */
export const documentChange: Readonly<Record<DocumentKind, number>> = {
  ...{ rules: 0.002, readme: 0.002, chosen: 0.01, bank: 0.02, memory: 0.02 },
};

export interface WantedDocument extends WantedFile {
  readonly kind: DocumentKind;
  /** Orders documents of one kind. */
  readonly order: number;
}

interface OfRoot {
  /** Every file that was ever wanted, by kind and name. */
  readonly known: Map<DocumentKind, Map<string, WantedDocument>>;
  /** Directories with files of unknown names, as they were looked for when the project's directory had this stamp. */
  listed: { readonly stamp: FileStamp; readonly at: number; readonly there: readonly string[] } | undefined;
  /** All that is looked for where none of those directories is there. */
  plain: readonly WantedDocument[] | undefined;
}

/** Files of projects, each the same object whenever it is wanted again. */
export class WantedFiles {
  readonly #roots = new Map<string, OfRoot>();
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** The files of a project that are looked for; most of them are not there. */
  ofProject(root: string, ignores: ((path: string) => boolean) | undefined): readonly WantedDocument[] {
    const there = this.#folders(root);
    const of = this.#of(root);
    const all = (there.length === 0 && of.plain) || this.#listed(root, there);
    if (there.length === 0) of.plain = all;
    return ignores === undefined ? all : all.filter(({ path }) => !ignores(path));
  }

  #listed(root: string, there: readonly string[]): readonly WantedDocument[] {
    const rules = there.includes(cursorRules)
      ? namesIn(join(root, cursorRules)).map((name) => `${cursorRules}/${name}`)
      : [];
    const bank = banks.filter((each) => there.includes(each)).flatMap((directory) => bankNames(root, directory));
    return [
      ...[...instructions, ...rules].map((name, order) => this.of(root, { name, kind: 'rules', order })),
      ...bank.map((name, order) => this.of(root, { name, kind: 'bank', order })),
      this.of(root, { name: 'README.md', kind: 'readme', order: 0 }),
    ];
  }

  /** A file of a project by its name there. */
  of(root: string, { name, kind, order }: Pick<WantedDocument, 'name' | 'kind' | 'order'>): WantedDocument {
    const { known } = this.#of(root);
    const files = known.get(kind) ?? new Map<string, WantedDocument>();
    const before = files.get(name);
    if (before?.order === order) return before;
    if (files.size >= mostKnown) files.clear();
    const made = { name, kind, order, path: join(root, name), within: root };
    files.set(name, made);
    known.set(kind, files);
    return made;
  }

  /** Which folders are there: looked for again when something appeared in the project's directory, or may have. */
  #folders(root: string): readonly string[] {
    const of = this.#of(root);
    const stamp = directoryStamp(root);
    const { listed } = of;
    if (listed && stamp && sameStamp(listed.stamp, stamp) && isTelling(stamp, listed.at)) return listed.there;
    const at = this.#clock();
    const there = [cursorRules, ...banks].filter((each) => directoryStamp(join(root, each)) !== undefined);
    // a folder inside one that is there may appear without a trace in the project's own directory
    const isSure = there.includes(cursorRules) || directoryStamp(join(root, dirname(cursorRules))) === undefined;
    of.listed = stamp && isSure ? { stamp, at, there } : undefined;
    return there;
  }

  #of(root: string): OfRoot {
    const known = this.#roots.get(root) ?? { known: new Map(), listed: undefined, plain: undefined };
    this.#roots.set(root, known);
    return known;
  }
}

function bankNames(root: string, directory: string): string[] {
  try {
    return markdownBelow(join(root, directory), bankFiles).map((name) => `${directory}/${name}`);
  } catch {
    return []; // not ours to read
  }
}
