// A field that is JSON: its members are fields of their own while everybody agrees that it is an object.
import type { Order, Those } from './merge-order.ts';
import { withSeen } from './merge-order.ts';
import { type Circumstances, type Decided, decide, type FieldKind, formOf, type Side } from './merge-rules.ts';
import { commonPast, type FieldWrite, type Settling, sidesOf, standing } from './merge-writes.ts';

type Members = Readonly<Record<string, unknown>>;

/** What several wrote apart and no rule but a person's (5) or nobody's (6) decides. */
export interface Apart {
  /** Of a member: the field, a dot, the member. */
  readonly field: string;
  readonly sides: readonly Side[];
  readonly decided: Decided;
  /** The value that the sides had in common last. */
  readonly before: unknown;
}

/** A field among some of the records. */
export interface FieldState {
  readonly value: unknown;
  /** Whose word it is: everybody's whose whole value nobody had seen. */
  readonly by: readonly Side[];
  readonly apart: readonly Apart[];
  /** Everybody agrees that it is an object. */
  readonly isObject: boolean;
}

export type DecideBy = Omit<Circumstances, 'before' | 'between'>;

const nothing: FieldState = { value: undefined, by: [], apart: [], isObject: false };

/** Works out one field of an entity, whole or for what somebody had seen. */
export class Field {
  readonly name: string;
  readonly #order: Order;
  readonly #kind: FieldKind | 'value';
  readonly #by: DecideBy;
  readonly #writes: FieldWrite[];
  readonly #members = new Map<string, FieldWrite[]>();
  /** Writes that leave nothing of what was there, members included. */
  readonly #whole: FieldWrite[] = [];
  readonly #states = new Map<Those, FieldState>();

  constructor(
    of: { readonly name: string; readonly order: Order; readonly kind: FieldKind | 'value'; readonly by: DecideBy },
    writes: readonly FieldWrite[],
    settlings: readonly Settling[],
  ) {
    this.name = of.name;
    this.#order = of.order;
    this.#kind = of.kind;
    this.#by = of.by;
    this.#writes = this.#withSettlings(writes, settlings);
    const hasMembers = this.#kind === 'value' && this.#writes.some(({ value }) => isMembers(value));
    if (hasMembers) this.#takeApart(settlings);
  }

  /** How the field stands among these records. */
  at(within: Those): FieldState {
    const known = this.#states.get(within);
    if (known) return known;
    const state = this.#stateOf(standing(this.#writes, within), within);
    this.#states.set(within, state);
    return state;
  }

  /** What was apart when somebody wrote over it, with whose word ended that. */
  *ended(): Generator<{ readonly apart: Apart; readonly place: number }> {
    const own = this.#writes.map((write) => ({ write, field: this.name }));
    const members = [...this.#members].flatMap(([name, writes]) =>
      writes.map((write) => ({ write, field: `${this.name}.${name}` })),
    );
    for (const { write, field } of [...own, ...members]) {
      const { place, over, settles } = write;
      if (!settles && this.#writerBefore(place) !== undefined) continue;
      for (const apart of this.at(over).apart) if (apart.field === field) yield { apart, place };
    }
  }

  #withSettlings(writes: readonly FieldWrite[], settlings: readonly Settling[]): FieldWrite[] {
    const said = new Map(writes.map(({ place, value }) => [place, value]));
    const settled = settlings.flatMap(({ place, field, over, picked, value }): FieldWrite[] => {
      if (field !== this.name) return [];
      const chosen = picked === undefined ? value : said.get(picked);
      said.set(place, chosen);
      return [{ place, value: chosen, over, settles: true }];
    });
    return settled.length === 0 ? [...writes] : [...writes, ...settled].sort((a, b) => a.place - b.place);
  }

  /** Says of every whole value which members its author changed: what was there before tells. */
  #takeApart(settlings: readonly Settling[]): void {
    const byPlace = new Map(this.#writes.map((write) => [write.place, write]));
    const inMember = new Map(settlings.map((settling) => [settling.place, settling]));
    for (const place of this.#order.sequence) {
      const write = byPlace.get(place);
      if (write) this.#takeWhole(write);
      const settling = inMember.get(place);
      if (settling?.field.startsWith(`${this.name}.`)) this.#takeMember(settling, byPlace);
    }
    for (const writes of [...this.#members.values(), this.#whole]) writes.sort((a, b) => a.place - b.place);
  }

  #takeWhole(write: FieldWrite): void {
    const { place, value, over, settles } = write;
    const before = this.#before(place);
    if (!isMembers(value) || settles || (before.by.length > 0 && !before.isObject)) {
      this.#whole.push(write);
      return;
    }
    const was = isMembers(before.value) ? before.value : {};
    for (const name of new Set([...Object.keys(was), ...Object.keys(value)])) {
      const [then, now] = [memberOf(was, name), memberOf(value, name)];
      if (formOf(then) !== formOf(now)) this.#writesOf(name).push({ place, value: now, over });
    }
  }

  #takeMember({ place, field, over, picked, value }: Settling, byPlace: ReadonlyMap<number, FieldWrite>): void {
    const name = field.slice(this.name.length + 1);
    const writes = this.#writesOf(name);
    const side =
      picked === undefined ? undefined : (byPlace.get(picked) ?? writes.find((each) => each.place === picked));
    const chosen = side && isMembers(side.value) && byPlace.has(side.place) ? memberOf(side.value, name) : side?.value;
    writes.push({ place, value: picked === undefined ? value : chosen, over, settles: true });
  }

  #writesOf(member: string): FieldWrite[] {
    const known = this.#members.get(member);
    if (known) return known;
    const fresh: FieldWrite[] = [];
    this.#members.set(member, fresh);
    return fresh;
  }

  /** What the author of a record saw of the field. */
  #before(place: number): FieldState {
    const writer = this.#writerBefore(place);
    // a whole value whose author had seen everything before it is what everybody saw next
    if (writer)
      return { ...nothing, value: writer.value, by: sidesOf(this.#order, [writer]), isObject: isMembers(writer.value) };
    return this.at(withSeen(this.#order, this.#order.bases[place] ?? []));
  }

  /** Who wrote the field last before a record, where one after the other wrote; undefined: nobody, or several apart. */
  #writerBefore(place: number): FieldWrite | undefined {
    for (let at = place; ; ) {
      const [base, ...more] = this.#order.bases[at] ?? [];
      if (base === undefined || more.length > 0) return undefined;
      const type = this.#order.records[base]?.body.type;
      if (type === 'conflict') return undefined;
      const write = this.#at(base);
      if (write) return write;
      at = base;
    }
  }

  #at(place: number): FieldWrite | undefined {
    let [low, high] = [0, this.#writes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#writes[middle]?.place ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    const found = this.#writes[low];
    return found?.place === place ? found : undefined;
  }

  #stateOf(writes: readonly FieldWrite[], within: Those): FieldState {
    if (writes.length === 0) return nothing;
    const by = sidesOf(this.#order, writes);
    const isObject = this.#kind === 'value' && by.every(({ value }) => isMembers(value));
    if (isObject && (this.#members.size > 0 || this.#whole.length > 0)) return this.#objectState(by, within);
    const before = () => this.at(commonPast(this.#order, writes)).value;
    const kind = this.#kind === 'value' ? 'plain' : this.#kind;
    const between = this.#between(this.name, (value) => value);
    const decided = decide(kind, by, { ...this.#by, before, between });
    const apart = decided.kept ? [{ field: this.name, sides: by, decided, before: before() }] : [];
    return { value: decided.value, by: decided.by, apart, isObject };
  }

  /** What stood of a field in what two had both seen: all of it, where several values stood side by side. */
  #between(field: string, within: (value: unknown) => unknown): Circumstances['between'] {
    const seen = (sides: readonly Side[]) =>
      sides.reduce((all, { record }) => all | (this.#order.seen[this.#order.records.indexOf(record)] ?? 0n), 0n);
    return (these, those) => {
      const { value, apart } = this.at(seen(these) & seen(those));
      const sides = apart.find((each) => each.field === field)?.sides;
      return sides ? sides.map((side) => side.value) : [within(value)];
    };
  }

  #objectState(by: readonly Side[], within: Those): FieldState {
    const names = new Set([...this.#members.keys(), ...this.#whole.flatMap(({ value }) => namesOf(value))]);
    const apart: Apart[] = [];
    const members = [...names].sort().flatMap((name) => {
      const value = this.#memberState(name, within, apart);
      return value === undefined ? [] : [[name, value] as const];
    });
    return { value: Object.fromEntries(members), by, apart, isObject: true };
  }

  #memberState(name: string, within: Those, apart: Apart[]): unknown {
    const whole = this.#whole.map((write) => ({ ...write, value: memberOf(write.value, name) }));
    const writes = standing(
      [...whole, ...this.#writesOf(name)].sort((a, b) => a.place - b.place),
      within,
    );
    if (writes.length === 0) return undefined;
    const sides = sidesOf(this.#order, writes);
    const before = () => memberOf(this.at(commonPast(this.#order, writes)).value, name);
    const between = this.#between(`${this.name}.${name}`, (value) => memberOf(value, name));
    const decided = decide('plain', sides, { ...this.#by, before, between });
    if (decided.kept) apart.push({ field: `${this.name}.${name}`, sides, decided, before: before() });
    return decided.value;
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function memberOf(value: unknown, name: string): unknown {
  return isMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function namesOf(value: unknown): readonly string[] {
  return isMembers(value) ? Object.keys(value) : [];
}
