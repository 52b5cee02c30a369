import { isUtf8 } from 'node:buffer';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { aliases } from './aliases.ts';
import type { Dispatch } from './dispatch.ts';
import type { Admitted, Door } from './doors.ts';
import { asKnown, refuse } from './refusals.ts';

/** What is answered with something else than a reply of an operation: metrics, the pages of /docs. */
export interface Page {
  readonly path: string;
  /** Under which name rights are looked up. */
  readonly operation: string;
  readonly answer: (request: FastifyRequest, reply: FastifyReply, admitted: Admitted) => unknown;
}

export interface ServerParts {
  readonly dispatch: Dispatch;
  readonly door: Door;
  readonly pages?: readonly Page[];
  /** Takes secrets out of what a refusal says back. */
  readonly redact: (text: string) => string;
  /** False while the daemon leaves: nothing new is begun. */
  readonly accepting: () => boolean;
  /** A request came in, or ended: for the idle clock. */
  readonly onRequest: () => void;
  /** A request was answered; failed: with the code of its error. */
  readonly onAnswer?: (operation: string, begun: number, failed: unknown) => void;
  readonly onBug: (operation: string, error: unknown) => void;
  /** Of one request at most; as in limits when absent. */
  readonly bodyBytes?: number;
  readonly monotonic?: () => number;
}

/** HTTP: one route per operation, the published paths as aliases, every failure as an error body. */
export function createServer(parts: ServerParts): FastifyInstance {
  const server = fastify({
    bodyLimit: parts.bodyBytes ?? limits.bodyBytes,
    // an id of 128 bytes, each percent-encoded
    routerOptions: { maxParamLength: 3 * limits.wordBytes },
    requestTimeout: 10_000,
    http: { headersTimeout: 10_000, maxHeaderSize: limits.headerBytes, connectionsCheckingInterval: 2_000 },
    forceCloseConnections: 'idle',
    return503OnClosing: false, // a daemon that leaves says so itself, in the form that clients understand
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'ignore',
  });
  readJsonOnly(server);
  const admitted = new WeakMap<FastifyRequest, Admitted | 'nobody'>();
  const waiting = { requests: 0, bytes: 0 };
  // before the body is read: whoever has no token gets nothing parsed
  server.addHook('onRequest', async (request, reply) => {
    admitted.set(request, parts.door(request.headers, operationOf(request)));
    const bytes = Number(request.headers['content-length'] ?? 0);
    if (waiting.requests >= limits.queueRequests || waiting.bytes + bytes > limits.queueBytes) {
      throw new PrsistError('daemon/busy', 'too many requests are waiting', { retryMs: 200 });
    }
    waiting.requests += 1;
    waiting.bytes += bytes;
    reply.raw.once('close', () => {
      waiting.requests -= 1;
      waiting.bytes -= bytes;
    });
  });
  const asked = (request: FastifyRequest) => admitted.get(request) ?? 'nobody';
  addRoutes(server, parts, asked);
  server.setNotFoundHandler((request, reply) =>
    refuse(reply, new PrsistError('route/unknown', `no route ${request.method} ${request.url}`), parts.redact),
  );
  server.setErrorHandler((error, request, reply) => refuse(reply, asKnown(error, request, parts.onBug), parts.redact));
  return server;
}

type Who = (request: FastifyRequest) => Admitted | 'nobody';

function addRoutes(server: FastifyInstance, parts: ServerParts, who: Who): void {
  const answer = (request: FastifyRequest, reply: FastifyReply, operation: string, body: unknown) =>
    who(request) === 'nobody' ? probed(reply, parts) : answered(request, reply, { parts, who, operation, body });
  server.post<{ Params: { noun: string; verb: string } }>('/memory/:noun/:verb', (request, reply) =>
    answer(request, reply, `${request.params.noun}.${request.params.verb}`, request.body),
  );
  for (const alias of aliases) {
    server.route({
      ...{ method: alias.method, url: alias.path, config: { operation: alias.operation } },
      handler: (request, reply) => answer(request, reply, alias.operation, alias.body(request)),
    });
  }
  for (const page of parts.pages ?? []) {
    server.route({
      ...{ method: 'GET', url: page.path, config: { operation: page.operation } },
      handler: (request, reply) => {
        const by = who(request);
        if (by === 'nobody') throw new PrsistError('auth/missing', 'the request carries no token');
        parts.onRequest();
        return page.answer(request, reply, by);
      },
    });
  }
}

interface Answering {
  readonly parts: ServerParts;
  readonly who: Who;
  readonly operation: string;
  readonly body: unknown;
}

async function answered(request: FastifyRequest, reply: FastifyReply, { parts, who, operation, body }: Answering) {
  if (!parts.accepting()) throw new PrsistError('daemon/draining', 'the daemon is leaving', { retryMs: 200 });
  parts.onRequest();
  const begun = parts.monotonic?.() ?? 0;
  let failed: unknown;
  try {
    const { caller, project } = plain(who(request), parts);
    const idempotencyKey = keyOf(request);
    const done = await parts.dispatch({ operation, body, caller, project, idempotencyKey });
    if (done.replayed) reply.header('idempotency-replayed', 'true');
    const status = operation === 'system.health' && done.reply.status === 'failing' ? 503 : done.status;
    return reply.code(status).send({ success: true, ...done.reply });
  } catch (error) {
    failed = error;
    throw error;
  } finally {
    parts.onAnswer?.(operation, begun, failed);
    parts.onRequest();
  }
}

/** Whoever has no token learns whether the daemon is well, and nothing else. */
async function probed(reply: FastifyReply, { dispatch }: ServerParts) {
  const nobody = { user: '', origin: 'agent', rights: 'read' } as const;
  const { reply: health } = await dispatch({
    ...{ operation: 'system.health', body: {}, caller: nobody, project: undefined, idempotencyKey: undefined },
  });
  return reply.code(health.status === 'failing' ? 503 : 200).send({ success: true, status: health.status });
}

/** What a request asks for, by its route; '' where there is none. */
function operationOf({ params, routeOptions: { config } }: FastifyRequest): string {
  if ('operation' in config) return String(config.operation);
  // the one route that is no alias has these two
  const { noun, verb } = params as { readonly noun?: string; readonly verb?: string };
  return noun === undefined ? '' : `${noun}.${verb}`;
}

/** Who asks. The names stand beside all that is written, so they must be none that a rule takes for a secret. */
function plain(who: Admitted | 'nobody', { redact }: ServerParts): Admitted {
  if (who === 'nobody') throw new PrsistError('auth/missing', 'the request carries no token');
  for (const name of [who.caller.agent, who.caller.session]) {
    if (name !== undefined && redact(name) !== name) throw new PrsistError('input/invalid', 'a secret is no name');
  }
  return who;
}

/** Plain text is understood otherwise. */
function readJsonOnly(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => {
    try {
      done(null, parseBody(body));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/** A body is JSON in valid UTF-8, strictly; none at all is an empty object. */
function parseBody(body: string | Buffer): unknown {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (bytes.length === 0) return {};
  if (!isUtf8(bytes)) throw new PrsistError('input/encoding', 'the body is no valid UTF-8');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PrsistError('input/encoding', `the body is no valid JSON: ${why}`, { cause });
  }
}

function keyOf(request: FastifyRequest): string | undefined {
  const value = request.headers['idempotency-key'];
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.length > limits.wordBytes) {
    throw new PrsistError('limit/too-large', `an Idempotency-Key has at most ${limits.wordBytes} characters`);
  }
  return value;
}
