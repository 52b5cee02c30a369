// Patterns as in .gitignore, over paths relative to the root of a project.

interface Rule {
  readonly test: RegExp;
  readonly isBack: boolean;
}

/**
 * A test for paths: `*` `?` `[…]` within one name, `**` over several, `/` at the beginning or inside binds to the root, at
 * the end means a directory, `!` takes a path back in; the last pattern that fits decides. What lies in an ignored
 * directory is ignored.
 */
export function ignoring(patterns: readonly string[]): (path: string) => boolean {
  const rules = patterns.flatMap(ruleOf);
  return (path) => {
    if (path === '') return false;
    return rules.reduce((is, { test, isBack }) => (test.test(path) ? !isBack : is), false);
  };
}

function ruleOf(pattern: string): Rule[] {
  const plain = pattern.trim();
  if (plain === '' || plain.startsWith('#')) return [];
  const isBack = plain.startsWith('!');
  const body = (isBack ? plain.slice(1) : plain).replace(/^\\(?=[!#])/, '');
  const isDirectory = body.endsWith('/');
  const bare = body.replace(/\/+$/, '').replace(/^\//, '');
  const isBound = body.replace(/\/+$/, '').includes('/');
  if (bare === '') return [];
  const begin = isBound ? '^' : '(?:^|/)';
  return [{ test: new RegExp(`${begin}${expression(bare)}${isDirectory ? '/' : '(?:/|$)'}`), isBack }];
}

const part = /\*\*\/|\/\*\*$|\*+|\?|\[!?[^\]/]+\]|[\s\S]/g;

function expression(glob: string): string {
  return (glob.match(part) ?? [])
    .map((piece) => {
      if (piece === '**/') return '(?:[^/]+/)*';
      if (piece === '/**') return '/.+';
      if (piece.startsWith('*')) return '[^/]*';
      if (piece === '?') return '[^/]';
      if (/^\[.+\]$/.test(piece)) return piece.replace('[!', '[^').replaceAll('\\', '\\\\');
      return piece.replace(/[$()*+.?[\\\]^{|}/]/, '\\$&');
    })
    .join('');
}
