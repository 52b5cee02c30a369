// Documents and databases taken apart as the importer does.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonValue } from '../../../../src/core/captured.ts';
import type { TranscriptLine } from '../../../../src/features/capture/adapters/adapter.ts';
import type { FormLine } from '../../../../src/features/capture/forms/form.ts';
import { formOf } from '../../../../src/features/capture/forms/sources.ts';
import { parsed } from '../../../../src/features/capture/transcript-head.ts';
import { transcriptFolder } from './transcript-files.ts';

/** A real transcript; the files themselves may be packed. */
export function realFile(file: string): string {
  const path = join(transcriptFolder() ?? '', file);
  return existsSync(path) ? path : `${path}.gz`;
}

export interface Entries {
  readonly name: string;
  readonly lines: readonly FormLine[];
}

/** What its form gives of a source. marks: of what was read before; changed. */
export async function entriesOf(path: string, marks: string[] = []): Promise<Entries> {
  const form = await formOf(path);
  const lines: FormLine[] = [];
  for await (const line of form.lines(path, { offset: 0, marks })) {
    lines.push(line);
    if (line.mark !== undefined) marks.push(line.mark);
  }
  return { name: form.name, lines };
}

/** The same as an adapter reads it. */
export function asRead(lines: readonly FormLine[]): readonly TranscriptLine[] {
  return lines.map(({ text, offset }, line) => ({ value: parsed(text), offset, line }));
}

/** Values of lines that are JSON. */
export function valuesOf(lines: readonly FormLine[]): readonly JsonValue[] {
  return lines.flatMap(({ text }) => parsed(text) ?? []);
}
