// What stored text must go through before an agent reads it: nothing invisible, nothing that looks like our own frame.

const ansi =
  /(?:\u001b\]|\u009d)[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g;
// Cf holds bidi controls, zero-width characters and tag characters; the ignorable ones hold fillers and variation selectors
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;
// \s counts the zero-width no-break space as a blank
const white = /(?:(?!\ufeff)[\s\u0085])+/g;
// agents take a reminder tag for their own harness; ours would end the block early
const frame = /<(?=[\s/]*(?:prsist-memory|system-reminder))/gi;

/**
 * One line of visible text: ANSI sequences and control, bidi, zero-width and private characters removed, white space
 * folded to single blanks, NFC, frame markers escaped as `&lt;`. The same text twice through it stays the same.
 */
export function clean(text: string): string {
  const visible = text.toWellFormed().replace(ansi, '').replace(white, ' ').replace(invisible, '');
  return visible.normalize('NFC').replace(white, ' ').trim().replace(frame, '&lt;');
}

const invisibleInLines = /(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;

/** The same for text that keeps its lines and indents, such as code: only what nobody sees and our own frame are taken out. */
export function cleanLines(text: string): string {
  const visible = text.toWellFormed().replace(/\r\n?/g, '\n').replace(ansi, '').replace(invisibleInLines, '');
  return visible.normalize('NFC').trimEnd().replace(frame, '&lt;');
}

/**
 * At most `max` UTF-16 units of a cleaned text, `…` where something is missing.
 * Cuts between words where one ends in the last fifth; never inside a surrogate pair or an escape.
 */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  if (max < 1) return '';
  let end = max - 1;
  const space = text.lastIndexOf(' ', end);
  if (space >= end * 0.8) end = space;
  const entity = text.lastIndexOf('&lt;', end - 1);
  if (entity !== -1 && entity + 4 > end) end = entity;
  const head = text.slice(0, end);
  return `${(head.isWellFormed() ? head : head.slice(0, -1)).trimEnd()}…`;
}

/** The end of a cleaned text, `…` before it where something is missing: for paths, whose end tells more. */
export function cutStart(text: string, max: number): string {
  if (text.length <= max) return text;
  let start = text.length - max + 1;
  const entity = text.lastIndexOf('&lt;', start);
  if (entity !== -1 && entity < start && entity + 4 > start) start = entity + 4;
  const tail = text.slice(start);
  return `…${tail.isWellFormed() ? tail : tail.slice(1)}`;
}

/** `2026-03-04 09:15`, always UTC. at: milliseconds since 1970. */
export function utcMinute(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? 'unknown date' : date.toISOString().replace(/T(\d\d:\d\d).*/, ' $1');
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-/i;

/** An id short enough for a line, long enough for the commands that take a shortened one. */
export function shortId(id: string): string {
  return uuid.test(id) ? id.slice(0, 8) : cut(clean(id), 40);
}
