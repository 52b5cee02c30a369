// One result of a search on a terminal: where and when, what stands above it, the words themselves.
import { shortId } from '../core/ids.ts';
import type { Reply } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';
import type { Cli } from './cli.ts';
import { explainedScore } from './explained.ts';
import { cleaned, oneLine } from './text.ts';
import { relativeTime } from './when.ts';

export type Found = Reply<Operations['search.query']>['results'][number];

export interface Shown {
  readonly cli: Pick<Cli, 'print' | 'now'>;
  /** Id of a session as it is shown. */
  readonly short: (session_id: string) => string;
  /** True when several projects were searched: then each result names its own. */
  readonly projects: boolean;
}

const indent = '    ';
const shaShown = 10;

/** The lines of one result. before: the one above it; what both are part of is not said twice. */
export function foundLines(found: Found, before: Found | undefined, shown: Shown): readonly string[] {
  const { print, now } = shown.cli;
  const dim = (text: string) => print.paint('dim', text);
  const paint = found.found_by === 'around' ? (_: 'bold', text: string) => dim(text) : print.paint;
  const near = (each: NonNullable<Found['around']>[number]) =>
    dim(`${indent}| ${oneLine(`${relativeTime(each.at, now())} ${each.author ?? ''}: ${each.text}`)}`);
  const around = found.around ?? [];
  const first = around.findIndex(({ at }) => at > found.at);
  const middle = first < 0 ? around.length : first;
  return [
    headOf(found, before, shown),
    ...(found.above && found.above !== before?.snippet ? [dim(`${indent}> ${oneLine(found.above)}`)] : []),
    ...around.slice(0, middle).map(near),
    ...bodyOf(found, paint).map((line) => `${indent}${line}`.trimEnd()),
    ...around.slice(middle).map(near),
    ...(found.explain ? explainedScore(found.explain, found.score).map((line) => dim(`${indent}= ${line}`)) : []),
  ];
}

function headOf(found: Found, before: Found | undefined, { cli, short, projects }: Shown): string {
  const { print, now } = cli;
  const { kind, project, path, agent, author, session_id: session } = found;
  const goesOn = kind === 'message' && before?.kind === kind && session !== null && before.session_id === session;
  // a session is called by what was said first
  const isItsName = kind === 'message' && isNamedBySnippet(found);
  const name = goesOn || isItsName ? '' : nameOf(found);
  const details = [
    relativeTime(found.at, now()),
    projects ? (project ?? 'personal') : null,
    ...[path, agent ?? author, session !== null && !goesOn && `session ${short(session)}`],
  ];
  const about = details.filter((part) => part).map((part) => oneLine(String(part)));
  const labels = [
    ...(found.found_by === 'around' ? [print.paint('dim', '  [beside what was found]')] : []),
    ...(found.quarantined ? [print.paint('yellow', '  [not trusted]')] : []),
  ];
  const head = [print.paint('cyan', kind), name && print.paint('bold', name), print.paint('dim', about.join(', '))];
  return `${head.filter((part) => part).join('  ')}${labels.join('')}`;
}

/** A document's title says where in it; its name stands among the details, as its path. */
function nameOf({ kind, key, title, id }: Found): string {
  if (kind === 'commit' && key !== null) return key.slice(0, shaShown);
  return oneLine((kind === 'document' ? title : key) ?? title ?? shortId(id));
}

function isNamedBySnippet(found: Found): boolean {
  return oneLine(found.snippet) === nameOf(found);
}

type Paint = (style: 'bold', text: string) => string;

function bodyOf(found: Found, paint: Paint): readonly string[] {
  if (found.text !== undefined) return cleaned(found.text).split('\n');
  if (found.kind !== 'message' && isNamedBySnippet(found)) return [];
  const text = highlighted(found, paint);
  return [found.found_by === 'around' ? paint('bold', text) : text];
}

/** The snippet in pieces, each cleaned by itself: cleaning the whole would move the offsets. */
function highlighted({ snippet, highlights, found_by }: Found, paint: Paint): string {
  let at = 0;
  let text = '';
  for (const [from, to] of found_by === 'around' ? [] : highlights) {
    if (from < at || to > snippet.length) continue;
    text += folded(snippet.slice(at, from)) + paint('bold', folded(snippet.slice(from, to)));
    at = to;
  }
  return (text + folded(snippet.slice(at))).trim();
}

function folded(text: string): string {
  return cleaned(text).replace(/\s+/g, ' ');
}
