import type { FastifyInstance } from 'fastify';
import { limits } from '../core/limits.ts';
import { grantOf } from '../features/tokens/grant.ts';
import { noteUse } from '../features/tokens/queries.ts';
import { type Door, tcpDoor } from './doors.ts';
import type { Projects } from './projects.ts';

export interface TcpParts {
  readonly settings: { readonly tcp: boolean; readonly port: number; readonly default_project?: string | undefined };
  readonly projects: Projects;
  readonly clock: () => number;
  readonly serverFor: (door: Door) => FastifyInstance;
  readonly log: (what: string, details: Readonly<Record<string, unknown>>) => void;
}

const noteUseMs = 60_000;

/** The optional listener on 127.0.0.1; when it cannot have its port, the daemon serves its socket all the same. */
export class TcpListener {
  readonly #parts: TcpParts;
  #server: FastifyInstance | undefined;
  #failure: string | undefined;

  constructor(parts: TcpParts) {
    this.#parts = parts;
  }

  /** True while programs may ask here: a daemon with an open port does not leave by itself, since nobody could start it so. */
  get isOpen(): boolean {
    return this.#server !== undefined;
  }

  /** What health says of it. */
  get state(): string {
    if (this.isOpen) return `127.0.0.1:${this.#parts.settings.port}`;
    return this.#failure ?? 'off';
  }

  async open(): Promise<void> {
    const { settings, log, serverFor } = this.#parts;
    if (!settings.tcp) return;
    const server = serverFor(this.#door());
    server.server.maxConnections = limits.tcpConnections;
    try {
      await server.listen({ host: '127.0.0.1', port: settings.port });
      this.#server = server;
      log('listening on TCP', { port: settings.port });
    } catch (error) {
      this.#failure = `port ${settings.port}: ${error instanceof Error ? error.message : String(error)}`;
      log('cannot listen on TCP', { why: this.#failure });
      await server.close();
    }
  }

  async close(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  #door(): Door {
    const { settings, projects } = this.#parts;
    return tcpDoor({
      ...{ port: () => settings.port, user: () => projects.identity.user },
      defaultProject: settings.default_project ?? 'default',
      grant: (token) => this.#grant(token),
    });
  }

  #grant(token: string) {
    const { projects, clock } = this.#parts;
    const now = clock();
    const grant = grantOf(projects.user.read, token, now);
    if (grant && now - grant.last_used_at > noteUseMs) {
      // only for the list of tokens: lost, the next request tells it again
      projects.user.write((tx) => tx.run(noteUse, { token_id: grant.token_id, at: now })).catch(() => undefined);
    }
    return grant;
  }
}
