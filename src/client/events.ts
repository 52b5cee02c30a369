import { PrsistError } from '../core/errors.ts';
import { protocol } from '../core/protocol.ts';
import { errorCode } from '../platform/files.ts';
import { resolvePaths } from '../platform/paths.ts';
import { jitter } from '../platform/random.ts';
import { createClient } from './call.ts';
import { readEndpoint } from './endpoint.ts';
import { type Ended, listen } from './web-socket.ts';

/** One event, as the daemon tells it. */
export interface LiveEvent {
  /** Where to go on behind it. */
  readonly cursor: string;
  /** `session.started`, `context.stored`, `sync.progress`, … */
  readonly event: string;
  readonly project_id: string | null;
  readonly ent: string;
  readonly type: string;
  readonly session_id: string | null;
  readonly agent: string | null;
  readonly at: string;
  /** Of events that no record stands behind: names and numbers. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

/** slow: this side read too slowly · away: nobody was connected for a while · gone: what the cursor named is no more. */
export interface Gap {
  readonly why: 'slow' | 'away' | 'gone';
  /** How many events were left out, where that is known. */
  readonly missed: number | null;
}

export interface FollowEvents {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path of bin/prsist-daemon: a daemon that is not there is started. Without it, one is waited for. */
  readonly daemon?: string | undefined;
  /** Id, name or absolute directory of the project; `*` for all; the person's own when absent. */
  readonly project?: string | undefined;
  /** `session.*`, `context.stored`, …; all when absent. */
  readonly types?: readonly string[] | undefined;
  /** Cursor of the last event that is known. */
  readonly after?: string | undefined;
  /** So many events of the past first, of each project. */
  readonly last?: number | undefined;
  /** until it is called off when absent; now: ends when everything up to now has been told. */
  readonly until?: 'now' | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: LiveEvent) => void;
  /** Something was not told: whoever keeps a picture looks at how things stand. Records are never left out on a reconnection. */
  readonly onGap?: (gap: Gap) => void;
  /** The daemon is there and everything up to now has been told; or it is away. */
  readonly onState?: (state: 'current' | 'away') => void;
}

const firstPauseMs = 100;
const mostPauseMs = 2_000;
const tooSlow = 4008;

interface Standing {
  cursor: string | undefined;
  /** It was connected once: what happens until it is again may be missed. */
  wasOpen: boolean;
  pauseMs: number;
}

/**
 * Tells of events as they are committed, over the daemon's socket. Connects again by itself and goes on behind the last
 * event. Resolves when the signal aborts, or with `until: now` when all are told. Throws what the daemon refuses for good.
 */
export async function followEvents(asked: FollowEvents): Promise<void> {
  const { env, daemon, signal, onState } = asked;
  const paths = resolvePaths(env);
  const client = daemon === undefined ? undefined : createClient({ env, daemon });
  const standing: Standing = { cursor: asked.after, wasOpen: false, pauseMs: firstPauseMs };
  if (client) await client.call('system.health', {});
  while (!signal?.aborted) {
    const endpoint = readEndpoint(paths.endpoint);
    const ended = endpoint && (await connected(asked, standing, endpoint));
    if (ended?.code === 1000 || signal?.aborted) return;
    if (!ended && asked.until === 'now') throw new PrsistError('daemon/unavailable', 'the daemon is not running');
    if (ended?.code === tooSlow) {
      asked.onGap?.({ why: 'slow', missed: null });
      continue;
    }
    onState?.('away');
    await rest(standing.pauseMs * (1 + jitter() / 2), signal);
    standing.pauseMs = Math.min(mostPauseMs, standing.pauseMs * 2);
    if (client && !signal?.aborted) await client.call('system.health', {}).catch(leaveOrThrow);
  }
}

/** Listens once. undefined: nobody is there, or it has no room now. */
async function connected(
  asked: FollowEvents,
  standing: Standing,
  endpoint: NonNullable<ReturnType<typeof readEndpoint>>,
): Promise<Ended | undefined> {
  const headers = {
    'x-prsist-proto': String(protocol),
    ...(asked.project === undefined || asked.project === '*'
      ? {}
      : { 'x-prsist-project': encodeURIComponent(asked.project) }),
  };
  try {
    return await listen(endpoint, {
      ...{ headers, path: pathOf(asked, standing.cursor), signal: asked.signal },
      onOpen: () => {
        standing.pauseMs = firstPauseMs;
        if (standing.wasOpen) asked.onGap?.({ why: 'away', missed: null });
        standing.wasOpen = true;
      },
      onText: (text) => tell(asked, standing, text),
    });
  } catch (error) {
    return isPassing(error) ? undefined : leaveOrThrow(error);
  }
}

function pathOf({ project, types, last, until }: FollowEvents, cursor: string | undefined): string {
  const query = new URLSearchParams({ current: 'true' });
  if (project === '*') query.set('projects', '*');
  if (types && types.length > 0) query.set('types', types.join(','));
  if (cursor !== undefined) query.set('after', cursor);
  else if (last !== undefined) query.set('last', String(last));
  if (until === 'now') query.set('follow', 'false');
  return `/memory/events?${query}`;
}

function tell({ onEvent, onGap, onState }: FollowEvents, standing: Standing, text: string): void {
  // the daemon's own form
  const event = JSON.parse(text) as LiveEvent;
  standing.cursor = event.cursor;
  if (event.event === 'events.current') onState?.('current');
  else if (event.event === 'events.missed') onGap?.(gapOf(event));
  else onEvent(event);
}

function gapOf({ detail }: LiveEvent): Gap {
  const missed = detail?.['missed'];
  return typeof missed === 'number' ? { why: 'slow', missed } : { why: 'gone', missed: null };
}

function isPassing(error: unknown): boolean {
  return ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAGAIN'].includes(errorCode(error));
}

/** What another try may mend is left; anything else is for a person. */
function leaveOrThrow(error: unknown): undefined {
  const passing = ['daemon/busy', 'daemon/draining', 'daemon/unavailable', 'daemon/wedged'];
  if (error instanceof PrsistError && passing.includes(error.code)) return undefined;
  throw error;
}

/** Waits for a time or until it is called off, and keeps the process alive until then. */
function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
