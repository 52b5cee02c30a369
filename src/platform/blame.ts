import fs from 'node:fs';
import { basename, dirname } from 'node:path';
import { runGit } from './git.ts';

/** One line of a file and the commit it stands since. */
export interface BlamedLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** null: not committed yet. */
  readonly sha: string | null;
  /** The path the file had in that commit, relative to the top of the work tree. */
  readonly path: string;
  readonly author: string;
  readonly subject: string;
  /** When it was committed, in milliseconds. */
  readonly at: number;
}

/** The text of a file; undefined when there is none, `binary` when it is no text. */
export function fileText(path: string): string | 'binary' | undefined {
  const info = fs.statSync(path, { throwIfNoEntry: false });
  if (!info?.isFile() || info.size > mostBytes) return info?.isFile() ? 'binary' : undefined;
  const bytes = fs.readFileSync(path);
  return bytes.subarray(0, 8000).includes(0) ? 'binary' : bytes.toString('utf8');
}

const mostBytes = 32 * 1024 * 1024;
const blameMs = 30_000;

/**
 * Since which commit each line of a range stands: https://git-scm.com/docs/git-blame#_the_porcelain_format. undefined
 * when git knows no such file, or gives no answer.
 */
export async function blameLines(path: string, from: number, to: number): Promise<readonly BlamedLine[] | undefined> {
  const args = ['blame', '--porcelain', '-L', `${from},${to}`, '--', basename(path)];
  const output = await runGit(dirname(path), args, { timeoutMs: blameMs });
  return output === undefined ? undefined : parsePorcelain(output);
}

type Told = Pick<BlamedLine, 'path' | 'author' | 'subject' | 'at'>;

function parsePorcelain(output: string): BlamedLine[] {
  const told = new Map<string, Told>();
  const found: BlamedLine[] = [];
  let sha = '';
  let line = 0;
  let about: Record<string, string> = {};
  for (const text of output.split('\n')) {
    const head = /^([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?$/.exec(text);
    if (text.startsWith('\t')) {
      const known = { ...told.get(sha), ...toldBy(about) } as Told; // the first line of a commit says all of it
      told.set(sha, known);
      found.push({ ...known, line, text: text.slice(1), sha: /^0+$/.test(sha) ? null : sha });
      about = {};
    } else if (head) {
      sha = head[1] ?? '';
      line = Number(head[2]);
    } else {
      const space = text.indexOf(' ');
      if (space > 0) about[text.slice(0, space)] = text.slice(space + 1);
    }
  }
  return found;
}

function toldBy(about: Readonly<Record<string, string>>): Partial<Told> {
  const { filename, author, summary, 'committer-time': time } = about;
  return {
    ...(filename === undefined ? {} : { path: filename }),
    ...(author === undefined ? {} : { author }),
    ...(summary === undefined ? {} : { subject: summary }),
    ...(time === undefined ? {} : { at: Number(time) * 1000 }),
  };
}
