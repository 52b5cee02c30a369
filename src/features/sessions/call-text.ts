import { headOf } from '../../core/excerpt.ts';
import type { Read } from '../../store/record-type.ts';

/** Most of a tool's input that is worth looking for, in characters. */
const inputChars = 2_000;

/** The command of a call, or what its input says, one line for each of its members; at most 2,000 characters. */
export function callText(read: Read, fields: Readonly<Record<string, unknown>>): string {
  const { command } = fields;
  if (typeof command === 'string') return headOf(command, inputChars);
  const input = read.text(fields, 'input');
  return input === '' ? '' : headOf(linesOf(JSON.parse(input) as unknown, ''), inputChars);
}

function linesOf(value: unknown, name: string): string {
  if (typeof value !== 'object' || value === null) return `${name === '' ? '' : `${name}: `}${String(value)}`;
  const members = Array.isArray(value) ? value.map((each) => [name, each] as const) : Object.entries(value);
  return members.map(([member, each]) => linesOf(each, member)).join('\n');
}
