// Sections of our own, in the order in which the example file shows them.
import { z } from 'zod';
import { limits } from '../core/limits.ts';
import {
  agentNames,
  alertRuleList,
  alwaysOn,
  choice,
  days,
  dollars,
  flag,
  list,
  name,
  objects,
  place,
  rules,
  text,
  whole,
} from './fields.ts';
import { meaning } from './meaning.ts';

const layers = ['ephemeral', 'session', 'short_term', 'long_term', 'permanent'] as const;
const scopes = ['global', 'tenant', 'project', 'user', 'session', 'agent'] as const;
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

const here = { project: 'any' } as const;
const restart = { restart: true } as const;
const texts = { later: 'the erasing of texts', project: 'any' } as const;
const recall = { later: 'search by meaning' } as const;
const models = { later: 'providers' } as const;
const stored = 'what is stored once is copied into backups, packages and briefs and cannot be called back';

export const own = {
  user: z.strictObject({
    name: name("Name shown beside what you did; without it, git's user.name.", restart),
  }),
  device: z.strictObject({
    name: name('Name shown for this machine; without it, its host name.', restart),
  }),
  memory: z.strictObject({
    default_layer: choice(layers, 'long_term', 'Layer of what is stored without naming one.', here),
    default_scope: choice(scopes, 'project', 'Scope of what is stored without naming one.', here),
    ephemeral_ttl_seconds: whole([1, 86_400], 300, 'Seconds that ephemeral entries live.', here),
    ephemeral_max: whole([0, 1_000_000], 10_000, 'Most ephemeral entries held in memory.', here),
    short_term_days: whole([1, 3650], 30, 'Days that short-term entries live.', here),
    promote_after_days_used: whole([0, 365], 3, 'Days of use that make a short-term entry long-term; 0: never.', here),
  }),
  sessions: z.strictObject({
    idle_minutes: whole([1, 1440], 30, 'Minutes of silence after which a session counts as idle.', here),
    end_after_hours: whole(
      [1, 8760],
      24,
      'Hours of silence after which a session counts as ended, for agents that do not say so.',
      here,
    ),
    archive_after_days: whole([1, 3650], 30, 'Days of silence after which a session counts as archived.', here),
    handoff_days: whole([1, 90], limits.handoffDays, 'Days a handoff waits to be taken.', here),
  }),
  brief: z.strictObject({
    enabled: flag(true, 'Whether an agent is told at its start what the memory holds.', here),
    max_tokens: whole([200, 8000], limits.briefTokens, 'Most tokens such a brief may have.', here),
    include_git: flag(true, 'Whether a brief tells branch, commits and changed files.', here),
    redact_paths: flag(false, 'Whether a brief tells files by their last name only.', here),
  }),
  capture: z.strictObject({
    policy: choice(
      ['listed', 'ask', 'all'],
      'listed',
      'Which repositories are captured: those with prsist init, after asking, or every one.',
    ),
    agents: agentNames('Agents whose transcripts and hooks are taken in; without it, all that are found.', here),
    tool_output: flag(true, 'Whether the output of tools is kept too.', here),
    thinking: flag(false, "Whether the model's thinking is kept too.", here),
    keep_transcripts: flag(
      true,
      'Whether the transcript a session came from is kept with it, without its secrets.',
      here,
    ),
    watch_files: flag(
      true,
      'Whether directories of transcripts are watched: what no hook tells of is seen at once, else within a minute.',
    ),
    commit_trailer: flag(
      false,
      'Whether commits name the session that works in their work tree (Prsist-Session), where the hook prepare-commit-msg is installed.',
      here,
    ),
    ignore: list(
      'patterns',
      'Files of which nothing is kept: no edits, no calls and outputs that name them, no documents; as in .gitignore.',
      here,
    ),
  }),
  recall: z.strictObject({
    candidates: whole([50, 5000], 400, 'Most results that are ranked.', recall),
    vectors: choice(['off', 'hash'], 'hash', 'Whether texts are compared by vectors too.', recall),
    ...meaning,
  }),
  kv_tensors: z.strictObject({
    enabled: flag(false, 'Whether states of local engines (keys and values of a prompt) are kept as files.'),
    max_mb: whole([0, 1_000_000], 4096, 'Most megabytes of them.'),
    dir: place('Directory they lie in; without it, tensors in the data directory. For you alone: chmod 700.'),
    server: place('Address of a llama.cpp server of this machine that computes and reads them.'),
    server_slot: whole([0, 1023], 0, 'Its slot for that: one that nobody else uses.'),
    server_key_file: place('File that holds its API key, and nothing else.'),
    server_kv_type: text('f16/f16', 'Types of its keys and values, as it was started; it does not say so itself.'),
    server_rope: name('What it was told of RoPE, as --rope-freq-base 10000.'),
    server_swa: name('What it was told of sliding windows, as full.'),
    save_when_idle: flag(
      false,
      'Whether that server computes what several sessions begin with, and it is kept, while nobody works.',
    ),
  }),
  privacy: z.strictObject({
    redact: alwaysOn(stored, 'Secrets are taken out before anything is stored.', { project: 'stricter' }),
    rules: rules('Redaction rules of your own, tried after those in config/redaction.yaml and in the same form.', {
      project: 'stricter',
    }),
    private_tags: alwaysOn(stored, 'What stands between <private> tags is dropped.', { project: 'stricter' }),
    encrypt_export: flag(true, 'Whether packages are encrypted.', { later: 'packages', project: 'stricter' }),
  }),
  retention: z.strictObject({
    messages_days: days('off', 'Days after which the text of a message is dropped; that it was said stays.', texts),
    tool_output_days: days('off', 'Days after which inputs and outputs of tools are dropped.', texts),
    transcripts_days: days('off', 'Days after which kept transcripts are dropped.', here),
    access_log_days: days(30, 'Days that it is kept which entries were read.', here),
    entries_days: days(400, 'Days after which what was deleted or has expired is erased everywhere.', here),
    audit_days: days(365, 'Days that the audit log is kept.', { later: 'workspaces', project: 'any' }),
  }),
  store: z.strictObject({
    group_commit_max: whole([1, 1000], limits.groupCommit, 'Most writes that share one flush to disk.'),
    backup_keep: whole([0, 365], 7, 'How many of the daily backups are kept.'),
    max_db_mb: whole([64, 1_000_000], 20_480, 'Megabytes of one database; doctor warns from half of it on.'),
  }),
  daemon: z.strictObject({
    idle_exit_minutes: whole([0, 10_080], 30, 'Minutes without a request after which the daemon leaves; 0: it stays.'),
    max_queue: whole(
      [10, 100_000],
      limits.queueRequests,
      'Writes that may wait for one database; more are told to retry.',
    ),
    max_body_mb: whole([8, 64], limits.bodyBytes / 1_048_576, 'Megabytes of one request at most.', restart),
    log_level: choice(logLevels, 'info', 'How much the daemon writes to its log.'),
  }),
  api: z.strictObject({
    tcp: flag(false, 'Whether the daemon listens on a port of this machine too.', restart),
    port: whole([1024, 65_535], 7717, 'The port it listens on.', restart),
    default_project: text('default', 'Project of requests that name none.', restart),
  }),
  alerts: z.strictObject({
    enabled: flag(true, 'Whether numbers that are out of bounds are told of in status.'),
    rules: alertRuleList('Rules beside those prsist comes with; one with the name of such a rule changes it.'),
  }),
  llm: z.strictObject({
    enabled: flag(false, 'Whether a model may be called at all.', models),
    providers: objects('Which ones, with their settings.', models),
    failover: list('names', 'In which order they are tried.', models),
    cap_usd_month: dollars('Most dollars in a month; a call that could pass it is not made.', models),
    cap_usd_day: dollars('Most dollars in a day; a call that could pass it is not made.', models),
  }),
};
