// Human and agent texts cut into sentences: what is prose is kept verbatim, pasted code, tables and logs are left out.

const fence = /^\s*(?:```|~~~)/;
const heading = /^\s{0,3}#{1,6}\s+/;
const bullet = /^\s*(?:[-*+•]|\d{1,3}[.)])\s+/;
// headings every plan has, which say nothing of this one
const frameHeading =
  /^(?:context|summary|overview|background|introduction|description|goals?|motivation|problem|plan):?$/i;
const quoteMark = /^\s*>\s?/;
// end of a sentence: closing mark, closing quotes, then a blank; CJK marks need no blank
const sentenceEnd = /(?<=[.!?…]["'”’)\]*_`]{0,3})\s+|(?<=[。！？])\s*/;
const noEnd = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|approx|no|fig|dr|mr|mrs|ms|st|z\.b|bzw|usw|d\.h|ca|nr)\.$/i;

/**
 * The sentences of a text in order, verbatim but for white space and Markdown's heading, bullet and quote marks.
 * Fenced blocks, tables, stack traces and lines that are no prose are left out; hard-wrapped lines are joined.
 */
export function sentencesOf(text: string): readonly string[] {
  return unitsOf(text).flatMap(splitUnit);
}

/**
 * The beginning of a text: whole sentences within `max` UTF-16 units, joined by ` / ` where a line ended without a mark;
 * cut inside a sentence only where whole ones would leave much of the room empty.
 * A text without any prose is folded and cut as it is. `…` at the end says that something is missing.
 */
export function opening(text: string, max: number): string {
  const sentences = sentencesOf(text);
  if (sentences.length === 0) return cutAtWord(fold(text), max);
  let out = '';
  for (const sentence of sentences) {
    const next = out === '' ? sentence : `${out}${joint(out)}${sentence}`;
    if (next.length > max - 2) return out.length < max * 0.6 ? cutAtWord(next, max) : `${out} …`;
    out = next;
  }
  return out;
}

/** Every run of white space as one blank, halves of surrogate pairs replaced. */
export function fold(text: string): string {
  return text.toWellFormed().replace(/\s+/g, ' ').trim();
}

/** At most `max` UTF-16 units of a folded text, cut after a word where possible, `…` where something is missing. */
export function cutAtWord(text: string, max: number): string {
  if (text.length <= max) return text;
  const space = text.lastIndexOf(' ', max - 1);
  const head = text.slice(0, space > max * 0.6 ? space : max - 1);
  return `${(head.isWellFormed() ? head : head.slice(0, -1)).replace(/[\s…]+$/, '')}…`;
}

/** The words of a text, lower case, two letters or more; letters of scripts without blanks count one by one. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}_]{2,}/gu) ?? [];
}

function joint(before: string): string {
  return /[.!?…:;,。！？][)"'”’*_`]*$/.test(before) ? ' ' : ' / ';
}

/** Headings and bullets stand alone; lines of one paragraph that were wrapped are one unit. */
function unitsOf(text: string): readonly string[] {
  const units: string[] = [];
  let paragraph: string[] = [];
  let fenced = false;
  const flush = () => {
    if (paragraph.length > 0) units.push(paragraph.join(' '));
    paragraph = [];
  };
  for (const raw of text.toWellFormed().split(/\r\n?|\n/)) {
    if (fence.test(raw)) {
      flush();
      fenced = !fenced;
      continue;
    }
    if (fenced) continue;
    const starts = heading.test(raw) || bullet.test(raw);
    const line = fold(raw.replace(quoteMark, '').replace(heading, '').replace(bullet, ''));
    if (starts || !isProse(raw, line)) flush();
    if (!isProse(raw, line)) continue;
    if (heading.test(raw)) units.push(...(frameHeading.test(line) ? [] : [line]));
    else paragraph.push(line);
    if (!isWrapped(line)) flush();
  }
  flush();
  return units;
}

/** A line that was broken by its writer's editor: long, and its end ends nothing. */
function isWrapped(line: string): boolean {
  return line.length >= 60 && !/[.!?:;。！？]["'”’)\]*_`]*$/.test(line);
}

function splitUnit(unit: string): readonly string[] {
  const parts: string[] = [];
  for (const part of unit.split(sentenceEnd)) {
    const last = parts.at(-1);
    if (last !== undefined && (noEnd.test(last) || opensCode(last))) parts[parts.length - 1] = `${last} ${part}`;
    else if (part.trim() !== '') parts.push(part.trim());
  }
  return parts;
}

/** A mark inside `code` ends no sentence. */
function opensCode(text: string): boolean {
  return (text.match(/`/g)?.length ?? 0) % 2 === 1;
}

const trace =
  /^\s*(?:at .+\(.*:\d+|File ".+", line \d+|\||\+\+\+ |--- |@@ |[+-]\s*[{}[\]();]|\$ |\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\d\d:\d\d:\d\d)/;

const word = /^["'“‘(*_`@]*[\p{L}\p{N}][\p{L}\p{M}\p{N}'’`-]*["'”’)*_`,.:;!?。！？，、…]*$/u;
const link = /^[(<"]*https?:\/\/\S+$/;

/** Most of what stands in it are words of a language: no log line, no code, no table, no rule, no lone tag. */
function isProse(raw: string, line: string): boolean {
  if (line === '' || trace.test(raw) || /^<[^>]+>$/.test(line) || /[{};]$/.test(line)) return false;
  const tokens = line.split(' ');
  const wordy = tokens.filter((token) => word.test(token) || link.test(token));
  // CJK text has no blanks: its letters are counted instead
  const letters = line.match(/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/gu)?.length ?? 0;
  return wordy.length >= tokens.length * 0.5 || letters >= line.length * 0.4;
}
