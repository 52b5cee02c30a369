import { isAbsolute, relative, resolve } from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import { headOf } from '../../core/excerpt.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { type BlamedLine, blameLines, fileText } from '../../platform/blame.ts';
import { repositoryAround, workTreeOf } from '../../platform/repository.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import { type Answers, type Origin, originOf, type Source } from './blame-origin.ts';
import type { contract } from './commit-contract.ts';
import { presentOf } from './commit-queries.ts';
import { textOf } from './facts.ts';
import { sessionById } from './queries.ts';
import { titleOf, wireTime } from './wire.ts';

type Blame = (typeof contract)['session.blame'];
type Item = Reply<Blame>['items'][number];

const askChars = 500;

/**
 * Where the lines of a file came from: git says since which commit each stands, what is remembered says which session
 * made that commit, whatever it was called then. Throws input/invalid outside the project or a repository, for lines the
 * file does not have; file/unreadable for what is no text file.
 */
export async function blame(context: Context, input: Parsed<Blame>): Promise<Reply<Blame>> {
  const { file, root } = placeOf(context, input.path);
  const lines = await linesOf(file, input);
  const read = context.read.project;
  const known: Answers = { origins: new Map(), edits: new Map() };
  const items: Item[] = [];
  for (const each of lines) {
    const path = each.sha === null ? relative(root.top, file) : each.path; // as it was called in that commit
    const source: Source = {
      read,
      sha: each.sha,
      paths: [...new Set([path, relative(root.project, resolve(root.top, path))])],
    };
    const origin = originOf(source, each.text, known);
    const item = itemOf(read, each, origin);
    const last = items.at(-1);
    if (last && last.to === each.line - 1 && isSame(last, item)) items[items.length - 1] = { ...last, to: each.line };
    else items.push(item);
  }
  return { path: relative(root.project, file), items };
}

interface Place {
  readonly file: string;
  readonly root: { readonly project: string; readonly top: string };
}

function placeOf({ project }: Context, path: string): Place {
  const field = { field: 'path' } as const;
  if (project.root === undefined) throw new PrsistError('input/invalid', 'this project has no directory', field);
  const file = isAbsolute(path) ? resolve(path) : resolve(project.root, path);
  const tree = workTreeOf(resolve(file, '..'));
  if (!tree) {
    throw new PrsistError('input/invalid', `${path} is in no git repository`, {
      ...{ ...field, hint: 'blame needs the history of a repository: git init' },
    });
  }
  if (tree.commonDir !== repositoryAround(project.root)) {
    throw new PrsistError('input/invalid', `${path} is in another repository than the project ${project.name}`, {
      ...{ ...field, hint: 'go to its directory, or name its project: prsist -p <project>' },
    });
  }
  const isInside = !relative(project.root, file).startsWith('..');
  return { file, root: { project: isInside ? project.root : tree.top, top: tree.top } };
}

/** The lines asked for; of a file git does not know yet all are uncommitted. */
async function linesOf(file: string, { path, line, until = line }: Parsed<Blame>): Promise<readonly BlamedLine[]> {
  const text = fileText(file);
  if (text === undefined) throw new PrsistError('file/unreadable', `there is no file ${path}`, { field: 'path' });
  if (text === 'binary') {
    const hint = 'only the lines of a text file have an origin';
    throw new PrsistError('file/unreadable', `${path} is no text`, { field: 'path', hint });
  }
  const all = text.split('\n');
  const count = all.length - (all.at(-1) === '' ? 1 : 0);
  if (count === 0 && line === undefined) return [];
  const [from, to] = [line ?? 1, Math.min(until ?? count, line === undefined ? count : Number.POSITIVE_INFINITY)];
  if (from > count || to > count || to < from) {
    const field = from > count || to < from ? 'line' : 'until';
    throw new PrsistError('input/invalid', `${path} has lines 1 to ${count}, not ${from} to ${to}`, { field });
  }
  const uncommitted = (n: number): BlamedLine => {
    return { line: n, text: all[n - 1] ?? '', sha: null, path, author: '', subject: '', at: 0 };
  };
  const known = await blameLines(file, from, to);
  return known ?? Array.from({ length: to - from + 1 }, (_, i) => uncommitted(from + i));
}

function itemOf(read: Read, { line, sha, author, subject, at }: BlamedLine, origin: Origin | null): Item {
  const session = origin && read.one(sessionById, { session_id: origin.session_id });
  return {
    ...{ from: line, to: line },
    commit: sha === null ? null : commitOf(read, { sha, author, subject, at }),
    session: session
      ? { session_id: session.session_id, title: titleOf(read, session), agent: origin.agent ?? session.current_agent }
      : null,
    ask: origin?.ask ? { text: headOf(textOf(read, origin.ask.rec), askChars), at: wireTime(origin.ask.at) } : null,
    ...{ how: session ? origin.how : null, confidence: session ? origin.confidence : 0 },
  };
}

/** A work tree that was left behind still has the old commit: it is told what it is called now. */
function commitOf(
  read: Read,
  { sha, author, subject, at }: { sha: string; author: string; subject: string; at: number },
) {
  const present = read.one(presentOf, { sha })?.present ?? sha;
  return { sha: present, subject, author, at: wireTime(at), former: present === sha ? [] : [sha] };
}

function isSame({ from: _from, to: _to, ...a }: Item, { from: _f, to: _t, ...b }: Item): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
