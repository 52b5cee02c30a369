import { dirname } from 'node:path';
import { parse } from 'yaml';
import { unifiedDiff } from '../core/diff.ts';
import { PrsistError } from '../core/errors.ts';
import { makeDirectories } from '../platform/directories.ts';
import { readText, writeAtomic } from '../platform/files.ts';
import type { Paths } from '../platform/paths.ts';
import { edited } from './edit.ts';
import { type Explanation, explain } from './explain.ts';
import type { Environment } from './gather.ts';
import { type LoadedConfig, loadConfig, projectFile, readConfig, userFile } from './load.ts';
import { parseFile } from './parse.ts';
import { type Config, settings, valueAt, wordsOf } from './schema.ts';

export interface Setting {
  readonly key: string;
  /** A text is read as YAML, so `true` and `30` are what they look like; undefined takes the key out. */
  readonly value: unknown;
  /** Root of the project whose own file is meant; undefined: the user's file. */
  readonly root: string | undefined;
  readonly dry_run: boolean;
}

export interface SetResult extends Explanation {
  readonly path: string;
  readonly before: unknown;
  readonly changed: boolean;
  /** Unified diff of the file. */
  readonly diff: string;
  readonly dry_run: boolean;
}

interface Files {
  readonly paths: Pick<Paths, 'config'>;
  readonly env: Environment;
}

interface Surroundings extends Files {
  /** Throws for settings that are right by themselves but cannot be used. */
  readonly accept: (config: Config) => void;
}

/**
 * Sets one key of a file, or takes it out. The whole file is checked as it will be before anything is written; then it is
 * replaced as a whole. Comments and order stay.
 * Throws input/invalid for a name that is none, config/invalid for a value, or anything else in the file, that is wrong.
 */
export function setSetting({ paths, env, accept }: Surroundings, setting: Setting): SetResult {
  const { key, root, dry_run } = setting;
  const path = root === undefined ? userFile(paths) : projectFile(root);
  const text = readText(path);
  const before = valueBefore({ paths, env }, setting);
  requireReadable(path, text ?? '');
  explain(key, before ?? loadConfig({ files: [], env: {} })); // the name is one
  requireValue(setting);
  const after = edited(
    text ?? '',
    key,
    setting.value === undefined ? 'unset' : { value: parsedValue(key, setting.value) },
  );
  const loaded = check({ paths, env }, { path, text: after, root });
  accept(loaded.config);
  const changed = after !== (text ?? '');
  if (changed && !dry_run) write(path, after, root);
  return {
    ...explain(key, loaded),
    ...{ path, before: (before && valueAt(before.config, key)) ?? null, changed, dry_run },
    diff: changed ? unifiedDiff(path, text ?? null, after) : '',
  };
}

/** undefined: the files are refused as they are, which this change may mend. */
function valueBefore({ paths, env }: Files, { root }: Setting): LoadedConfig | undefined {
  try {
    return readConfig(paths, env, root);
  } catch {
    return undefined;
  }
}

function requireReadable(path: string, text: string): void {
  const parsed = parseFile({ path, text });
  if ('document' in parsed) return;
  const [first] = parsed;
  throw new PrsistError('config/invalid', parsed.map(({ place, message }) => `${place}: ${message}`).join('\n'), {
    hint: `prsist config edit (${first?.place})`,
  });
}

/** By itself, so that what is wrong with it is not told as a line of a file that nobody wrote. */
function requireValue({ key, value, root }: Setting): void {
  if (value === undefined) return;
  const text = edited('', key, { value: parsedValue(key, value) });
  try {
    loadConfig({ files: [{ path: key, text, ...(root === undefined ? {} : { of: 'project' }) }], env: {} });
  } catch (cause) {
    if (!(cause instanceof PrsistError)) throw cause;
    const message = cause.message.replaceAll(/^[^\n]*?:\d+: /gm, '');
    throw new PrsistError('config/invalid', message, { hint: `prsist config explain ${key}`, cause });
  }
}

/** What stands without quotes in a file is read the same way here. */
function parsedValue(key: string, value: unknown): unknown {
  const leaf = settings.get(key);
  if (typeof value !== 'string' || (leaf && wordsOf(leaf).isText)) return value;
  try {
    return parse(value);
  } catch {
    return value; // refused below, with what was expected
  }
}

interface Changed {
  readonly path: string;
  readonly text: string;
  readonly root: string | undefined;
}

/** The configuration as it will be; the file must be right by itself, whatever a variable makes of it. */
function check({ paths, env }: Files, { path, text, root }: Changed): LoadedConfig {
  if (root === undefined) {
    loadConfig({ files: [{ path, text }], env: {} });
    return loadConfig({ files: [{ path, text }], env });
  }
  const user = userFile(paths);
  const users = { path: user, text: readText(user) ?? '' };
  loadConfig({ files: [users, { path, text, of: 'project' }], env: {} });
  return loadConfig({ files: [users, { path, text, of: 'project' }], env });
}

/** A project's file is meant for others too; the user's is for nobody else. */
function write(path: string, text: string, root: string | undefined): void {
  makeDirectories(dirname(path));
  writeAtomic(path, text, root === undefined ? 0o600 : 0o644);
}
