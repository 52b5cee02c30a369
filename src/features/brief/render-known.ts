// What an agent reads anyway is not told twice.

/** Under this a line is too short to be recognised by its words alone. */
const telling = 12;

/** Texts in the form in which `notIn` compares: see there. */
export function knownForms(texts: readonly string[]): readonly string[] {
  return texts.map(form).filter((text) => text !== '');
}

/**
 * The lines of a value that do not stand in a known text already, joined by LF; '' when all of them do.
 * Compared without Markdown marks, case and white space. A short line counts as known only together with its key.
 */
export function notIn(known: readonly string[], key: string, value: string): string {
  const lines = value.split(/\r\n?|\n/);
  const fresh = lines.filter((text) => {
    const words = form(text);
    const wanted = words.length < telling ? `${form(key)} ${words}` : words;
    return words !== '' && !known.some((one) => ` ${one} `.includes(` ${wanted} `));
  });
  return fresh.join('\n');
}

function form(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
