// One hook event of an agent as ingest understands it: whose it is, which conversation it is about, what it says.
import { type SpoolEvent, spoolField } from '../../../core/spool-event.ts';
import { asList, asObject, asText, type JsonObject, parseObject } from '../adapters/json-reading.ts';
import type { CaptureParts } from '../needs.ts';
import { cursorEventOf } from './cursor.ts';

export interface LiveEvent {
  readonly agent: string;
  readonly event: string;
  /** The agent's own id of the conversation, redacted; undefined where the event names none. */
  readonly session: string | undefined;
  /** When the hook ran, in milliseconds since 1970 UTC. */
  readonly at: number;
  /** Directory the agent works in, as it stands in the event. */
  readonly cwd: string | undefined;
  /** Transcripts the event names, as they stand in it. */
  readonly transcripts: readonly string[];
  /** Redacted. Of a body that is cut or no JSON, the strings that could be found. */
  readonly body: JsonObject;
  /**
   * The how many-th thing of a name this conversation says: 1 for the first. Told twice by one event of the agent, it is
   * one thing.
   */
  readonly times: (name: string) => number;
}

const idNames = ['session_id', 'sessionId', 'conversation_id', 'sessionID', 'thread-id'] as const;
const transcriptNames = ['transcript_path', 'transcriptPath', 'agent_transcript_path'] as const;

/** The agent that speaks: Cursor may run the hooks of Claude Code. */
export function speakerOf(event: SpoolEvent): string {
  return event.agent === 'claude-code' && spoolField(event, 'cursor_version') !== undefined ? 'cursor' : event.agent;
}

/** The agent's own id of the conversation an event is about, not redacted; undefined when it names none. */
export function conversationIdOf(event: SpoolEvent): string | undefined {
  for (const name of idNames) {
    const id = spoolField(event, name);
    if (id) return id;
  }
  const info = event.body.kind === 'json' ? asObject(asObject(event.body.value)?.info) : undefined;
  return asText(info?.id);
}

/** The directory an agent works in; hooks of some agents run elsewhere. */
export function directoryOf(event: SpoolEvent): string | undefined {
  const root =
    event.body.kind === 'json' ? asText(asList(asObject(event.body.value)?.workspace_roots)[0]) : scannedRoot(event);
  return root ?? spoolField(event, 'cwd') ?? event.pwd;
}

/** The first workspace root in a body that is cut. */
function scannedRoot(event: SpoolEvent): string | undefined {
  if (event.body.kind === 'empty') return undefined;
  const text = new TextDecoder().decode(event.bytes.subarray(0, 65_536));
  const literal = /"workspace_roots"\s{0,8}:\s{0,8}\[\s{0,8}("(?:[^"\\]|\\.){1,4096}")/s.exec(text)?.[1];
  return literal === undefined ? undefined : asText(asObject(parseObject(`{"root":${literal}}`))?.root);
}

/** Reads an event of an agent. at: when its hook ran. */
export function liveEvent(parts: CaptureParts, event: SpoolEvent, at: number): LiveEvent {
  const native = conversationIdOf(event);
  const agent = speakerOf(event);
  return {
    ...{ agent, at, cwd: directoryOf(event), body: bodyOf(parts, event), times: () => 1 },
    event: agent === event.agent ? event.event : cursorEventOf(event.event),
    session: native === undefined ? undefined : parts.redactor.text(native.toWellFormed()).text,
    transcripts: transcriptNames.flatMap((name) => spoolField(event, name) || []),
  };
}

function bodyOf(parts: CaptureParts, { body, bytes }: SpoolEvent): JsonObject {
  if (body.kind === 'empty') return {};
  const text = body.kind === 'json' ? new TextDecoder().decode(bytes) : JSON.stringify(Object.fromEntries(body.fields));
  return asObject(parts.redactor.line(wellFormed(text)).value) ?? {};
}

/** Escapes may spell half of a surrogate pair, which no canonical text may hold: replaced by U+FFFD. */
function wellFormed(json: string): string {
  if (!/\\ud[89a-f]/i.test(json)) return json;
  return JSON.stringify(
    JSON.parse(json, (_, each: unknown) => (typeof each === 'string' ? each.toWellFormed() : each)),
  );
}

/** What tells two events of one conversation apart that say the same: the agent's own mark of turn or moment. */
export function stampOf({ body }: LiveEvent): string {
  for (const name of ['generation_id', 'prompt_id', 'turn_id', 'turn-id', 'messageID', 'tool_use_id', 'timestamp']) {
    const value = body[name];
    if (typeof value === 'string' || typeof value === 'number') return String(value);
  }
  return '';
}
