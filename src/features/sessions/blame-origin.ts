// Which session a line came from: the edit it stands in, else the session that made its commit.
import type { Read } from '../../store/record-type.ts';
import { askBefore, callOfEdit, type EditOfFile, editsInCommits, editsInFlight, lastEditIn } from './blame-queries.ts';
import { commitBySha, copiesOf, formerShas, presentOf, tiesOfShas } from './commit-queries.ts';
import { confidenceOf, surest } from './commit-ties.ts';
import { sessionById } from './queries.ts';

export interface Origin {
  readonly session_id: string;
  readonly agent: string | null;
  readonly how: 'edit' | 'command' | 'inside' | 'lines' | 'copy';
  readonly confidence: number;
  readonly ask: { readonly rec: number; readonly at: number } | null;
}

/** Where to look for a line. */
export interface Source {
  readonly read: Read;
  /** null: not committed. */
  readonly sha: string | null;
  /** What the file may be called in memory. */
  readonly paths: readonly string[];
}

interface Told extends EditOfFile {
  /** What the edit was called with. */
  readonly input: string;
}

/** Answers so far, by commit and file: the lines of a file have few origins. */
export interface Answers {
  readonly origins: Map<string, Origin | null>;
  readonly edits: Map<string, readonly Told[]>;
}

/** An edit that holds the very line; one of the right file that does not show it. */
const byText = 0.97;
const byFile = 0.5;
/** A line with less in it than this stands in many edits. */
const tellingChars = 4;
const mostInput = 200_000;

/**
 * The session a line came from; null when none is known. known: changed in place; the same for all lines of a
 * file.
 */
export function originOf(source: Source, line: string, known: Answers): Origin | null {
  const exact = ofEdit(source, line.trim(), known);
  if (exact) return exact;
  const key = `${source.sha} ${source.paths[0]}`;
  const before = known.origins.get(key);
  if (before !== undefined) return before;
  const found = source.sha === null ? inFlight(source) : ofCommit(source);
  known.origins.set(key, found);
  return found;
}

function ofEdit(source: Source, line: string, known: Answers): Origin | null {
  if (line.length < tellingChars) return null;
  // the first that wrote it: later ones carry it along
  const edit = editsOf(source, known).findLast(({ input }) => input.includes(line));
  return edit ? madeBy(source.read, edit, { how: 'edit', confidence: byText }) : null;
}

/** Edits of the file in this commit, under any name the commit had, newest first, with what they wrote. */
function editsOf(source: Source, known: Answers): readonly Told[] {
  const key = `${source.sha} ${source.paths.join(' ')}`;
  const before = known.edits.get(key);
  if (before) return before;
  const found = rowsOf(source).map((edit) => ({ ...edit, input: inputOf(source.read, edit) }));
  known.edits.set(key, found);
  return found;
}

function rowsOf({ read, sha, paths }: Source): readonly EditOfFile[] {
  const shas = sha === null ? '' : JSON.stringify(familyOf(read, sha));
  const rows = paths.flatMap((path) =>
    sha === null ? read.all(editsInFlight, { path }) : read.all(editsInCommits, { path, shas }),
  );
  return rows.toSorted((a, b) => b.at - a.at);
}

/** All strings of an edit's input, one below the other: what it replaced as well, which no longer stands anywhere. */
function inputOf(read: Read, { tool_call_id }: EditOfFile): string {
  const row = tool_call_id === null ? undefined : read.one(callOfEdit, { id: tool_call_id });
  if (!row) return '';
  const text = read.text(read.fields(row.rec), 'input');
  return text === '' || text.length > mostInput ? '' : stringsIn(JSON.parse(text) as unknown).join('\n');
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, each]) => (/^old_/.test(name) ? [] : stringsIn(each)))
    : [];
}

function inFlight(source: Source): Origin | null {
  const [newest] = rowsOf(source);
  return newest ? madeBy(source.read, newest, { how: 'lines', confidence: byFile }) : null;
}

/** The session with the surest tie to a commit, or to the one it was copied from. */
function ofCommit({ read, sha }: Source): Origin | null {
  if (sha === null) return null;
  const family = familyOf(read, sha);
  const own = tied(read, family);
  if (own) return own;
  const copies = family.flatMap((each) => read.all(copiesOf, { sha: each }));
  const subject = subjectOf(read, sha);
  const copied = copies.filter(({ rec }) => String(read.fields(rec)['subject'] ?? '') === subject);
  const from = tied(read, [...new Set(copied.flatMap((each) => familyOf(read, each.sha)))]);
  return from && { ...from, how: 'copy', confidence: Math.min(from.confidence, byFile) };
}

function subjectOf(read: Read, sha: string): string | undefined {
  const row = read.one(commitBySha, { sha });
  return row && String(read.fields(row.rec)['subject'] ?? '');
}

function tied(read: Read, shas: readonly string[]): Origin | null {
  const list = JSON.stringify(shas);
  const [best] = surest(read.all(tiesOfShas, { shas: list }));
  if (!best) return null;
  const { session_id, how } = best;
  const at =
    read.one(lastEditIn, { session_id, shas: list })?.at ??
    wholeSecond(read.one(commitBySha, { sha: best.sha })?.committed_at ?? 0);
  return madeBy(read, { session_id, at }, { how, confidence: confidenceOf(best) });
}

/** The end of the second in which a commit was made: its time is cut off. */
function wholeSecond(at: number): number {
  return at + 999;
}

/** A commit under every name it has had. */
function familyOf(read: Read, sha: string): readonly string[] {
  const present = read.one(presentOf, { sha })?.present ?? sha;
  return [...new Set([sha, present, ...read.all(formerShas, { sha: present }).map((each) => each.sha)])];
}

/** A sub-agent is asked by another agent: the ask is that of the session above it. */
function madeBy(
  read: Read,
  { session_id, at }: { readonly session_id: string; readonly at: number },
  why: Pick<Origin, 'how' | 'confidence'>,
): Origin {
  const agent = read.one(sessionById, { session_id })?.current_agent ?? null;
  let ask = read.one(askBefore, { session_id, at });
  let above: string | null = session_id;
  for (let depth = 0; !ask && above !== null && depth < 5; depth += 1) {
    above = read.one(sessionById, { session_id: above })?.parent_session_id ?? null;
    if (above !== null) ask = read.one(askBefore, { session_id: above, at });
  }
  return { session_id, agent, ...why, ask: ask ?? null };
}
