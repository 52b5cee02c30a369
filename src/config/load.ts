import { join } from 'node:path';
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { PrsistError } from '../core/errors.ts';
import { errorCode, readText } from '../platform/files.ts';
import type { Paths } from '../platform/paths.ts';
import { type Config, configSchema, groups, nearestKey, settings, unread, wordsOf } from './schema.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** One line each, for `prsist doctor` and the log: what was accepted without being used. */
  readonly notes: readonly string[];
  /** `section.key` → `default`, `<path>:<line>` or the name of the variable; every setting is there. */
  readonly sources: Readonly<Record<string, string>>;
}

/** What has been gathered so far; a later value replaces an earlier one. */
interface Gathered {
  readonly values: Map<string, { readonly value: unknown; readonly source: string }>;
  readonly notes: string[];
  readonly problems: Problem[];
}

interface Problem {
  /** `<source>: <key>: <what is wrong>`. */
  readonly text: string;
  /** What to explain to whoever caused it, when that is known. */
  readonly key: string | undefined;
}

interface Parsed {
  readonly path: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

const fileNames = ['config.yaml', 'optimization-config.yaml'];
const shownProblems = 10;

/** The variable a key is set by: PRSIST_DAEMON__LOG_LEVEL for daemon.log_level. */
export function variableOf(key: string): string {
  return `PRSIST_${key.toUpperCase().replaceAll('.', '__')}`;
}

/**
 * Puts the configuration together: defaults, then the files in their order, then the environment.
 * env: variables of the form PRSIST_<SECTION>__<KEY>; an empty one counts as not set, and those without `__`
 * (PRSIST_HOME and the like) are no configuration.
 * Throws config/invalid with every problem found: file and line or variable, key, what was expected.
 */
export function loadConfig(given: { readonly files: readonly ConfigFile[]; readonly env: Environment }): LoadedConfig {
  const into: Gathered = { values: new Map(), notes: [], problems: [] };
  for (const file of given.files) gatherFile(file, into);
  gatherEnvironment(given.env, into);
  if (into.problems.length > 0) throw refusal(into.problems);
  const sections = Object.entries(configSchema.shape).map(([section, { shape }]) => [
    section,
    Object.fromEntries(Object.keys(shape).map((key) => [key, into.values.get(`${section}.${key}`)?.value])),
  ]);
  return {
    config: configSchema.parse(Object.fromEntries(sections)),
    notes: into.notes,
    sources: Object.fromEntries([...settings.keys()].map((key) => [key, into.values.get(key)?.source ?? 'default'])),
  };
}

/**
 * Reads the user's configuration file, if there is one, and puts the configuration together.
 * Throws config/invalid as loadConfig does and when both names of the file are there, file/unreadable when it cannot
 * be read.
 */
export function readConfig(paths: Pick<Paths, 'config'>, env: Environment): LoadedConfig {
  const files = fileNames.flatMap((name): ConfigFile[] => {
    const path = join(paths.config, name);
    const text = readFile(path);
    return text === undefined ? [] : [{ path, text }];
  });
  if (files.length > 1) {
    const names = files.map(({ path }) => path).join(' and ');
    throw new PrsistError('config/invalid', `${names} both exist and mean the same file`, { hint: 'keep one of them' });
  }
  return loadConfig({ files, env });
}

function readFile(path: string): string | undefined {
  try {
    return readText(path);
  } catch (cause) {
    throw new PrsistError('file/unreadable', `${path} cannot be read: ${errorCode(cause)}`, { cause });
  }
}

function gatherFile(file: ConfigFile, into: Gathered): void {
  const parsed = parseFile(file, into);
  const top = parsed?.document.contents;
  if (parsed === undefined || top === null) return;
  if (isMap(top)) gatherMap(top, { parsed, above: '' }, into);
  else into.problems.push({ text: `${place(parsed, top)}: expected sections such as "sessions:"`, key: undefined });
}

/** undefined: what was wrong has been put among the problems. */
function parseFile({ path, text }: ConfigFile, into: Gathered): Parsed | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = [...document.errors, ...document.warnings].map(({ pos, code, message }) => ({
    at: pos[0],
    message: code === 'MULTIPLE_DOCS' ? 'only one document is read: take this line out' : message,
  }));
  visit(document, {
    Alias: (_, { range }) => {
      faults.push({ at: range?.[0] ?? 0, message: 'references (*name) are not read here: write the value out' });
    },
    Pair: (_, { key }) => {
      const at = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      if (!isScalar(key)) faults.push({ at, message: 'a name is one word, not a list or a group' });
    },
  });
  for (const { at, message } of faults) {
    into.problems.push({ text: `${path}:${lines.linePos(at).line}: ${message}`, key: undefined });
  }
  return faults.length === 0 ? { path, document, lines } : undefined;
}

function gatherMap(map: YAMLMap, within: { readonly parsed: Parsed; readonly above: string }, into: Gathered): void {
  const { parsed, above } = within;
  for (const pair of map.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : '?';
    const key = `${above}${name}`;
    const source = place(parsed, pair.key);
    const node = isNode(pair.value) ? pair.value : null;
    if (!name.includes('.') && settings.has(key)) gatherNode({ key, source, node, parsed }, into);
    else if (!name.includes('.') && unread.has(key)) into.notes.push(unreadNote(source, key));
    else if (name.includes('.') || !groups.has(key)) into.problems.push(unknownKey(source, key));
    else if (isMap(node)) gatherMap(node, { parsed, above: `${key}.` }, into);
    else if (!isEmpty(node)) into.problems.push({ text: `${source}: ${key}: expected names indented below it`, key });
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
  gatherValue({ key, source, value: value ?? null, itemSource: (index) => place(parsed, items[index]) }, into);
}

function gatherEnvironment(env: Environment, into: Gathered): void {
  const keys = new Map([...settings.keys(), ...unread].map((key) => [variableOf(key), key]));
  const unsplit = new Map([...keys.keys()].map((variable) => [variable.replaceAll('__', '_'), variable]));
  for (const variable of Object.keys(env).sort()) {
    const text = env[variable];
    if (!variable.startsWith('PRSIST_') || text === undefined || text === '') continue;
    const key = keys.get(variable);
    const meant = unsplit.get(variable);
    if (key !== undefined && settings.has(key)) gatherVariable({ key, variable, text }, into);
    else if (key !== undefined) into.notes.push(unreadNote(variable, key));
    else if (variable.includes('__')) into.problems.push(unknownVariable(variable));
    else if (meant !== undefined) into.notes.push(`${variable}: is not read; the variable is ${meant}`);
  }
}

interface Variable {
  readonly key: string;
  readonly variable: string;
  readonly text: string;
}

function gatherVariable({ key, variable, text }: Variable, into: Gathered): void {
  const parsed = isText(key) ? undefined : parseFile({ path: variable, text }, into);
  if (parsed === undefined && !isText(key)) return;
  const value = parsed === undefined ? text : parsed.document.toJS();
  gatherValue({ key, source: variable, value, itemSource: () => variable }, into);
}

interface SettingValue {
  readonly key: string;
  /** `<path>:<line>` or the variable: goes before a problem. */
  readonly source: string;
  readonly value: unknown;
  /** The source of one item of a list. */
  readonly itemSource: (index: number) => string;
}

function gatherValue({ key, source, value, itemSource }: SettingValue, into: Gathered): void {
  const leaf = settings.get(key);
  if (leaf === undefined) return;
  const { error } = leaf.safeParse(value);
  for (const { code, message, path } of error?.issues ?? []) {
    const where = typeof path[0] === 'number' ? itemSource(path[0]) : source;
    const what = code === 'custom' ? message : `expected ${wordsOf(leaf).expected}, found ${found(value)}`;
    into.problems.push({ text: `${where}: ${key}: ${what}`, key });
  }
  if (error === undefined) into.values.set(key, { value, source });
}

function isText(key: string): boolean {
  const leaf = settings.get(key);
  return leaf !== undefined && wordsOf(leaf).isText;
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function place({ path, lines }: Parsed, node: unknown): string {
  const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  return `${path}:${lines.linePos(offset).line}`;
}

function found(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'names with values';
  return (typeof value === 'string' ? JSON.stringify(value) : String(value)).slice(0, 40);
}

function unreadNote(source: string, key: string): string {
  return `${source}: ${key}: accepted, but nothing in this version reads it`;
}

function unknownKey(source: string, key: string): Problem {
  const near = nearestKey(key);
  const guess = near === undefined ? '' : `, did you mean ${near}?`;
  const dotted = near === key ? ': write its parts one below the other, each indented further' : undefined;
  return { text: `${source}: ${key}: no such name${dotted ?? guess}`, key: near };
}

function unknownVariable(variable: string): Problem {
  const near = nearestKey(variable.slice('PRSIST_'.length).replaceAll('__', '.'));
  const guess = near === undefined ? '' : `, did you mean ${variableOf(near)}?`;
  return { text: `${variable}: sets no known key${guess}`, key: near };
}

function refusal(problems: readonly Problem[]): PrsistError {
  const lines = problems.slice(0, shownProblems).map(({ text }) => text);
  const more = problems.length - lines.length;
  const key = problems[0]?.key;
  const hint = key !== undefined && settings.has(key) ? { hint: `prsist config explain ${key}` } : {};
  return new PrsistError('config/invalid', [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'), hint);
}
