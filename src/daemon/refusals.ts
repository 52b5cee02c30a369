import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, errorTable, PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';

type Redact = (text: string) => string;

/** Answers with an error in the one form there is, holding no secret that was sent. */
export function refuse(reply: FastifyReply, error: PrsistError, redact: Redact): FastifyReply {
  return reply.code(errorTable[error.code].status).send(refusal(error, redact));
}

/** The body of such an answer. */
export function refusal(error: PrsistError, redact: Redact) {
  const { message, hint, ...body } = errorBody(error);
  const told = { ...body, message: redact(message), hint: redact(hint) };
  const named = told.field === undefined ? told : { ...told, field: redact(told.field) };
  return { success: false, error: named };
}

/** What fastify itself refuses, in our words; anything else unknown is a bug. */
export function asKnown(
  error: unknown,
  request: FastifyRequest,
  onBug: (what: string, error: unknown) => void,
): PrsistError {
  if (error instanceof PrsistError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new PrsistError('limit/too-large', `a request has at most ${limits.bodyBytes} bytes`);
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new PrsistError('input/media-type', 'only JSON is understood');
  if (code.startsWith('FST_ERR_CTP') || error instanceof SyntaxError) {
    return new PrsistError('input/encoding', `the body is no valid JSON: ${message}`);
  }
  onBug(`${request.method} ${request.url}`, error);
  return new PrsistError('internal', 'something went wrong inside; it has been logged', { cause: error });
}
