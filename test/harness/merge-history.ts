// Histories of one entity on devices that were apart, and what must hold of their merge whatever the order (T23).
// What each write meant is known here, and who had seen whom is found by walking, not by the sets of core/merge.
import { canonical } from '../../src/core/canonical.ts';
import type { Id } from '../../src/core/ids.ts';
import { type Merged, merge } from '../../src/core/merge.ts';
import type { MergeRecord } from '../../src/core/merge-order.ts';
import type { RecordBody } from '../../src/core/record.ts';
import type { Random } from './secrets/random.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Meant {
  readonly field: string;
  readonly value: unknown;
}

export interface Written {
  readonly record: MergeRecord;
  readonly meant: readonly Meant[];
}

export interface History {
  readonly type: string;
  readonly writes: readonly Written[];
  /** Whole values are of several kinds: which member was meant is no question any more. */
  readonly isMixed: boolean;
}

const text = (fields: Fields, name: string) => String(fields[name] ?? '');
export const mergedOf = (records: readonly MergeRecord[]): Merged =>
  merge(records, { resolution: 'intelligent', text, isQuarantined: ({ body }) => body.origin === 'tool-output' });

/** Everything that a merge says, as bytes. */
export function bytesOf({ fields, conflicts, isEditedAfterRetire }: Merged): string {
  const sides = (list: readonly { readonly record: MergeRecord; readonly value: unknown }[]) =>
    list.map(({ record, value }) => [record.log, record.seq, value ?? null, value === undefined]);
  return canonical({
    fields: Object.entries(fields).map(([name, field]) => [name, field?.value, sides(field?.by ?? [])]),
    conflicts: conflicts.map(({ id, field, shown, before, settled, ...each }) => {
      const by = typeof settled === 'object' ? [settled.log, settled.seq] : (settled ?? null);
      return [id, field, shown, before ?? null, by, sides(each.sides)];
    }),
    isEditedAfterRetire,
  });
}

interface Device {
  readonly dev: string;
  readonly log: string;
  seq: number;
  clock: number;
  readonly here: Set<Written>;
}

/** Some devices write, and give each other what they have; not always all of it. */
export function history(random: Random): History {
  const type = random.pick(['context', 'context', 'context', 'task', 'document', 'session']);
  const shape = random.pick(['object', 'text', 'list', 'scalar', 'mixed'] as const);
  const devices = Array.from({ length: 2 + random.below(3) }, (_, n): Device => {
    const skew = random.below(8) === 0 ? random.pick([-1, 1]) * 3e11 : 0;
    return { dev: `dev${n}`, log: `log${n}`, seq: 0, clock: 1_700_000_000_000 + skew, here: new Set() };
  });
  const writes: Written[] = [];
  for (let step = 2 + random.below(9); step > 0; step -= 1) {
    const device = random.pick(devices);
    if (writes.length > 0 && random.below(3) === 0) give(random, random.pick(devices), device);
    else writes.push(write(random, { device, type, shape, n: writes.length }));
  }
  return { type, writes, isMixed: shape === 'mixed' };
}

/** Mostly everything; sometimes only one log, whose bases may lie in others. */
function give(random: Random, from: Device, to: Device): void {
  const only = random.below(4) === 0 ? from.log : undefined;
  for (const written of from.here) if (only === undefined || written.record.log === only) to.here.add(written);
}

interface Turn {
  readonly device: Device;
  readonly type: string;
  readonly shape: 'object' | 'text' | 'list' | 'scalar' | 'mixed';
  readonly n: number;
}

function write(random: Random, turn: Turn): Written {
  const { device, type } = turn;
  const local = [...device.here].map(({ record }) => record);
  const state = mergedOf(local);
  const named = new Set(local.flatMap(({ body }) => body.base.map(([log, seq]) => `${log}:${seq}`)));
  const base = local.filter(({ log, seq }) => !named.has(`${log}:${seq}`)).map(({ log, seq }) => [log, seq] as const);
  const said = saying(random, turn, state);
  device.seq += 1;
  device.clock += 1 + random.below(3);
  const body: RecordBody = {
    ...{ hlc: device.clock.toString(16).padStart(12, '0').padEnd(16, '0'), id: `id${turn.n}` as Id, ent: 'ent' as Id },
    ...{ type: said.type ?? type, op: said.op, base, fields: said.fields, actor: { user: 'u' }, schema: 1 },
    origin: random.pick(['agent', 'agent', 'agent', 'human', 'import', 'tool-output', 'team']),
  };
  const written = { record: { log: device.log, seq: device.seq, dev: device.dev, body }, meant: said.meant };
  device.here.add(written);
  return written;
}

interface Said {
  readonly type?: string;
  readonly op: string;
  readonly fields: Fields;
  readonly meant: readonly Meant[];
}

function saying(random: Random, turn: Turn, state: Merged): Said {
  const open = state.conflicts.filter(({ settled }) => settled === undefined);
  if (open.length > 0 && random.below(3) === 0) {
    const { field, sides } = random.pick(open);
    const heads = sides.map(({ record }) => [record.log, record.seq]);
    const pick = random.below(sides.length);
    return { type: 'conflict', op: 'resolve', fields: { field, heads, pick }, meant: [] };
  }
  const kinds: Readonly<Record<string, () => Said>> = {
    context: () => ofContext(random, turn, state),
    task: () => ofTask(random, turn),
    document: () => ofDocument(random, turn, state),
    session: () => ofSession(random),
  };
  const said = kinds[turn.type]?.();
  if (!said) throw new Error(`no ${turn.type}`);
  return said;
}

const put = (op: string, fields: Fields): Said => ({
  op,
  fields,
  meant: Object.entries(fields).map(([field, value]) => ({ field, value })),
});

function ofContext(random: Random, turn: Turn, state: Merged): Said {
  const tag = random.pick(['a', 'b', 'c']);
  const which = random.below(12);
  if (which === 0) return { op: 'retire', fields: {}, meant: [] };
  if (which === 1) return { op: 'tag', fields: random.below(2) ? { add: [tag] } : { remove: [tag] }, meant: [] };
  if (which === 2) return { op: 'trust', fields: { trust: 1 }, meant: [] };
  if (which === 3) return put('put', { priority: random.pick(['critical', 'high', 'medium', 'low']) });
  if (which === 4) return put('put', { layer: random.pick(['session', 'short_term', 'long_term', 'permanent']) });
  if (which === 5) return put('put', { category: random.pick(['fact', 'note', 'decision']) });
  if (which === 6) return put('put', { expires_at: random.pick([null, 5, 9]) });
  const { value, meant } = newValue(random, turn, state.fields['value']?.value);
  return { op: 'put', fields: { value: canonical(value) }, meant };
}

function ofTask(random: Random, turn: Turn): Said {
  const op = turn.n === 0 ? 'add' : 'update';
  if (random.below(3) === 0) return put(op, { assignee: random.pick(['ann', 'bob']) });
  return put(op, { status: random.pick(['open', 'in_progress', 'done', 'rejected', 'superseded']) });
}

function ofDocument(random: Random, turn: Turn, state: Merged): Said {
  if (random.below(6) === 0) return { op: 'retire', fields: {}, meant: [] };
  if (random.below(4) === 0) return put('put', { title: random.pick(['x', 'y', 'z']) });
  const { value, meant } = newValue(random, { ...turn, shape: 'text' }, state.fields['content']?.value);
  return { op: 'put', fields: { content: value }, meant: meant.map((each) => ({ ...each, field: 'content' })) };
}

function ofSession(random: Random): Said {
  return put('put', { title: random.pick(['x', 'y']) });
}

interface NewValue {
  readonly value: unknown;
  readonly meant: readonly Meant[];
}

/** What somebody makes of the value they see. Every new line and member is like no other. */
function newValue(random: Random, { shape, n }: Turn, seen: unknown): NewValue {
  const form = shape === 'mixed' ? random.pick(['object', 'text', 'list', 'scalar'] as const) : shape;
  if (form === 'scalar') {
    const value = random.pick([30, 60, 'x', null, true]);
    return { value, meant: [{ field: 'value', value }] };
  }
  if (form === 'object') return newObject(random, n, seen);
  const lines = Array.isArray(seen)
    ? seen.map(String)
    : typeof seen === 'string'
      ? seen.split('\n')
      : ['one', 'two', 'three'];
  const at = random.below(lines.length + 1);
  const fresh = `line of ${n}`;
  const next =
    random.below(2) === 0 ? lines.with(Math.min(at, lines.length - 1), fresh) : lines.toSpliced(at, 0, fresh);
  const value = form === 'list' ? next : next.join('\n');
  return { value, meant: [{ field: 'value', value }] };
}

function newObject(random: Random, n: number, seen: unknown): NewValue {
  const before: Fields = typeof seen === 'object' && seen !== null && !Array.isArray(seen) ? { ...seen } : {};
  const name = random.pick(['theme', 'size', 'port', 'a.b']);
  const { [name]: was, ...others } = before;
  const value = random.below(6) === 0 ? undefined : random.pick([n, 'same', 7]);
  if (value === was) return { value: before, meant: [] };
  return {
    value: value === undefined ? others : { ...before, [name]: value },
    meant: [{ field: `value.${name}`, value }],
  };
}

/** What is wrong with the merge of a history; arrangements: in how many orders, with repetitions, it is merged. */
export function faultsOf({ writes, isMixed }: History, random: Random, arrangements: number): readonly string[] {
  const records = writes.map(({ record }) => record);
  const merged = mergedOf(records);
  const bytes = bytesOf(merged);
  const faults: string[] = [];
  for (let n = 0; n < arrangements; n += 1) {
    const other = [...shuffled(random, records), ...records.filter(() => random.below(3) === 0)];
    if (bytesOf(mergedOf(other)) !== bytes)
      faults.push(`another order gives another state: ${other.map(nameOf).join(' ')}`);
  }
  return [...faults, ...(isMixed ? [] : lostWords(writes, merged))];
}

const nameOf = ({ log, seq }: MergeRecord) => `${log}:${seq}`;

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const left = [...list];
  return list.map(() => left.splice(random.below(left.length), 1)).flat();
}

const typedFields = new Set(['priority', 'layer', 'status', 'expires_at']);

/** Every word that nobody had seen is what is displayed, or a side of a conflict, or in the text that was merged. */
function lostWords(writes: readonly Written[], merged: Merged): readonly string[] {
  if (writes.some(({ record }) => record.body.type === 'conflict')) return [];
  const fields = new Set(writes.flatMap(({ meant }) => meant.map(({ field }) => field)));
  return [...fields].flatMap((field) => {
    const left = maximal(writes, field);
    const shown = shownOf(merged, field);
    const values = left.map((value) => form(value));
    if (new Set(values).size === 1)
      return form(shown) === values[0] ? [] : [`${field} is ${form(shown)}, not ${values[0]}`];
    if (typedFields.has(field) && values.includes(form(shown))) return [];
    const conflict = merged.conflicts.find((each) => {
      const sides = new Set(each.sides.map(({ value }) => form(value)));
      return each.field === field && sides.size === new Set(values).size && values.every((value) => sides.has(value));
    });
    if (conflict && values.includes(form(shown))) return [];
    const isMerged = typeof shown === 'string' || Array.isArray(shown);
    const lost = isMerged ? newLines(writes, field).filter((line) => !linesIn(shown).includes(line)) : [field];
    return lost.length === 0 ? [] : [`${field}: lost ${lost.join(', ')} of ${values.join(' | ')} in ${form(shown)}`];
  });
}

const form = (value: unknown) => (value === undefined ? 'nothing' : canonical(value));

function shownOf(merged: Merged, field: string): unknown {
  const [root = '', ...rest] = field.split('.');
  const value = merged.fields[root]?.value;
  return rest.length === 0 ? value : (value as Fields | undefined)?.[rest.join('.')];
}

function writersOf(writes: readonly Written[], field: string): readonly Written[] {
  return writes.filter(({ meant }) => meant.some((each) => each.field === field));
}

function unseen(writes: readonly Written[], field: string): readonly Written[] {
  const writers = writersOf(writes, field);
  return writers.filter((one) => !writers.some((other) => other !== one && hasSeen(writes, other, one)));
}

function maximal(writes: readonly Written[], field: string): readonly unknown[] {
  return unseen(writes, field).map(({ meant }) => meant.find((each) => each.field === field)?.value);
}

/** Lines that only these words brought: those that nobody whom their writer had seen knew. */
function newLines(writes: readonly Written[], field: string): readonly string[] {
  return unseen(writes, field).map(({ record }) => `line of ${record.body.id.slice(2)}`);
}

function linesIn(value: unknown): readonly string[] {
  return typeof value === 'string' ? value.split('\n') : Array.isArray(value) ? value.map(String) : [];
}

function hasSeen(writes: readonly Written[], who: Written, what: Written): boolean {
  const visited = new Set<Written>();
  const walk = (at: Written): boolean =>
    at.record.body.base.some(([log, seq]) => {
      const base = writes.find(({ record }) => record.log === log && record.seq === seq);
      if (!base || visited.has(base)) return false;
      visited.add(base);
      return base === what || walk(base);
    });
  return walk(who);
}
