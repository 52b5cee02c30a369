// Names of things that have no id: what was said, and how often it had been said before. The same from a transcript that
// has no ids and from a hook that knows none, so that both tell of one thing.
import type { JsonValue } from '../../../core/captured.ts';
import { shortHash } from './json-reading.ts';

/** p prompt · t reply · k thinking · i instruction of a parent agent · n notice · c call of a tool. */
export type SaidLetter = 'p' | 't' | 'k' | 'i' | 'n' | 'c';

/** What a thing says, in short. */
export function saidName(letter: SaidLetter, text: string): string {
  return letter + shortHash(text.trim());
}

/** Name of a call: a shell command by itself, since agents call their shells differently; other tools with their input. */
export function callName(tool: string, input: JsonValue | undefined): string {
  const command = member(input, 'command') ?? member(input, 'cmd');
  return saidName('c', typeof command === 'string' ? command : `${tool}\n${canonical(input ?? null)}`);
}

/** Counts a thing said: 1 for the first time. */
export function countSaid(said: { [name: string]: number }, name: string): number {
  const times = (Object.hasOwn(said, name) ? (said[name] ?? 0) : 0) + 1;
  said[name] = times;
  return times;
}

/** The key of a message that has no id. */
export function saidKey(session: string, name: string, times: number): string[] {
  return [session, name, String(times)];
}

/** The id of a call that has none. */
export function saidCall(session: string, name: string, times: number): string {
  return `${session}:${name}:${times}`;
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

/** JSON with members in the order of their names. */
function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
