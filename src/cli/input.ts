import { PrsistError } from '../core/errors.ts';
import type { Cli } from './cli.ts';
import { shortIds } from './short-ids.ts';

/**
 * A text given as argument, or read from stdin when the argument is "-" or missing. Ends of lines at its end go.
 * name: what is missing, for the error at a terminal.
 */
export async function textOrStdin(cli: Cli, given: string | undefined, name: string): Promise<string> {
  if (given !== undefined && given !== '-') return given;
  if (given === undefined && cli.stdin().isTTY) throw missing(name);
  const text = (await readAll(cli.stdin())).replace(/[\r\n]+$/, '');
  if (text === '') throw missing(name);
  return text;
}

/** The same for words that are one text, which must not be blank. */
export async function wordsOrStdin(cli: Cli, words: readonly string[], name: string): Promise<string> {
  const given = words.length === 0 ? undefined : words.join(' ');
  const text = await textOrStdin(cli, given, name);
  if (text.trim() === '') throw new PrsistError('input/invalid', `${name} is empty`, { field: name });
  return text;
}

function missing(name: string): PrsistError {
  return new PrsistError('input/invalid', `${name} is missing`, {
    field: name,
    hint: `give it as an argument, or pipe it in: echo "…" | prsist …`,
  });
}

/** The value of an option that must say something. name: the option, for the error. */
export function given(text: string, name: string): string {
  if (text.trim() === '') throw new PrsistError('input/invalid', `${name} is empty`, { field: name });
  return text;
}

/** Everything a stream gives, as text. */
export async function readAll(stream: ReturnType<Cli['stdin']>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** JSON given by a person. name: argument or option, for the error. */
export function jsonFrom(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new PrsistError('input/invalid', `${name} is not JSON: ${reason}`, { field: name, cause: error });
  }
}

/** Collects a repeated `key=value` option into an object; commander calls it once per occurrence. */
export function keyValue(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1)
    throw new PrsistError('input/invalid', `"${text}" is not key=value`, { hint: 'for example --info ticket=42' });
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** Collects a repeated option whose values may also stand in one list: `--kind entry,commit --kind task`. */
export function list(text: string, before: readonly string[] = []): readonly string[] {
  return [
    ...before,
    ...text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ];
}

interface Range {
  readonly least: number;
  readonly most: number;
}

/** Reads a whole number of an option, of at least 1 or `least` and at most `most`. name: the option, for the error. */
export function count(name: string, most = 999_999_999, least = 1): (text: string) => number {
  return (text) => numberIn(text, name, { least, most });
}

/** The same, 0 included. */
export function wholeNumber(name: string, most = 999_999_999): (text: string) => number {
  return (text) => numberIn(text, name, { least: 0, most });
}

function numberIn(text: string, name: string, { least, most }: Range): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  const bounds = most < 999_999_999 ? `from ${least} to ${most}` : `of at least ${least}`;
  throw new PrsistError('input/invalid', `${name}: "${text}" is not a whole number ${bounds}`, {
    ...{
      field: name,
      hint: `for example ${name.startsWith('--') ? `${name} ` : ''}${Math.min(Math.max(least, 20), most)}`,
    },
  });
}

/** One of some words. */
export function oneOf<W extends string>(words: readonly W[], text: string, name: string): W {
  const found = words.find((word) => word === text);
  if (found === undefined) {
    throw new PrsistError('input/invalid', `${name}: "${text}" is none of ${words.join(', ')}`, {
      field: name,
      hint: words.join(' | '),
    });
  }
  return found;
}

const shortestId = 4;
const candidatesShown = 8;

/**
 * The whole of an id that may be shortened. ids: all that are known; unknown ones are handed on, the daemon has the last
 * word. Throws input/invalid for less than 4 characters, session/ambiguous when several begin so.
 */
export function wholeId(given: string, ids: readonly string[]): string {
  if (ids.includes(given)) return given;
  requireEnough(given);
  const found = [...new Set(ids.filter((id) => id.startsWith(given)))];
  if (found.length > 1) throw ambiguous(given, found);
  return found[0] ?? given;
}

/** Refuses a beginning of an id that is too short to be looked for. hint: where ids are listed. */
export function requireEnough(given: string, hint = 'the lists show enough of every id'): void {
  if (given.length >= shortestId) return;
  const message = `"${given}" is too short: give at least ${shortestId} characters of the id`;
  throw new PrsistError('input/invalid', message, { hint });
}

/** Several ids begin as the given one: says which, each as long as it takes to tell it from the others. */
export function ambiguous(given: string, ids: readonly string[]): PrsistError {
  return new PrsistError('session/ambiguous', `${ids.length} ids begin with ${given}`, { hint: shortened(ids) });
}

/** Some ids in one line, as a person would type them. */
export function shortened(ids: readonly string[]): string {
  const short = shortIds(ids);
  const shown = [...new Set(ids)].slice(0, candidatesShown).map(short).join(' ');
  return ids.length > candidatesShown ? `${shown} …` : shown;
}

/** Seconds of --timeout, fractions allowed. */
export function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 86_400) return value;
  const options = { field: '--timeout', hint: 'for example --timeout 120' };
  throw new PrsistError('input/invalid', `--timeout: "${text}" is not a number of seconds up to 86400`, options);
}
