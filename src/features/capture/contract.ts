import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { transcriptAgents } from '../../core/words.ts';
import { jobStarted, messageText, time, word } from '../wire.ts';
import { linkNames, linkStates } from './chain-link.ts';

const chainLink = z.object({
  link: z.enum(linkNames),
  state: z.enum(linkStates),
  what: z.string(),
  fix: z.string(),
});

export const link = z.object({
  agent: z.string(),
  hook: z.enum(['installed', 'missing', 'changed', 'no-agent']),
  last_event_at: time.nullable(),
  last_transcript_at: time.nullable(),
  /** That of the weakest link of the chain. */
  state: z.enum(['proven', 'waiting', 'off', 'degraded', 'broken']),
  hint: z.string(),
  /** From the agent's settings to the memory and back to the agent; empty for an agent that is not installed here. */
  chain: z.array(chainLink),
  /** The server the agent is told of by its own file. */
  mcp: z.object({ path: z.string(), command: z.string(), args: z.array(z.string()) }).nullable(),
  /** The event with which doctor last tried the hook. */
  last_probe: z.object({ id: z.string(), at: time }).nullable(),
});

const paused = z.object({
  /** Of all projects, not of this one alone. */
  all_projects: z.boolean(),
  since: time,
  /** null: until it is ended. */
  until: time.nullable(),
});
const pauseReach = { project: z.string().min(1).max(4096).optional(), all_projects: z.boolean().default(false) };

export const contract = {
  'capture.import': operation({
    summary: 'Take in transcripts that are already there; again adds nothing',
    effect: 'job',
    input: z.strictObject({
      agents: z.array(z.enum(transcriptAgents)).max(20).optional(),
      /** Absolute files or directories; everything in them goes to this project whatever directory the files name. */
      paths: z.array(z.string().min(1).max(4096)).max(1000).optional(),
      since: time.optional(),
      dry_run: z.boolean().default(false),
    }),
    output: jobStarted,
  }),
  'capture.event': operation({
    summary: 'One hook event, the same as a spool file',
    effect: 'read',
    on: 'user',
    input: z.strictObject({
      agent: word,
      event: word,
      payload: z.record(z.string(), z.json()),
      /** Names the event: told twice, it is taken in once. */
      event_id: z.string().regex(/^[A-Za-z0-9._-]{8,128}$/),
    }),
    output: z.object({ accepted: z.literal(true), event_id: z.string() }),
  }),
  'capture.status': operation({
    summary: 'Capture, link by link: hooks, last event, last transcript line, spool',
    effect: 'read',
    input: z.strictObject({}),
    output: z.object({
      links: z.array(link),
      /** From the repository to the memory; null outside of git. */
      git: chainLink.nullable(),
      paused: paused.nullable(),
      spool: z.object({ waiting: z.int(), bad: z.int(), full: z.boolean() }),
      sources: z.object({ files: z.int(), unknown_lines: z.int(), errors: z.int() }),
      /** Events of agents that nobody here understands. */
      unknown_events: z.array(z.object({ agent: z.string(), event: z.string(), count: z.int() })),
      /** What has been read of each agent, with hooks or without. */
      transcripts: z.array(z.object({ agent: z.string(), files: z.int(), last_transcript_at: time.nullable() })),
    }),
  }),
  'capture.redact': operation({
    summary: 'What would be kept of a text: its secrets and private passages replaced, and where; nothing is stored',
    effect: 'read',
    input: z.strictObject({ text: messageText }),
    output: z.object({
      text: z.string(),
      /** By kind. Placeholders that were in the text before count too. */
      counts: z.record(z.string(), z.int()),
      /** In order, the first thousand. mark: equal ones stand for equal secrets. line: of the text as it would be kept. */
      finds: z.array(z.object({ kind: z.string(), mark: z.string().nullable(), line: z.int() })),
    }),
  }),
  'capture.pause': operation({
    summary: 'Take nothing in for a time, here or in all projects; what is said in it is not taken in later either',
    effect: 'write',
    on: 'user',
    input: z.strictObject({
      ...pauseReach,
      for_ms: z
        .int()
        .min(1000)
        .max(366 * 86_400_000)
        .optional(),
    }),
    output: z.object({ paused }),
  }),
  'capture.unpause': operation({
    summary: 'End a pause',
    effect: 'write',
    on: 'user',
    input: z.strictObject(pauseReach),
    output: z.object({ ended: z.int(), paused: paused.nullable() }),
  }),
} as const satisfies Contract;
