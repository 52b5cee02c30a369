import { expect, test } from 'vitest';
import { openApi } from '../../src/daemon/openapi.ts';
import { operations } from '../../src/features/operations.ts';

interface Described {
  readonly operationId: string;
  readonly requestBody?: { content: Record<string, { schema: { properties: object; required?: string[] } }> };
  readonly parameters?: { readonly name?: string; readonly in?: string; readonly $ref?: string }[];
  readonly responses: Record<string, { content?: object }>;
}

test('HT51: every operation is described with the schema it is checked by, and every published path', () => {
  const api = openApi() as unknown as { openapi: string; paths: Record<string, Record<string, Described>> };
  expect(api.openapi).toBe('3.1.0');
  for (const [name, operation] of Object.entries(operations)) {
    const described = api.paths[`/memory/${name.replace('.', '/')}`]?.post;
    const schema = described?.requestBody?.content['application/json']?.schema;
    expect(Object.keys(schema?.properties ?? {}), name).toEqual(Object.keys(operation.input.shape));
    expect(described?.responses).toHaveProperty(operation.effect === 'job' ? '202' : '200');
    expect(described?.responses).toHaveProperty('default');
  }
  const context = api.paths['/memory/session/context/{session_id}']?.get;
  expect(context?.parameters).toContainEqual(expect.objectContaining({ name: 'session_id', in: 'path' }));
  expect(context?.parameters).toContainEqual(expect.objectContaining({ name: 'recent', in: 'query' }));
  const resume = api.paths['/memory/session/resume/{session_id}']?.post;
  expect(resume?.requestBody?.content['application/json']?.schema.properties).not.toHaveProperty('session_id');
  const ids = Object.values(api.paths).flatMap((path) => Object.values(path).map((each) => each.operationId));
  expect(new Set(ids).size).toBe(ids.length);
});

test('HT51: every reference leads somewhere, and nothing is fetched from elsewhere', () => {
  const api = openApi();
  const text = JSON.stringify(api);
  const refs = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref);
  const missing = refs.filter((ref) => {
    let at: unknown = api;
    for (const name of ref.slice(2).split('/')) at = at && typeof at === 'object' ? Reflect.get(at, name) : undefined;
    return !ref.startsWith('#/') || at === undefined;
  });
  expect(missing).toEqual([]);
});
