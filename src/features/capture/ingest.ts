import type { Captured, JsonValue } from '../../core/captured.ts';
import { limits } from '../../core/limits.ts';
import { parseSpoolEvent, type SpoolEvent, spoolEventId, spoolField } from '../../core/spool-event.ts';
import { workTreeOf } from '../../platform/repository.ts';
import { fileInfo } from '../../platform/walk.ts';
import { once } from '../../store/idempotency.ts';
import type { Write } from '../../store/record-type.ts';
import { takeGitEvent } from './git-event.ts';
import { importFile } from './import-file.ts';
import type { Announced, CaptureParts, Target } from './needs.ts';
import { isPausedFile, pausesIn } from './pauses.ts';
import { noteStart, see } from './queries.ts';
import { strictly } from './rules.ts';

/** A file of the spool, read. */
export interface SpoolFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of the file; part of its id. */
  readonly mtimeNs: bigint;
}

export type Ingested =
  | { readonly outcome: 'taken'; readonly projectId: string; readonly agent: string }
  /** Said in a pause; or nobody's project: counted and dropped, its transcript is still there the day the directory becomes one. */
  | { readonly outcome: 'dropped' }
  /** Its transcript is not there yet, or not read to its end: to be shown again. */
  | { readonly outcome: 'early' }
  | { readonly outcome: 'bad'; readonly why: string };

interface Round {
  readonly failpoint: (name: string) => void;
  readonly held: Set<string>;
  readonly cancelled?: () => boolean;
}

/**
 * Takes in one hook event: first its transcript, then what only the hook knows, with the event's id in the same
 * transaction, so that a file that comes twice changes nothing.
 * held: conversations of which an event has come too early in this round; those after it wait too, so order is kept.
 * cancelled: ends the reading of a long transcript; the event then stays for the next daemon.
 */
export async function ingest(
  parts: CaptureParts,
  file: SpoolFile,
  { failpoint, held, cancelled }: Round,
): Promise<Ingested> {
  const event = parseSpoolEvent(file.bytes);
  if ('bad' in event) return { outcome: 'bad', why: event.bad };
  failpoint('ingest.parsed');
  const projectId = parts.projectOf(directoryOf(event));
  const paused = projectId !== undefined && isSilent(parts, projectId, file);
  if (projectId && !paused && isEarly(parts, { event, file }, held)) return { outcome: 'early' };
  await noteSeen(parts, event, file);
  if (!projectId || paused) return { outcome: 'dropped' };
  const target = parts.target(projectId);
  if (event.event === 'heartbeat') {
    await takeHeartbeat(parts, target, { event, file });
    return { outcome: 'taken', projectId, agent: event.agent };
  }
  const { agents } = parts.rules(target.root);
  if (event.agent !== 'git' && agents && !agents.includes(event.agent)) return { outcome: 'dropped' };
  const strict = strictly(parts, target.root);
  if (event.agent === 'git')
    await takeGitEvent(strict, target, { event, at: writtenAt(file), key: eventKey({ event, file }) });
  else if (!(await takeAgentEvent(strict, target, { event, file, cancelled }))) {
    held.add(conversationOf(parts, event) ?? '');
    return { outcome: 'early' };
  }
  return { outcome: 'taken', projectId, agent: event.agent };
}

/** Milliseconds since 1970 UTC. */
function writtenAt(file: SpoolFile): number {
  return Number(file.mtimeNs / 1_000_000n);
}

/** Its words came in a pause: they are not looked at. */
function isSilent(parts: CaptureParts, projectId: string, file: SpoolFile): boolean {
  return isPausedFile(pausesIn(parts.user.read, projectId), Number(file.mtimeNs / 1_000_000n));
}

/** The agent's own id of the conversation that an event is about, as it is kept. */
function nativeOf(parts: CaptureParts, event: SpoolEvent): string | undefined {
  const native = spoolField(event, 'session_id');
  return native ? parts.redactor.text(native.toWellFormed()).text : undefined;
}

function conversationOf(parts: CaptureParts, event: SpoolEvent): string | undefined {
  const native = nativeOf(parts, event);
  return native && `${event.agent}:${native}`;
}

function directoryOf(event: SpoolEvent): string {
  return spoolField(event, 'cwd') ?? event.pwd ?? '';
}

async function noteSeen(parts: CaptureParts, event: SpoolEvent, file: SpoolFile): Promise<void> {
  const at = Number(file.mtimeNs / 1_000_000n);
  const value = JSON.stringify({ at, event: event.event });
  await parts.user.write((tx) => tx.run(see, { key: `seen:${event.agent}`, value }));
}

interface Found {
  readonly event: SpoolEvent;
  readonly file: SpoolFile;
}

/**
 * An agent calls its hook before it writes the first line of its transcript. Words taken from that hook would stand
 * beside the same words from the transcript, so they wait until it is there, or has had its time.
 */
function isEarly(parts: CaptureParts, { event, file }: Found, held: Set<string>): boolean {
  const conversation = conversationOf(parts, event);
  const transcript = spoolField(event, 'transcript_path');
  if (!conversation || !transcript) return false;
  const age = parts.clock() - Number(file.mtimeNs / 1_000_000n);
  if (age < 0 || age >= limits.transcriptWaitMs) return false;
  const early = held.has(conversation) || (spokenWords(parts, event, file).length > 0 && !fileInfo(transcript));
  if (early) held.add(conversation);
  return early;
}

interface Cancellable extends Found {
  readonly cancelled: (() => boolean) | undefined;
}

/** False when its transcript was not read to its end. */
async function takeAgentEvent(parts: CaptureParts, target: Target, asked: Cancellable): Promise<boolean> {
  const { event, file, cancelled } = asked;
  await takeStart(parts, target, { event, file });
  await parts.takeClaims(target.projectId);
  const transcript = spoolField(event, 'transcript_path');
  const found = transcript ? fileInfo(transcript) : undefined;
  if (found) {
    const task = { otherwise: target.projectId, trusted: 'own' as const, ...(cancelled ? { cancelled } : {}) };
    const { outcome } = await importFile(parts, found, task);
    if (outcome === 'stopped') return false;
  }
  const items = found ? [] : spokenWords(parts, event, file);
  await target.write((tx) =>
    once(tx, eventKey({ event, file }), () => {
      const source = { agent: event.agent, trusted: 'own' as const, root: target.root };
      const announced: Announced = {};
      parts.keepers.takeIn(tx, source, announced, items);
      noteLife(parts, tx, { event, file });
      return null;
    }),
  );
  return true;
}

/** Which conversations of an agent started here: a handoff that a hook took away was printed to one of them. */
async function takeStart(parts: CaptureParts, { projectId }: Target, { event, file }: Found): Promise<void> {
  const native = nativeOf(parts, event);
  if (event.event !== 'SessionStart' || !native) return;
  const place = { projectId, agent: event.agent, worktree: workTreeOf(directoryOf(event))?.name ?? 'main' };
  const pid = event.pid === undefined ? {} : { pid: event.pid };
  const start = { native, at: Number(file.mtimeNs / 1_000_000n), ...pid };
  await parts.user.write((tx) => noteStart(tx, place, start));
}

/** What names an event: the name its sender gave it, else the file it came in. */
function idOf({ event, file }: Found): string {
  return event.id ?? spoolEventId(file);
}

function eventKey(found: Found) {
  const id = idOf(found);
  return { key: `spool:${id}`, route: 'spool', request: id, keepMs: limits.spoolIdDays * 86_400_000 };
}

/** Where an agent keeps no transcript that can be read, its hooks' own words are the messages. */
function spokenWords(parts: CaptureParts, event: SpoolEvent, file: SpoolFile): Captured[] {
  const session = nativeOf(parts, event);
  if (!session) return [];
  const at = Number(file.mtimeNs / 1_000_000n);
  const cwd = spoolField(event, 'cwd');
  const said = (role: 'user' | 'assistant', text: string | undefined): Captured[] => {
    if (!text) return [];
    const as = role === 'user' ? ('prompt' as const) : ('text' as const);
    const key = [session, 'hook', idOf({ event, file })];
    return [
      { kind: 'session', session, at, ...(cwd ? { cwd } : {}) },
      { kind: 'message', session, at, key, role, as, text: parts.redactor.text(text.toWellFormed()).text },
    ];
  };
  if (event.event === 'UserPromptSubmit') return said('user', spoolField(event, 'prompt'));
  if (event.event === 'Stop') return said('assistant', spoolField(event, 'last_assistant_message'));
  return [];
}

/** A sign of life of an editor, under the event's id as everything that comes this way. */
async function takeHeartbeat(parts: CaptureParts, target: Target, found: Found): Promise<void> {
  const { projectId } = target;
  await target.write((tx) =>
    once(tx, eventKey(found), () => {
      parts.keepers.beats(tx, { projectId, editor: found.event.agent, payload: jsonOf(found.event) });
      return null;
    }),
  );
}

/** Its whole payload; undefined where it is cut off or no JSON. */
function jsonOf({ body }: SpoolEvent): JsonValue | undefined {
  return body.kind === 'json' ? body.value : undefined;
}

/** What only a hook knows: that a conversation goes on, or is over. */
function noteLife(parts: CaptureParts, tx: Write, { event, file }: Found): void {
  const native = nativeOf(parts, event);
  if (!native) return;
  const told = { agent: event.agent, native, at: Number(file.mtimeNs / 1_000_000n) };
  if (event.event === 'SessionStart') parts.keepers.started(tx, told);
  const reason = parts.redactor.text((spoolField(event, 'reason') ?? 'ended').toWellFormed()).text;
  if (event.event === 'SessionEnd') parts.keepers.ended(tx, { ...told, reason });
}
