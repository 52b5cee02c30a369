// One HTTP/1.1 request over a Unix socket. node:http would cost a third of an empty Node start, and every command pays it.
import net from 'node:net';
import { PrsistError } from '../core/errors.ts';

export interface Question {
  /** POST when absent. */
  readonly method?: 'GET';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
  /** Without any byte of an answer for this long, `slow` is told once. */
  readonly slowMs: number;
  readonly timeoutMs: number;
  readonly slow: () => void;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * Asks once and reads the whole answer.
 * Rejects with the system's own error when the socket cannot be reached or closes early (code ECONNRESET), and with
 * daemon/wedged when nothing arrives within timeoutMs.
 */
export function exchange(socketPath: string, question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(socketPath);
    const received = new Received();
    const settle = (done: () => void) => {
      socket.destroy();
      done();
    };
    socket.on('error', (error) => settle(() => reject(error)));
    socket.on('data', (chunk) => {
      const answer = received.add(chunk);
      if (answer) settle(() => resolve(answer));
    });
    socket.on('end', () => {
      const answer = received.atEnd();
      settle(() => (answer ? resolve(answer) : reject(closedEarly())));
    });
    watchSilence(socket, question, (error) => settle(() => reject(error)));
    socket.write(requestText(question));
  });
}

function watchSilence(socket: net.Socket, question: Question, fail: (error: Error) => void): void {
  const patience = Math.min(question.slowMs, question.timeoutMs);
  let told = false;
  socket.setTimeout(patience);
  socket.on('timeout', () => {
    if (told || patience === question.timeoutMs) {
      return fail(new PrsistError('daemon/wedged', `no answer within ${question.timeoutMs / 1000} s`));
    }
    told = true;
    question.slow();
    socket.setTimeout(question.timeoutMs - patience);
  });
}

function requestText({ method, path, headers, body }: Question): string {
  const lines = [
    `${method ?? 'POST'} ${path} HTTP/1.1`,
    'host: prsist',
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function closedEarly(): Error {
  return Object.assign(new Error('the connection closed before the answer was complete'), { code: 'ECONNRESET' });
}

/** Bytes of an answer so far. Its length is given (content-length), in chunks, or ends with the connection. */
class Received {
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private head: Head | undefined;

  add(chunk: Buffer): Answer | undefined {
    this.chunks.push(chunk);
    this.size += chunk.length;
    this.head ??= readHead(this.chunks);
    const { head } = this;
    if (head?.length === undefined || this.size < head.bodyAt + head.length) return undefined;
    return this.answer(head, head.bodyAt + head.length);
  }

  atEnd(): Answer | undefined {
    if (!this.head || this.head.length !== undefined) return undefined;
    return this.answer(this.head, this.size);
  }

  private answer(head: Head, end: number): Answer | undefined {
    const raw = Buffer.concat(this.chunks).subarray(head.bodyAt, end);
    const body = head.chunked ? unchunked(raw) : raw;
    return body && { status: head.status, body: body.toString('utf8') };
  }
}

interface Head {
  readonly status: number;
  /** Offset of the first byte of the body. */
  readonly bodyAt: number;
  readonly length: number | undefined;
  readonly chunked: boolean;
}

function readHead(chunks: readonly Buffer[]): Head | undefined {
  const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  const end = all.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const text = all.toString('latin1', 0, end);
  const length = /^content-length: *(\d+)/im.exec(text)?.[1];
  return {
    status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0),
    bodyAt: end + 4,
    length: length === undefined ? undefined : Number(length),
    chunked: /^transfer-encoding: *chunked/im.test(text),
  };
}

/** Joins a chunked body; undefined when its last chunk is missing. */
function unchunked(raw: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = raw.indexOf('\r\n', at);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(raw.toString('latin1', at, lineEnd), 16);
    if (size === 0) return Buffer.concat(parts);
    if (Number.isNaN(size) || lineEnd + 2 + size > raw.length) return undefined;
    parts.push(raw.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 4 + size;
  }
}
