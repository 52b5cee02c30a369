// Answers must fit into what an agent reads of one tool call.

/** About 8,000 model tokens, at four characters each. */
export const answerChars = 32_000;
const cuts = [8_000, 2_000, 500, 200];

/**
 * A JSON value whose text has at most `max` characters: long strings are cut, then lists, and `truncated: true` says so
 * at the top. What fits is returned as it is.
 */
export function fitted(body: Readonly<Record<string, unknown>>, max: number = answerChars): Record<string, unknown> {
  if (JSON.stringify(body).length <= max) return body;
  for (const chars of cuts) {
    const cut = { ...shortened(body, chars, Number.POSITIVE_INFINITY), truncated: true };
    if (JSON.stringify(cut).length <= max) return cut;
  }
  for (let most = 64; ; most = Math.floor(most / 2)) {
    const cut = { ...shortened(body, 200, most), truncated: true };
    if (JSON.stringify(cut).length <= max || most === 0) return cut;
  }
}

function shortened<T>(value: T, chars: number, most: number): T {
  // the shape stays what it was: strings for strings, lists for lists
  if (typeof value === 'string') return cutText(value, chars) as T;
  if (Array.isArray(value)) return value.slice(0, most).map((each) => shortened(each, chars, most)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shortened(each, chars, most)])) as T;
}

/** At most so many UTF-16 units, with how many more there are. */
export function cutText(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const head = text.slice(0, chars);
  return `${head.isWellFormed() ? head : head.slice(0, -1)}… (${text.length - chars} more characters)`;
}
