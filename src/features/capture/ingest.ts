import type { JsonValue } from '../../core/captured.ts';
import { parseSpoolEvent, type SpoolEvent, spoolField } from '../../core/spool-event.ts';
import { once } from '../../store/idempotency.ts';
import type { Write } from '../../store/record-type.ts';
import { takeGitEvent } from './git-event.ts';
import { awaitsTranscript, eventKey, type Found, hear, takeAgentEvent } from './ingest-agent.ts';
import { type Batch, beginBatch, hold, isHeld, type Nobodys, type Place, placeOf, type Round } from './ingest-batch.ts';
import { directoryOf, type LiveEvent, liveEvent } from './live/live-event.ts';
import type { Meaning } from './live/meaning.ts';
import { isKnownEvent } from './live/table.ts';
import type { CaptureParts } from './needs.ts';
import { isPausedFile } from './pauses.ts';
import { countUnknown, noteProbe, see } from './queries.ts';

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
  | { readonly outcome: 'bad'; readonly why: string }
  /** Nothing of it counts as taken in. */
  | { readonly outcome: 'failed'; readonly error: unknown };

/** Takes in events that must keep their order (see laneOf), all at once; gives what became of each. Never throws. */
export type TakeLane = (files: readonly SpoolFile[]) => Promise<readonly Ingested[]>;

/**
 * Begins to take in hook events that came together, lanes side by side. Of each its transcript is read first, then what
 * only the hook knows is written, with the event's id in the same transaction, so that a file that comes twice changes
 * nothing. No event waits for the commit of the one before it: their writes stand in one queue, in their order, and
 * what depends on those before is decided within the write.
 */
export function ingesting(parts: CaptureParts, round: Round): TakeLane {
  const batch = beginBatch(parts, round);
  return (files) => takeLane(batch, files);
}

/** An event that is understood. place: where it goes, or what becomes of it. */
interface Opened {
  readonly found: Found;
  readonly place: Place | Nobodys;
}

interface Noted extends Opened {
  readonly meaning: Meaning;
}

async function takeLane(batch: Batch, files: readonly SpoolFile[]): Promise<readonly Ingested[]> {
  const opened: (Opened | Ingested)[] = [];
  for (const file of files) opened.push(await orFailed(open(batch, file)));
  const noted = await Promise.all(opened.map((each) => ('outcome' in each ? each : orFailed(note(batch, each)))));
  const ends: Promise<Ingested>[] = [];
  for (const each of noted) ends.push('outcome' in each ? Promise.resolve(each) : (await begin(batch, each)).end);
  return Promise.all(ends);
}

function orFailed<T>(work: Promise<T>): Promise<T | Extract<Ingested, { outcome: 'failed' }>> {
  return work.catch((error: unknown) => ({ outcome: 'failed', error }));
}

async function open(batch: Batch, file: SpoolFile): Promise<Opened | Ingested> {
  const event = parseSpoolEvent(file.bytes);
  if ('bad' in event) return { outcome: 'bad', why: event.bad };
  batch.failpoint('ingest.parsed');
  if (event.event === 'Doctor') {
    await takeProbe(batch.parts, event);
    return { outcome: 'dropped' };
  }
  const at = Number(file.mtimeNs / 1_000_000n);
  const place = await placeOf(batch, directoryOf(event) ?? '');
  const { parts } = isProject(place) ? place : batch;
  const found = { event, file, live: liveEvent(parts, event, at) };
  // its words came in a pause: they are not looked at
  if (!isProject(place) || isPausedFile(place.pauses, at))
    return { found, place: isProject(place) ? 'dropped' : place };
  if (!isEarly(batch, place.parts, found)) return { found, place };
  return { outcome: 'early' };
}

function isProject(place: Place | Nobodys): place is Place {
  return typeof place === 'object' && 'target' in place;
}

/** What comes after an event of its conversation that has to wait, waits too: order is kept. */
function isEarly(batch: Batch, parts: CaptureParts, found: Found): boolean {
  const isAwaiting = awaitsTranscript(parts, found);
  if (isAwaiting) hold(batch, found.live);
  return isAwaiting || isHeld(batch, found.live);
}

/** Notes beside the projects that a hook was heard, and reads what it says. */
async function note({ parts }: Batch, { found, place }: Opened): Promise<Noted> {
  const meaning = await parts.user.write((tx) => {
    noteSeen(tx, found);
    return isProject(place) && takerOf(place, found.live) === 'agent' ? hear(tx, place, found) : {};
  });
  return { found, place, meaning };
}

function noteSeen(tx: Write, { live: { event, at }, event: { agent } }: Found): void {
  tx.run(see, { key: `seen:${agent}`, value: JSON.stringify({ at, event }) });
}

/** Who takes in an event; undefined where it is of an agent of which nothing is wanted. */
function takerOf({ rules: { agents } }: Place, { agent, event }: LiveEvent): 'editor' | 'git' | 'agent' | undefined {
  if (event === 'heartbeat') return 'editor';
  if (agent === 'git') return 'git';
  return agents && !agents.includes(agent) ? undefined : 'agent';
}

/** An event whose writes stand in the queue, if it has any: the next of its lane may begin. */
interface Begun {
  readonly end: Promise<Ingested>;
}

async function begin(batch: Batch, noted: Noted): Promise<Begun> {
  try {
    const { end } = await beginTaking(batch, noted);
    return { end: orFailed(end.then((ingested) => counted(batch, noted.found.live, ingested))) };
  } catch (error) {
    return { end: Promise.resolve({ outcome: 'failed', error }) };
  }
}

async function beginTaking(batch: Batch, { found, place, meaning }: Noted): Promise<Begun> {
  if (!isProject(place))
    return ended(place === 'dropped' ? { outcome: 'dropped' } : { outcome: 'asked', root: place.ask });
  const { agent } = found.live;
  const taken = { outcome: 'taken', projectId: place.target.projectId, agent } as const;
  switch (takerOf(place, found.live)) {
    case undefined:
      return ended({ outcome: 'dropped' });
    case 'editor':
      return { end: takeHeartbeat(place, found).then(() => taken) };
    case 'git':
      await takeGitEvent(place.parts, place.target, { event: found.event, at: found.live.at, key: eventKey(found) });
      return ended(taken);
    case 'agent': {
      const { stored } = await takeAgentEvent(batch, place, { ...found, meaning });
      return { end: stored.then((outcome) => (outcome === 'early' ? { outcome } : taken)) };
    }
  }
}

function ended(ingested: Ingested): Begun {
  return { end: Promise.resolve(ingested) };
}

/** What nobody here understands is counted once it does not come again. */
async function counted({ parts }: Batch, { agent, event }: LiveEvent, ingested: Ingested): Promise<Ingested> {
  const isUnknown = agent !== 'git' && !isKnownEvent({ agent, event }) && ingested.outcome !== 'early';
  if (isUnknown) await parts.user.write((tx) => countUnknown(tx, agent, event));
  return ingested;
}

/** A sign of life of an editor, under the event's id as everything that comes this way. */
async function takeHeartbeat({ parts, target }: Place, found: Found): Promise<void> {
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
