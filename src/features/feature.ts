// How a feature presents itself to the daemon. A verb missing or too many does not compile.
import type { Contract, Operation, Parsed, Reply } from '../core/operation.ts';
import type { Actor, Origin } from '../core/record.ts';
import type { GitState } from '../core/snapshot.ts';
import type { Rights } from '../core/words.ts';
import type { Projection, Read, Write } from '../store/record-type.ts';

/** What a token is bound to: any other tenant, user or project is refused. */
export interface Bound {
  readonly tenant?: string;
  readonly user?: string;
  readonly project?: string;
}

/** Who asks, established by the daemon from transport and headers, never read from a request body. */
export interface Caller {
  readonly user: string;
  readonly agent?: string;
  readonly session?: string;
  readonly origin: Origin;
  /** Directory the request comes from, when it names one. */
  readonly directory?: string;
  /** What the token may do; absent: the person's own socket, where everything is allowed. */
  readonly rights?: Rights;
  /** What the token is bound to; absent: nothing. */
  readonly bound?: Bound;
}

export interface ProjectRef {
  readonly id: string;
  readonly name: string;
  /** Main directory of the project; absent for the personal project. */
  readonly root?: string;
}

/** What every verb is handed besides its input. */
export interface Context {
  readonly caller: Caller;
  readonly project: ProjectRef;
  readonly read: { readonly project: Read; readonly user: Read };
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** Work tree the caller stands in (main, or the name git gives it) and its branch; undefined outside a repository. */
  readonly worktree: string | undefined;
  readonly branch: string | undefined;
  /** State of that work tree; gathered for settled operations only. */
  readonly git: GitState | null;
  /** What the operation's own `prepare` gathered. */
  readonly prepared?: unknown;
}

export interface JobContext extends Context {
  /** What stands in job.show while the job runs. */
  readonly report: (progress: Readonly<Record<string, unknown>>) => void;
  readonly cancelled: () => boolean;
}

export type Verb<P extends Operation> = P['effect'] extends 'write'
  ? (tx: Write, input: Parsed<P>, context: Context) => Reply<P>
  : P['effect'] extends 'job'
    ? (context: JobContext, input: Parsed<P>) => Promise<Readonly<Record<string, unknown>>>
    : (context: Context, input: Parsed<P>) => Reply<P> | Promise<Reply<P>>;

export interface Migrations {
  /** Directory of the .sql files, beside the feature. */
  readonly directory: string;
  readonly files: readonly string[];
}

interface Parts<C extends Contract> {
  readonly verbs: { readonly [N in keyof C]: C[N] extends Operation ? Verb<C[N]> : never };
  readonly projections?: readonly Projection[];
  readonly migrations?: Migrations;
  /** Operations whose database depends on the input; the others run where their contract says. */
  readonly storeOf?: {
    readonly [N in keyof C]?: C[N] extends Operation ? (input: Parsed<C[N]>, context: Context) => StorePlace : never;
  };
  /** What writes gather before their transaction, where they may wait; handed over as `prepared`. */
  readonly prepare?: {
    readonly [N in keyof C]?: C[N] extends Operation
      ? (input: Parsed<C[N]>, context: Context) => Promise<unknown>
      : never;
  };
  /** Operations that need no project for some inputs: they then work outside of any, on the user database. */
  readonly anywhere?: {
    readonly [N in keyof C]?: C[N] extends Operation ? (input: Parsed<C[N]>) => boolean : never;
  };
}

/** Where a write goes. memory: it changes no database, so it runs outside of any transaction, and no answer is kept. */
export type StorePlace = 'project' | 'user' | 'memory';

export interface Feature {
  readonly contract: Contract;
  readonly verbs: Readonly<Record<string, unknown>>;
  readonly projections: readonly Projection[];
  readonly migrations: Migrations | undefined;
  readonly storeOf: Readonly<Record<string, ((input: never, context: Context) => StorePlace) | undefined>>;
  readonly prepare: Readonly<Record<string, ((input: never, context: Context) => Promise<unknown>) | undefined>>;
  readonly anywhere: Readonly<Record<string, ((input: never) => boolean) | undefined>>;
}

/** Ties a contract to its verbs, rows and schema. */
export function feature<C extends Contract>(contract: C, parts: Parts<C>): Feature {
  return Object.freeze({
    contract,
    verbs: parts.verbs,
    projections: parts.projections ?? [],
    migrations: parts.migrations,
    storeOf: parts.storeOf ?? {},
    prepare: parts.prepare ?? {},
    anywhere: parts.anywhere ?? {},
  });
}

/** The actor of the records a caller writes. */
export function actorOf(caller: Caller): Actor {
  return {
    user: caller.user,
    ...(caller.agent === undefined ? {} : { agent: caller.agent }),
    ...(caller.session === undefined ? {} : { session: caller.session }),
  };
}
