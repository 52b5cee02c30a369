// What goes into a package, thing by thing, once more without secrets; and what stays, counted by why.
import type { JsonValue } from '../../../core/captured.ts';
import { type Id, isId } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import type { Redactor } from '../../../core/redact.ts';
import type { Read } from '../../../store/record-type.ts';
import type { Giving, PackedChoice, PackedKind, Packing } from '../../packed.ts';
import { misfit } from './fitting.ts';
import type { Draft } from './packer.ts';

/** Counts by kind: of things that go in, and of those that stay, by why. */
export interface Tally {
  readonly content: Record<string, number>;
  readonly left_out: Record<string, Record<string, number>>;
  /** Secrets that were found by the rules of today and were not when it was kept. */
  readonly redacted: Record<string, number>;
}

export function emptyTally(): Tally {
  return { content: {}, left_out: {}, redacted: {} };
}

/** Walks over everything that is asked for, counting. With `each`, things that go in are handed on. */
export function* walked(
  read: Read,
  packings: readonly Packing[],
  choice: PackedChoice,
  tally: Tally,
): Generator<{ readonly packing: Packing; readonly giving: Giving } | undefined> {
  for (const packing of packings) {
    for (const given of packing.give(read, choice)) {
      if (given.is === 'left') {
        leave(tally, packing.kind, given.why);
        yield undefined;
      } else {
        if (!given.part) tally.content[packing.kind] = (tally.content[packing.kind] ?? 0) + 1;
        yield { packing, giving: given };
      }
    }
  }
}

/** A thing that was counted in stays after all. */
export function leaveAfterAll(tally: Tally, { packing, giving }: { packing: Packing; giving: Giving }): void {
  if (!giving.part) tally.content[packing.kind] = (tally.content[packing.kind] ?? 1) - 1;
  leave(tally, packing.kind, 'unfit');
}

function leave(tally: Tally, kind: PackedKind, why: string): void {
  const reasons = tally.left_out[kind] ?? {};
  reasons[why] = (reasons[why] ?? 0) + 1;
  tally.left_out[kind] = reasons;
}

/** What a package says of a thing; undefined for one that no package may hold. */
export function drafted(
  { packing, giving }: { readonly packing: Packing; readonly giving: Giving },
  redactor: Redactor,
  tally: Tally,
): Draft | undefined {
  const { fields, texts = {}, id, ent, hlc, actor, origin, name } = giving;
  const read = Object.fromEntries(Object.entries(texts).map(([field, text]) => [field, text()]));
  const [type = '', op = ''] = name.split('.');
  const { user, agent, session } = actor;
  const who = { user, ...(agent === undefined ? {} : { agent }), ...(session === undefined ? {} : { session }) };
  // what is stored is JSON
  const clean = redactor.json({ fields, texts: read, who } as unknown as JsonValue);
  for (const [kind, count] of Object.entries(clean.counts)) tally.redacted[kind] = (tally.redacted[kind] ?? 0) + count;
  const told = clean.value as unknown as Pick<Draft, 'fields' | 'texts'> & { readonly who: Draft['body']['actor'] }; // as it went in
  const isFit =
    isId(id) &&
    isId(ent) &&
    misfit(told.fields) === undefined &&
    Object.values(told.texts).every(
      (text) => Buffer.byteLength(text) <= limits.packageTextBytes && !text.includes('\0'),
    ) &&
    packing.form(name, { ...told.fields, ...told.texts }) !== undefined;
  if (!isFit) return undefined;
  const body = { hlc, id: id as Id, ent: ent as Id, type, op, actor: told.who, origin };
  return { body, fields: told.fields, texts: told.texts };
}
