// Sections of the published format, as they are: memory_system, optimization, portable_sync, analytics, enterprise.
import { z } from 'zod';
import { choice, flag, place, share, text, whole } from './fields.ts';

const engine = { later: 'analytics' } as const;
const teams = { later: 'workspaces' } as const;

const kvCache = z.strictObject({
  enabled: flag(true, 'Whether reusable beginnings of prompts are kept.'),
  max_cache_size_mb: whole([16, 65_536], 500, 'Most megabytes the prefix cache takes, over all projects.'),
  prefix_detection: flag(true, 'Whether reusable prefixes are learnt across sessions.', {
    project: 'any',
  }),
  cache_strategy: choice(
    ['lru', 'value', 'auto'],
    'lru',
    'What leaves the prefix cache first: unused longest, by what is learnt of its use, or that at a bounded risk.',
    { project: 'any' },
  ),
  compression: flag(true, 'Whether segments of 1 KiB and more are compressed.'),
  auto_cleanup: flag(true, 'Whether the prefix cache is tidied up when idle.'),
  budget_allocation: z.strictObject({
    system_content: share(0.4, 'Share of the cache, and of a loaded context, that system content is sure of.'),
    templates: share(0.3, 'Share of the cache, and of a loaded context, that templates are sure of.'),
    documentation: share(0.2, 'Share of the cache, and of a loaded context, that documentation is sure of.'),
    dynamic_content: share(0.1, 'Share of the cache, and of a loaded context, that dynamic content is sure of.'),
  }),
});

const filter = { project: 'any' } as const;

export const published = {
  memory_system: z.strictObject({
    version: z
      .string()
      .regex(/^4\.\d{1,3}$/)
      .default('4.0')
      .meta({ description: 'Format of this file.', range: '4.x' }),
  }),
  optimization: z.strictObject({
    kv_cache: kvCache,
    ai_filtering: z.strictObject({
      enabled: flag(true, 'Whether briefs and searches with a budget leave out what is not worth its tokens.', filter),
      model: text('builtin', 'What judges relevance; a model that is not configured here counts as builtin.', filter),
      relevance_threshold: share(
        0.001,
        'Probability of answering below which a search with a budget leaves a result out; from 0.3 on it tells one or two.',
        filter,
      ),
      attention_pruning: flag(
        true,
        'Whether briefs and searches with a budget leave out what a better one says already, or supersedes.',
        filter,
      ),
    }),
  }),
  portable_sync: z.strictObject({
    enabled: flag(true, 'Whether remotes are synchronised; without a remote nothing leaves.'),
    sync_strategy: choice(
      ['incremental', 'full'],
      'incremental',
      'Whether a run looks at everything that is there, or at what was announced.',
    ),
    auto_sync_interval_minutes: whole([1, 1440], 30, 'Minutes between synchronisations without a change.'),
    offline_support: flag(true, 'Whether changes wait while a remote is away.'),
    conflict_resolution: choice(
      ['intelligent', 'manual'],
      'intelligent',
      'Whether concurrent edits are merged by rules or all shown.',
      { project: 'any' },
    ),
    team_sharing: flag(true, 'Whether project and tenant scopes travel to the workspace.', {
      ...teams,
      project: 'any',
    }),
    texts: choice(['all', 'none'], 'all', 'Whether long texts travel as well, or only what names them.'),
    rclone_path: place('Where the program rclone is; looked for on PATH without it.'),
    verify_daily: flag(
      true,
      'Whether one project a day is rebuilt from its remotes alone, beside the one in use, to see that it would come back.',
    ),
    max_kib_per_s: whole([0, 1_048_576], 0, 'Most KiB a second to and from remotes; 0 for no limit.'),
  }),
  analytics: z.strictObject({
    advanced_engine: flag(true, 'Whether reports are computed.', engine),
    predictive_analytics: flag(true, 'Whether reports hold forecasts, with intervals.', engine),
    team_analytics: flag(true, 'Whether reports hold totals of the workspace; persons are never ranked.', engine),
    real_time_insights: flag(true, 'Whether new insights are announced as events.', engine),
    ml_models: flag(true, 'Whether small local models are used beside plain statistics.', engine),
  }),
  enterprise: z.strictObject({
    multi_project: flag(true, 'Whether a search may cross projects.', teams),
    role_based_access: flag(true, 'Whether roles are checked.', teams),
    audit_logging: flag(true, 'Whether access is written to an audit log.', teams),
    external_integrations: flag(true, 'Whether connectors may be configured.', teams),
    compliance_reporting: flag(true, 'Whether compliance reports can be made.', teams),
  }),
};
