// Everything of the daemon that is asked over HTTP: the socket, the loopback listener, metrics, the pages of /docs.
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/schema.ts';
import { PrsistError } from '../core/errors.ts';
import { operations } from '../features/operations.ts';
import type { Dispatch } from './dispatch.ts';
import { docsPages } from './docs.ts';
import { type Door, socketDoor } from './doors.ts';
import { Events } from './events.ts';
import { type Gauge, Metrics } from './metrics.ts';
import type { Projects } from './projects.ts';
import { authorise } from './rights.ts';
import { createServer, type Page } from './server.ts';
import { TcpListener } from './tcp-listener.ts';

export interface FrontParts {
  readonly dispatch: Dispatch;
  readonly projects: Projects;
  readonly settings: Config['api'];
  readonly token: string;
  readonly redact: (text: string) => string;
  /** Of one request at most. */
  readonly bodyBytes: number;
  readonly accepting: () => boolean;
  readonly onRequest: () => void;
  readonly onBug: (operation: string, error: unknown) => void;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly log: (what: string, details: Readonly<Record<string, unknown>>) => void;
  /** What the daemon measures of itself, beside its requests. */
  readonly gauges: () => readonly Gauge[];
}

/** The one place where servers are made, so that every one of them has the same routes. */
export class Front {
  readonly socket: FastifyInstance;
  readonly tcp: TcpListener;
  readonly #parts: FrontParts;
  readonly events: Events;
  readonly #metrics = new Metrics();
  /** Requests that are being answered. */
  #running = 0;

  constructor(parts: FrontParts) {
    this.#parts = parts;
    const { projects, token, settings, clock, log } = parts;
    this.events = new Events(parts);
    this.socket = this.#server(socketDoor(token, () => projects.identity.user));
    const serverFor = (door: Door) => this.#server(door);
    this.tcp = new TcpListener({ settings, projects, clock, log, serverFor });
  }

  /** Somebody is, or may be, there whom a daemon that left could not hear. */
  get isAwaited(): boolean {
    return this.tcp.isOpen || this.events.listeners > 0;
  }

  async close(): Promise<void> {
    await this.events.close();
    await Promise.all([this.socket.close(), this.tcp.close()]);
  }

  #server(door: Door): FastifyInstance {
    const { redact, bodyBytes, accepting, onRequest, onBug, monotonic } = this.#parts;
    const dispatch: Dispatch = async (asked) => {
      this.#running += 1;
      try {
        return await this.#parts.dispatch(asked);
      } finally {
        this.#running -= 1;
      }
    };
    const server = createServer({
      ...{ door, dispatch, redact, bodyBytes, accepting, onRequest, onBug, monotonic, pages: this.#pages() },
      onAnswer: (operation, begun, failed) => {
        // a name that is no operation must not become a series of its own
        const known = Object.hasOwn(operations, operation) ? operation : 'unknown';
        this.#metrics.answered(known, (monotonic() - begun) / 1000, codeOf(failed));
      },
    });
    this.events.attach(server, door);
    return server;
  }

  #pages(): Page[] {
    const pages: Page[] = [
      {
        ...{ path: '/memory/metrics', operation: 'system.metrics' },
        answer: (_, reply) =>
          reply
            .header('content-type', 'application/openmetrics-text; version=1.0.0; charset=utf-8')
            .send(this.#metrics.text(this.#parts.gauges())),
      },
      ...docsPages(),
    ];
    return pages.map((page) => ({
      ...page,
      answer: (request, reply, by) => {
        authorise({ name: page.operation, effect: 'read', body: {}, caller: by.caller });
        return page.answer(request, reply, by);
      },
    }));
  }

  /** What is going on here now. */
  get load(): { readonly listeners: number; readonly requests: number } {
    return { listeners: this.events.listeners, requests: this.#running };
  }
}

function codeOf(failed: unknown): string | undefined {
  if (failed === undefined) return undefined;
  return failed instanceof PrsistError ? failed.code : 'internal';
}
