import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';

import { errorTable, PrsistError } from '../core/errors.ts';
import { allProjects } from '../features/system/queries.ts';
import { pause } from '../platform/time.ts';
import { lastChange } from '../store/changes.ts';
import type { Read } from '../store/record-type.ts';
import type { Admitted, Door } from './doors.ts';
import { typeFilter } from './event-names.ts';
import { EventStream, type Outlet, type Positions, readCursor, userKey } from './event-stream.ts';
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
  readonly stream: EventStream;
  answered: boolean;
}

const path = '/memory/events';
const pingMs = 30_000;
const mostListeners = 100;
const mostProjects = 1_000;

/** WS /memory/events: whoever listens, on whatever server. The package behind it is loaded for the first listener. */
export class Events {
  readonly #parts: EventsParts;
  readonly #listeners = new Set<Listener>();
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
    for (const { stream } of this.#listeners) stream.wake(project ?? userKey, last);
  }

  /** Tells of a moment that no record stands behind, such as brief.rendered. */
  notice(project: string, event: string): void {
    for (const { stream } of this.#listeners) stream.notice(project, event, this.#parts.clock());
  }

  /** Sends everybody away: a daemon that comes after goes on from their cursors. */
  async close(): Promise<void> {
    clearInterval(this.#ping);
    for (const { socket, stream } of this.#listeners) {
      stream.stop();
      socket.close(1001, 'the daemon is leaving');
    }
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
    const positions = this.#positions(url.searchParams, by);
    const wants = typeFilter(url.searchParams.get('types') ?? undefined);
    this.#asked.set(request, (joined) => this.#join(joined, positions, wants));
    this.#upgrader ??= this.#openUpgrader();
    const upgrader = await this.#upgrader;
    upgrader.server.emit('upgrade', request, socket, head);
  }

  /** Where a listener begins: after its cursor, else with what comes. A project its cursor does not know is new: all of it. */
  #positions(query: URLSearchParams, by: Admitted): Positions {
    const keys = this.#keys(query.get('projects'), by);
    const after = query.get('after');
    const known = after ? readCursor(after) : undefined;
    return new Map(keys.map((key) => [key, known ? (known.get(key) ?? 0) : lastChange(this.#read(key))]));
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

  #join(socket: WebSocket, positions: Positions, wants: (event: string) => boolean): void {
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
    const stream = new EventStream({ positions, read: (key) => this.#read(key), wants, outlet, onBug });
    const listener: Listener = { socket, stream, answered: true };
    this.#listeners.add(listener);
    socket.on('pong', () => {
      listener.answered = true;
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      stream.stop();
      this.#listeners.delete(listener);
    });
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
