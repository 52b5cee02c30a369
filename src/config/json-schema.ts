import { z } from 'zod';
import { configSchema } from './schema.ts';

const ours = ['later', 'project', 'restart', 'range'];

/** The format of the configuration file as JSON Schema (draft 2020-12), by which editors complete and check it. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const { later, range } = jsonSchema;
      if (typeof later === 'string') jsonSchema.description += ` Takes effect with ${later}.`;
      if (typeof range === 'string') jsonSchema.description += ` Range ${range}.`;
      for (const name of ours) delete jsonSchema[name];
      // in a file every section may be absent
      delete jsonSchema.required;
    },
  });
  return { ...schema, title: 'prsist configuration' };
}
