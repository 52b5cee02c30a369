// What the last commit of a repository holds.
import { runGit } from './git.ts';

/** The commit that is checked out; undefined outside a repository, and before the first one. */
export async function headCommit(directory: string): Promise<string | undefined> {
  return (await runGit(directory, ['rev-parse', '--verify', '--quiet', 'HEAD']))?.trim();
}

/** Files of a commit with their sizes; links and submodules are none. */
export async function committedFiles(directory: string, commit: string) {
  const listed = await runGit(directory, ['ls-tree', '-r', '-l', '-z', '--full-tree', commit]);
  return (listed ?? '').split('\0').flatMap((entry) => {
    const [, bytes, path] = /^100\d{3} blob [0-9a-f]+ +(\d+)\t([\s\S]+)$/.exec(entry) ?? [];
    return bytes === undefined || path === undefined ? [] : [{ path, bytes: Number(bytes) }];
  });
}

/** Texts of some files of a commit, by their paths. */
export async function committedTexts(
  directory: string,
  commit: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  // a path with a line end would be two questions
  const asked = paths.filter((path) => !path.includes('\n'));
  if (asked.length === 0) return texts;
  const input = asked.map((path) => `${commit}:${path}\n`).join('');
  const answered = Buffer.from((await runGit(directory, ['cat-file', '--batch'], { input })) ?? '');
  let at = 0;
  for (const path of asked) {
    const end = answered.indexOf('\n', at);
    if (end < 0) break;
    const size = / blob (\d+)$/.exec(answered.toString('utf8', at, end))?.[1];
    at = end + 1;
    if (size === undefined) continue; // one that is missing has no text behind its line
    texts.set(path, answered.toString('utf8', at, at + Number(size)));
    at += Number(size) + 1;
  }
  return texts;
}
