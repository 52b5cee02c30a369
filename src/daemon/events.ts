import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';

import { errorTable, PrsistError } from '../core/errors.ts';
import { allProjects } from '../features/system/queries.ts';
import { pause } from '../platform/time.ts';
import { newestChanges } from '../store/changes.ts';
import type { Read } from '../store/record-type.ts';
import type { Admitted, Door } from './doors.ts';
import { type Positions, readCursor, userKey } from './event-cursor.ts';
import { EventFan } from './event-fan.ts';
import { eventName, typeFilter } from './event-names.ts';
import { EventStream, type Moment, type Outlet } from './event-stream.ts';
import type { Projects } from './projects.ts';
import { refusal } from './refusals.ts';
import { authorise, requireProject } from './rights.ts';

export interface EventsParts {
  readonly projects: Projects;
  readonly redact: (text: string) => string;
  readonly accepting: () => boolean;
  readonly clock: () => number;
  readonly onBug: (what: string, error: unknown) => void;
}

interface Listener {
  readonly socket: WebSocket;
  answered: boolean;
}

interface Joining {
  readonly positions: Positions;
  readonly wants: (event: string) => boolean;
  /** Also what belongs to no project. */
  readonly hearsAll: boolean;
  readonly isMissing: boolean;
  /** Stays when everything up to now has been told. */
  readonly isFollowing: boolean;
  /** Is told when that is so. */
  readonly saysCurrent: boolean;
}

const path = '/memory/events';
const pingMs = 30_000;
const mostListeners = 512;
const mostProjects = 1_000;
/** Of the past at most so many events are told again, found among so many records of each database. */
const mostPast = { events: 1_000, records: 10_000 };

/** WS /memory/events: whoever listens, on whatever server. The package behind it is loaded for the first listener. */
export class Events {
  readonly #parts: EventsParts;
  readonly #listeners = new Set<Listener>();
  readonly #fan = new EventFan((key) => this.#read(key));
  readonly #asked = new WeakMap<IncomingMessage, (socket: WebSocket) => void>();
  #upgrader: Promise<FastifyInstance> | undefined;
  #ping: NodeJS.Timeout | undefined;

  constructor(parts: EventsParts) {
    this.#parts = parts;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Answers upgrades of a server, letting in by its door. */
  attach(server: FastifyInstance, door: Door): void {
    server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      this.#upgrade({ request, socket, head, door }).catch((error: unknown) => this.#turnAway(socket, error));
    });
  }

  /** Something was committed. project: null for the user database. */
  committed(project: string | null, last: number): void {
    this.#fan.committed(project ?? userKey, last);
  }

  /** Tells of a moment that no record stands behind, such as brief.rendered. project: undefined for one of none. */
  notice(project: string | undefined, moment: Moment): void {
    this.#fan.notice(project, moment);
  }

  /** Sends everybody away: a daemon that comes after goes on from their cursors. */
  async close(): Promise<void> {
    clearInterval(this.#ping);
    this.#fan.stop();
    for (const { socket } of this.#listeners) socket.close(1001, 'the daemon is leaving');
    const upgrader = await this.#upgrader?.catch(() => undefined);
    for (let i = 0; i < 20 && this.#listeners.size > 0; i += 1) await pause(10); // most answer at once
    for (const { socket } of this.#listeners) socket.terminate();
    await upgrader?.close();
  }

  async #upgrade({ request, socket, head, door }: Upgrading): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://prsist');
    if (url.pathname !== path) throw new PrsistError('route/unknown', `nothing listens at ${url.pathname}`);
    const by = door(request.headers, 'system.events');
    if (by === 'nobody') throw new PrsistError('auth/missing', 'the request carries no token');
    authorise({ name: 'system.events', effect: 'read', body: {}, caller: by.caller });
    if (!this.#parts.accepting()) throw new PrsistError('daemon/draining', 'the daemon is leaving', { retryMs: 200 });
    if (this.#listeners.size >= mostListeners) {
      throw new PrsistError('daemon/busy', `there are ${mostListeners} listeners already`, { retryMs: 5_000 });
    }
    const wants = typeFilter(url.searchParams.get('types') ?? undefined);
    const joining: Joining = {
      ...{ wants, ...this.#positions(url.searchParams, by, wants), hearsAll: by.caller.bound === undefined },
      isFollowing: url.searchParams.get('follow') !== 'false',
      saysCurrent: url.searchParams.get('current') === 'true',
    };
    this.#asked.set(request, (joined) => this.#join(joined, joining));
    this.#upgrader ??= this.#openUpgrader();
    const upgrader = await this.#upgrader;
    upgrader.server.emit('upgrade', request, socket, head);
  }

  /**
   * Where a listener begins: after its cursor, before the last events it asks for, else with what comes. A project its
   * cursor does not know is new: all of it. isMissing: its cursor names records that are not there any more.
   */
  #positions(query: URLSearchParams, by: Admitted, wants: Joining['wants']): Pick<Joining, 'positions' | 'isMissing'> {
    const keys = this.#keys(query.get('projects'), by);
    const after = query.get('after');
    const known = after ? readCursor(after) : undefined;
    const past = Math.min(mostPast.events, Math.max(0, Number(query.get('last') ?? 0) || 0));
    let isMissing = false;
    const begin = (key: string): number => {
      const last = this.#fan.tail.last(key);
      if (!known) return past > 0 ? this.#before(key, past, wants) : last;
      const at = known.get(key) ?? 0;
      isMissing ||= at > last;
      return Math.min(at, last);
    };
    const positions: Positions = new Map(keys.map((key) => [key, begin(key)]));
    return { positions, isMissing };
  }

  /** The record behind which the last events of a kind stand. */
  #before(key: string, count: number, wants: Joining['wants']): number {
    const found = newestChanges(this.#read(key), mostPast.records).filter(({ type, op }) => wants(eventName(type, op)));
    return (found[Math.min(count, found.length) - 1]?.n ?? this.#fan.tail.last(key) + 1) - 1;
  }

  #keys(asked: string | null, by: Admitted): string[] {
    const { projects } = this.#parts;
    const own = by.caller.bound?.project;
    if (asked === '*' && own === undefined) {
      const all = projects.user.read.all(allProjects, {}).slice(0, mostProjects);
      return [userKey, ...all.map(({ project_id }) => project_id)];
    }
    const names =
      asked === null || asked === '' || asked === '*' ? [by.project] : asked.split(',').slice(0, mostProjects);
    return names.map((name) => {
      const project = projects.resolve(name);
      requireProject(by.caller, project);
      return project.id;
    });
  }

  #read(key: string): Read {
    const { projects } = this.#parts;
    return key === userKey ? projects.user.read : projects.store(key).read;
  }

  async #openUpgrader(): Promise<FastifyInstance> {
    const { default: fastify } = await import('fastify');
    const { default: websocket } = await import('@fastify/websocket');
    const server = fastify();
    await server.register(websocket, { options: { maxPayload: 1024 } });
    server.get(path, { websocket: true }, (socket, request) => this.#asked.get(request.raw)?.(socket));
    await server.ready();
    this.#ping ??= setInterval(() => this.#pingAll(), pingMs).unref();
    return server;
  }

  #join(socket: WebSocket, { positions, wants, hearsAll, isMissing, ...joining }: Joining): void {
    const outlet: Outlet = {
      send: (text) =>
        new Promise((resolve, reject) => {
          socket.send(text, (error) => (error ? reject(error) : resolve()));
        }),
      close: (code, reason) => socket.close(code, reason),
    };
    const onBug = (error: unknown) => {
      this.#parts.onBug('events', error);
      socket.close(1011, 'something went wrong inside');
    };
    const stream = new EventStream({
      ...{ positions, wants, outlet, onBug, hearsAll, clock: this.#parts.clock },
      changes: (key, after, limit) => this.#fan.tail.after(key, after, limit),
      onCurrent: () => {
        if (joining.saysCurrent) stream.current();
        if (!joining.isFollowing) socket.close(1000, 'these are all');
      },
    });
    const listener: Listener = { socket, answered: true };
    this.#listeners.add(listener);
    this.#fan.add(stream);
    socket.on('pong', () => {
      listener.answered = true;
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      stream.stop();
      this.#fan.delete(stream);
      this.#listeners.delete(listener);
    });
    if (isMissing) stream.missed();
    stream.run();
  }

  #pingAll(): void {
    for (const listener of this.#listeners) {
      if (!listener.answered) listener.socket.terminate();
      listener.answered = false;
      listener.socket.ping();
    }
  }

  #turnAway(socket: Duplex, cause: unknown): void {
    const known = cause instanceof PrsistError;
    if (!known) this.#parts.onBug('events', cause);
    const error = known ? cause : new PrsistError('internal', 'something went wrong inside', { cause });
    const body = JSON.stringify(refusal(error, this.#parts.redact));
    const head = [
      `HTTP/1.1 ${errorTable[error.code].status} ${error.code}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
}

interface Upgrading {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly door: Door;
}
