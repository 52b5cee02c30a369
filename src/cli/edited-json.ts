import type { Request } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';
import { inScratchFile } from '../platform/scratch.ts';
import type { Cli } from './cli.ts';
import { editFile } from './edit.ts';

type Json = NonNullable<Request<Operations['conflict.resolve']>['value']> | null;

/** Lets a person change a value in their editor: a text as it is, anything else as JSON. Throws input/invalid as editFile. */
export async function editedJson(cli: Cli, value: Json): Promise<Json> {
  const isText = typeof value === 'string';
  const shown = isText ? value : JSON.stringify(value, null, 2);
  const text = await inScratchFile(isText ? 'value.txt' : 'value.json', `${shown}\n`, (path) => editFile(cli, path));
  const said = text.replace(/\r?\n$/, '');
  if (isText) return said;
  try {
    return JSON.parse(said) as Json;
  } catch {
    return said; // a person who writes no JSON means a text
  }
}
