// Every setting stands here once: its default, its range and what it means are read from the schema.

import { z } from 'zod';
import { PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { parseRules, type RedactionRule } from '../core/redact-rules.ts';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const maxRules = 200;

const formatVersion = z.string().regex(/^4\.\d{1,3}$/);
const isOn = z.boolean();
const whole = (min: number, max: number) => z.int().min(min).max(max);

/** Names stand in briefs and on terminals: no line breaks, control characters or marks that turn text around. */
const oneLine = /^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+$/u;
const shownName = z
  .string()
  .refine(
    (name) => oneLine.test(name) && name.isWellFormed() && Buffer.byteLength(name) <= limits.wordBytes,
    `expected one line of text, 1 to ${limits.wordBytes} bytes`,
  )
  .optional();

const alwaysOn = z
  .boolean()
  .refine(
    (value) => value,
    'cannot be switched off: what is stored once is copied into backups, packages and briefs and cannot be called back',
  );

const ownRules = z
  .array(z.unknown())
  .max(maxRules)
  .transform((list, context): readonly RedactionRule[] => {
    const rules = list.length === 0 ? [] : checkedRules(list);
    if (!(rules instanceof PrsistError)) return rules;
    // one longer each time: the first list that is refused ends with the rule at fault
    const index = list.findIndex((_, i) => checkedRules(list.slice(0, i + 1)) instanceof PrsistError);
    const fault = checkedRules(list.slice(0, index + 1));
    const message = fault instanceof PrsistError ? fault.message : rules.message;
    context.addIssue({ code: 'custom', message, path: [index] });
    return [];
  });

function checkedRules(list: readonly unknown[]): readonly RedactionRule[] | PrsistError {
  try {
    return parseRules({ version: 1, rules: list }).rules;
  } catch (error) {
    if (!(error instanceof PrsistError)) throw error;
    return error;
  }
}

/** The settings this version reads. Sections must be there; every key in them may be absent. */
export const configSchema = z.strictObject({
  memory_system: z.strictObject({
    version: formatVersion.default('4.0').meta({ description: 'Format of this file.', range: '4.x' }),
  }),
  user: z.strictObject({
    name: shownName.meta({
      description: "Name shown beside what you did; without it, git's user.name.",
      range: `1–${limits.wordBytes} bytes, one line`,
    }),
  }),
  device: z.strictObject({
    name: shownName.meta({
      description: 'Name shown for this machine; without it, its host name.',
      range: `1–${limits.wordBytes} bytes, one line`,
    }),
  }),
  sessions: z.strictObject({
    idle_minutes: whole(1, 1440).default(30).describe('Minutes of silence after which a session counts as idle.'),
    end_after_hours: whole(1, 8760)
      .default(24)
      .describe('Hours of silence after which a session counts as ended, for agents that do not say so.'),
    archive_after_days: whole(1, 3650)
      .default(30)
      .describe('Days of silence after which a session counts as archived.'),
    handoff_days: whole(1, 90).default(limits.handoffDays).describe('Days a handoff waits to be taken.'),
  }),
  brief: z.strictObject({
    enabled: isOn.default(true).describe('Whether an agent is told at its start what the memory holds.'),
    max_tokens: whole(200, 8000).default(limits.briefTokens).describe('Most tokens such a brief may have.'),
  }),
  capture: z.strictObject({
    thinking: isOn.default(false).describe("Whether the model's thinking is kept too."),
    keep_transcripts: isOn
      .default(true)
      .describe('Whether the transcript a session came from is kept with it, without its secrets.'),
  }),
  daemon: z.strictObject({
    idle_exit_minutes: whole(0, 10080)
      .default(30)
      .describe('Minutes without a request after which the daemon leaves; 0: it stays.'),
    log_level: z.enum(logLevels).default('info').describe('How much the daemon writes to its log.'),
  }),
  api: z.strictObject({
    tcp: isOn.default(false).describe('Whether programs of this machine may ask over loopback TCP, with a token.'),
    port: whole(1, 65535).default(7717).describe('Port of that listener, on 127.0.0.1 only.'),
    default_project: shownName.default('default').meta({
      description: 'Project (id or name) of such a request that names none; default: a personal one.',
      range: `1–${limits.wordBytes} bytes, one line`,
    }),
  }),
  privacy: z.strictObject({
    redact: alwaysOn
      .default(true)
      .meta({ description: 'Secrets are taken out before anything is stored.', range: 'true' }),
    rules: ownRules.default([]).meta({
      description: 'Redaction rules of your own, tried after those in config/redaction.yaml and in the same form.',
      range: `list of 0–${maxRules} rules`,
    }),
  }),
});

type Sections = z.output<typeof configSchema>;
export type Config = { readonly [Section in keyof Sections]: Readonly<Sections[Section]> };

/** `section.key` → the schema of its value. */
export const settings: ReadonlyMap<string, z.ZodType> = new Map(
  Object.entries(configSchema.shape).flatMap(([section, { shape }]) =>
    Object.entries(shape).map(([key, leaf]): [string, z.ZodType] => [`${section}.${key}`, leaf]),
  ),
);

/** Published keys that nothing reads yet: a file that has them is right, and is told so. */
export const unread: ReadonlySet<string> = new Set(
  Object.entries({
    'optimization.kv_cache': 'enabled max_cache_size_mb prefix_detection cache_strategy compression auto_cleanup',
    'optimization.kv_cache.budget_allocation': 'system_content templates documentation dynamic_content',
    'optimization.ai_filtering': 'enabled model relevance_threshold attention_pruning',
    portable_sync: 'enabled sync_strategy auto_sync_interval_minutes offline_support conflict_resolution team_sharing',
    analytics: 'advanced_engine predictive_analytics team_analytics real_time_insights ml_models',
    enterprise: 'multi_project role_based_access audit_logging external_integrations compliance_reporting',
    memory: 'default_layer default_scope ephemeral_ttl_seconds ephemeral_max short_term_days promote_after_days_used',
    brief: 'include_git redact_paths',
    capture: 'policy agents tool_output watch_files ignore',
    recall: 'candidates vectors embedder embedder_url',
    kv_tensors: 'enabled max_mb dir',
    privacy: 'private_tags encrypt_export',
    retention: 'messages_days tool_output_days transcripts_days access_log_days audit_days',
    store: 'group_commit_max backup_keep max_db_mb',
    daemon: 'max_queue max_body_mb',
    llm: 'enabled providers failover cap_usd_month cap_usd_day',
  }).flatMap(([group, keys]) => keys.split(' ').map((key) => `${group}.${key}`)),
);

/** Names that only hold further names. */
export const groups: ReadonlySet<string> = new Set(
  [...settings.keys(), ...unread].flatMap((key) => {
    const parts = key.split('.');
    return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('.'));
  }),
);

/** What the schema of one setting says in words. expected: as in "expected …"; range: short, as in a table. */
export interface SettingWords {
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
  const isWhole = json.type === 'integer';
  return {
    meaning: json.description ?? '',
    range,
    expected: isWhole ? `a whole number, ${range}` : choices.join(' or ') || range,
    initial: leaf.safeParse(undefined).data,
    isText: json.type === 'string' && json.enum === undefined,
  };
}

/** The known name most like one that is not known; undefined when none comes near. */
export function nearestKey(unknown: string): string | undefined {
  const wanted = unknown.toLowerCase().slice(0, 100);
  const [best] = [...settings.keys(), ...unread, ...groups]
    .map((key) => ({
      key,
      share: Math.min(difference(wanted, key), difference(lastName(wanted), lastName(key)) + 0.1),
    }))
    .sort((a, b) => a.share - b.share);
  return best !== undefined && best.share <= 0.5 ? best.key : undefined;
}

function lastName(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

/** Share of the wanted characters to change; a name cut short is nearly right. */
function difference(wanted: string, key: string): number {
  if (wanted.length > 3 && wanted !== key && key.startsWith(wanted)) return 0.1 * (1 - wanted.length / key.length);
  return distance(wanted, key) / Math.max(1, wanted.length);
}

/** Levenshtein. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
