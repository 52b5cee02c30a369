import { join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { readPlainText } from '../platform/brief-files.ts';
import { errorCode, readText } from '../platform/files.ts';
import type { Paths } from '../platform/paths.ts';
import { type Environment, type Gathered, gather, refusal } from './gather.ts';
import type { ConfigFile } from './parse.ts';
import { type Config, configSchema, settings } from './schema.ts';

export interface LoadedConfig {
  readonly config: Config;
  /** One line each, for `prsist doctor` and the log: what was accepted without an effect so far. */
  readonly notes: readonly string[];
  /** `section.key` → `default`, `<path>:<line>` or the name of the variable; every setting is there. */
  readonly sources: Readonly<Record<string, string>>;
}

/**
 * Puts the configuration together: defaults, then the files in their order, then the environment. Of a project's file
 * only what may stand there is taken, and rules of redaction are added to the user's own.
 * env: variables of the form PRSIST_<SECTION>__<KEY>; an empty one counts as not set, and those without `__`
 * (PRSIST_HOME and the like) are no configuration.
 * Throws config/invalid with every problem found: file and line or variable, key, what was expected.
 */
export function loadConfig(given: { readonly files: readonly ConfigFile[]; readonly env: Environment }): LoadedConfig {
  const into = gather(given.files, given.env);
  if (into.problems.length > 0) throw refusal(into.problems);
  const config = configSchema.parse(nested(into.values));
  requireShares(config, into);
  return {
    config,
    notes: into.notes,
    sources: Object.fromEntries([...settings.keys()].map((key) => [key, into.values.get(key)?.source ?? 'default'])),
  };
}

/** Values by their keys as the schema wants them: every section there, whatever stands in it. */
function nested(values: Gathered['values']): Record<string, unknown> {
  const whole: Record<string, unknown> = {};
  for (const key of settings.keys()) {
    const names = key.split('.');
    let at = whole;
    for (const name of names.slice(0, -1)) at = at[name] = (at[name] as Record<string, unknown>) ?? {}; // made here
    const given = values.get(key);
    if (given) at[names.at(-1) ?? ''] = given.value;
  }
  return whole;
}

const budget = 'optimization.kv_cache.budget_allocation';

/** Floors of one cache cannot be more than the whole of it. */
function requireShares(config: Config, { values }: Gathered): void {
  const sum = Object.values(config.optimization.kv_cache.budget_allocation).reduce((all, each) => all + each, 0);
  if (sum <= 1 + 1e-9) return;
  const last = [...values].findLast(([key]) => key.startsWith(budget));
  const source = last?.[1].source ?? 'default';
  throw refusal([
    {
      text: `${source}: ${budget}: its parts add up to ${Number(sum.toFixed(6))}, at most 1 fits`,
      source,
      key: last?.[0],
    },
  ]);
}

const fileNames = ['config.yaml', 'optimization-config.yaml'] as const;

type Place = Pick<Paths, 'config'>;

/** The user's file, under whichever of its two names is there; config.yaml when none is. */
export function userFile({ config }: Place): string {
  const paths = fileNames.map((name) => join(config, name));
  return paths.find((path) => readFile(path) !== undefined) ?? join(config, fileNames[0]);
}

/** The file of a project. root: of its main work tree. */
export function projectFile(root: string): string {
  return join(root, '.prsist', 'config.yaml');
}

/**
 * Reads the user's configuration file and, with a root, the project's on top of it, and puts the configuration together.
 * Throws config/invalid as loadConfig does and when both names of the user's file are there, file/unreadable when one
 * cannot be read.
 */
export function readConfig(paths: Place, env: Environment, root?: string): LoadedConfig {
  const files = userFiles(paths);
  if (files.length > 1) {
    const names = files.map(({ path }) => path).join(' and ');
    throw new PrsistError('config/invalid', `${names} both exist and mean the same file`, { hint: 'keep one of them' });
  }
  const text = root === undefined ? undefined : readPlainText(projectFile(root));
  const own: ConfigFile[] =
    root === undefined || text === undefined ? [] : [{ path: projectFile(root), text, of: 'project' }];
  return loadConfig({ files: [...files, ...own], env });
}

function userFiles({ config }: Place): ConfigFile[] {
  return fileNames.flatMap((name): ConfigFile[] => {
    const path = join(config, name);
    const text = readFile(path);
    return text === undefined ? [] : [{ path, text }];
  });
}

function readFile(path: string): string | undefined {
  try {
    return readText(path);
  } catch (cause) {
    throw new PrsistError('file/unreadable', `${path} cannot be read: ${errorCode(cause)}`, { cause });
  }
}
