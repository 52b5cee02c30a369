// Lines of ours between two marks at the end of somebody else's text file (TOML, YAML), where they are always valid.

const open = '# >>> prsist >>>';
const close = '# <<< prsist <<<';

/** What is put at the end of a text to hold some lines: with its line ends, and a line end before where it has none. */
export function markedBlock(text: string, lines: string): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text === '' || text.endsWith('\n') ? '' : end;
  return before + `${open}\n${lines}${close}\n`.replaceAll('\n', end);
}

export function hasMarkedBlock(text: string): boolean {
  return text.includes(open);
}

/**
 * A text without our lines; undefined when they are not there, or only one of the marks is.
 * inserted: what was put in, by the receipt; taken out whole, with the line end that it brought, when it still stands there.
 */
export function withoutMarkedBlock(text: string, inserted: string): string | undefined {
  const whole = inserted.includes(open) ? text.lastIndexOf(inserted) : -1;
  if (whole >= 0) {
    const rest = text.slice(whole + inserted.length);
    // what others wrote behind it must not end up on the line before it
    const end = rest === '' ? '' : (/^\r?\n/.exec(inserted)?.[0] ?? '');
    return text.slice(0, whole) + end + rest;
  }
  const from = text.indexOf(open);
  const to = text.indexOf(close, from);
  if (from < 0 || to < 0) return undefined;
  return text.slice(0, from) + text.slice(to + close.length).replace(/^\r?\n/, '');
}
