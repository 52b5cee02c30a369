import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Operation } from '../core/operation.ts';
import { operations } from '../features/operations.ts';

/** A published route whose method or path is not the one the client uses: path and query become members of the body. */
export interface Alias {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly operation: keyof typeof operations;
  readonly body: (request: Pick<FastifyRequest, 'body' | 'query' | 'params'>) => Record<string, unknown>;
}

/** [method, path, operation]; a route with another path only is one more row. */
const rows = [
  ['GET', '/memory/health', 'system.health'],
  ['POST', '/memory/session/resume/:session_id', 'session.resume'],
  ['GET', '/memory/session/context/:session_id', 'session.context'],
] as const;

export const aliases: readonly Alias[] = rows.map(([method, path, operation]) => ({
  ...{ method, path, operation },
  body: ({ body, query, params }) => ({
    ...(method === 'POST' ? members(body) : {}),
    ...typed(operations[operation], members(query)),
    ...members(params),
  }),
}));

/**
 * Members that came as text, in the types their operation asks for. What does not fit stays as it came: the operation's
 * own check then says what is expected.
 */
function typed(operation: Operation, query: Record<string, unknown>): Record<string, unknown> {
  const { properties = {} } = z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' });
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return [name, asType(value, typeof schema === 'object' ? schema.type : undefined)];
    }),
  );
}

function asType(value: unknown, type: unknown): unknown {
  if (type === 'array') return Array.isArray(value) ? value : String(value).split(',');
  if (type === 'integer' || type === 'number') return isNumber(value) ? Number(value) : value;
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  return value;
}

function isNumber(value: unknown): boolean {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
}

function members(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
