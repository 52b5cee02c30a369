// Where settings come from: files and variables, gathered with their places, and everything that is wrong with them.
import { isMap, isNode, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { PrsistError } from '../core/errors.ts';
import { nearestKey } from './nearest.ts';
import { type ConfigFile, type Parsed, parseFile, placeOf } from './parse.ts';
import { groups, settings, variableOf, wordsOf } from './schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

interface Given {
  readonly value: unknown;
  readonly source: string;
}

/** What has been gathered so far; a later value replaces an earlier one. */
export interface Gathered {
  readonly values: Map<string, Given>;
  /** Redaction rules of a project: they come on top, whatever else is set. */
  readonly stricter: Map<string, Given>;
  readonly notes: string[];
  readonly problems: Problem[];
}

interface Problem {
  /** `<source>: <key>: <what is wrong>`. */
  readonly text: string;
  /** Where to mend it, and the setting that was meant, as far as that is known. */
  readonly source: string;
  readonly key: string | undefined;
}

const shownProblems = 10;

/** Gathers from the files in their order, then from the environment, then what projects add to be stricter. */
export function gather(files: readonly ConfigFile[], env: Environment): Gathered {
  const into: Gathered = { values: new Map(), stricter: new Map(), notes: [], problems: [] };
  for (const file of files) gatherFile(file, into);
  gatherEnvironment(env, into);
  for (const [key, added] of into.stricter) addStricter(key, added, into);
  return into;
}

function addStricter(key: string, { value, source }: Given, into: Gathered): void {
  const before = into.values.get(key);
  const both = [...(Array.isArray(before?.value) ? before.value : []), ...(Array.isArray(value) ? value : [])];
  gatherValue({ key, source, value: both, itemSource: () => source }, into);
}

function gatherFile(file: ConfigFile, into: Gathered): void {
  const parsed = parsedOr(file, into);
  const top = parsed?.document.contents;
  if (parsed === undefined || top === null) return;
  if (isMap(top)) {
    gatherMap(top, { parsed, above: '' }, into);
    return;
  }
  const source = placeOf(parsed, top);
  into.problems.push({ text: `${source}: expected sections such as "sessions:"`, source, key: undefined });
}

/** undefined: what was wrong has been put among the problems. */
function parsedOr(file: ConfigFile, into: Gathered): Parsed | undefined {
  const parsed = parseFile(file);
  if ('document' in parsed) return parsed;
  for (const { place, message } of parsed) {
    into.problems.push({ text: `${place}: ${message}`, source: place, key: undefined });
  }
  return undefined;
}

function gatherMap(map: YAMLMap, within: { readonly parsed: Parsed; readonly above: string }, into: Gathered): void {
  const { parsed, above } = within;
  for (const pair of map.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : '?';
    const key = `${above}${name}`;
    const source = placeOf(parsed, pair.key);
    const node = isNode(pair.value) ? pair.value : null;
    if (!name.includes('.') && settings.has(key)) gatherNode({ key, source, node, parsed }, into);
    else if (name.includes('.') || !groups.has(key)) into.problems.push(unknownKey(source, key));
    else if (isMap(node)) gatherMap(node, { parsed, above: `${key}.` }, into);
    else if (!isEmpty(node)) {
      into.problems.push({ text: `${source}: ${key}: expected names indented below it`, source, key });
    }
  }
}

interface SettingNode {
  readonly key: string;
  readonly source: string;
  readonly node: Node | null;
  readonly parsed: Parsed;
}

function gatherNode({ key, source, node, parsed }: SettingNode, into: Gathered): void {
  // 4.0 or 007 without quotes where a text belongs: as written, not as the number it also is
  const written = isText(key) && isScalar(node) && node.value !== null && typeof node.value !== 'object';
  const value: unknown = written && typeof node.value !== 'string' ? node.source : node?.toJS(parsed.document);
  const items = isSeq(node) ? node.items : [];
  const itemSource = (index: number) => placeOf(parsed, items[index]);
  gatherValue({ key, source, value: value ?? null, itemSource, of: parsed.file.of }, into);
}

function gatherEnvironment(env: Environment, into: Gathered): void {
  const keys = new Map([...settings.keys()].map((key) => [variableOf(key), key]));
  const unsplit = new Map([...keys.keys()].map((variable) => [variable.replaceAll('__', '_'), variable]));
  for (const variable of Object.keys(env).sort()) {
    const text = env[variable];
    if (!variable.startsWith('PRSIST_') || text === undefined || text === '') continue;
    const key = keys.get(variable);
    const meant = unsplit.get(variable);
    if (key !== undefined) gatherText({ key, source: variable, text }, into);
    else if (variable.includes('__')) into.problems.push(unknownVariable(variable));
    else if (meant !== undefined) into.notes.push(`${variable}: is not read; the variable is ${meant}`);
  }
}

interface SettingText {
  readonly key: string;
  readonly source: string;
  readonly text: string;
}

function gatherText({ key, source, text }: SettingText, into: Gathered): void {
  const parsed = isText(key) ? undefined : parsedOr({ path: source, text }, into);
  if (parsed === undefined && !isText(key)) return;
  const value = parsed === undefined ? text : parsed.document.toJS();
  gatherValue({ key, source, value, itemSource: () => source }, into);
}

interface SettingValue {
  readonly key: string;
  /** `<path>:<line>` or the variable: goes before a problem. */
  readonly source: string;
  readonly value: unknown;
  /** The source of one item of a list. */
  readonly itemSource: (index: number) => string;
  readonly of?: ConfigFile['of'];
}

function gatherValue({ key, source, value, itemSource, of }: SettingValue, into: Gathered): void {
  const leaf = settings.get(key);
  if (leaf === undefined) return;
  const words = wordsOf(leaf);
  if (of === 'project' && words.project === undefined) {
    const text = `${source}: ${key}: is the user's alone and cannot be set by a project`;
    into.problems.push({ text, source, key: undefined });
    return;
  }
  const { error } = leaf.safeParse(value);
  for (const { code, message, path } of error?.issues ?? []) {
    const where = typeof path[0] === 'number' ? itemSource(path[0]) : source;
    const what = code === 'custom' ? message : `expected ${words.expected}, found ${found(value)}`;
    into.problems.push({ text: `${where}: ${key}: ${what}`, source: where, key });
  }
  if (error !== undefined) return;
  if (words.later !== undefined) into.notes.push(`${source}: ${key}: accepted, takes effect with ${words.later}`);
  if (of !== 'project' || words.project !== 'stricter') into.values.set(key, { value, source });
  else if (Array.isArray(value)) into.stricter.set(key, { value, source });
  else if (value === true) into.values.set(key, { value, source });
  else into.problems.push({ text: `${source}: ${key}: a project can only be stricter than the user`, source, key });
}

function isText(key: string): boolean {
  const leaf = settings.get(key);
  return leaf !== undefined && wordsOf(leaf).isText;
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function found(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'names with values';
  return (typeof value === 'string' ? JSON.stringify(value) : String(value)).slice(0, 40);
}

function unknownKey(source: string, key: string): Problem {
  const near = nearestKey(key);
  const guess = near === undefined ? '' : `, did you mean ${near}?`;
  const dotted = near === key ? ': write its parts one below the other, each indented further' : undefined;
  return { text: `${source}: ${key}: no such name${dotted ?? guess}`, source, key: near };
}

function unknownVariable(variable: string): Problem {
  const near = nearestKey(variable.slice('PRSIST_'.length).replaceAll('__', '.'));
  const guess = near === undefined ? '' : `, did you mean ${variableOf(near)}?`;
  return { text: `${variable}: sets no known key${guess}`, source: variable, key: near };
}

/** The hint helps where no daemon starts any more: it names the place and what may stand there. */
export function refusal(problems: readonly Problem[]): PrsistError {
  const lines = problems.slice(0, shownProblems).map(({ text }) => text);
  const more = problems.length - lines.length;
  const { source, key } = problems[0] ?? { source: '', key: undefined };
  const leaf = key === undefined ? undefined : settings.get(key);
  const may = leaf === undefined ? '' : `: ${key} may be ${wordsOf(leaf).range}`;
  const [, path, line] = /^(.+):(\d+)$/.exec(source) ?? [];
  const where = line === undefined ? `mend ${source}` : `prsist config edit (line ${line} of ${path})`;
  return new PrsistError('config/invalid', [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'), {
    hint: `${where}${may}`,
  });
}
