import type { FastifyRequest } from 'fastify';

/** A published route whose method or path is not the one the client uses: path and query become members of the body. */
export interface Alias {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly operation: string;
  readonly body: (request: FastifyRequest) => Record<string, unknown>;
}

const members = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const withSession = (request: FastifyRequest) => ({
  ...members(request.body),
  session_id: String(members(request.params).session_id ?? ''),
});

export const aliases: readonly Alias[] = [
  { method: 'GET', path: '/memory/health', operation: 'system.health', body: () => ({}) },
  { method: 'POST', path: '/memory/session/resume/:session_id', operation: 'session.resume', body: withSession },
  {
    method: 'GET',
    path: '/memory/session/context/:session_id',
    operation: 'session.context',
    body: (request) => {
      const { recent } = members(request.query);
      return { ...withSession(request), ...(recent === undefined ? {} : { recent: Number(recent) }) };
    },
  },
];
