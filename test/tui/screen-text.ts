import type { Frame, Line } from '../../src/tui/lines.ts';
import { keyNames, type Press } from '../../src/tui/press.ts';
import type { Shell } from '../../src/tui/shell.ts';
import { now } from './answers.ts';

/** A frame of a size. */
export function frame(columns: number, rows: number, speaks = false): Frame {
  return { columns, rows, now, speaks };
}

/** What lines say. */
export function textOf(lines: readonly Line[]): string {
  return lines
    .map((spans) =>
      spans
        .map(({ text }) => text)
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

/** What a shell shows. */
export function shown(shell: Shell, columns = 120, rows = 40): string {
  return textOf(shell.view(frame(columns, rows)));
}

/** Presses keys: names of keys, everything else letter by letter. */
export function press(shell: { press: (press: Press) => unknown }, ...keys: readonly string[]): void {
  for (const key of keys) {
    const name = keyNames.find((each) => each === key && each !== 'text');
    if (name) shell.press({ name, text: '' });
    else for (const text of key) shell.press({ name: 'text', text });
  }
}

/** Lets answers arrive. */
export async function settled(): Promise<void> {
  for (let n = 0; n < 5; n += 1) await new Promise((resolve) => setImmediate(resolve));
}
