// What is looked up once for all events that are taken in together.
import { importFile } from './import-file.ts';
import type { LiveEvent } from './live/live-event.ts';
import { transcriptsOf } from './live/transcript-of.ts';
import type { CaptureParts, CaptureRules, Target } from './needs.ts';
import { type Pauses, pausesIn } from './pauses.ts';
import { strictly } from './rules.ts';

/** What the events of one round of the spool share. */
export interface Round {
  readonly failpoint: (name: string) => void;
  /** Conversations of which an event came too early in this round; those after it wait too, so order is kept. */
  readonly held: Set<string>;
  /** Ends the reading of a long transcript; its event then stays for the next daemon. */
  readonly cancelled?: () => boolean;
}

export interface Batch extends Round {
  readonly parts: CaptureParts;
  /** By directory. */
  readonly places: Map<string, Place>;
  /** By project: handoffs that hooks have taken away were looked at. */
  readonly claims: Map<string, Promise<void>>;
  /** Of the transcripts that an event names, or of its conversation: they were read when all events of the batch were there. */
  readonly readings: Map<string, Promise<Reading>>;
}

/** A project an event is about, and what it wants to have kept. */
export interface Place {
  readonly target: Target;
  /** With the project's redaction. */
  readonly parts: CaptureParts;
  readonly rules: CaptureRules;
  readonly pauses: Pauses;
}

/** ask: the repository about which its person is to be asked. */
export type Nobodys = 'dropped' | { readonly ask: string };

export function beginBatch(parts: CaptureParts, round: Round): Batch {
  return { ...round, parts, places: new Map(), claims: new Map(), readings: new Map() };
}

/** The project of a directory, entered now where its person wants that; else what becomes of its events. */
export async function placeOf(batch: Batch, directory: string): Promise<Place | Nobodys> {
  const known = batch.places.get(directory);
  if (known) return known;
  const { parts } = batch;
  const unlisted = parts.projectOf(directory) === undefined ? await parts.unlisted(directory) : 'entered';
  const projectId = parts.projectOf(directory);
  if (projectId === undefined) return unlisted === 'entered' ? 'dropped' : unlisted;
  const target = parts.target(projectId);
  const place = {
    ...{ target, parts: strictly(parts, target.root), rules: parts.rules(target.root) },
    pauses: pausesIn(parts.user.read, projectId),
  };
  batch.places.set(directory, place);
  return place;
}

/** Notes which handoffs hooks have taken away to print, before a project's conversations say anything. */
export function takeClaims({ parts, claims }: Batch, projectId: string): Promise<void> {
  const known = claims.get(projectId);
  if (known) return known;
  const taken = parts.takeClaims(projectId);
  claims.set(projectId, taken);
  return taken;
}

/** read: there is a transcript, and it could be read. stopped: not to its end. */
export type Reading = 'none' | 'read' | 'stopped';

/** Reads on in the transcripts an event is about. */
export function readTranscripts(batch: Batch, place: Place, live: LiveEvent): Promise<Reading> {
  const { readings } = batch;
  const about = JSON.stringify([live.agent, live.session, place.target.projectId, ...live.transcripts]);
  const known = readings.get(about);
  if (known) return known;
  const reading = readEach(batch, place, live);
  readings.set(about, reading);
  return reading;
}

async function readEach({ cancelled }: Batch, { parts, target }: Place, live: LiveEvent): Promise<Reading> {
  let reading: Reading = 'none';
  for (const file of transcriptsOf(parts, live)) {
    const task = { otherwise: target.projectId, trusted: 'own' as const, ...(cancelled ? { cancelled } : {}) };
    const { outcome } = await importFile(parts, file, task);
    if (outcome === 'stopped') return 'stopped';
    if (outcome === 'read' || outcome === 'unchanged' || outcome === 'forgotten') reading = 'read';
  }
  return reading;
}

/** True for what comes after an event of its conversation that has to wait. */
export function isHeld({ held, parts }: Batch, live: LiveEvent): boolean {
  const conversation = conversationOf(live);
  return conversation !== undefined && held.has(conversation) && live.at <= parts.clock();
}

/** Lets all that comes after an event of its conversation wait for the next round, with it. */
export function hold({ held }: Batch, live: LiveEvent): void {
  const conversation = conversationOf(live);
  if (conversation !== undefined) held.add(conversation);
}

function conversationOf({ agent, session }: LiveEvent): string | undefined {
  return session && `${agent}:${session}`;
}
