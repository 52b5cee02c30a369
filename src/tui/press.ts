import type { Key } from 'ink';

export const keyNames = [
  ...(['up', 'down', 'left', 'right', 'pageUp', 'pageDown', 'home', 'end'] as const),
  ...(['enter', 'escape', 'tab', 'backTab', 'backspace', 'text'] as const),
];

/** One key, as the screens know them. */
export interface Press {
  readonly name: (typeof keyNames)[number];
  /** What was typed; '' for keys that type nothing. */
  readonly text: string;
}

/** What Ink heard as presses: a chunk of text, typed fast or pasted, is one for each character. */
export function pressesOf(input: string, key: Key): readonly Press[] {
  const name = nameOf(key);
  if (name !== undefined) return [{ name, text: '' }];
  if (key.ctrl) return [];
  // Escape and a key typed fast behind it arrive as one
  const escaped: readonly Press[] = key.meta ? [{ name: 'escape', text: '' }] : [];
  return escaped.concat(plainPresses(input));
}

function plainPresses(input: string): readonly Press[] {
  return [...input].flatMap((char): Press[] => {
    if (char === '\r' || char === '\n') return [{ name: 'enter', text: '' }];
    return char < ' ' ? [] : [{ name: 'text', text: char }];
  });
}

function nameOf(key: Key): Press['name'] | undefined {
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.pageUp) return 'pageUp';
  if (key.pageDown) return 'pageDown';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.return) return 'enter';
  if (key.escape) return 'escape';
  if (key.tab) return key.shift ? 'backTab' : 'tab';
  if (key.backspace || key.delete) return 'backspace';
  return undefined;
}

/** A line that is being typed, after one more key; undefined for keys that are none of its business. */
export function typed(text: string, press: Press): string | undefined {
  if (press.name === 'text') return text + press.text;
  if (press.name !== 'backspace') return undefined;
  return [...text].slice(0, -1).join('');
}
