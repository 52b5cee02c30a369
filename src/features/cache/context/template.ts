// Templates: Markdown with names in double braces. What stands before the first name that changes is the same for every
// request, so it stands far ahead; what changes comes last, each name with the heading or the line it stands under.
import { PrsistError } from '../../../core/errors.ts';

/** Names that are the same for a whole project. */
export const stablePlaceholders = ['project', 'agent'] as const;
/** Names of what changes. */
export const changingPlaceholders = [
  ...['handoff', 'session', 'ask', 'next_step', 'questions', 'tasks', 'files', 'commits', 'last_command'],
  ...['news', 'git', 'turns'],
] as const;

export type Stable = (typeof stablePlaceholders)[number];
export type Changing = (typeof changingPlaceholders)[number];

/** One part of a template behind its head, in its order. */
export type TailPart =
  /** lead: what is shown before it, and with it only. */
  | { readonly kind: 'slot'; readonly name: Changing; readonly lead: string }
  | { readonly kind: 'text'; readonly text: string };

export interface Template {
  /** The text before the first changing name, stable names not yet filled in. */
  readonly head: string;
  readonly tail: readonly TailPart[];
}

export interface TemplateFile {
  readonly path: string;
  readonly text: string;
}

const comment = /<!-{2}[\s\S]*?(?:-{2}>|$)/g;
const anyName = /(\\?)\{\{([^{}\n]*)(\}\}|$|\n|[{}])/g;
const known: ReadonlySet<string> = new Set([...stablePlaceholders, ...changingPlaceholders]);

/** Takes a template apart. Throws config/invalid with file and line for a name that is none of ours, or is not closed. */
export function parseTemplate(file: TemplateFile): Template {
  // as many lines as before, so that an error names the line a person sees
  const text = file.text.replace(/\r\n?/g, '\n').replace(comment, (all) => all.replace(/[^\n]/g, ''));
  const found = [...text.matchAll(anyName)].filter(([, mark]) => mark === '');
  for (const match of found) check(file, text, match);
  const slots = found.flatMap((match) => {
    const name = changingPlaceholders.find((each) => each === nameOf(match));
    return name === undefined ? [] : [{ at: match.index, end: match.index + match[0].length, name }];
  });
  return divided(text, slots);
}

interface Slot {
  readonly at: number;
  readonly end: number;
  readonly name: Changing;
}

function divided(text: string, slots: readonly Slot[]): Template {
  let head = slots.length === 0 ? text : '';
  const tail: TailPart[] = [];
  let from = 0;
  slots.forEach(({ at, end, name }, i) => {
    const before = text.slice(from, at);
    const own = leadOf(before);
    const free = before.slice(0, before.length - own.length);
    if (i === 0) head = free;
    else if (free.trim() !== '') tail.push({ kind: 'text', text: free });
    tail.push({ kind: 'slot', name, lead: own });
    from = end;
  });
  const rest = text.slice(from);
  if (slots.length > 0 && rest.trim() !== '') tail.push({ kind: 'text', text: rest });
  return { head, tail };
}

/** What belongs to a name: its last heading and all behind that, else the words before it on its line. */
function leadOf(before: string): string {
  const heading = [...before.matchAll(/^#{1,6} .*$/gm)].at(-1);
  if (heading) return before.slice(heading.index);
  return before.slice(before.lastIndexOf('\n') + 1);
}

function nameOf([, , name = '']: RegExpMatchArray): string {
  return name.trim();
}

function check(file: TemplateFile, text: string, match: RegExpMatchArray): void {
  const [, , , closed] = match;
  const name = nameOf(match);
  if (closed === '}}' && known.has(name)) return;
  const line = text.slice(0, match.index).split('\n').length;
  const what = closed === '}}' ? `{{${name}}} is no placeholder` : `{{${name} is not closed by }}`;
  const near = [...known].find((each) => isNear(each, name));
  const hint = near === undefined ? `known: ${[...known].join(', ')}` : `did you mean {{${near}}}?`;
  throw new PrsistError('config/invalid', `${file.path}:${line}: ${what}`, { hint: `${hint} \\{{ stands for itself` });
}

/** One begins with the other, or at most one letter of each is not in the other. */
function isNear(a: string, b: string): boolean {
  const wanted = b.toLowerCase().replaceAll('-', '_');
  if (wanted.length < 3) return false;
  return a.startsWith(wanted) || wanted.startsWith(a) || (lettersLeft(a, wanted) <= 1 && lettersLeft(wanted, a) <= 1);
}

function lettersLeft(of: string, without: string): number {
  return [...without].reduce((left, letter) => left.replace(letter, ''), of).length;
}

/** A text of a template with stable names filled in. */
export function filled(text: string, values: Readonly<Record<Stable, string>>): string {
  return text.replace(anyName, (all, mark: string, name: string) => {
    if (mark !== '') return all.slice(1);
    const key = name.trim();
    return isStable(key) ? values[key] : all;
  });
}

function isStable(name: string): name is Stable {
  return stablePlaceholders.some((each) => each === name);
}

/** What a template says about itself: its first comment. */
export function aboutTemplate(text: string): string {
  return (/<!-{2}([\s\S]*?)-{2}>/.exec(text)?.[1] ?? '').trim().replace(/\s+/g, ' ');
}
