// Every setting stands here once: its default, its range and what it means are read from the schema.
import { z } from 'zod';
import type { Said } from './fields.ts';
import { own } from './own.ts';
import { published } from './published.ts';

/** The settings. Sections must be there; every key in them may be absent. */
export const configSchema = z.strictObject({ ...published, ...own });

type DeepReadonly<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;
export type Config = DeepReadonly<z.output<typeof configSchema>>;

function leavesOf(object: z.ZodObject, above: string): [string, z.ZodType][] {
  return Object.entries(object.shape).flatMap(([key, inner]): [string, z.ZodType][] =>
    inner instanceof z.ZodObject ? leavesOf(inner, `${above}${key}.`) : [[`${above}${key}`, inner as z.ZodType]],
  );
}

/** `section.key`, `section.group.key`, … → the schema of its value, in the order of the file. */
export const settings: ReadonlyMap<string, z.ZodType> = new Map(leavesOf(configSchema, ''));

/** Names that only hold further names. */
export const groups: ReadonlySet<string> = new Set(
  [...settings.keys()].flatMap((key) => {
    const parts = key.split('.');
    return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('.'));
  }),
);

/** What the schema of one setting says in words. expected: as in "expected …"; range: short, as in a table. */
export interface SettingWords extends Pick<Said, 'later' | 'project' | 'restart'> {
  readonly meaning: string;
  readonly range: string;
  readonly expected: string;
  readonly initial: unknown;
  /** A value written without quotes, such as 4.0, is meant as it is written. */
  readonly isText: boolean;
}

/** Reads meaning, range and default of a setting from its schema. */
export function wordsOf(leaf: z.ZodType): SettingWords {
  const json = z.toJSONSchema(leaf, { io: 'input', unrepresentable: 'any' });
  const choices = json.type === 'boolean' ? ['true', 'false'] : (json.enum?.map(String) ?? []);
  const bounds = [json.minimum, json.maximum].join('–');
  const range = typeof json.range === 'string' ? json.range : choices.join(', ') || bounds;
  const kind = json.type === 'integer' ? 'a whole number, ' : json.type === 'number' ? 'a number, ' : '';
  const { later, project, restart } = json as Said; // put there by the fields
  return {
    meaning: json.description ?? '',
    range,
    expected: kind ? kind + range : choices.join(' or ') || range,
    initial: leaf.safeParse(undefined).data,
    isText: json.type === 'string' && json.enum === undefined,
    ...(later === undefined ? {} : { later }),
    ...(project === undefined ? {} : { project }),
    ...(restart === undefined ? {} : { restart }),
  };
}

/** The value of a setting in a configuration, or in anything of its shape; undefined when it is not set. */
export function valueAt(config: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((at, name) => {
    return typeof at === 'object' && at !== null ? Object.entries(at).find(([own]) => own === name)?.[1] : undefined;
  }, config);
}

/** The variable a key is set by: PRSIST_DAEMON__LOG_LEVEL for daemon.log_level. */
export function variableOf(key: string): string {
  return `PRSIST_${key.toUpperCase().replaceAll('.', '__')}`;
}
