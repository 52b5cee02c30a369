// The documents of a context: the project's files, what the memory keeps, and what was asked for by name.
import { join, relative, resolve } from 'node:path';
import { PrsistError } from '../../../core/errors.ts';
import { sha256Hex } from '../../../core/ids.ts';
import { fileStamp } from '../../../platform/file-stamp.ts';
import { workTreeOf } from '../../../platform/repository.ts';
import type { Context } from '../../feature.ts';
import type { Candidate, Candidates } from './candidate.ts';
import { type DocumentKind, documentChange, documentRanks, type WantedDocument, WantedFiles } from './files.ts';
import { formOf, type Gauge } from './gauge.ts';
import type { HeldFile, Look, Manifest, Piece } from './manifest.ts';
import type { LoadingNeeds, StoredText } from './needs.ts';
import { type Laid, Odds } from './odds.ts';
import { contextText, framedDocument, pieces } from './render.ts';

/** A document that is there and cannot be shown. */
export interface Unshown {
  readonly slot: string;
  readonly why: string;
}

export interface Gathered {
  readonly candidates: readonly Candidate[];
  readonly unshown: readonly Unshown[];
  readonly look: Look;
}

export interface DocumentParts {
  readonly needs: LoadingNeeds;
  readonly manifest: Manifest;
  readonly gauge: Gauge;
  readonly candidates: Candidates;
}

interface FromFiles {
  readonly wanted: readonly WantedDocument[];
  readonly look: Look;
  readonly version: number;
  /** How documents stood. */
  readonly laid: number;
  /** Of each file that is wanted, and of all of them. */
  readonly parts: readonly (readonly Candidate[])[];
  readonly candidates: readonly Candidate[];
  readonly unshown: readonly Unshown[];
  /** Files whose tokens have only been estimated. */
  readonly open: ReadonlySet<number>;
  /** No text stands in two files. */
  readonly isPlain: boolean;
  /** Hashes of what they say: a text stands once, whoever holds it. */
  readonly bodies: Set<string>;
}

interface Rendered {
  readonly text: string;
  readonly body: string;
  readonly pieces: readonly Piece[];
}

const keptTexts = 500;
const keptProjects = 50;

/** Documents of all projects. */
export class Documents {
  readonly #parts: DocumentParts;
  readonly #files: WantedFiles;
  readonly #found = new Map<string, FromFiles>();
  readonly #texts = new Map<string, Rendered>();
  readonly #odds: Odds;
  #laid: Laid = { version: 0, change: (_base, prior) => prior };

  constructor(parts: DocumentParts) {
    this.#parts = parts;
    this.#files = new WantedFiles(parts.needs.clock);
    this.#odds = new Odds(parts.needs);
  }

  /** The files of a project that belong into every context, brought into memory. */
  async ahead(id: string, root: string): Promise<void> {
    await this.#parts.manifest.look(`${id} ${root}`, this.#files.ofProject(root, this.#parts.needs.ignores(id)));
  }

  /** All documents that could stand in a context. chosen: names, each of which has to be there. */
  async gather(context: Context, chosen: readonly string[]): Promise<Gathered> {
    const { sources, ignores } = this.#parts.needs;
    const root = topOf(context);
    const named = chosen.map((name) => sources.stored(context, name) ?? name);
    const paths = named.filter((each) => typeof each === 'string');
    const asking = { root, paths, ignores: ignores(context.project.id), from: context.caller.directory ?? root };
    const wanted = this.#wanted(asking);
    const of = `${context.project.id} ${root ?? ''}`;
    const look = await this.#parts.manifest.look(of, wanted);
    requireFound(paths, look);
    const texts = [
      ...named.filter((each) => typeof each !== 'string').map((each) => ({ ...each, kind: 'chosen' as const })),
      ...sources.bank(context).map((each) => ({ ...each, kind: 'bank' as const })),
    ];
    this.#laid = this.#odds.at(context);
    const files = this.#ofFiles(of, wanted, look);
    const kept = this.#ofTexts(texts, files.bodies);
    const memory = this.#memory(sources.memory(context));
    return {
      candidates: [...files.candidates, ...kept.candidates, ...memory],
      ...{ unshown: [...files.unshown, ...kept.unshown], look },
    };
  }

  /** Nothing that was rendered stays in memory. */
  clear(): void {
    this.#texts.clear();
    this.#found.clear();
    this.#odds.clear();
  }

  #wanted({ root, paths, ignores, from }: Asking): readonly WantedDocument[] {
    if (root === undefined) return [];
    const chosen = paths.map((path, order) => {
      const file = this.#files.of(root, { name: nameOf(path, root, from ?? root), kind: 'chosen', order });
      if (!ignores?.(file.path)) return file;
      const why = `${path} is a file of which this project keeps nothing (capture.ignore)`;
      throw new PrsistError('document/not-found', why);
    });
    return [...chosen, ...this.#files.ofProject(root, ignores)];
  }

  #ofFiles(of: string, wanted: readonly WantedDocument[], look: Look): FromFiles {
    const { version } = this.#parts.gauge;
    const before = this.#found.get(of);
    const laid = this.#laid.version;
    if (before?.look === look && before.version === version && before.laid === laid) return before;
    const found =
      (before?.laid === laid ? this.#renewed(before, wanted, look) : undefined) ?? this.#foundIn(wanted, look);
    if (this.#found.size >= keptProjects) this.#found.clear();
    this.#found.set(of, found);
    return found;
  }

  #foundIn(wanted: readonly WantedDocument[], look: Look): FromFiles {
    const { version } = this.#parts.gauge;
    const laid = this.#laid.version;
    const bodies = new Set<string>();
    const unshown: Unshown[] = [];
    const open = new Set<number>();
    let isPlain = true;
    const parts = wanted.map((document, i) => {
      const file = look.files[i];
      if (file?.fault) unshown.push({ slot: slotOf(document.name, 0), why: file.fault });
      if (!file || !isNew(bodies, file.body)) {
        isPlain &&= !file || file.body === '';
        return [];
      }
      if (!this.#isFinal(file)) open.add(i);
      return this.#pieces(document, file.pieces);
    });
    return { ...{ wanted, look, version, laid, parts, unshown, bodies, open, isPlain }, candidates: parts.flat() };
  }

  /** The same with other texts in some files; undefined where a text might come to stand twice, or more is another. */
  #renewed(before: FromFiles, wanted: readonly WantedDocument[], look: Look): FromFiles | undefined {
    const { files } = look;
    if (!before.isPlain || wanted.length !== before.wanted.length) return undefined;
    const [parts, open] = [[...before.parts], new Set<number>()];
    const bodies = before.bodies;
    for (let i = 0; i < files.length; i += 1) {
      const [was, is, document] = [before.look.files[i], files[i], wanted[i]];
      if (document !== before.wanted[i] || document === undefined) return undefined;
      if (was === is && !before.open.has(i)) continue;
      if (!was || !is || was.fault || is.fault || is.body === '') return undefined;
      if (was !== is) {
        bodies.delete(was.body);
        if (!isNew(bodies, is.body)) return undefined;
      }
      parts[i] = this.#pieces(document, is.pieces);
      if (!this.#isFinal(is)) open.add(i);
    }
    const { version } = this.#parts.gauge;
    return { ...before, wanted, look, version, parts, open, candidates: parts.flat() };
  }

  /** Once counted, its tokens stay as they are. */
  #isFinal({ pieces: rendered }: HeldFile): boolean {
    return rendered.every(({ hash }) => this.#parts.gauge.isCounted(hash));
  }

  #ofTexts(texts: readonly (StoredText & { readonly kind: DocumentKind })[], before: ReadonlySet<string>) {
    if (texts.length === 0) return { candidates: [], unshown: [] };
    const bodies = new Set(before);
    const refused = texts.filter((each) => each.refused !== undefined);
    const candidates = texts.flatMap((each, order) => {
      if (each.refused !== undefined) return [];
      const { body, pieces: rendered } = this.#rendered(each);
      return isNew(bodies, body)
        ? this.#pieces({ name: each.uri, kind: each.kind, order: 10_000 + order }, rendered)
        : [];
    });
    return { candidates, unshown: refused.map(({ uri, refused: why }) => ({ slot: slotOf(uri, 0), why: why ?? '' })) };
  }

  #rendered({ uri, text }: StoredText): Rendered {
    const known = this.#texts.get(uri);
    if (known?.text === text) return known;
    const clean = contextText(text);
    const form = formOf(uri);
    const rendered = (clean === '' ? [] : pieces(framedDocument(uri, clean))).map((each, number) => {
      return { hash: sha256Hex(each), form, text: each, number };
    });
    const made = { text, body: clean === '' ? '' : sha256Hex(clean), pieces: rendered };
    if (this.#texts.size >= keptTexts) this.#texts.clear();
    this.#texts.set(uri, made);
    return made;
  }

  #pieces({ name, kind, order }: Named, rendered: HeldFile['pieces']): readonly Candidate[] {
    const base = slotOf(name, 0);
    const { rank, change: prior } = weight(kind, order);
    const about = {
      kind: 'documentation',
      place: 'system',
      base,
      rank,
      change: this.#laid.change(base, prior),
    } as const;
    return rendered.map((piece) => {
      const { number } = piece;
      const after = number === 0 ? undefined : slotOf(name, number - 1);
      return this.#parts.candidates.of({ slot: slotOf(name, number), after, ...about }, piece);
    });
  }

  /** The memory comes with the frame of a brief, which stands for itself and is not wanted here. */
  #memory(brief: string): Candidate[] {
    const lines = brief.split('\n').filter((line) => !/^<\/?prsist-memory/.test(line));
    const shape = { slot: 'memory', kind: 'documentation', place: 'system', ...weight('memory', 0) } as const;
    return this.#parts.candidates.ofText(shape, lines.join('\n'));
  }
}

type Named = Pick<WantedDocument, 'name' | 'kind' | 'order'>;

interface Asking {
  readonly root: string | undefined;
  readonly paths: readonly string[];
  readonly ignores: ((path: string) => boolean) | undefined;
  /** Directory from which paths are named. */
  readonly from: string | undefined;
}

function isNew(bodies: Set<string>, body: string): boolean {
  if (body === '' || bodies.has(body)) return false;
  bodies.add(body);
  return true;
}

function slotOf(name: string, number: number): string {
  return number === 0 ? `doc:${name}` : `doc:${name}#${number}`;
}

function weight(kind: DocumentKind, order: number): { readonly change: number; readonly rank: number } {
  return { change: documentChange[kind], rank: documentRanks[kind] * 100_000 + order };
}

/** A file by its name in the project: as seen from where the caller stands, where there is such a file. */
function nameOf(path: string, root: string, from: string): string {
  const plain = path.startsWith('./') ? path.slice(2) : path;
  if (from === root) return plain;
  const near = relative(root, resolve(from, path));
  return !near.startsWith('..') && fileStamp(join(root, near)) !== undefined ? near : plain;
}

/** The work tree the caller stands in, where it is one of this project; else the project's main directory. */
export function topOf({ project: { root }, caller: { directory } }: Context): string | undefined {
  const tree = directory === undefined ? undefined : workTreeOf(directory);
  return tree !== undefined && tree.mainTop === root ? tree.top : root;
}

/** A document that was named has to be there; whatever else is looked for may be absent. */
function requireFound(paths: readonly string[], look: Look): void {
  for (const [i, name] of paths.entries()) {
    const file = look.files[i];
    const hint = 'give the name of a stored document (prsist document list) or of a file in the project';
    if (!file) throw new PrsistError('document/not-found', `no document and no file ${name}`, { hint });
    if (file.fault) throw new PrsistError('file/unreadable', `${name}: ${file.fault}`, { hint });
  }
}
