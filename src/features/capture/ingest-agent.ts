// What an event of an agent brings: its transcript first, then what only the hook knows.
import type { Captured } from '../../core/captured.ts';
import { limits } from '../../core/limits.ts';
import { type SpoolEvent, spoolEventId } from '../../core/spool-event.ts';
import { workTreeOf } from '../../platform/repository.ts';
import { once } from '../../store/idempotency.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { noteHeard } from './heard.ts';
import type { SpoolFile } from './ingest.ts';
import { type Batch, hold, isHeld, type Place, type Reading, readTranscripts, takeClaims } from './ingest-batch.ts';
import { noteLastWords } from './last-words.ts';
import { type LiveEvent, stampOf } from './live/live-event.ts';
import type { Meaning } from './live/meaning.ts';
import { siftEvent } from './live/sift-event.ts';
import { meaningOf } from './live/table.ts';
import { transcriptsOf } from './live/transcript-of.ts';
import type { Announced, CaptureParts, Target } from './needs.ts';
import { noteStart, type Start, type StartPlace } from './queries.ts';

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

/** Notes what an event says beside the project, and reads it: its words with the how many-th they are of their conversation. */
export function hear(tx: Write, { target }: Place, { event, live }: Found): Meaning {
  const { session: native, agent, at } = live;
  if (native === undefined) return meaningOf(live);
  const stamp = stampOf(live);
  const meaning = meaningOf({ ...live, times: (name) => noteHeard(tx, agent, native, { name, at, stamp }) });
  if (meaning.life === 'start') noteStart(tx, startPlace(target, live), startOf(event, { native, at }));
  if (meaning.lastWords !== undefined) noteLastWords(tx, { agent, native, text: meaning.lastWords, at });
  return meaning;
}

/** Which conversations of an agent started here: a handoff that a hook took away was printed to one of them. */
function startPlace({ projectId }: Target, { agent, cwd }: LiveEvent): StartPlace {
  return { projectId, agent, worktree: workTreeOf(cwd ?? '')?.name ?? 'main' };
}

function startOf({ pid }: SpoolEvent, start: Start): Start {
  return { ...start, ...(pid === undefined ? {} : { pid }) };
}

interface Heard extends Found {
  readonly meaning: Meaning;
}

/**
 * Takes in one event: resolves when its write stands in the queue, with the promise of its end. Nothing of one that comes
 * early is stored, but what its transcript brought.
 */
export async function takeAgentEvent(
  batch: Batch,
  place: Place,
  heard: Heard,
): Promise<{ readonly stored: Promise<Outcome> }> {
  const { live, meaning } = heard;
  await takeClaims(batch, place.target.projectId);
  const reading = await readTranscripts(batch, place, live);
  if (reading === 'stopped') {
    hold(batch, live);
    return { stored: Promise.resolve('early') };
  }
  const stored = place.target.write((tx) => store(tx, batch, place, { ...heard, reading }));
  return {
    stored: stored.then(async (outcome) => {
      if (outcome === 'taken') await noteTold(place, live, meaning);
      return outcome;
    }),
  };
}

/** Decided within the write: what was said before in the same conversation may have been written just now. */
function store(
  tx: Write,
  batch: Batch,
  { parts, target, rules }: Place,
  heard: Heard & { readonly reading: Reading },
): Outcome {
  const { live, meaning, reading } = heard;
  if (isHeld(batch, live)) return 'early';
  const showing = reading === 'none' ? 'none' : shown(parts, tx, live, meaning);
  if (meaning.isPrompt && showing === 'not yet' && isFresh(parts, live)) {
    hold(batch, live);
    return 'early';
  }
  const { provisional, always } = siftEvent(heard, meaning, rules);
  const items = [...opening(live), ...(showing === 'shown' ? [] : provisional), ...always];
  once(tx, eventKey(heard), () => {
    const source = { agent: live.agent, trusted: 'own', from: 'hook', root: target.root } as const;
    const announced: Announced = {};
    parts.keepers.takeIn(tx, source, announced, items);
    noteLife(parts, tx, live, meaning);
    return null;
  });
  return 'taken';
}

/** The clock of an agent's lines and that of its hooks are one, but not the moment at which it looks at it. */
const sameMomentMs = 2_000;

/**
 * Whether a transcript that can be read tells what the event tells: it has gone on since. Once it has not shown a prompt
 * for its time, it shows nothing of what follows either, until it goes on.
 */
function shown(
  parts: CaptureParts,
  read: Read,
  { agent, session, at }: LiveEvent,
  { isPrompt }: Meaning,
): 'shown' | 'not yet' {
  if (session === undefined) return 'shown';
  const { transcript, hook } = parts.keepers.lastHeard(read, agent, session);
  if (transcript >= at - sameMomentMs) return 'shown';
  return isPrompt || hook > transcript ? 'not yet' : 'shown';
}

/** The conversation as the hook knows it, for one that nothing else announces. */
function opening({ session, at, cwd }: LiveEvent): Captured[] {
  return session === undefined ? [] : [{ kind: 'session', session, at, ...(cwd === undefined ? {} : { cwd }) }];
}

/** What only a hook knows: that a conversation goes on, or is over. */
function noteLife(parts: CaptureParts, tx: Write, { agent, session: native, at }: LiveEvent, meaning: Meaning): void {
  if (native === undefined) return;
  if (meaning.life === 'start') parts.keepers.started(tx, { agent, native, at });
  if (meaning.life === 'end') parts.keepers.ended(tx, { agent, native, at, reason: meaning.reason ?? 'ended' });
}

/** Sources of a start at which nothing is printed: what was told before is there still. */
const silentStarts: ReadonlySet<unknown> = new Set(['resume', 'fork']);

async function noteTold({ parts, target: { projectId } }: Place, live: LiveEvent, meaning: Meaning): Promise<void> {
  const { agent, session: native, at, cwd, body } = live;
  if (native === undefined) return;
  const event = { projectId, agent, native, cwd, at };
  if (meaning.isCompressed) await parts.told({ ...event, what: 'compressed' });
  if (meaning.life === 'end') await parts.told({ ...event, what: 'ended' });
  if (meaning.life === 'start' && !silentStarts.has(body.source)) await parts.told({ ...event, what: 'began' });
}

/** What names an event: the name its sender gave it, else the file it came in. */
export function eventKey({ event, file }: Pick<Found, 'event' | 'file'>) {
  const id = event.id ?? spoolEventId(file);
  return { key: `spool:${id}`, route: 'spool', request: id, keepMs: limits.spoolIdDays * 86_400_000 };
}
