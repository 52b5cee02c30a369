import { hlcMs } from '../core/hlc.ts';
import type { RecordBody } from '../core/record.ts';
import type { Applied, Handler, Projecting, Projection, Settling } from './record-type.ts';

/** Applies records to the rows of all projections, in the order in which the projections were declared. */
export interface Projector {
  readonly projections: readonly Projection[];
  /** settle: a projection asks for the entity to be settled. */
  apply(tx: Projecting, name: string, record: Applied<unknown>): 'settle' | undefined;
  /** Tells all projections but the one whose rows an entity has. */
  tell(tx: Projecting, name: string, record: Applied<unknown>): void;
  /** How entities of a type are settled, by the first word of their records' names. */
  readonly settling: (type: string) => Settling | undefined;
  /** See Projection.within. */
  readonly within: NonNullable<Projection['within']>;
  /** Whether records of this name keep heads. */
  readonly merges: (name: string) => boolean;
  /** Milliseconds spent so far in projections that keep an index; 0 without a clock. */
  readonly indexMs: () => number;
}

/** Indexes handlers by record name. monotonic: times the projections that keep an index; not timed when absent. */
export function createProjector(projections: readonly Projection[], monotonic?: () => number): Projector {
  const handlers = new Map<string, { readonly apply: Handler['apply']; readonly isOwner: boolean }[]>();
  const settling = new Map(projections.flatMap((each) => each.settles ?? []).map((each) => [each.type, each]));
  const merging = new Set(
    projections.flatMap((each) => each.handlers).flatMap((each) => (each.merges ? each.name : [])),
  );
  const withins = projections.flatMap((each) => each.within ?? []);
  let indexMs = 0;
  const indexing = <T>(work: () => T): T => {
    const before = monotonic?.() ?? 0;
    const outcome = work();
    indexMs += (monotonic?.() ?? 0) - before;
    return outcome;
  };
  for (const one of projections) {
    const isIndex = Object.values(one.tables).some((table) => table.index);
    for (const { name, apply } of one.handlers) {
      const run: Handler['apply'] = isIndex ? (tx, record) => indexing(() => apply(tx, record)) : apply;
      const isOwner = one.settles?.some(({ type }) => name.startsWith(`${type}.`)) ?? false;
      handlers.set(name, [...(handlers.get(name) ?? []), { apply: run, isOwner }]);
    }
  }
  return {
    projections,
    apply(tx, name, record) {
      // handlers are indexed by the name of the record type they were declared for
      for (const { apply } of handlers.get(name) ?? []) {
        if (apply(tx, record as Applied<never>) === 'settle') return 'settle';
      }
      return undefined;
    },
    tell(tx, name, record) {
      // as above
      for (const { apply, isOwner } of handlers.get(name) ?? []) if (!isOwner) apply(tx, record as Applied<never>);
    },
    settling: (type) => settling.get(type),
    within(name, fields) {
      for (const each of withins) {
        const ent = each(name, fields);
        if (ent !== undefined) return ent;
      }
      return undefined;
    },
    merges: (name) => merging.has(name),
    indexMs: () => indexMs,
  };
}

/** A record as projections see it. body: a text that this engine wrote, or that was checked when it arrived. */
export function appliedRecord(n: number, body: string): Applied<unknown> & { readonly name: string } {
  return appliedBody(n, JSON.parse(body) as RecordBody); // see above
}

/** The same for a body that is JSON already: nobody else may change it. */
export function appliedBody(n: number, body: RecordBody): Applied<unknown> & { readonly name: string } {
  const { id, ent, hlc, type, op, fields, actor, origin } = body;
  return { n, name: `${type}.${op}`, id, ent, hlc, writtenAt: hlcMs(hlc), fields, actor, origin };
}
