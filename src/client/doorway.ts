// A page for a browser: a port of its own on 127.0.0.1 that hands requests on to the daemon's socket. It is gone with the
// process that opened it, however that ends. The secret stands in the path: other local servers never see it, as they
// would a cookie, and no page can guess it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomHex } from '../platform/random.ts';
import type { Endpoint } from './endpoint.ts';

export interface Doorway {
  readonly url: string;
  readonly close: () => void;
}

/** Opens it. endpoint: read again for each request, since a daemon may be replaced meanwhile. */
export async function openDoorway(endpoint: () => Endpoint | undefined, page: string): Promise<Doorway> {
  const http = await import('node:http');
  const secret = randomHex(24);
  const server = http.createServer((request, response) => {
    const port = portOf(server.address());
    const path = admitted(request, secret, port);
    if (path === undefined) return refuse(response, 403, 'auth/refused', 'this page is for its own visitor');
    const { socket: socketPath, token } = endpoint() ?? {};
    if (!socketPath) return refuse(response, 503, 'daemon/unavailable', 'the daemon is not running');
    const headers = { ...ownHeaders(request), host: 'prsist', authorization: `Bearer ${token}` };
    const onward = http.request({ socketPath, path, method: request.method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'referrer-policy': 'no-referrer' });
      answer.pipe(response);
    });
    onward.on('error', () => refuse(response, 503, 'daemon/unavailable', 'the daemon does not answer'));
    request.pipe(onward);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${portOf(server.address())}/${secret}${page}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function portOf(address: ReturnType<import('node:http').Server['address']>): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The path to ask the daemon for; undefined for a foreign name, a foreign page or a wrong secret. */
function admitted({ headers, url = '/' }: IncomingMessage, secret: string, port: number): string | undefined {
  const own = `127.0.0.1:${port}`;
  if (headers.host !== own) return undefined;
  if (headers.origin !== undefined && headers.origin !== `http://${own}`) return undefined;
  const [, given, rest] = /^\/([0-9a-f]{48})(\/.*)$/.exec(url) ?? [];
  return given === secret ? rest : undefined;
}

/** What a browser adds of itself would only have the request refused, and its idea of a token is not ours. */
function ownHeaders({ headers }: IncomingMessage): Record<string, string | string[]> {
  const dropped = ['host', 'origin', 'referer', 'cookie', 'authorization', 'connection', 'upgrade'];
  return Object.fromEntries(
    Object.entries(headers).filter(
      (pair): pair is [string, string | string[]] => pair[1] !== undefined && !dropped.includes(pair[0]),
    ),
  );
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  if (response.headersSent) return void response.destroy();
  const error = { code, message, hint: 'prsist docs' };
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ success: false, error }));
}
