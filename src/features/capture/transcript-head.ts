// The first lines of a transcript: whose it is, where it was written, which conversation it holds.
import type { CapturedSession, JsonValue } from '../../core/captured.ts';
import type { Adapter } from './adapters/adapter.ts';
import type { Form } from './forms/form.ts';

const headLines = 20;

/** The JSON of the first lines as it stands in the file. Not redacted. */
export async function readHead(form: Form, path: string): Promise<JsonValue[]> {
  const head: JsonValue[] = [];
  let count = 0;
  for await (const { text } of form.lines(path, { offset: 0, marks: [] })) {
    const value = parsed(text);
    if (value !== undefined) head.push(value);
    count += 1;
    if (count >= headLines) break;
  }
  return head;
}

/** The JSON of a line; undefined when it is none. */
export function parsed(text: string): JsonValue | undefined {
  if (text === '') return undefined;
  try {
    // what JSON.parse gives is JSON
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined; // counted by whoever asks
  }
}

/** The first directory the lines name: `cwd`, at the top, under `payload` or in the `context` of `data`; `info.directory`; `directories`. */
export function directoryOf(head: readonly JsonValue[]): string | undefined {
  for (const value of head) {
    const named = [
      member(value, 'cwd'),
      member(member(value, 'payload'), 'cwd'),
      member(member(member(value, 'data'), 'context'), 'cwd'),
      member(member(value, 'info'), 'directory'),
    ];
    const directories = member(value, 'directories');
    for (const directory of [...named, ...(Array.isArray(directories) ? directories : [])]) {
      if (typeof directory === 'string' && directory.startsWith('/')) return directory;
    }
  }
  return undefined;
}

/** When a line was written, in milliseconds; undefined where it does not say: `timestamp`, or `info.time.created`. */
export function timeOf(value: JsonValue | undefined): number | undefined {
  const time = member(value, 'timestamp');
  const created = member(member(member(value, 'info'), 'time'), 'created');
  const at = typeof time === 'string' ? Date.parse(time) : typeof created === 'number' ? created : Number.NaN;
  return Number.isFinite(at) ? at : undefined;
}

/** When the first of some lines that say it were written; 0 when none does. */
export function firstTime(head: readonly JsonValue[]): number {
  return head.map(timeOf).find((at) => at !== undefined) ?? 0;
}

/** The first conversation that the lines announce. begun: the state before the first line; changed. */
export function conversationOf(
  head: readonly JsonValue[],
  adapter: Adapter,
  begun: JsonValue,
): CapturedSession | undefined {
  let state = begun;
  for (const [line, value] of head.entries()) {
    const reading = adapter.read(state, { value, offset: 0, line });
    const session = reading.items.find((item) => item.kind === 'session');
    if (session) return session;
    state = reading.state;
  }
  return undefined;
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
