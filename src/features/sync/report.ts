// What a run found that somebody may have to know. Nothing of it stops other logs.

export type SyncNote =
  /** A piece of a log is nowhere on this remote; its writer puts it again at its next push. */
  | { readonly is: 'hole'; readonly project: string; readonly log: string; readonly seq: number }
  /** The remote shows less than it did, or than a device says it put there: remote/rolled-back. */
  | { readonly is: 'rolled back'; readonly what: string; readonly was: number; readonly now: number }
  /** A pack does not pass a check. given up: it did so too often, and is not asked for again: remote/tampered. */
  | {
      readonly is: 'refused';
      readonly name: string;
      readonly check: string;
      readonly why: string;
      readonly givenUp: boolean;
    }
  /** A pack of a later version: remote/newer-format. */
  | { readonly is: 'newer'; readonly name: string; readonly why: string }
  /** Sealed with an epoch's key that is not here: key/missing. */
  | { readonly is: 'no key'; readonly name: string; readonly why: string }
  /** A log went on in two ways: a copy of its device was writing. Both are kept. */
  | {
      readonly is: 'fork';
      readonly project: string;
      readonly log: string;
      readonly seq: number;
      readonly branch: string;
    }
  /** The remote has more of an own log than this device: a backup was put back. The log was closed. */
  | { readonly is: 'restored'; readonly project: string; readonly log: string; readonly seq: number }
  /** A device says its log is another than the one that lies there: remote/tampered. */
  | { readonly is: 'other history'; readonly dev: string; readonly log: string; readonly seq: number }
  /** A device whose clock is far ahead. */
  | { readonly is: 'clock'; readonly dev: string; readonly log: string }
  /** Records that are kept without rows. */
  | { readonly is: 'poison'; readonly project: string; readonly log: string; readonly records: number };

export interface SyncReport {
  readonly sent: Moved;
  readonly received: Moved;
  readonly notes: readonly SyncNote[];
  /** Databases whose rows are right only when they are computed again; `noProject` for that of the user. */
  readonly late: readonly string[];
  /** Projects into which records came, with how many; `noProject` for the user database. */
  readonly applied: Readonly<Record<string, number>>;
  /** Projects in which something was erased that others had erased; `noProject` for the user database. */
  readonly erased: readonly string[];
  /** Devices that said something new. */
  readonly heard: readonly string[];
  /** Own records that this remote has not confirmed. */
  readonly pending: number;
}

export interface Moved {
  packs: number;
  records: number;
  bytes: number;
}

/** Two runs one after the other, told as one: what the second left open counts. */
export function together(first: SyncReport, second: SyncReport): SyncReport {
  const moved = (of: 'sent' | 'received'): Moved => ({
    packs: first[of].packs + second[of].packs,
    records: first[of].records + second[of].records,
    bytes: first[of].bytes + second[of].bytes,
  });
  const applied = { ...first.applied };
  for (const [project, records] of Object.entries(second.applied)) applied[project] = (applied[project] ?? 0) + records;
  return {
    ...{ sent: moved('sent'), received: moved('received'), pending: second.pending, applied },
    notes: [...first.notes, ...second.notes],
    late: [...new Set([...first.late, ...second.late])],
    erased: [...new Set([...first.erased, ...second.erased])],
    heard: [...new Set([...first.heard, ...second.heard])],
  };
}

/** A report while it is gathered. */
export class Findings {
  readonly sent: Moved = { packs: 0, records: 0, bytes: 0 };
  readonly received: Moved = { packs: 0, records: 0, bytes: 0 };
  readonly notes: SyncNote[] = [];
  readonly late = new Set<string>();
  readonly erased = new Set<string>();
  readonly heard = new Set<string>();
  readonly applied = new Map<string, number>();
  pending = 0;

  note(note: SyncNote): void {
    this.notes.push(note);
  }

  report(): SyncReport {
    const { sent, received, notes, pending } = this;
    const [late, erased, heard] = [[...this.late], [...this.erased], [...this.heard]];
    return { sent, received, notes, pending, late, erased, heard, applied: Object.fromEntries(this.applied) };
  }
}
