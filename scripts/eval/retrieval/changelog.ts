// What a package's own change log says of one version, as the subject of a commit.

/** More changes in one version say of no file which of them it was. */
const mostChanges = 3;
const subjectChars = 160;

/** The lines under the heading of a version, without links, numbers, hashes and thanks. [] when it is not there. */
export function changesOf(changelog: string, version: string): readonly string[] {
  const lines = changelog.split('\n');
  const begin = lines.findIndex((line) => versionIn(line) === version);
  if (begin < 0) return [];
  const rest = lines.slice(begin + 1);
  const end = rest.findIndex((line) => versionIn(line) !== undefined);
  const section = end < 0 ? rest : rest.slice(0, end);
  const said = section.flatMap((line) => /^[-*]\s+(\S.*)$/.exec(line)?.[1] ?? []).map(plain);
  return said.filter((line) => line !== '' && !/^updated dependencies/i.test(line));
}

/** The subject of the commit that brings a version; the bare version where the log says nothing or too much of it. */
export function subjectOf(changes: readonly string[], version: string): string {
  if (changes.length === 0 || changes.length > mostChanges) return `v${version}`;
  return changes.map((change) => change.split(/(?<=[a-z`)]{2})\.\s/)[0]?.slice(0, subjectChars)).join('; ');
}

function versionIn(line: string): string | undefined {
  return /^#{1,3}\s+\[?v?(\d+\.\d+\.\d+[\w.-]*)/.exec(line)?.[1];
}

function plain(line: string): string {
  return line
    .replace(/^.*?Thanks \[@[^\]]*\]\([^)]*\)!? - /, '')
    .replace(/^(?:\[`?[0-9a-f]{7,40}`?\]\([^)]*\)|\[?`?[0-9a-f]{7,40}`?:?)\s*(?=\S)/, '')
    .replace(/\(?\[(?:[\w-]*#\d+|`?[0-9a-f]{7,40}`?)\]\([^)]*\)\)?/g, '')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/\*\*/g, '')
    .replace(/,?\s*\bcloses\b.*$/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^[-:\s]+/, '');
}
