import { PrsistError } from '../core/errors.ts';
import { type LoadedConfig, variableOf } from './load.ts';
import { groups, nearestKey, settings, unread, wordsOf } from './schema.ts';

export interface Explanation {
  readonly key: string;
  /** In force now; null when it is not set and has no default. */
  readonly value: unknown;
  /** `default`, `<path>:<line>`, the name of a variable, or `not read` for a key nothing uses yet. */
  readonly source: string;
  readonly initial: unknown;
  readonly range: string;
  readonly meaning: string;
  /** The variable that sets it. */
  readonly variable: string;
}

/**
 * Says about one setting what it is, where it was set and what it may be.
 * key: `section.key`. Throws input/invalid for a name that is no setting, with the nearest one or those below it.
 */
export function explain(key: string, loaded: LoadedConfig): Explanation {
  const leaf = settings.get(key);
  if (leaf !== undefined) {
    const { meaning, range, initial } = wordsOf(leaf);
    const value = valueAt(loaded.config, key) ?? null;
    const source = loaded.sources[key] ?? 'default';
    return { key, value, source, initial: initial ?? null, range, meaning, variable: variableOf(key) };
  }
  if (!unread.has(key)) throw noSuchKey(key);
  const meaning = 'Part of the published format; nothing in this version reads it.';
  return { key, value: null, source: 'not read', initial: null, range: 'any', meaning, variable: variableOf(key) };
}

/** Says about every setting that something reads, in the order of the file. */
export function explainAll(loaded: LoadedConfig): Explanation[] {
  return [...settings.keys()].map((key) => explain(key, loaded));
}

function valueAt(config: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((at, name) => {
    return typeof at === 'object' && at !== null ? Object.entries(at).find(([own]) => own === name)?.[1] : undefined;
  }, config);
}

function noSuchKey(key: string): PrsistError {
  if (groups.has(key)) {
    const below = [...settings.keys(), ...unread].filter((other) => other.startsWith(`${key}.`));
    return new PrsistError('input/invalid', `${key} holds several settings: ${below.join(', ')}`, {
      hint: `prsist config explain ${below[0]}`,
      field: 'key',
    });
  }
  const near = nearestKey(key);
  return new PrsistError('input/invalid', `there is no setting ${JSON.stringify(key)}`, {
    hint: near === undefined ? 'optimization-config.example.yaml lists them all' : `prsist config explain ${near}`,
    field: 'key',
  });
}
