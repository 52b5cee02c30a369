// The listening half of a WebSocket over the daemon's socket. All it ever says is hello, pong and goodbye.
import net from 'node:net';
import { errorFromBody, PrsistError } from '../core/errors.ts';
import { randomHex } from '../platform/random.ts';
import type { Endpoint } from './endpoint.ts';
import { Frames } from './frames.ts';

export interface Listening {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The daemon let it in. */
  readonly onOpen: () => void;
  readonly onText: (text: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** Why a conversation ended: the code of the other side, or 1006 when it just broke off. */
export interface Ended {
  readonly code: number;
}

const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;
const mostHeadBytes = 16 * 1024;
/** The daemon pings every half minute: one that is silent for longer is gone. */
const silentMs = 75_000;

/**
 * Listens until either side ends it. Throws what the daemon refuses with, and the system's own error where nothing listens.
 * When the signal aborts, it resolves.
 */
export function listen(endpoint: Endpoint, { path, headers, onOpen, onText, signal }: Listening): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(endpoint.socket);
    const frames = new Frames();
    let head: Buffer | undefined = Buffer.alloc(0);
    const onAbort = () => end({ code: 1000 });
    const settle = () => {
      signal?.removeEventListener('abort', onAbort);
      socket.destroy();
    };
    const end = (ended: Ended) => {
      settle();
      resolve(ended);
    };
    const fail = (error: Error) => {
      settle();
      reject(error);
    };
    const take = (bytes: Buffer) => {
      try {
        read(bytes);
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const read = (bytes: Buffer) => {
      for (const { opcode, payload } of frames.add(bytes)) {
        if (opcode === opcodes.text) onText(payload.toString('utf8'));
        else if (opcode === opcodes.ping) socket.write(masked(opcodes.pong, payload));
        else if (opcode === opcodes.close) {
          socket.write(masked(opcodes.close, payload.subarray(0, 2)));
          end({ code: payload.length >= 2 ? payload.readUInt16BE(0) : 1005 });
          return;
        }
      }
    };
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) {
      onAbort();
      return;
    }
    socket.setTimeout(silentMs, () => end({ code: 1006 }));
    socket.on('error', (error) => (head === undefined ? end({ code: 1006 }) : fail(error)));
    socket.on('close', () => (head === undefined ? end({ code: 1006 }) : fail(refused(head))));
    socket.on('data', (bytes) => {
      if (head === undefined) {
        take(bytes);
        return;
      }
      head = Buffer.concat([head, bytes]);
      const at = head.indexOf('\r\n\r\n');
      if (head.length > mostHeadBytes) fail(refused(head));
      if (at < 0 || !head.subarray(0, 12).equals(switching)) return; // a refusal: it closes when all is said
      const rest = head.subarray(at + 4);
      head = undefined;
      onOpen();
      take(rest);
    });
    socket.write(hello(endpoint, path, headers));
  });
}

const switching = Buffer.from('HTTP/1.1 101');

function hello(endpoint: Endpoint, path: string, headers: Readonly<Record<string, string>>): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    ...['host: prsist', 'connection: Upgrade', 'upgrade: websocket', 'sec-websocket-version: 13'],
    `sec-websocket-key: ${Buffer.from(randomHex(16), 'hex').toString('base64')}`,
    `authorization: Bearer ${endpoint.token}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** What a client sends is masked; with which bytes matters to proxies only, and there are none on a socket. */
function masked(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

function refused(head: Buffer): Error {
  const at = head.indexOf('\r\n\r\n');
  try {
    const { error } = JSON.parse(head.toString('utf8', at + 4));
    return errorFromBody(error);
  } catch {
    const cause = new PrsistError('daemon/unavailable', 'the daemon closed the connection');
    return Object.assign(cause, { cause: head.toString('latin1', 0, 64) });
  }
}
