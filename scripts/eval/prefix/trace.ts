// Traces of requests as chains of blocks. One JSON object per line, plain or .gz; three forms, told apart by their members:
//   {"t": seconds, "ids": […]} · {"timestamp": milliseconds, "hash_ids": […]}: an id stands for a block and all before it
//   {"tool_tokens", "system_tokens", "requests": [{"t", "model", "rle": [first, count, …]} | {"requests": […]}]}: sessions
import fs from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { layOut, type SessionLine } from './sessions.ts';

export const never = 0x7fff_ffff;

export interface Request {
  /** Seconds. */
  readonly at: number;
  readonly blocks: readonly number[];
}

export interface Trace {
  readonly name: string;
  /** Block references of all requests behind one another; those of request i from `from[i]` to `from[i + 1]`. */
  readonly references: Int32Array;
  readonly from: Int32Array;
  readonly at: Float64Array;
  /** Different blocks; their numbers are below. */
  readonly unique: number;
  readonly depth: Int32Array;
  /** Per reference the next request that asks for the block; `never` after the last. */
  readonly next: Int32Array;
  /** Part of the references that a cache that never forgets would answer. */
  readonly ceiling: number;
}

export interface Layout {
  /** Sessions open at a time, on average, where the trace does not say when they began. */
  readonly open: number;
  readonly seed: number;
  readonly take: number;
}

export const usual: Layout = { open: 4, seed: 7, take: Number.POSITIVE_INFINITY };

/** Reads a trace of any of the three forms. */
export function loadTrace(file: string, layout: Layout = usual): Trace {
  const raw = fs.readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(raw) : raw).toString();
  const lines = text.split('\n').filter(Boolean);
  const name = basename(file).replace(/\.jsonl(?:\.gz)?$/, '');
  // the trace is ours or the caller's own: its form is told by the members of its first line
  const rows = lines.map((line) => JSON.parse(line) as BlockLine & IdLine & SessionLine);
  const [first] = rows;
  if (first?.hash_ids)
    return packed(
      name,
      rows.map((row) => ({ at: row.timestamp / 1000, blocks: row.hash_ids })),
    );
  if (first?.ids)
    return packed(
      name,
      rows.map((row) => ({ at: row.t, blocks: row.ids })),
    );
  if (first?.requests) return packed(`${name} (${layout.open} open)`, layOut(rows, layout));
  throw new Error(`${file}: no line with ids, hash_ids or requests`);
}

interface BlockLine {
  readonly timestamp: number;
  readonly hash_ids: readonly number[];
}

interface IdLine {
  readonly t: number;
  readonly ids: readonly number[];
}

/** Requests in typed arrays, with what only the future tells. */
export function packed(name: string, requests: readonly Request[]): Trace {
  const count = requests.reduce((sum, { blocks }) => sum + blocks.length, 0);
  const unique = requests.reduce((most, { blocks }) => blocks.reduce((a, b) => Math.max(a, b + 1), most), 0);
  const references = new Int32Array(count);
  const from = new Int32Array(requests.length + 1);
  const depth = new Int32Array(unique).fill(-1);
  let k = 0;
  for (const [i, { blocks }] of requests.entries()) {
    from[i] = k;
    for (const [j, block] of blocks.entries()) {
      references[k++] = block;
      if (depth[block] === -1) depth[block] = j;
    }
  }
  from[requests.length] = k;
  const at = Float64Array.from(requests, (request) => request.at);
  const next = nextUses(references, from, unique);
  return { name, references, from, at, unique, depth, next, ceiling: ceilingOf(references, from, unique) };
}

function nextUses(references: Int32Array, from: Int32Array, unique: number): Int32Array {
  const next = new Int32Array(references.length);
  const later = new Int32Array(unique).fill(never);
  for (let i = from.length - 2; i >= 0; i--) {
    for (let j = from[i] ?? 0; j < (from[i + 1] ?? 0); j++) {
      const block = references[j] ?? 0;
      next[j] = later[block] ?? never;
      later[block] = i;
    }
  }
  return next;
}

function ceilingOf(references: Int32Array, from: Int32Array, unique: number): number {
  const seen = new Uint8Array(unique);
  let hits = 0;
  for (let i = 0; i + 1 < from.length; i++) {
    let whole = true;
    for (let j = from[i] ?? 0; j < (from[i + 1] ?? 0); j++) {
      const block = references[j] ?? 0;
      whole &&= seen[block] === 1;
      if (whole) hits += 1;
      seen[block] = 1;
    }
  }
  return hits / references.length;
}

/** The part of the references that is answered. serve: how many of a request are. */
export function answered({ from, references }: Trace, serve: (request: number) => number): number {
  let hits = 0;
  for (let i = 0; i + 1 < from.length; i++) hits += serve(i);
  return hits / references.length;
}
