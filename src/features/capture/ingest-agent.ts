// What an event of an agent brings: its transcript first, then what only the hook knows.
import type { Captured } from '../../core/captured.ts';
import { limits } from '../../core/limits.ts';
import { type SpoolEvent, spoolEventId } from '../../core/spool-event.ts';
import { workTreeOf } from '../../platform/repository.ts';
import { once } from '../../store/idempotency.ts';
import type { Write } from '../../store/record-type.ts';
import { noteHeard } from './heard.ts';
import { importFile } from './import-file.ts';
import type { SpoolFile } from './ingest.ts';
import { noteLastWords } from './last-words.ts';
import { type LiveEvent, stampOf } from './live/live-event.ts';
import type { Meaning } from './live/meaning.ts';
import { siftEvent } from './live/sift-event.ts';
import { meaningOf } from './live/table.ts';
import { transcriptsOf } from './live/transcript-of.ts';
import type { Announced, CaptureParts, Target } from './needs.ts';
import { noteStart } from './queries.ts';

/** An event with the file it came in. */
export interface Found {
  readonly event: SpoolEvent;
  readonly file: SpoolFile;
  readonly live: LiveEvent;
}

/** taken: all of it is stored · early: it has to be shown again. */
type Outcome = 'taken' | 'early';

/**
 * An agent calls its hook before it writes the first line of its transcript. Words taken from that hook would stand
 * beside the same words from the transcript, so they wait until it is there, or has had its time.
 */
export function awaitsTranscript(parts: CaptureParts, { live }: Found): boolean {
  if (live.session === undefined || live.transcripts.length === 0 || !isFresh(parts, live)) return false;
  return (meaningOf(live).items?.length ?? 0) > 0 && transcriptsOf(parts, live).length === 0;
}

function isFresh(parts: CaptureParts, { at }: LiveEvent): boolean {
  const age = parts.clock() - at;
  return age >= 0 && age < limits.transcriptWaitMs;
}

interface Task {
  readonly target: Target;
  readonly cancelled: (() => boolean) | undefined;
}

/** Takes in one event. Nothing of it is stored when it comes early, but what its transcript brought. */
export async function takeAgentEvent(parts: CaptureParts, found: Found, { target, cancelled }: Task): Promise<Outcome> {
  const { live } = found;
  const meaning = await meant(parts, live);
  if (meaning.life === 'start') await takeStart(parts, target, found);
  await parts.takeClaims(target.projectId);
  const reading = await readTranscripts(parts, live, { target, cancelled });
  if (reading === 'stopped') return 'early';
  const showing = reading === 'none' ? 'none' : shown(parts, target, live, meaning);
  if (meaning.isPrompt && showing === 'not yet' && isFresh(parts, live)) return 'early';
  const { provisional, always } = siftEvent(found, meaning, parts.rules(target.root));
  const items = [...opening(live), ...(showing === 'shown' ? [] : provisional), ...always];
  const kept = target.write((tx) =>
    once(tx, eventKey(found), () => {
      const source = { agent: live.agent, trusted: 'own', from: 'hook', root: target.root } as const;
      const announced: Announced = {};
      parts.keepers.takeIn(tx, source, announced, items);
      noteLife(parts, tx, live, meaning);
      return null;
    }),
  );
  // side by side: the words are only a hint beside what is kept
  await Promise.all([kept, noteWords(parts, live, meaning)]);
  await noteTold(parts, target, live, meaning);
  return 'taken';
}

/** Reads the event's words, with the how many-th they are of those their conversation said. */
async function meant(parts: CaptureParts, live: LiveEvent): Promise<Meaning> {
  const names = new Set<string>();
  const first = meaningOf({ ...live, times: (name) => (names.add(name), 1) });
  const { session, agent, at } = live;
  if (session === undefined || names.size === 0) return first;
  const stamp = stampOf(live);
  const counted = await parts.user.write(
    (tx) => new Map([...names].map((name) => [name, noteHeard(tx, agent, session, { name, at, stamp })])),
  );
  return meaningOf({ ...live, times: (name) => counted.get(name) ?? 1 });
}

/** read: there is a transcript, and it could be read. */
async function readTranscripts(parts: CaptureParts, live: LiveEvent, { target, cancelled }: Task) {
  let reading: 'none' | 'read' | 'stopped' = 'none';
  for (const file of transcriptsOf(parts, live)) {
    const task = { otherwise: target.projectId, trusted: 'own' as const, ...(cancelled ? { cancelled } : {}) };
    const { outcome } = await importFile(parts, file, task);
    if (outcome === 'stopped') return 'stopped';
    if (outcome === 'read' || outcome === 'unchanged' || outcome === 'forgotten') reading = 'read';
  }
  return reading;
}

/** The clock of an agent's lines and that of its hooks are one, but not the moment at which it looks at it. */
const sameMomentMs = 2_000;

/**
 * Whether a transcript that can be read tells what the event tells: it has gone on since. Once it has not shown a prompt
 * for its time, it shows nothing of what follows either, until it goes on.
 */
function shown(
  parts: CaptureParts,
  target: Target,
  { agent, session, at }: LiveEvent,
  { isPrompt }: Meaning,
): 'shown' | 'not yet' {
  if (session === undefined) return 'shown';
  const { transcript, hook } = parts.keepers.lastHeard(target.read, agent, session);
  if (transcript >= at - sameMomentMs) return 'shown';
  return isPrompt || hook > transcript ? 'not yet' : 'shown';
}

/** The conversation as the hook knows it, for one that nothing else announces. */
function opening({ session, at, cwd }: LiveEvent): Captured[] {
  return session === undefined ? [] : [{ kind: 'session', session, at, ...(cwd === undefined ? {} : { cwd }) }];
}

/** Which conversations of an agent started here: a handoff that a hook took away was printed to one of them. */
async function takeStart(parts: CaptureParts, { projectId }: Target, { event, live }: Found): Promise<void> {
  const { session: native, agent, at, cwd } = live;
  if (native === undefined) return;
  const place = { projectId, agent, worktree: workTreeOf(cwd ?? '')?.name ?? 'main' };
  const pid = event.pid === undefined ? {} : { pid: event.pid };
  await parts.user.write((tx) => noteStart(tx, place, { native, at, ...pid }));
}

/** What only a hook knows: that a conversation goes on, or is over. */
function noteLife(parts: CaptureParts, tx: Write, { agent, session: native, at }: LiveEvent, meaning: Meaning): void {
  if (native === undefined) return;
  if (meaning.life === 'start') parts.keepers.started(tx, { agent, native, at });
  if (meaning.life === 'end') parts.keepers.ended(tx, { agent, native, at, reason: meaning.reason ?? 'ended' });
}

async function noteWords(parts: CaptureParts, { agent, session: native, at }: LiveEvent, meaning: Meaning) {
  const text = meaning.lastWords;
  if (native === undefined || text === undefined) return;
  await parts.user.write((tx) => noteLastWords(tx, { agent, native, text, at }));
}

/** Sources of a start at which nothing is printed: what was told before is there still. */
const silentStarts: ReadonlySet<unknown> = new Set(['resume', 'fork']);

async function noteTold(parts: CaptureParts, { projectId }: Target, live: LiveEvent, meaning: Meaning): Promise<void> {
  const { agent, session: native, at, cwd, body } = live;
  if (native === undefined) return;
  const event = { projectId, agent, native, cwd, at };
  if (meaning.isCompressed) await parts.told({ ...event, what: 'compressed' });
  if (meaning.life === 'start' && !silentStarts.has(body.source)) await parts.told({ ...event, what: 'began' });
}

/** What names an event: the name its sender gave it, else the file it came in. */
export function eventKey({ event, file }: Pick<Found, 'event' | 'file'>) {
  const id = event.id ?? spoolEventId(file);
  return { key: `spool:${id}`, route: 'spool', request: id, keepMs: limits.spoolIdDays * 86_400_000 };
}
