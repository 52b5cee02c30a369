// Reads transcripts as the importer does, and keeps what it would keep.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Captured, JsonValue } from '../../../../src/core/captured.ts';
import type { Adapter, TranscriptLine, TranscriptSource } from '../../../../src/features/capture/adapters/adapter.ts';

const root = resolve(import.meta.dirname, '../../../..');

/** The folder of real transcripts; undefined where it is not at hand. */
export function transcriptFolder(): string | undefined {
  const folder = join(process.env.PRSIST_EVAL_DATA ?? resolve(root, '../shared/data'), 'transcripts');
  return existsSync(join(folder, 'truth.json')) ? folder : undefined;
}

export function fixtureLines(name: string): readonly TranscriptLine[] {
  return linesOf(readFileSync(join(root, 'test/fixtures/transcripts', `${name}.jsonl`), 'utf8'));
}

/** file: a path without `.gz`, which the file itself may have. */
export function fileLines(file: string): readonly TranscriptLine[] {
  const bytes = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
  return linesOf(bytes.toString('utf8'));
}

function linesOf(text: string): readonly TranscriptLine[] {
  const lines: TranscriptLine[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    if (line !== '') lines.push({ value: parsed(line), offset, line: lines.length });
    offset += Buffer.byteLength(line) + 1;
  }
  return lines;
}

function parsed(line: string): JsonValue | undefined {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Lines of a made-up transcript. */
export function linesFrom(values: readonly (JsonValue | undefined)[]): readonly TranscriptLine[] {
  return values.map((value, line) => ({ value, offset: line * 1000, line }));
}

export function sourceOf(fileName: string, more: Partial<TranscriptSource> = {}): TranscriptSource {
  return { fileName, path: `/home/ana/${fileName}.jsonl`, subagentFiles: [], ...more };
}

export interface Whole<S extends JsonValue> {
  readonly items: readonly Captured[];
  readonly state: S;
  readonly unknown: number;
}

export function readAll<S extends JsonValue>(
  adapter: Adapter<S>,
  lines: readonly TranscriptLine[],
  source: TranscriptSource = sourceOf('session'),
): Whole<S> {
  let state = adapter.begin(source);
  let unknown = 0;
  const items: Captured[] = [];
  for (const line of lines) {
    const reading = adapter.read(state, line);
    state = reading.state;
    items.push(...reading.items);
    if (reading.unknown) unknown += 1;
  }
  return { items, state, unknown };
}

/** The same, with the state stored and read back after every line. */
export function readCut<S extends JsonValue>(
  adapter: Adapter<S>,
  lines: readonly TranscriptLine[],
  source: TranscriptSource = sourceOf('session'),
): readonly Captured[] {
  let stored = JSON.stringify(adapter.begin(source));
  const items: Captured[] = [];
  for (const line of lines) {
    const reading = adapter.read(JSON.parse(stored), line);
    stored = JSON.stringify(reading.state);
    items.push(...reading.items);
  }
  return items;
}

/** What names an item's record: natural keys; calls and results of tools share the call's id. */
export function recordKey(item: Captured): string {
  if (item.kind === 'session') return JSON.stringify(['session', item.session]);
  if (item.kind === 'tool-call') return JSON.stringify([item.callId, 'call']);
  if (item.kind === 'tool-result') return JSON.stringify([item.callId, 'result']);
  if (item.kind === 'rewind') return JSON.stringify(['rewind', ...item.key]);
  return JSON.stringify(item.key);
}

/** The items that become records: of several with one key, the first. */
export function stored(items: readonly Captured[]): readonly Captured[] {
  const records = new Map<string, Captured>();
  for (const item of items) if (!records.has(recordKey(item))) records.set(recordKey(item), item);
  return [...records.values()];
}

export function ofKind<K extends Captured['kind']>(
  items: readonly Captured[],
  kind: K,
): Extract<Captured, { kind: K }>[] {
  return items.filter((item): item is Extract<Captured, { kind: K }> => item.kind === kind);
}

/** `as: text` of every message, in order. */
export function spoken(items: readonly Captured[]): readonly string[] {
  return ofKind(items, 'message').map((message) => `${message.as}: ${message.text}`);
}
