import { PrsistError } from '../core/errors.ts';
import type { LoadedConfig } from './load.ts';
import { nearestKey } from './nearest.ts';
import { groups, settings, valueAt, variableOf, wordsOf } from './schema.ts';

export interface Explanation {
  readonly key: string;
  /** In force now; null when it is not set and has no default. */
  readonly value: unknown;
  /** `default`, `<path>:<line>` or the name of a variable. */
  readonly source: string;
  readonly initial: unknown;
  readonly range: string;
  readonly meaning: string;
  /** The variable that sets it. */
  readonly variable: string;
  /** When a change has an effect, where that is not at once; '' else. */
  readonly note: string;
  /** May a project's own file set it. */
  readonly in_project: boolean;
}

/**
 * Says about one setting what it is, where it was set and what it may be.
 * key: `section.key`. Throws input/invalid for a name that is no setting, with the nearest one or those below it.
 */
export function explain(key: string, loaded: LoadedConfig): Explanation {
  const leaf = settings.get(key);
  if (leaf === undefined) throw noSuchKey(key);
  const { meaning, range, initial, later, restart, project } = wordsOf(leaf);
  const note = later ? `accepted, takes effect with ${later}` : restart ? 'takes effect when the daemon starts' : '';
  return {
    ...{ key, value: valueAt(loaded.config, key) ?? null, source: loaded.sources[key] ?? 'default' },
    ...{ initial: initial ?? null, range, meaning, variable: variableOf(key), note },
    in_project: project !== undefined,
  };
}

/** Says about every setting, in the order of the file; below: only those of a section or group. */
export function explainAll(loaded: LoadedConfig, below = ''): Explanation[] {
  return [...settings.keys()].filter((key) => key.startsWith(below)).map((key) => explain(key, loaded));
}

/** A setting, or all of a section. Throws input/invalid as `explain` does. */
export function explainAny(key: string | undefined, loaded: LoadedConfig): Explanation[] {
  if (key === undefined) return explainAll(loaded);
  return groups.has(key) ? explainAll(loaded, `${key}.`) : [explain(key, loaded)];
}

function noSuchKey(key: string): PrsistError {
  if (groups.has(key)) {
    const below = [...settings.keys()].filter((other) => other.startsWith(`${key}.`));
    return new PrsistError('input/invalid', `${key} holds several settings: ${below.join(', ')}`, {
      hint: `prsist config explain ${key}`,
      field: 'key',
    });
  }
  const near = nearestKey(key);
  return new PrsistError('input/invalid', `there is no setting ${JSON.stringify(key)}`, {
    hint: near === undefined ? 'prsist config explain lists them all' : `prsist config explain ${near}`,
    field: 'key',
  });
}
