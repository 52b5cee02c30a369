import type { JsonValue } from '../../core/captured.ts';
import { parseSpoolEvent, type SpoolEvent, spoolField } from '../../core/spool-event.ts';
import { once } from '../../store/idempotency.ts';
import { takeGitEvent } from './git-event.ts';
import { awaitsTranscript, eventKey, type Found, takeAgentEvent } from './ingest-agent.ts';
import { directoryOf, liveEvent } from './live/live-event.ts';
import { isKnownEvent } from './live/table.ts';
import type { CaptureParts, Target } from './needs.ts';
import { isPausedFile, pausesIn } from './pauses.ts';
import { countUnknown, noteProbe, see } from './queries.ts';
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
  /** Of a repository about which its person is to be asked. */
  | { readonly outcome: 'asked'; readonly root: string }
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
  if (event.event === 'Doctor') {
    await takeProbe(parts, event);
    return { outcome: 'dropped' };
  }
  const directory = directoryOf(event) ?? '';
  const unlisted = parts.projectOf(directory) === undefined ? await parts.unlisted(directory) : 'entered';
  const projectId = parts.projectOf(directory);
  const paused = projectId !== undefined && isSilent(parts, projectId, file);
  const target = projectId && !paused ? parts.target(projectId) : undefined;
  const strict = strictly(parts, target?.root);
  const found = { event, file, live: liveEvent(strict, event, millisecondsOf(file)) };
  if (target && isEarly(strict, found, held)) return { outcome: 'early' };
  // begun, not waited for: what is noted with it in the same moment costs no write of its own
  const [taken] = await Promise.all([takeInto(strict, found, { target, held, cancelled }), noteSeen(parts, found)]);
  return !projectId && typeof unlisted === 'object' ? { outcome: 'asked', root: unlisted.ask } : taken;
}

interface Into {
  readonly target: Target | undefined;
  readonly held: Set<string>;
  readonly cancelled: (() => boolean) | undefined;
}

async function takeInto(parts: CaptureParts, found: Found, { target, held, cancelled }: Into): Promise<Ingested> {
  if (!target) return { outcome: 'dropped' };
  const { agents } = parts.rules(target.root);
  const { agent, event, at } = found.live;
  if (event === 'heartbeat') {
    await takeHeartbeat(parts, target, found);
    return { outcome: 'taken', projectId: target.projectId, agent };
  }
  if (agent !== 'git' && agents && !agents.includes(agent)) return { outcome: 'dropped' };
  if (agent === 'git') await takeGitEvent(parts, target, { event: found.event, at, key: eventKey(found) });
  else if ((await takeAgentEvent(parts, found, { target, cancelled })) === 'early') {
    held.add(conversationOf(found) ?? '');
    return { outcome: 'early' };
  }
  return { outcome: 'taken', projectId: target.projectId, agent };
}

function millisecondsOf({ mtimeNs }: SpoolFile): number {
  return Number(mtimeNs / 1_000_000n);
}

/** Its words came in a pause: they are not looked at. */
function isSilent(parts: CaptureParts, projectId: string, file: SpoolFile): boolean {
  return isPausedFile(pausesIn(parts.user.read, projectId), millisecondsOf(file));
}

function conversationOf({ live: { agent, session } }: Found): string | undefined {
  return session && `${agent}:${session}`;
}

async function noteSeen(
  parts: CaptureParts,
  { live: { agent, event, at }, event: { agent: said } }: Found,
): Promise<void> {
  const value = JSON.stringify({ at, event });
  await parts.user.write((tx) => {
    tx.run(see, { key: `seen:${said}`, value });
    if (agent !== 'git' && !isKnownEvent({ agent, event })) countUnknown(tx, agent, event);
  });
}

/** What comes after an event of its conversation that has to wait, waits too: order is kept. */
function isEarly(parts: CaptureParts, found: Found, held: Set<string>): boolean {
  const conversation = conversationOf(found);
  if (conversation === undefined) return false;
  const early = (held.has(conversation) && found.live.at <= parts.clock()) || awaitsTranscript(parts, found);
  if (early) held.add(conversation);
  return early;
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

/** Doctor tries a hook: that its event came back is all there is to know, and nobody's memory. */
async function takeProbe(parts: CaptureParts, event: SpoolEvent): Promise<void> {
  const id = parts.redactor.text((spoolField(event, 'session_id') ?? '').toWellFormed()).text;
  const at = new Date(parts.clock()).toISOString();
  await parts.user.write((tx) => noteProbe(tx, event.agent, { id, at }));
}
