import { cleaned, oneLine } from '../../cli/text.ts';
import { relativeTime } from '../../cli/when.ts';
import {
  beside,
  blank,
  cell,
  type Frame,
  filled,
  heading,
  type Line,
  line,
  padded,
  pointer,
  type Span,
  span,
  theirs,
  wrapped,
} from '../lines.ts';
import type { Found, ReplyOf } from '../replies.ts';

export interface Searching {
  readonly query: string;
  readonly isTyping: boolean;
  readonly found: ReplyOf<'search.query'> | undefined;
  readonly failure: string | undefined;
  readonly place: { readonly at: number; readonly top: number; readonly end: number };
}

const previewColumns = 90;
const previewRows = 8;

/** How many results are seen at once. */
export function resultRows({ columns, rows }: Frame): number {
  return Math.max(1, columns >= previewColumns ? rows - 3 : rows - 3 - Math.min(previewRows, Math.floor(rows / 3)));
}

/** The question, what was found, and a preview of the one that is picked. */
export function searchView(search: Searching, frame: Frame): readonly Line[] {
  const { query, isTyping, found, failure, place } = search;
  const ask: Line = [span('/ ', 'accent'), span(query), span(isTyping ? '▏' : '', 'accent')];
  const failed: Line[] = failure === undefined ? [] : [[span('no answer: ', 'bad'), theirs(failure)]];
  const top = [ask, ...failed];
  const rest = { ...frame, rows: frame.rows - top.length };
  if (!found) return [...top, ...introduction(rest)];
  const picked = found.results[place.at];
  const heads: Line = heading(`${found.result_count} found`, frame, tellings(found));
  const rows = resultRows(frame);
  const list = (part: Frame) =>
    found.results.slice(place.top, place.end).map((each, n) => row(each, place.top + n === place.at, part));
  if (found.results.length === 0) return [...top, heads, line('nothing like it', 'dim')];
  if (frame.columns < previewColumns || frame.speaks) {
    const results = filled(list(frame), frame.speaks ? list(frame).length : rows);
    return [...top, heads, ...results, ...preview(picked, { ...frame, rows: rest.rows - 1 - results.length })];
  }
  const left = Math.floor(frame.columns * 0.5);
  const right = { ...frame, columns: frame.columns - left - 2, rows };
  const results = filled(list({ ...frame, columns: left }), rows);
  return [...top, heads, ...beside(results, preview(picked, right), left)];
}

function introduction({ rows }: Frame): readonly Line[] {
  const words = ['type, and what is remembered is searched: messages, entries, commits, tool calls, documents', ''];
  const forms = ['"exact phrase"', '-without', 'agent:codex', 'path:src/app.ts', 'since:7d'].join('   ');
  return [blank, ...words.map((text) => line(text, 'dim')), line(forms, 'dim')].slice(0, rows);
}

function tellings({ did_you_mean, took_ms, left_out }: ReplyOf<'search.query'>): string {
  const meant = did_you_mean.map(({ typed, meant: word }) => `${typed} taken for ${word}`);
  const left = left_out.length === 0 ? [] : [`${left_out.length} projects left out`];
  return [`${Math.round(took_ms)} ms`, ...meant, ...left].join(', ');
}

function row(found: Found, isPicked: boolean, { columns, now }: Frame): Line {
  // what many results of one session have in common would hide what they are found for
  const name = found.kind === 'entry' ? found.key : found.kind === 'document' ? found.title : null;
  const text = name === null ? found.snippet : `${oneLine(name)}: ${found.snippet}`;
  const narrow = columns < 60;
  return padded(
    [
      pointer(isPicked),
      cell(span(found.kind, 'accent'), 9),
      ...(narrow ? [] : [cell(span(relativeTime(found.at, now), 'dim'), 11)]),
      theirs(text, isPicked ? 'picked' : found.quarantined ? 'dim' : 'plain'),
    ],
    columns,
  );
}

/** The result that is picked, with what was found in it marked. */
function preview(found: Found | undefined, frame: Frame): readonly Line[] {
  if (!found || frame.rows < 2) return [];
  const facts = [found.agent, found.author, found.path, relativeTime(found.at, frame.now)];
  const doubt: Span[] = found.quarantined || found.trust === 0 ? [span('  not trusted: kept from agents', 'warn')] : [];
  const about: Line = [theirs(facts.filter((fact) => fact !== null).join('  '), 'dim'), ...doubt];
  const above = found.above === null ? [] : [[span('above: ', 'dim'), theirs(found.above, 'dim')]];
  const words = new Set(marked(found));
  const text = wrapped(cleaned(found.snippet), frame.columns).map((each) => highlighted(each, words));
  return [heading(found.title ?? found.key ?? found.kind, frame), about, ...above, ...text].slice(0, frame.rows);
}

function marked({ snippet, highlights }: Found): readonly string[] {
  return highlights.map(([from, to]) => snippet.slice(from, to).toLowerCase()).filter((word) => word.trim() !== '');
}

function highlighted(text: string, words: ReadonlySet<string>): Line {
  return text
    .split(/(?<=\P{L})(?=\p{L})|(?<=\p{L})(?=\P{L})/u)
    .map((part) => span(part, words.has(part.toLowerCase()) ? 'strong' : 'plain'));
}
