// Canonical rendering: the same item gives the same bytes, on every machine, in every zone and locale, for every agent.
import { canonical } from '../../core/canonical.ts';

/** What can be rendered: text, JSON, or the definitions of tools. */
export type Item =
  | { readonly as: 'text'; readonly text: string }
  | { readonly as: 'json'; readonly value: unknown }
  | { readonly as: 'tools'; readonly tools: readonly unknown[] };

// LF and TAB are the only control characters that text needs; those of C1 hide in what was taken for Latin-1
const controls = /(?![\n\t])\p{Cc}/gu;
// looked for from the start of a run of blanks only, or a long run would be looked at once for each of them
const trailing = /(?<![^\S\n])[^\S\n]+$/gm;

/**
 * The canonical text of an item. Text: NFC, LF, no control characters, no blanks at the ends of lines, exactly one line
 * break at the end ('' stays ''). JSON: RFC 8785. Tools: a list by name, each as RFC 8785.
 * Throws input/invalid for what JSON has no form for.
 */
export function render(item: Item): string {
  switch (item.as) {
    case 'text':
      return canonicalText(item.text);
    case 'json':
      return `${canonical(item.value)}\n`;
    case 'tools':
      return `[${item.tools
        .map(namedTool)
        .toSorted(byName)
        .map(({ json }) => json)
        .join(',')}]\n`;
  }
}

/** The rules of plain text; applied twice it changes nothing more. */
export function canonicalText(text: string): string {
  const lines = text.toWellFormed().replace(/\r\n?/g, '\n').replace(controls, '');
  // composed first: what composition leaves at the end of a line is looked at as well
  const body = lines.normalize('NFC').replace(trailing, '').replace(/\n+$/, '');
  return body === '' ? '' : `${body}\n`;
}

interface NamedTool {
  readonly name: string;
  readonly json: string;
}

/** Providers wrap a definition: its name stands on it, or on the function inside. */
function namedTool(tool: unknown): NamedTool {
  return { name: nameOf(tool) ?? nameOf(memberOf(tool, 'function')) ?? '', json: canonical(tool) };
}

function nameOf(tool: unknown): string | undefined {
  const name = memberOf(tool, 'name');
  return typeof name === 'string' ? name : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** By code units, as RFC 8785 sorts names: no locale has a say. Of one name, by what they are. */
function byName(a: NamedTool, b: NamedTool): number {
  const [one, two] = a.name === b.name ? [a.json, b.json] : [a.name, b.name];
  return one < two ? -1 : one > two ? 1 : 0;
}
