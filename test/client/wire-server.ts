// A real HTTP server on a real socket that speaks the wire of the daemon, with answers made by the test.
import fs from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { protocol } from '../../src/core/protocol.ts';

export interface Asked {
  readonly name: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly input: Record<string, unknown>;
}

export type Answering = (asked: Asked, response: http.ServerResponse) => void;

export interface WireServer extends AsyncDisposable {
  readonly home: string;
  readonly env: { readonly PRSIST_HOME: string; readonly HOME: string; readonly PATH: string };
  readonly asked: Asked[];
}

export const token = 'ab'.repeat(32);

export function temporaryHome(): string {
  const home = fs.mkdtempSync(join(tmpdir(), 'prsist-wire-'));
  fs.mkdirSync(join(home, 'state'), { mode: 0o700 });
  return home;
}

export function writeEndpoint(home: string, changes: Record<string, unknown> = {}): void {
  const endpoint = {
    socket: join(home, 'd.sock'),
    token,
    pid: process.pid,
    start: '', // unknown: a client tells only the very process that wrote it that its socket is gone
    proto: protocol,
    version: '0.1.0',
    ...changes,
  };
  fs.writeFileSync(join(home, 'state', 'endpoint.json'), `${JSON.stringify(endpoint)}\n`);
}

export async function serve(answer: Answering, endpoint: Record<string, unknown> = {}): Promise<WireServer> {
  const home = temporaryHome();
  const asked: Asked[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const name = (request.url ?? '').replace('/memory/', '').replace('/', '.');
    const one = { name, headers: request.headers, input: JSON.parse(Buffer.concat(chunks).toString()) };
    asked.push(one);
    answer(one, response);
  });
  await new Promise<void>((resolve) => server.listen(join(home, 'd.sock'), resolve));
  writeEndpoint(home, endpoint);
  return {
    home,
    env: { PRSIST_HOME: home, HOME: home, PATH: process.env.PATH ?? '' },
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}

export function reply(response: http.ServerResponse, body: Record<string, unknown>, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ success: true, ...body }));
}

export function refuse(response: http.ServerResponse, status: number, error: Record<string, unknown>): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ success: false, error }));
}
