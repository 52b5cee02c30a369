// What a command that commits says of its commits: https://git-scm.com/docs/git-commit

/** A shell command that makes a commit. */
export const commitCommand = /(^|[\s;&|(])git(\s+-[cC]\s+\S+)*\s+commit\b(?!.*--dry-run)/;

const making = /(^|[\s;&|(])git(\s+-[cC]\s+\S+)*\s+(?:commit|cherry-pick|revert)\b(?!.*--dry-run)/;
/** `[main 1a2b3c4] Subject`, `[main (root-commit) 1a2b3c4] …`, `[detached HEAD 1a2b3c4] …` */
const announced = /^\[[^\]\n]{1,300} ([0-9a-f]{7,64})\] /gm;
/** Said in full: only by who asks for it, as `git commit -q && git rev-parse HEAD`. */
const asked = /^([0-9a-f]{40}|[0-9a-f]{64})$/gm;
const most = 20;
const outputChars = 100_000;

/** Shas, shortened as the output has them, of the commits that a shell command made. output: read when it committed. */
export function namedShas(command: string, output: () => string): readonly string[] {
  if (!making.test(command)) return [];
  const text = output().slice(0, outputChars);
  const found = [...text.matchAll(announced), ...(/\brev-parse\b/.test(command) ? text.matchAll(asked) : [])];
  return [...new Set(found.flatMap(([, sha]) => sha ?? []))].slice(0, most);
}
