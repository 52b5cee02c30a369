import type { Cli } from './cli.ts';
import { plural, size } from './print.ts';
import { oneLine } from './text.ts';

/** What a job of sync.run tells of one remote. */
export interface Exchanged {
  readonly name: string;
  readonly sent?: { readonly records: number; readonly bytes: number };
  readonly received?: { readonly records: number; readonly bytes: number };
  readonly pending?: number;
  readonly notes?: readonly string[];
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
  readonly exit?: number;
}

/** Whether it moved anything, or went wrong. */
export function isNews({ sent, received, error }: Exchanged): boolean {
  return error !== null || (sent?.records ?? 0) + (received?.records ?? 0) > 0;
}

/** The remotes of a finished job; the daemon is of the same version and answers as it says. */
export function exchanged(result: Readonly<Record<string, unknown>> | null): readonly Exchanged[] {
  return Array.isArray(result?.remotes) ? (result.remotes as Exchanged[]) : [];
}

/** Says what moved, or what stood in the way. */
export function tellExchange(cli: Cli, { name, sent, received, pending, notes = [], error }: Exchanged): void {
  const { print } = cli;
  if (error) {
    print.warn(`error: ${name}: ${oneLine(error.message)}`);
    if (error.hint !== '') print.warn(`try: ${oneLine(error.hint)}`);
    return;
  }
  const moved = [
    ...((received?.records ?? 0) > 0 ? [`received ${counted(received)}`] : []),
    ...((sent?.records ?? 0) > 0 ? [`sent ${counted(sent)}`] : []),
  ];
  const rest = (pending ?? 0) > 0 ? `; ${plural(pending ?? 0, 'record')} still to send` : '';
  print.line(`${name}  ${moved.length === 0 ? 'nothing new' : moved.join(', ')}${rest}`);
  for (const note of notes) print.warn(`note: ${oneLine(note)}`);
}

function counted(moved: Exchanged['sent']): string {
  return `${plural(moved?.records ?? 0, 'record')} (${size(moved?.bytes ?? 0)})`;
}
