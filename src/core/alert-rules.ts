// Rules by which a number becomes an alert: what prsist comes with, and what people add in the configuration.
import { z } from 'zod';
import { isMetric, type MetricName } from './metric-names.ts';

export interface AlertRule {
  readonly name: string;
  readonly metric: MetricName;
  /** Only values with these labels. */
  readonly labels: Readonly<Record<string, string>>;
  readonly above: number | undefined;
  readonly below: number | undefined;
  /** It is raised when that has been so for this long. */
  readonly for_minutes: number;
  readonly notify: 'status' | 'desktop';
  /** What it means, in words. */
  readonly says: string;
}

const line = /^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]{1,128}$/u;
const shown = z.string().regex(line, 'expected one line of text, 1 to 128 characters');
const name = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected a name such as disk-low');

const ruleSchema = z
  .strictObject({
    name,
    off: z.literal(true).optional(),
    metric: z.string().optional(),
    labels: z.record(z.string().max(64), z.string().max(128)).optional(),
    above: z.number().optional(),
    below: z.number().optional(),
    for_minutes: z.int().min(0).max(10_080).optional(),
    notify: z.enum(['status', 'desktop']).optional(),
    says: shown.optional(),
  })
  .superRefine((rule, context) => {
    const fail = (message: string, at: string) => context.addIssue({ code: 'custom', message, path: [at] });
    if (rule.off) return;
    if (rule.metric !== undefined && !isMetric(rule.metric)) fail(`there is no number ${rule.metric}`, 'metric');
    const known = defaultAlertRules.some((each) => each.name === rule.name);
    if (rule.metric === undefined && !known) fail('a rule of your own names its metric', 'metric');
    const bounds = [rule.above, rule.below].filter((bound) => bound !== undefined).length;
    if (bounds > 1 || (bounds === 0 && (rule.metric !== undefined || !known))) fail('expected above or below', 'above');
  });

/** A rule as it stands in a file: one of ours with other values, one that is switched off, or a new one. */
export type GivenRule = z.output<typeof ruleSchema>;

const mib = 1024 * 1024;
const rule = (given: Pick<AlertRule, 'name' | 'metric' | 'says'> & Partial<AlertRule>): AlertRule => ({
  ...{ labels: {}, above: undefined, below: undefined, for_minutes: 0, notify: 'status' },
  ...given,
});

/** What is in force unless it is switched off. */
export const defaultAlertRules: readonly AlertRule[] = [
  rule({ name: 'store-failing', metric: 'prsist_up', below: 1, says: 'nothing can be kept: prsist doctor' }),
  rule({
    ...{ name: 'disk-low', metric: 'prsist_disk_free_bytes', below: 512 * mib },
    says: 'the disk the memory lies on is nearly full',
  }),
  rule({
    ...{ name: 'capture-broken', metric: 'prsist_capture_broken_links', above: 0, for_minutes: 5 },
    says: 'an agent is not captured: prsist doctor',
  }),
  rule({
    ...{ name: 'sync-stopped', metric: 'prsist_sync_stopped', above: 0, for_minutes: 1 },
    says: 'a remote waits for you: prsist sync status',
  }),
  rule({
    ...{ name: 'sync-failing', metric: 'prsist_sync_failing', above: 0, for_minutes: 60 },
    says: 'a remote has not been reached for an hour: prsist sync status',
  }),
  rule({
    ...{ name: 'spool-behind', metric: 'prsist_spool_oldest_seconds', above: 300, for_minutes: 2 },
    says: 'what agents told is not taken in: prsist daemon logs',
  }),
  rule({ name: 'spool-full', metric: 'prsist_spool_full', above: 0, says: 'new events are refused: prsist doctor' }),
];

/** Checks one rule of a file; gives the fault in words, with the member it is in. */
export function readAlertRule(given: unknown): GivenRule | { readonly fault: string; readonly at: readonly string[] } {
  const read = ruleSchema.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return { fault: issue?.message ?? 'no rule', at: (issue?.path ?? []).map(String) };
}

/** The rules in force: ours, changed or switched off by name, and those that were added. */
export function alertRules(given: readonly GivenRule[]): readonly AlertRule[] {
  const rules = new Map(defaultAlertRules.map((each) => [each.name, each]));
  for (const { off, ...changed } of given) {
    const known = rules.get(changed.name);
    if (off) rules.delete(changed.name);
    else rules.set(changed.name, merged(known, changed));
  }
  return [...rules.values()];
}

function merged(known: AlertRule | undefined, { metric, above, below, ...given }: Omit<GivenRule, 'off'>): AlertRule {
  const isOther = metric !== undefined && metric !== known?.metric;
  const measured = metric !== undefined && isMetric(metric) ? metric : (known?.metric ?? 'prsist_up');
  const bound = above === undefined && below === undefined ? known : { above, below };
  return {
    ...{ name: given.name, metric: measured, above: bound?.above, below: bound?.below },
    labels: given.labels ?? (isOther ? {} : (known?.labels ?? {})),
    for_minutes: given.for_minutes ?? known?.for_minutes ?? 0,
    notify: given.notify ?? known?.notify ?? 'status',
    says: given.says ?? (isOther ? measured : (known?.says ?? measured)),
  };
}
