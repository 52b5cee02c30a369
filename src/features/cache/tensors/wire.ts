import { z } from 'zod';
import { time, word } from '../../wire.ts';

const short = z.string().max(200);
const modelPath = z.string().min(1).max(4096).startsWith('/', 'give an absolute path');
const link = z.string().regex(/^[0-9a-f]{32}$/, 'links have 32 hex digits');

/** An engine as whoever runs it describes it; model files are read by the daemon itself. */
export const engine = z.strictObject({
  engine: word,
  build: word,
  /** File of the model; the first where it is split. */
  model: modelPath,
  /** Types of keys and values, as f16/f16. */
  kv_type: short.default('f16/f16'),
  /** Tokens that the context of one sequence has. */
  context: z.int().min(1),
  /** What differs from the model's own settings; '' for nothing. */
  rope: short.default(''),
  swa: short.default(''),
  lora: z
    .array(z.strictObject({ path: modelPath, scale: z.number() }))
    .max(16)
    .default([]),
});

/** Links of a prefix, root first. */
export const chain = z.array(link).min(1).max(4096);
export const key = z.string().regex(/^[0-9a-f]{64}$/);
/** A key, or how it begins. */
export const keyBeginning = z.string().regex(/^[0-9a-f]{4,64}$/, 'give at least 4 hex digits of the state');
export const fileName = z.string().min(1).max(100);

export const state = z.object({
  state_key: z.string(),
  engine: z.string(),
  build: z.string(),
  weights: z.string(),
  quantisation: z.string(),
  kv_type: z.string(),
  context: z.int(),
  rope: z.string(),
  swa: z.string(),
  lora: z.int(),
  file: z.string(),
  /** Segments of the prefix. */
  segments: z.int(),
  tokens: z.int(),
  bytes: z.int(),
  prefill_ms: z.int(),
  uses: z.int(),
  project_id: z.string().nullable(),
  made_at: time,
  last_used_at: time,
});

export const ownServer = z.object({
  url: z.string(),
  slot: z.int(),
  key_file: z.string().nullable(),
  kv_type: z.string(),
  rope: z.string().nullable(),
  swa: z.string().nullable(),
});

export const tensorTotals = z.object({
  enabled: z.boolean(),
  states: z.int(),
  bytes: z.int(),
  max_bytes: z.int(),
  /** Restores, and what computing had taken each time. */
  uses: z.int(),
  saved_ms: z.int(),
  /** Since the daemon started: for want of room, or a week unused. */
  evicted: z.int(),
});

export const whyMissing = ['off', 'paused', 'unknown', 'damaged'] as const;
