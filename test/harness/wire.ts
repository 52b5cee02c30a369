// One connection that stays open and takes many questions, also before the first is answered: what a program does that
// speaks to the daemon all the time. The client of the product opens one per command.
import net from 'node:net';
import type { Endpoint } from '../../src/client/endpoint.ts';

export interface Told {
  readonly status: number;
  readonly body: string;
}

interface Pending {
  readonly resolve: (told: Told) => void;
  readonly reject: (error: Error) => void;
}

export interface WireOptions {
  /** Id, name or absolute directory. */
  readonly project: string;
}

/** A connection to the daemon of an endpoint. Answers come in the order of the questions. */
export class Wire {
  readonly #socket: net.Socket;
  readonly #head: string;
  readonly #pending: Pending[] = [];
  #received: Buffer = Buffer.alloc(0);

  constructor(endpoint: Endpoint, { project }: WireOptions) {
    this.#head = [
      'host: prsist',
      `authorization: Bearer ${endpoint.token}`,
      `x-prsist-proto: ${endpoint.proto}`,
      `x-prsist-project: ${encodeURIComponent(project)}`,
      'content-type: application/json',
    ].join('\r\n');
    this.#socket = net.connect(endpoint.socket);
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the connection closed')));
  }

  /** Asks an operation, `noun.verb`. key: so that a repeat gets the first answer. */
  ask(operation: string, input: unknown, key?: string): Promise<Told> {
    return this.post(`/memory/${operation.replace('.', '/')}`, JSON.stringify(input), key);
  }

  /** Posts to a path. */
  post(path: string, body: string, key?: string): Promise<Told> {
    // the daemon closes a connection on which nobody asks for a while; what is written to it then gets no answer
    if (this.#socket.destroyed) return Promise.reject(new Error('the connection closed'));
    const once = key === undefined ? '' : `\r\nidempotency-key: ${key}`;
    const length = `content-length: ${Buffer.byteLength(body)}`;
    const answer = new Promise<Told>((resolve, reject) => this.#pending.push({ resolve, reject }));
    this.#socket.write(`POST ${path} HTTP/1.1\r\n${this.#head}${once}\r\n${length}\r\n\r\n${body}`);
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    for (;;) {
      const end = this.#received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = this.#received.toString('latin1', 0, end);
      const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      const after = end + 4 + length;
      if (this.#received.length < after) return;
      const body = this.#received.toString('utf8', end + 4, after);
      this.#received = this.#received.subarray(after);
      this.#pending.shift()?.resolve({ status: Number(head.slice(9, 12)), body });
    }
  }

  #fail(error: Error): void {
    for (const { reject } of this.#pending.splice(0)) reject(error);
  }
}
