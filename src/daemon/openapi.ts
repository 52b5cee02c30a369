import { z } from 'zod';
import { sha256Hex } from '../core/ids.ts';
import type { Operation } from '../core/operation.ts';
import { productVersion } from '../core/protocol.ts';
import { operations } from '../features/operations.ts';
import { aliases } from './aliases.ts';

type Json = Readonly<Record<string, unknown>>;

/** The whole contract as OpenAPI 3.1, from the schemas that requests are checked with. */
export function openApi(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  const shared: Shared = {};
  const add = (path: string, method: string, described: Json) => {
    paths[path] = { ...paths[path], [method]: described };
  };
  const named: readonly (readonly [string, Operation])[] = Object.entries(operations);
  for (const [name, operation] of named)
    add(`/memory/${name.replace('.', '/')}`, 'post', posted(name, operation, shared));
  for (const alias of aliases) {
    const operation: Operation = operations[alias.operation];
    const path = alias.path.replace(/:(\w+)/g, '{$1}');
    add(path, alias.method.toLowerCase(), aliased(alias, operation, shared));
  }
  add('/memory/metrics', 'get', metrics);
  add('/memory/events', 'get', events);
  return {
    openapi: '3.1.0',
    info: {
      ...{ title: 'prsist', version: productVersion, license: { name: 'MIT', identifier: 'MIT' } },
      description:
        'The memory that coding agents share. Every operation noun.verb is POST /memory/noun/verb; the published methods and paths are answered too.',
    },
    servers: [{ url: '../', description: 'this daemon' }],
    security: [{ bearer: [] }],
    tags: [...new Set(named.map(([name]) => nounOf(name)))].sort().map((name) => ({ name })),
    paths,
    components: { schemas: { Error: error, ...shared }, parameters, securitySchemes },
  };
}

function posted(name: string, operation: Operation, shared: Shared): Json {
  return {
    ...described(name, operation, shared),
    operationId: name,
    requestBody: { content: content(inputOf(operation, shared)) },
  };
}

/** A published path: what stands in the path or the query is taken out of the body. */
function aliased(
  { method, path, operation: name }: (typeof aliases)[number],
  operation: Operation,
  shared: Shared,
): Json {
  const input = inputOf(operation, shared);
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, member = '']) => member);
  const rest = Object.entries(input.properties ?? {}).filter(([member]) => !inPath.includes(member));
  const whole = described(name, operation, shared);
  const own = [
    ...inPath.map((member) => ({ name: member, in: 'path', required: true, schema: input.properties?.[member] ?? {} })),
    ...(method === 'GET' ? rest.map(([member, schema]) => ({ name: member, in: 'query', schema })) : []),
  ];
  const body = { ...input, properties: Object.fromEntries(rest), required: without(input.required, inPath) };
  return {
    ...{ ...whole, operationId: `${name}-${method.toLowerCase()}`, parameters: [...headers(operation), ...own] },
    ...(method === 'POST' ? { requestBody: { content: content(body) } } : {}),
  };
}

function described(name: string, operation: Operation, shared: Shared): Json {
  const status = operation.effect === 'job' ? '202' : '200';
  const json = z.toJSONSchema(operation.output, { io: 'output', unrepresentable: 'any' });
  const output: ObjectSchema = plain(json, shared);
  return {
    ...{ summary: operation.summary, tags: [nounOf(name)], parameters: headers(operation) },
    responses: {
      [status]: {
        description: operation.effect === 'job' ? 'Begun: follow it with job/show.' : 'Done, and on disk.',
        content: content({ ...output, properties: { success: { const: true }, ...output.properties } }),
      },
      default: {
        description: 'Refused or failed.',
        content: content({ $ref: '#/components/schemas/Error' }),
      },
    },
  };
}

interface ObjectSchema extends Json {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

function inputOf(operation: Operation, shared: Shared): ObjectSchema {
  return plain(z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' }), shared);
}

/**
 * A schema as a part of the whole description: what it refers to stands under `components`, named by its content, since
 * many operations refer to the same (any JSON value).
 */
function plain<S extends { $schema?: unknown; $defs?: unknown }>({ $schema: _, $defs, ...schema }: S, shared: Shared) {
  if ($defs === undefined) return schema;
  const prefix = `Value${sha256Hex(JSON.stringify($defs)).slice(0, 6)}`;
  const moved = (part: unknown): unknown =>
    JSON.parse(JSON.stringify(part).replaceAll('"#/$defs/', `"#/components/schemas/${prefix}`));
  for (const [name, definition] of Object.entries($defs as Json)) shared[`${prefix}${name}`] = moved(definition);
  // the same shape, with other names in its references
  return moved(schema) as typeof schema;
}

/** Schemas that several operations refer to. */
type Shared = Record<string, unknown>;

function without(names: readonly string[] | undefined, gone: readonly string[]): string[] {
  return (names ?? []).filter((name) => !gone.includes(name));
}

function content(schema: Json): Json {
  return { 'application/json': { schema } };
}

function headers(operation: Operation): Json[] {
  const wanted = operation.on === 'user' ? ['Agent'] : ['Project', 'Agent', 'Session'];
  const all = operation.effect === 'read' ? wanted : [...wanted, 'Key'];
  return all.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function nounOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}

function header(name: string, description: string): Json {
  return { name, in: 'header', description, schema: { type: 'string' } };
}

const parameters = {
  Project: header('X-Prsist-Project', "Id, name or directory, percent-encoded; else the token's, else a personal one."),
  Agent: header('X-Prsist-Agent', 'The agent on whose behalf this is asked.'),
  Session: header('X-Prsist-Session', 'The session in which it is asked.'),
  Key: header('Idempotency-Key', 'At most 128 bytes: the same key and request within a day gets the first answer.'),
};
const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'Over TCP: prsist token new.' },
};
const error = {
  type: 'object',
  required: ['success', 'error'],
  properties: {
    success: { const: false },
    error: {
      type: 'object',
      required: ['code', 'message', 'hint'],
      properties: {
        code: { type: 'string', description: 'noun/problem' },
        message: { type: 'string' },
        hint: { type: 'string', description: 'what to do next' },
        field: { type: 'string', description: 'path of the member that was wrong' },
        retry_ms: { type: 'integer', description: 'when to ask again, with the same Idempotency-Key' },
        details: {},
      },
    },
  },
};
const metrics = {
  ...{ operationId: 'system.metrics', summary: 'Latencies, queues and sizes as OpenMetrics text', tags: ['system'] },
  responses: { 200: { description: 'OpenMetrics 1.0', content: { 'application/openmetrics-text': {} } } },
};
const query = (name: string, description: string) => ({ name, in: 'query', description, schema: { type: 'string' } });
const events = {
  ...{ operationId: 'system.events', summary: 'Committed changes as a WebSocket stream', tags: ['system'] },
  parameters: [
    query('projects', 'ids separated by commas, or *; absent: the project of the request'),
    query('types', 'names of events, with * at the end: context.*,session.*'),
    query('after', 'the cursor of the last event seen'),
    query('last', 'so many events of the past first, of each project, where there is no cursor'),
    query('follow', 'false: closes with 1000 when everything up to now has been told'),
    query('current', 'true: says events.current when that is so'),
  ],
  responses: {
    101: { description: 'One JSON per event: cursor, event, project_id, ent, type, session_id, agent, at, detail.' },
  },
};
