import { isAbsolute, relative, resolve } from 'node:path';

/** A path as it is kept: relative to the project root where it lies in it, else as it was. cwd: of the conversation. */
export function keptPath(path: string, cwd: string | undefined, root: string | undefined): string {
  const base = cwd ?? root;
  const whole = isAbsolute(path) ? path : base === undefined ? path : resolve(base, path);
  for (const top of [root, cwd].filter((each) => each !== undefined)) {
    const inside = relative(top, whole);
    if (inside !== '' && !/^\.\.(\/|$)/.test(inside) && !isAbsolute(inside)) return inside;
  }
  return whole;
}
