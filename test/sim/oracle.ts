// Knows every write of a world and what its author had seen, and says what must be shown: by its own simple means, without a
// line of the product's merge.
import { layers, priorities } from '../../src/core/words.ts';
import { marksIn } from './texts.ts';

export interface KnownWrite {
  /** Id of its record, the same wherever it comes. */
  readonly id: string;
  readonly ent: string;
  readonly dev: string;
  readonly log: string;
  readonly hlc: string;
  readonly by: 'human' | 'agent';
  /** Ids of the records of its entity that were there when it was written. */
  readonly saw: ReadonlySet<string>;
  /** Ids of the erases of its entity that were known where it was written. */
  readonly knew: ReadonlySet<string>;
  readonly says: ReadonlyMap<string, string>;
}

/** What must become of a field: one value, or several of which one is shown, or a text put together. */
export type Due =
  | { readonly is: 'value'; readonly value: string }
  /** settled: a person's word against agents'; open: nobody can say. shown: one of these is. */
  | { readonly is: 'settled' | 'open'; readonly shown: ReadonlySet<string>; readonly values: ReadonlySet<string> }
  /** Marks that are in the text, and marks that are in it no more; or all of the values side by side. */
  | {
      readonly is: 'text';
      readonly has: ReadonlySet<string>;
      readonly lacks: ReadonlySet<string>;
      readonly values: ReadonlySet<string>;
    };

export class Oracle {
  readonly writes = new Map<string, KnownWrite>();
  readonly #ofEntity = new Map<string, KnownWrite[]>();
  readonly #past = new Map<string, ReadonlySet<string>>();
  readonly #erases = new Map<string, Set<string>>();

  note(write: KnownWrite): void {
    this.writes.set(write.id, write);
    this.#ofEntity.set(write.ent, [...(this.#ofEntity.get(write.ent) ?? []), write]);
    this.#past.clear();
  }

  /** Somebody erased an entity: whatever was, or will be, said of it without knowing that is to be nowhere. */
  erase(ent: string, id: string): void {
    const known = this.#erases.get(ent) ?? new Set();
    this.#erases.set(ent, known.add(id));
  }

  /** Of a write that is here: whether it is to be nowhere. */
  isErased({ ent, knew }: KnownWrite): boolean {
    return [...(this.#erases.get(ent) ?? [])].some((id) => !knew.has(id));
  }

  /** A write that went down with all disks that had it: what was said by those who had seen it waits for it for ever. */
  forget(id: string): void {
    for (const erases of this.#erases.values()) erases.delete(id);
    const write = this.writes.get(id);
    if (!write) return;
    const all = this.#ofEntity.get(write.ent) ?? [];
    this.#ofEntity.set(
      write.ent,
      all.filter((each) => each.id !== id && !this.pastOf(each).has(id)),
    );
    this.writes.delete(id);
    this.#past.clear();
  }

  get entities(): readonly string[] {
    return [...this.#ofEntity.keys()].filter((ent) => this.writesOf(ent).length > 0);
  }

  writesOf(ent: string): readonly KnownWrite[] {
    return (this.#ofEntity.get(ent) ?? []).filter((write) => !this.isErased(write));
  }

  /** Everything a write had seen, and what that had seen, and so on. */
  pastOf(write: KnownWrite): ReadonlySet<string> {
    const known = this.#past.get(write.id);
    if (known) return known;
    const past = new Set<string>();
    for (const id of write.saw) {
      past.add(id);
      const seen = this.writes.get(id);
      if (seen) for (const older of this.pastOf(seen)) past.add(older);
    }
    this.#past.set(write.id, past);
    return past;
  }

  /** The same of a write that may be unknown: then it had seen nothing. */
  pastOfId(id: string): ReadonlySet<string> {
    const write = this.writes.get(id);
    return write ? this.pastOf(write) : new Set();
  }

  hadSeen(later: KnownWrite, earlier: KnownWrite): boolean {
    return this.pastOf(later).has(earlier.id);
  }

  /** Whether two writes of different devices did not know of each other. */
  isConcurrent(ent: string): boolean {
    const all = this.writesOf(ent);
    return all.some((a, i) =>
      all.slice(i + 1).some((b) => a.dev !== b.dev && !this.hadSeen(a, b) && !this.hadSeen(b, a)),
    );
  }

  /** Writes to a field that no other write to it had seen. */
  maximal(ent: string, field: string): readonly KnownWrite[] {
    const all = this.writesOf(ent).filter(({ says }) => says.has(field));
    return all.filter((one) => !all.some((other) => other !== one && this.hadSeen(other, one)));
  }

  fieldsOf(ent: string): ReadonlySet<string> {
    return new Set(this.writesOf(ent).flatMap(({ says }) => [...says.keys()]));
  }

  /** What must be told of a field by everybody who holds all writes. */
  due(ent: string, field: string): Due {
    const maximal = this.maximal(ent, field);
    const values = new Set(maximal.map(({ says }) => says.get(field) ?? ''));
    const [only] = values;
    if (values.size === 1 && only !== undefined) return { is: 'value', value: only };
    const typed = byType(field, values);
    if (typed !== undefined) return { is: 'value', value: typed };
    if ([...values].every((value) => value.includes('\n')))
      return { is: 'text', ...this.#marks(ent, maximal, field), values };
    return decided(maximal, field, values);
  }

  /**
   * A mark must be in the text that was put together unless one of its authors had seen who said it and left it out; then
   * it must not be. Of one that an author took up again after somebody had left it out nothing is asked.
   */
  #marks(ent: string, maximal: readonly KnownWrite[], field: string) {
    const texts = maximal.map((write) => ({ write, marks: marksIn(write.says.get(field) ?? '') }));
    const sayers = new Map<string, readonly KnownWrite[]>();
    for (const write of this.writesOf(ent)) {
      for (const mark of marksIn(write.says.get(field) ?? '')) sayers.set(mark, [...(sayers.get(mark) ?? []), write]);
    }
    const all = new Set(texts.flatMap(({ marks }) => [...marks]));
    const dropped = (mark: string) =>
      texts.some(
        ({ write, marks }) => !marks.has(mark) && (sayers.get(mark) ?? []).some((sayer) => this.hadSeen(write, sayer)),
      );
    const isRevived = (mark: string) =>
      texts.some(({ write, marks }) => marks.has(mark) && this.#hadSeenDropped(write, mark, { field, sayers }));
    const clear = [...all].filter((mark) => !isRevived(mark));
    return { has: new Set(clear.filter((mark) => !dropped(mark))), lacks: new Set(clear.filter(dropped)) };
  }

  #hadSeenDropped(write: KnownWrite, mark: string, { field, sayers }: Said): boolean {
    return [...this.pastOf(write)].some((id) => {
      const older = this.writes.get(id);
      const text = older?.says.get(field);
      if (!older || text === undefined || marksIn(text).has(mark)) return false;
      return (sayers.get(mark) ?? []).some((sayer) => this.hadSeen(older, sayer));
    });
  }
}

interface Said {
  readonly field: string;
  readonly sayers: ReadonlyMap<string, readonly KnownWrite[]>;
}

/** What is settled by what kind of field it is; undefined where it is not. */
function byType(field: string, values: ReadonlySet<string>): string | undefined {
  if (field === 'priority') return priorities.find((each) => values.has(each));
  if (field === 'layer') return layers.findLast((each) => values.has(each));
  if (field === 'state') return values.has('live') ? 'live' : 'retired';
  if (field.startsWith('tag.')) return [...values].find((value) => value !== '');
  return field === 'status' ? furthest(values) : undefined;
}

/** One end beats all, two different ends are for a person; before that, the furthest. */
function furthest(values: ReadonlySet<string>): string | undefined {
  const ends = ['rejected', 'superseded'].filter((end) => values.has(end));
  if (ends.length > 1) return undefined;
  return ends[0] ?? ['done', 'in_progress', 'open'].find((each) => values.has(each));
}

function decided(maximal: readonly KnownWrite[], field: string, values: ReadonlySet<string>): Due {
  const saying = (some: readonly KnownWrite[]) => new Set(some.map(({ says }) => says.get(field) ?? ''));
  const persons = saying(maximal.filter(({ by }) => by === 'human'));
  if (persons.size === 1) return { is: 'settled', shown: persons, values };
  // by the device where the readings are equal; either is as good here
  const last = maximal.reduce((most, { hlc }) => (hlc > most ? hlc : most), '');
  return { is: 'open', shown: saying(maximal.filter(({ hlc }) => hlc === last)), values };
}
