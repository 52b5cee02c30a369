import type { z } from 'zod';
import type { Id } from '../../core/ids.ts';
import type { Actor, Origin } from '../../core/record.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Theirs } from '../theirs.ts';
import type { doubted } from './contract.ts';

/** Which of the doubted texts are asked for. */
export interface DoubtedAsked {
  readonly all: boolean;
  /** null: any. */
  readonly session: string | null;
  readonly author: string | null;
  readonly limit: number;
}

export type Doubted = z.output<typeof doubted>;

/** One entry that a revert changes. */
export interface Undoing {
  readonly ent: Id;
  readonly key: string;
  readonly scope: string;
  readonly before: string;
  /** null: it is retired. */
  readonly after: string | null;
  readonly version: number;
  readonly carryOut: (tx: Write, by: By) => void;
}

export interface By {
  readonly actor: Actor;
  readonly origin: Origin;
  readonly reason: string;
}

/** What the features that keep texts offer; each list is newest first. */
export interface TrustNeeds {
  readonly entries: (read: Read, asked: DoubtedAsked) => readonly Doubted[];
  readonly documents: (read: Read, asked: DoubtedAsked) => readonly Doubted[];
  readonly undoings: (read: Read, theirs: Theirs) => readonly Undoing[];
}
