// What a human typed, and what only looks like it: Claude Code writes both as text of user records.
import { cutOwnBlocks } from './text-content.ts';

export type Words =
  | { readonly kind: 'prompt'; readonly text: string }
  | { readonly kind: 'summary'; readonly text: string }
  | { readonly kind: 'stop'; readonly text: string }
  | { readonly kind: 'command'; readonly text: string; readonly command: string; readonly args: string }
  | { readonly kind: 'none' };

const inserted = /<(ide_opened_file|ide_selection|system-reminder)>[\s\S]*?<\/\1>\s*/g;
const machine =
  /^<(?:local-command-stdout|local-command-stderr|local-command-caveat|bash-stdout|bash-stderr|system-reminder|task-notification|agent-notification)\b/;
const stopped = '[Request interrupted by user';
const continued = 'This session is being continued from a previous conversation';
const said = /\bthe user said:\n/i;
const saidWithin = 400;
const advice = "\n\nNote: The user's next message may contain";

/** Sorts the text of a user record or of a queued entry. raw: its text blocks joined. */
export function wordsOf(raw: string): Words {
  const cut = cutOwnBlocks(raw);
  const text = (cut.includes('</') ? cut.replace(inserted, '') : cut).trim();
  if (text === '' || machine.test(text)) return { kind: 'none' };
  if (text.startsWith(stopped)) return { kind: 'stop', text };
  if (text.startsWith(continued)) return { kind: 'summary', text };
  if (text.startsWith('<bash-input>')) return command('!', elementOf(text, 'bash-input'));
  if (text.startsWith('<command-name>') || text.startsWith('<command-message>')) {
    const name = elementOf(text, 'command-name') || elementOf(text, 'command-message');
    return command(name.startsWith('/') ? name : `/${name}`, elementOf(text, 'command-args'));
  }
  return { kind: 'prompt', text };
}

/**
 * The words a human added when refusing a tool, out of the failed result's text; undefined when there are none.
 * They follow `the user said:` near its beginning.
 */
export function refusalWords(output: string): string | undefined {
  const found = said.exec(output.slice(0, saidWithin));
  if (found === null) return undefined;
  const words = output.slice(found.index + found[0].length);
  const end = words.indexOf(advice);
  return cutOwnBlocks(end === -1 ? words : words.slice(0, end)).trim() || undefined;
}

function command(name: string, args: string): Words {
  return { kind: 'command', text: args === '' ? name : `${name} ${args}`, command: name, args };
}

function elementOf(text: string, name: string): string {
  const from = text.indexOf(`<${name}>`);
  if (from === -1) return '';
  const start = from + name.length + 2;
  const end = text.indexOf(`</${name}>`, start);
  return text.slice(start, end === -1 ? undefined : end).trim();
}
