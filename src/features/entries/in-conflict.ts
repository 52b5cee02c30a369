// What is told with a value that is in conflict: the others, and whose word they are.
import { clean, cut } from '../../core/clean.ts';
import type { Actor, Origin } from '../../core/record.ts';
import { trustOf } from '../../core/trust.ts';
import type { Read } from '../../store/record-type.ts';
import { deviceNamed, openConflicts } from './queries.ts';

interface Side {
  readonly log: string;
  readonly value?: unknown;
  readonly actor: Actor;
  readonly origin: Origin;
}

const valueUnits = 60;

/** `(conflict: 30, codex on laptop)`, or '' where nothing is; of a member its name comes first. Nothing quarantined. */
export function conflictText(read: Read, ent: string): string {
  const told = read.all(openConflicts, { ent }).flatMap(({ field, sides, shown }) => {
    const others = (JSON.parse(sides) as Side[]).filter((side, n) => n !== shown && trustOf(side.origin) > 0); // by the engine
    const [, ...member] = field.split('.');
    return others.map((side) => `${[...member, ''].join(' ')}${valueOfSide(side)}, ${whoSays(read, side)}`);
  });
  return told.length === 0 ? '' : ` (conflict: ${told.join('; ')})`;
}

function valueOfSide({ value }: Side): string {
  if (value === undefined) return 'taken away';
  return cut(clean(typeof value === 'string' ? value : JSON.stringify(value)), valueUnits);
}

function whoSays(read: Read, { log, actor }: Side): string {
  const device = read.one(deviceNamed, { log })?.device;
  const who = clean(actor.agent ?? 'you');
  return device ? `${who} on ${clean(device)}` : who;
}
