import { hlcMs } from '../../core/hlc.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Actor } from '../../core/record.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { changesOf } from './queries.ts';
import type { DocumentPut } from './records.ts';
import { named, rfc3339 } from './wire.ts';

type History = (typeof contract)['document.history'];
type Change = Reply<History>['items'][number];

/** Every change of a document, latest first, as the log has them. */
export function history(context: Context, { uri }: Parsed<History>): Reply<History> {
  const read = context.read.project;
  const { ent } = named(read, uri, context);
  let revision = 0;
  const items = read.all(changesOf, { ent }).map(({ n, op, hlc, actor }): Change => {
    const { agent } = JSON.parse(actor) as Actor; // a record's actor
    const common = { by: agent ?? 'you', at: rfc3339(hlcMs(hlc)) };
    const fields = read.fields(n);
    if (op === 'retire') return { ...nothing, ...common, change: 'retire', reason: text(fields['reason']) };
    const bytes = bytesOf(fields);
    if (bytes !== null) revision += 1;
    const change = Object.keys(fields).length === 0 ? 'restore' : 'put';
    return {
      ...nothing,
      ...common,
      change,
      bytes,
      revision: bytes === null ? null : revision,
      title: text(fields['title']),
    };
  });
  return { items: items.reverse() };
}

const nothing = { revision: null, bytes: null, title: null, reason: null };

function bytesOf({ content, content_bytes }: DocumentPut): number | null {
  return content_bytes ?? (content === undefined ? null : Buffer.byteLength(content));
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
