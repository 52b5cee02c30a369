// The changes of a work tree as one text that `git apply` takes, without secrets and without what cannot travel as text.
// Form: https://git-scm.com/docs/diff-format, one section per file, made without renames.

/** A file that git does not know yet. */
export interface NewText {
  readonly path: string;
  readonly text: string;
  readonly mode: '100644' | '100755';
}

export interface LeftOut {
  readonly path: string;
  readonly why: string;
}

/** One file's part of a diff. */
export interface Section {
  readonly path: string;
  readonly text: string;
}

/** What may travel of some sections, and what may not, with the reason. */
export interface Sorted {
  readonly sections: readonly Section[];
  readonly left_out: readonly LeftOut[];
}

/** Why a file stays out of which a project wants nothing kept. */
export const ignoredHere = 'ignored in this project';

const opening = 'diff --git ';

/** The parts of what `git diff` said. A file whose name git had to quote keeps it quoted. */
export function sectionsOf(diff: string): Section[] {
  const parts = diff.split(/^(?=diff --git )/m).filter((part) => part.startsWith(opening));
  return parts.map((text) => ({ path: pathOf(text.slice(opening.length, text.indexOf('\n'))), text }));
}

/** Without renames both names are the same: `a/NAME b/NAME`. */
function pathOf(names: string): string {
  return names.startsWith('"') ? names : names.slice(2, 2 + (names.length - 5) / 2);
}

/** The part of a file that is new: as git would say it. */
export function newSection({ path, text, mode }: NewText): Section {
  const head = `${opening}a/${path} b/${path}\nnew file mode ${mode}\n`;
  if (text === '') return { path, text: head };
  const lines = text.split('\n');
  const isEnded = lines.at(-1) === '';
  if (isEnded) lines.pop();
  const added = `@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join('')}`;
  return {
    path,
    text: `${head}--- /dev/null\n+++ b/${path}\n${added}${isEnded ? '' : '\\ No newline at end of file\n'}`,
  };
}

/** Sorts out what is wanted by nobody or is no text. ignores: files of which a project wants nothing kept. */
export function sorted(sections: readonly Section[], ignores: (path: string) => boolean): Sorted {
  return sift(sections, (section) => hindrance(section, ignores) ?? section);
}

function hindrance({ path, text }: Section, ignores: (path: string) => boolean): string | undefined {
  if (ignores(path)) return ignoredHere;
  if (/^Binary files .* differ$/m.test(text)) return 'binary';
  if (isOdd(path)) return 'its name has characters that a patch cannot hold as they are';
  return text.includes('\ufffd') ? 'not UTF-8' : undefined;
}

/** Names that git writes with escapes: control characters, quotes, backslashes. */
function isOdd(path: string): boolean {
  return [...path].some((char) => char < ' ' || char === '"' || char === '\\' || char === '\x7f');
}

/** Replaces secrets line by line. A file with one that goes over lines is left out: its patch would not fit any more. */
export function withoutSecrets(sections: readonly Section[], redact: (text: string) => string): Sorted {
  return sift(sections, (section) => {
    if (redact(section.path) !== section.path) return 'its name holds a secret';
    const text = section.text.split(/^(?=@@ )/m).map((part, n) => (n === 0 ? part : redactedHunk(part, redact)));
    return text.every((part) => part !== undefined)
      ? { path: section.path, text: text.join('') }
      : 'it holds a secret of several lines';
  });
}

/** undefined: a secret goes over lines. Lines are looked at without their signs, which would part one from the next. */
function redactedHunk(hunk: string, redact: (text: string) => string): string | undefined {
  const [head = '', ...body] = hunk.replace(/\n$/, '').split('\n');
  const place = /^@@ .*? @@/.exec(head)?.[0] ?? head;
  const plain = body.map((line) => line.slice(1));
  const clean = redact(plain.join('\n')).split('\n');
  if (clean.length !== plain.length) return undefined;
  const lines = body.map((line, n) => (line.startsWith('\\') ? line : line.charAt(0) + clean[n]));
  // beside the place git repeats a line of the file
  return `${[redact(head) === head ? head : place, ...lines].join('\n')}\n`;
}

/** Each section, or why it is left out. */
function sift(sections: readonly Section[], of: (section: Section) => Section | string): Sorted {
  const kept: Section[] = [];
  const left_out: LeftOut[] = [];
  for (const section of sections) {
    const found = of(section);
    if (typeof found === 'string') left_out.push({ path: section.path, why: found });
    else kept.push(found);
  }
  return { sections: kept, left_out };
}
