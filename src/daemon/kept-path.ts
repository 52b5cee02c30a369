// What files are called in memory: whether an agent edits one or git commits it, it has one name.
import { isAbsolute, relative, resolve } from 'node:path';
import { linkedTrees } from '../platform/repository.ts';

/** A path as it is kept: relative to the project root where it lies in it, else as it was. cwd: of the conversation. */
export function keptPath(path: string, cwd: string | undefined, root: string | undefined): string {
  const whole = wholePath(path, cwd, root);
  for (const top of [root, cwd]) {
    const inside = top === undefined ? undefined : below(top, whole);
    if (inside !== undefined) return inside;
  }
  return whole;
}

/**
 * How the files of a project are called: as keptPath says, and a file of a linked work tree as the main one calls it,
 * wherever that tree lies, since that is what its commits call it. Looks for the trees once, when it is first asked.
 */
export function keptPaths(root: string | undefined): (path: string, cwd: string | undefined) => string {
  let trees: readonly string[] | undefined;
  return (path, cwd) => {
    if (root === undefined) return keptPath(path, cwd, root);
    // one may lie in another
    trees ??= linkedTrees(root)
      .map(({ top }) => top)
      .sort((a, b) => b.length - a.length);
    const whole = wholePath(path, cwd, root);
    for (const top of trees) {
      const inside = below(top, whole);
      if (inside !== undefined) return inside;
    }
    return keptPath(path, cwd, root);
  };
}

function wholePath(path: string, cwd: string | undefined, root: string | undefined): string {
  const base = cwd ?? root;
  return isAbsolute(path) || base === undefined ? path : resolve(base, path);
}

/** A path as seen from a directory it lies in; undefined when it does not. */
function below(top: string, whole: string): string | undefined {
  const inside = relative(top, whole);
  return inside === '' || /^\.\.(\/|$)/.test(inside) || isAbsolute(inside) ? undefined : inside;
}
