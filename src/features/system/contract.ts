import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { hookedAgents } from '../../core/words.ts';
import { jobStarted, time, word } from '../wire.ts';
import { configContract } from './config-contract.ts';
import { doctorContract } from './doctor-contract.ts';
import { keepingContract } from './keeping-contract.ts';
import { setupContract } from './setup-contract.ts';
import { contract as stats } from './stats-contract.ts';

const touched = z.object({
  path: z.string(),
  action: z.enum(['create', 'change', 'delete', 'none', 'refused']),
  /** Unified diff of what changes, or the lines to add by hand. */
  diff: z.string(),
  note: z.string(),
});

const project = z.object({
  project_id: z.string(),
  name: z.string(),
  roots: z.array(z.string()),
  state: z.string(),
  last_activity: time.nullable(),
  db_bytes: z.int(),
});

const job = z.object({
  job_id: z.string(),
  name: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  progress: z.record(z.string(), z.unknown()),
  result: z.record(z.string(), z.unknown()).nullable(),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
});

/** Where agents keep their settings, when the caller's environment moved them. */
const agentHomes = z.record(z.string(), z.string().max(4096)).default({});

export const contract = {
  ...stats,
  ...keepingContract,
  ...setupContract,
  'system.health': operation({
    summary: 'Is the daemon well: store, spool, disk',
    effect: 'read',
    on: 'user',
    input: z.strictObject({}),
    output: z.object({
      status: z.enum(['ok', 'degraded', 'failing']),
      version: z.string(),
      proto: z.int(),
      pid: z.int(),
      uptime_seconds: z.int(),
      restarted_after_crash_at: time.nullable(),
      rss_bytes: z.int(),
      queue: z.int(),
      /** Rules of alerts that hold, the longest first. */
      alerts: z.array(
        z.object({
          name: z.string(),
          metric: z.string(),
          labels: z.record(z.string(), z.string()),
          value: z.number(),
          above: z.number().nullable(),
          below: z.number().nullable(),
          since: time,
          says: z.string(),
        }),
      ),
      checks: z.object({
        store: z.string(),
        spool: z.object({ waiting: z.int(), bad: z.int(), oldest_ms: z.int() }),
        disk: z.object({
          free: z.int(),
          projects: z.array(z.object({ project_id: z.string(), name: z.string(), bytes: z.int() })),
        }),
        tcp: z.string(),
        sync: z.string(),
        meaning: z.object({
          embedder: z.string(),
          model: z.string().nullable(),
          texts: z.int(),
          done: z.int(),
          skipped: z.int(),
          why: z.string().nullable(),
          fix: z.string(),
        }),
        capture: z.record(z.string(), z.object({ last_event_at: time.nullable(), proven: z.boolean() })),
      }),
    }),
  }),
  'system.drain': operation({
    summary: 'Finish what is under way and leave',
    effect: 'read',
    on: 'user',
    input: z.strictObject({}),
    output: z.object({ draining: z.literal(true) }),
  }),
  'project.init': operation({
    summary: 'Make a directory a project: id, hooks and MCP entries of the agents, git hooks; dry_run only shows it',
    effect: 'job',
    on: 'user',
    input: z.strictObject({
      directory: z.string().min(1).max(4096),
      name: word.optional(),
      agents: z.array(z.enum(hookedAgents)).max(20).optional(),
      git_hooks: z.boolean().default(true),
      more_git_hooks: z
        .array(z.enum(['pre-push', 'prepare-commit-msg']))
        .max(2)
        .default([]),
      /** Change hooks that the repository tracks too (husky): everybody who works in it gets them. */
      shared_hooks: z.boolean().default(false),
      /** Hooks and MCP entries into files of the repository instead of the person's own. */
      project_hooks: z.boolean().default(false),
      /** Tell the agents of the MCP server. */
      mcp: z.boolean().default(true),
      import: z.boolean().default(true),
      dry_run: z.boolean().default(false),
      agent_homes: agentHomes,
    }),
    output: jobStarted,
  }),
  'project.uninstall': operation({
    summary: 'Put every file back that init touched; dry_run only shows it',
    effect: 'job',
    on: 'user',
    input: z.strictObject({ dry_run: z.boolean().default(false), agent_homes: agentHomes }),
    output: jobStarted,
  }),
  'project.list': operation({
    summary: 'The projects known here',
    effect: 'read',
    on: 'user',
    input: z.strictObject({}),
    output: z.object({ items: z.array(project) }),
  }),
  'project.show': operation({
    summary: 'The project of this request',
    effect: 'read',
    input: z.strictObject({}),
    output: project.extend({
      entries: z.int(),
      sessions: z.int(),
      messages: z.int(),
      records: z.int(),
    }),
  }),
  'store.verify': operation({
    summary: 'Check chain, texts and, deep, every row against the log',
    effect: 'job',
    input: z.strictObject({ deep: z.boolean().default(false) }),
    output: jobStarted,
  }),
  'store.rebuild': operation({
    summary: 'Compute every row again from the log',
    effect: 'job',
    input: z.strictObject({ tables: z.array(word).max(50).optional() }),
    output: jobStarted,
  }),
  ...configContract,
  ...doctorContract,
  'job.show': operation({
    summary: 'State, progress and result of a job',
    effect: 'read',
    on: 'user',
    input: z.strictObject({ job_id: z.string().max(64), wait_ms: z.int().min(0).max(10_000).default(0) }),
    output: job,
  }),
  'job.list': operation({
    summary: 'Jobs of this daemon, newest first; a restart forgets them',
    effect: 'read',
    on: 'user',
    input: z.strictObject({}),
    output: z.object({ items: z.array(job) }),
  }),
  'job.cancel': operation({
    summary: 'Stop a job at its next slice; what it has committed stays',
    effect: 'read',
    on: 'user',
    input: z.strictObject({ job_id: z.string().max(64) }),
    output: z.object({ job_id: z.string(), state: z.string() }),
  }),
} as const satisfies Contract;

export type Touched = z.output<typeof touched>;
