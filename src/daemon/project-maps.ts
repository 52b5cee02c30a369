// Maps of projects as contexts take them in: made once for each commit.
import { type CommittedFile, mappedDirectories, projectMap } from '../features/cache/context/project-map.ts';
import { committedFiles, committedTexts, headCommit } from '../platform/committed-files.ts';

export interface MapParts {
  readonly redact: (root: string) => (text: string) => string;
  /** Files of a project of which nothing is taken in. */
  readonly ignores: (projectId: string) => ((path: string) => boolean) | undefined;
}

interface Made {
  readonly commit: string;
  readonly files: readonly CommittedFile[];
  readonly headings: ReadonlyMap<string, string>;
}

const kept = 50;
const longestHeading = 80;

/** One for a daemon. */
export class ProjectMaps {
  readonly #parts: MapParts;
  readonly #made = new Map<string, Made>();

  constructor(parts: MapParts) {
    this.#parts = parts;
  }

  /** The map of a project that lies here; '' where git knows no commit of it. */
  async of(projectId: string, directory: string): Promise<string> {
    const commit = await headCommit(directory);
    if (commit === undefined) return '';
    const { files, headings } = await this.#known(directory, commit);
    const ignores = this.#parts.ignores(projectId);
    const shown = files.filter(({ path }) => !ignores?.(`${directory}/${path}`));
    return this.#parts.redact(directory)(projectMap(shown, headings));
  }

  async #known(directory: string, commit: string): Promise<Made> {
    const known = this.#made.get(directory);
    if (known?.commit === commit) return known;
    const files = await committedFiles(directory, commit);
    const made = { commit, files, headings: await headingsOf(directory, commit, files) };
    if (this.#made.size >= kept) this.#made.clear();
    this.#made.set(directory, made);
    return made;
  }
}

/** What a directory says of itself: the heading of its README. That of the top stands in every context anyway. */
async function headingsOf(directory: string, commit: string, files: readonly CommittedFile[]) {
  const wanted = new Set(mappedDirectories(files).map(({ path }) => path));
  const readmes = new Map(
    files.flatMap(({ path }) => {
      const folder = /^(.+)\/readme\.md$/i.exec(path)?.[1];
      return folder !== undefined && wanted.has(folder) ? [[path, folder] as const] : [];
    }),
  );
  const texts = await committedTexts(directory, commit, [...readmes.keys()]);
  const headings = [...texts].flatMap(([path, text]) => {
    const heading = /^#+ +(.+)$/m.exec(text)?.[1]?.trim().slice(0, longestHeading);
    const folder = readmes.get(path);
    return heading && folder !== undefined ? [[folder, heading] as const] : [];
  });
  return new Map(headings);
}
