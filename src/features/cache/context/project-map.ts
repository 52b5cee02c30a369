// Where things lie in a project, of what its last commit holds. Rounded, so that it is another text only where the shape of
// the project is another one: it stands before everything else.

export interface CommittedFile {
  /** From the top, with slashes. */
  readonly path: string;
  readonly bytes: number;
}

interface Directory {
  readonly path: string;
  readonly files: readonly CommittedFile[];
}

const mostLines = 100;
const mostNames = 40;
const mostEndings = 3;

/** The directories that a map has a line for: as deep as their number allows. The top is ''. */
export function mappedDirectories(files: readonly CommittedFile[]): readonly Directory[] {
  const deepest = Math.max(0, ...files.map(({ path }) => path.split('/').length - 1));
  for (let depth = deepest; depth > 1; depth -= 1) {
    const directories = atDepth(files, depth);
    if (directories.length <= mostLines) return directories;
  }
  return atDepth(files, 1).slice(0, mostLines);
}

/**
 * The map as text; '' where there is nothing. purposes: what a directory says of itself, by its path. The same files give
 * the same bytes, in whatever order they come.
 */
export function projectMap(files: readonly CommittedFile[], purposes: ReadonlyMap<string, string>): string {
  const lines = mappedDirectories(files).map(({ path, files: own }) => {
    const what = path === '' ? namesOf(own) : endingsOf(own);
    const purpose = purposes.get(path);
    const said = purpose === undefined ? '' : ` — ${purpose}`;
    return `${path === '' ? '.' : path}/  ${rounded(own.length)} ${own.length === 1 ? 'file' : 'files'}, ${sizeOf(own)}  ${what}${said}`;
  });
  return lines.length === 0 ? '' : `<project-map>\n${lines.join('\n')}\n</project-map>\n`;
}

function atDepth(files: readonly CommittedFile[], depth: number): readonly Directory[] {
  const groups = Map.groupBy(files, ({ path }) => path.split('/').slice(0, -1).slice(0, depth).join('/'));
  return [...groups].map(([path, own]) => ({ path, files: own })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

function namesOf(files: readonly CommittedFile[]): string {
  const names = files.map(({ path }) => path).sort();
  return names.length > mostNames ? `${names.slice(0, mostNames).join(' ')} …` : names.join(' ');
}

/** The most frequent endings first. */
function endingsOf(files: readonly CommittedFile[]): string {
  const groups = Map.groupBy(files, ({ path }) => /\.[^./]+$/.exec(path)?.[0] ?? 'no ending');
  const byCount = [...groups].sort(
    ([a, some], [b, others]) => rounded(others.length) - rounded(some.length) || (a < b ? -1 : 1),
  );
  return byCount
    .slice(0, mostEndings)
    .map(([ending]) => ending)
    .join(' ');
}

/** Up to ten as they are, then in tens, hundreds, … */
function rounded(count: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))));
  return count <= 10 ? count : Math.floor(count / step) * step;
}

/** In powers of four: a file that is written on hardly ever changes it. */
function sizeOf(files: readonly CommittedFile[]): string {
  const bytes = files.reduce((sum, each) => sum + each.bytes, 0);
  const units = [
    ['MiB', 1_048_576],
    ['KiB', 1_024],
  ] as const;
  for (const [unit, size] of units) {
    if (bytes >= size) return `${4 ** Math.floor(Math.log2(bytes / size) / 2)} ${unit} or more`;
  }
  return 'under 1 KiB';
}
