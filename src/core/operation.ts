import type { z } from 'zod';

/** One thing a client may ask for. zod is a type only here, so a client that names operations loads none of it. */
export interface Operation<
  E extends Effect = Effect,
  I extends z.ZodObject = z.ZodObject,
  O extends z.ZodObject = z.ZodObject,
> {
  /** Summary in the API description, and what a tool list shows. */
  readonly summary: string;
  /** read: may await · write: synchronous, one transaction · job: answers {job_id} at once, works in slices. */
  readonly effect: E;
  /** Strict: an unknown key is an error. */
  readonly input: I;
  /** Always an object: a list travels as { items }. */
  readonly output: O;
  /** settled: everything already said (spool, transcripts) is taken in before it runs. */
  readonly when?: 'settled';
  /**
   * told: the files that agents start with are up to date before it answers. erased: what was erased is gone outside the
   * database, too.
   */
  readonly after?: 'told' | 'erased';
  /** never kept: its answer holds a secret, so no Idempotency-Key keeps it; asked again, it is done again. */
  readonly repeat?: 'never kept';
  /** used: its input holds secrets it works with and keeps nowhere, so it is not redacted. */
  readonly secrets?: 'used';
  /** user: needs no project, runs on the user database. */
  readonly on?: 'user';
}

export type Effect = 'read' | 'write' | 'job';
export type Contract = Readonly<Record<`${string}.${string}`, Operation>>;
/** What a client sends. */
export type Request<P extends Operation> = z.input<P['input']>;
/** What a verb gets. */
export type Parsed<P extends Operation> = z.output<P['input']>;
export type Reply<P extends Operation> = z.output<P['output']>;

/** Declares one operation, frozen. */
export const operation = <const E extends Effect, I extends z.ZodObject, O extends z.ZodObject>(
  declared: Operation<E, I, O>,
): Operation<E, I, O> => Object.freeze(declared);
