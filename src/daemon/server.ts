import { isUtf8 } from 'node:buffer';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { errorBody, errorTable, PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { aliases } from './aliases.ts';
import type { Dispatch } from './dispatch.ts';
import { admit, callerOf, projectHeader } from './guard.ts';

export interface ServerParts {
  readonly dispatch: Dispatch;
  readonly token: string;
  readonly user: string;
  /** Takes secrets out of what a refusal says back. */
  readonly redact: (text: string) => string;
  /** False while the daemon leaves: nothing new is begun. */
  readonly accepting: () => boolean;
  /** A request came in, or ended: for the idle clock. */
  readonly onRequest: () => void;
  readonly onBug: (operation: string, error: unknown) => void;
  /** Of one request at most; as in limits when absent. */
  readonly bodyBytes?: number;
}

/** HTTP over the socket: one route per operation, the published paths as aliases, every failure as an error body. */
export function createServer(parts: ServerParts): FastifyInstance {
  const server = fastify({
    bodyLimit: parts.bodyBytes ?? limits.bodyBytes,
    // an id of 128 bytes, each percent-encoded
    routerOptions: { maxParamLength: 3 * limits.wordBytes },
    requestTimeout: 10_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // a daemon that leaves says so itself, in the form that clients understand
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'ignore',
  });
  server.removeAllContentTypeParsers(); // plain text is understood otherwise
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => {
    try {
      done(null, parseBody(body));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  // before the body is read: whoever has no token gets nothing parsed
  const waiting = { requests: 0, bytes: 0 };
  server.addHook('onRequest', async (request, reply) => {
    admit(request.headers, operationOf(request), parts.token);
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
  const answer = async (request: FastifyRequest, reply: FastifyReply, operation: string, body: unknown) => {
    if (!parts.accepting()) throw new PrsistError('daemon/draining', 'the daemon is leaving', { retryMs: 200 });
    parts.onRequest();
    try {
      const done = await parts.dispatch({
        ...{ operation, body, caller: plainCaller(request, parts), project: projectHeader(request.headers) },
        idempotencyKey: idempotencyKey(request),
      });
      if (done.replayed) reply.header('idempotency-replayed', 'true');
      return reply.code(done.status).send({ success: true, ...done.reply });
    } finally {
      parts.onRequest();
    }
  };
  server.post<{ Params: { noun: string; verb: string } }>('/memory/:noun/:verb', (request, reply) =>
    answer(request, reply, `${request.params.noun}.${request.params.verb}`, request.body),
  );
  for (const alias of aliases) {
    server.route({
      ...{ method: alias.method, url: alias.path, config: { operation: alias.operation } },
      handler: (request, reply) => answer(request, reply, alias.operation, alias.body(request)),
    });
  }
  server.setNotFoundHandler((request, reply) =>
    fail(reply, new PrsistError('route/unknown', `no route ${request.method} ${request.url}`), parts),
  );
  server.setErrorHandler((error, request, reply) => fail(reply, asKnown(error, request, parts), parts));
  return server;
}

/** What a request asks for, by its route; '' where there is none. */
function operationOf({ params, routeOptions: { config } }: FastifyRequest): string {
  if ('operation' in config) return String(config.operation);
  // the one route that is no alias has these two
  const { noun, verb } = params as { readonly noun?: string; readonly verb?: string };
  return noun === undefined ? '' : `${noun}.${verb}`;
}

/** Who asks. The names stand beside all that is written, so they must be none that a rule takes for a secret. */
function plainCaller({ headers }: FastifyRequest, { user, redact }: ServerParts): ReturnType<typeof callerOf> {
  const caller = callerOf(headers, user);
  for (const name of [caller.agent, caller.session]) {
    if (name !== undefined && redact(name) !== name) throw new PrsistError('input/invalid', 'a secret is no name');
  }
  return caller;
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

function idempotencyKey(request: FastifyRequest): string | undefined {
  const value = request.headers['idempotency-key'];
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.length > limits.wordBytes) {
    throw new PrsistError('limit/too-large', `an Idempotency-Key has at most ${limits.wordBytes} characters`);
  }
  return value;
}

function fail(reply: FastifyReply, error: PrsistError, { redact }: ServerParts): FastifyReply {
  const { message, hint, ...body } = errorBody(error);
  const told = { ...body, message: redact(message), hint: redact(hint) };
  const named = told.field === undefined ? told : { ...told, field: redact(told.field) };
  return reply.code(errorTable[error.code].status).send({ success: false, error: named });
}

/** What fastify itself refuses, in our words; anything else unknown is a bug. */
function asKnown(error: unknown, request: FastifyRequest, parts: ServerParts): PrsistError {
  if (error instanceof PrsistError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new PrsistError('limit/too-large', `a request has at most ${parts.bodyBytes ?? limits.bodyBytes} bytes`);
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new PrsistError('input/media-type', 'only JSON is understood');
  if (code.startsWith('FST_ERR_CTP') || error instanceof SyntaxError) {
    return new PrsistError('input/encoding', `the body is no valid JSON: ${message}`);
  }
  parts.onBug(`${request.method} ${request.url}`, error);
  return new PrsistError('internal', 'something went wrong inside; it has been logged', { cause: error });
}
