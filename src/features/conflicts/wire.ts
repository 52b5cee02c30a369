// A conflict as clients see it.
import type { z } from 'zod';
import type { Actor, Origin } from '../../core/record.ts';
import { trustOf } from '../../core/trust.ts';
import type { Read } from '../../store/record-type.ts';
import type { Caller } from '../feature.ts';
import type { conflict } from './contract.ts';
import { type ConflictRow, deviceOfLog } from './queries.ts';

export type Shown = z.output<typeof conflict>;
type Json = Shown['before'];

/** A side as the engine writes it. Without a value it took the field away. */
export interface StoredSide {
  readonly log: string;
  readonly seq: number;
  readonly dev: string;
  readonly value?: Json;
  readonly actor: Actor;
  readonly origin: Origin;
  readonly at: number;
}

/** Sides of a row, written by the engine. */
export function sidesOf(row: ConflictRow): readonly StoredSide[] {
  return JSON.parse(row.sides) as StoredSide[];
}

/** What is said of a conflict outside its own row. */
export interface About {
  readonly name: string;
  readonly of: Shown['of'];
}

/** The whole of a conflict; what nobody is told unasked is kept from agents. */
export function shownConflict(read: Read, row: ConflictRow, { name, of }: About, caller: Caller): Shown {
  const { conflict_id, type, field, status } = row;
  return {
    ...{ conflict_id, entity_id: row.ent, type, name, field, status, of },
    sides: sidesOf(row).map((side) => shownSide(read, side, caller)),
    shown: row.shown + 1,
    before: row.before === null ? null : (JSON.parse(row.before) as Json), // canonical JSON, written by the engine
    ...{ opened_at: wireTime(row.opened_at), resolved_at: row.resolved_at === null ? null : wireTime(row.resolved_at) },
    ...ender(row.resolved_by),
  };
}

function shownSide(read: Read, { log, seq, dev, value, actor, origin, at }: StoredSide, caller: Caller) {
  const trust = trustOf(origin);
  const withheld = trust === 0 && caller.agent !== undefined;
  return {
    ...{ log, seq, value: withheld ? null : (value ?? null), removed: value === undefined, withheld },
    ...{ agent: actor.agent ?? null, user: actor.user, session_id: actor.session ?? null, origin, trust },
    ...{ device: read.one(deviceOfLog, { log })?.device ?? dev, at: wireTime(at) },
  };
}

function ender(by: string | null): Pick<Shown, 'resolved_how' | 'resolved_by'> {
  if (by === null) return { resolved_how: null, resolved_by: null };
  if (by === 'rule:human') return { resolved_how: 'rule', resolved_by: null };
  const { actor, how } = JSON.parse(by) as { readonly actor: Actor; readonly how: 'resolved' | 'changed' }; // by the engine
  return { resolved_how: how, resolved_by: actor.agent ?? actor.user };
}

function wireTime(ms: number): string {
  return new Date(ms).toISOString();
}
