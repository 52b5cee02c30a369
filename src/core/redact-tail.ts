// What was cut off at its top, as by `tail` or by an agent that reads a file from the middle, still ends as a key ends.

/** The longest key in use has fewer lines. */
const mostLines = 250;
/** A longer line is none of a key. */
const longestLine = 128;
/** A line of base64 as it may be shown: numbered, quoted, added or removed in a patch. */
const line = /^[\s"'+|>→,0-9-]{0,24}[A-Za-z0-9+/]{16,76}={0,2}[\s"'+,]{0,8}$/;
/** The last line may be short. */
const lastLine = /^[\s"'+|>→,0-9-]{0,24}[A-Za-z0-9+/]{1,76}={0,2}[\s"'+,]{0,8}$/;
/** What shows lines may stand before the end itself: its number, a quote, the sign of a patch. */
const lead = /^[\s"'+|>→,0-9-]{0,24}$/;

/**
 * Where the lines of base64 begin that stand right above a place of a text; the place itself when there are none.
 * Line ends may be escaped.
 */
export function topOfBase64(text: string, at: number): number {
  const own = lineBefore(text, at);
  if (own.before === undefined || !lead.test(own.shown)) return at;
  let top = at;
  let end: number | undefined = own.before;
  for (let lines = 0; end !== undefined && lines < mostLines; lines++) {
    const { shown, start, before } = lineBefore(text, end);
    if (!(lines === 0 ? lastLine : line).test(shown)) break;
    top = start;
    end = before;
  }
  return top;
}

interface Above {
  readonly shown: string;
  readonly start: number;
  /** Where the line above this one ends; undefined when there is none, or this one is too long to tell. */
  readonly before: number | undefined;
}

/** The line that ends at a place. */
function lineBefore(text: string, end: number): Above {
  const from = Math.max(0, end - longestLine);
  const shown = text.slice(from, end);
  const [plain, escaped] = [shown.lastIndexOf('\n'), shown.lastIndexOf('\\n')];
  const cut = Math.max(plain, escaped);
  if (cut < 0) return { shown, start: from, before: undefined };
  const width = plain > escaped ? 1 : 2;
  return { shown: shown.slice(cut + width), start: from + cut + width, before: from + cut };
}
