// What is shown of an erase: before it happens, and after.
import type { Reply } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';
import type { Cli } from './cli.ts';
import { plural } from './print.ts';
import { shortIds } from './short-ids.ts';
import { cut, oneLine } from './text.ts';
import { relativeTime } from './when.ts';

export type Erased = Reply<Operations['store.erase']>;

const namesShown = 10;

/** What would go. */
export function showFound(cli: Cli, { what, erased }: Erased): void {
  const short = shortIds(what.map(({ id }) => id));
  const rows = what
    .slice(0, namesShown)
    .map(({ kind, id, name, agent, at }) => [
      ...[kind, short(id), agent ?? '', at === null ? '' : relativeTime(at, cli.now())],
      cut(oneLine(name ?? ''), 60),
    ]);
  cli.print.table(rows);
  if (what.length > namesShown) cli.print.line(`and ${what.length - namesShown} more`);
  cli.print.line(`in all: ${counted(erased)}`);
}

/** What went. */
export function showErased(cli: Cli, { receipt_id, erased }: Erased): void {
  cli.print.line(`erased  ${counted(erased)}`);
  cli.print.line(`receipt ${receipt_id ?? ''}`);
  if (erased.sessions > 0)
    cli.print.note('nothing of that conversation is taken in again; its agent still has its own file');
}

/** How much of what, in words. */
export function counted(erased: Erased['erased']): string {
  const parts = [
    ...[plural(erased.sessions, 'session'), plural(erased.messages, 'message')],
    ...[plural(erased.tool_calls, 'tool call'), plural(erased.edits, 'edit'), plural(erased.tasks, 'task')],
    ...[plural(erased.handoffs, 'handoff'), plural(erased.entries, 'entry', 'entries')],
    ...[plural(erased.documents, 'document'), plural(erased.commits, 'commit')],
    plural(erased.kept_parts, 'part of a transcript', 'parts of transcripts'),
  ];
  return parts.filter((part) => !part.startsWith('0 ')).join(', ');
}
