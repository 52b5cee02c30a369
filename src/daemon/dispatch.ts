import type { JsonValue } from '../core/captured.ts';
import { PrsistError } from '../core/errors.ts';
import { sha256Hex } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { Operation } from '../core/operation.ts';
import type { Redactor } from '../core/redact.ts';
import type { GitState } from '../core/snapshot.ts';
import type { Caller, Context, Feature, JobContext, ProjectRef, StorePlace } from '../features/feature.ts';
import { workTreeOf } from '../platform/repository.ts';
import { once } from '../store/idempotency.ts';
import type { Read, Write } from '../store/record-type.ts';
import type { Store } from '../store/store.ts';
import { cleanGitState, cleanPlace } from './git-state.ts';
import { inputError } from './input-error.ts';
import type { Jobs } from './jobs.ts';
import type { Projects } from './projects.ts';
import { authorise, requireProject } from './rights.ts';

export interface Asked {
  readonly operation: string;
  readonly body: unknown;
  readonly caller: Caller;
  /** Id, name or directory of the project; undefined: the personal one. */
  readonly project: string | undefined;
  readonly idempotencyKey: string | undefined;
}

export interface Answer {
  readonly reply: Readonly<Record<string, unknown>>;
  /** 202 for a job that has only begun. */
  readonly status: 200 | 202;
  readonly replayed: boolean;
}

export interface DispatchParts {
  readonly features: readonly Feature[];
  readonly projects: Projects;
  readonly jobs: Jobs;
  readonly redactor: Redactor;
  /** Of a project by its root, which may be stricter; the same for all when absent. */
  readonly redactorAt?: (root: string | undefined) => Redactor;
  readonly clock: () => number;
  /** Takes in everything already said about a project: spool drained, transcripts read. */
  readonly settle: (projectId: string) => Promise<void>;
  /** Renders what agents of a project start with. */
  readonly tell: (projectId: string) => Promise<void>;
  /** Takes what was erased out of everything that lies outside the database. */
  readonly erased: (projectId: string) => Promise<void>;
  readonly onBug: (operation: string, error: unknown) => void;
}

/** Answers one request: parse, redact, find the database, run the verb. */
export type Dispatch = (asked: Asked) => Promise<Answer>;

type ReadVerb = (context: Context, input: unknown) => unknown;
type WriteVerb = (tx: Write, input: unknown, context: Context) => unknown;
type JobVerb = (context: JobContext, input: unknown) => Promise<Readonly<Record<string, unknown>>>;

export function createDispatch(parts: DispatchParts): Dispatch {
  const owners = new Map(parts.features.flatMap((feature) => Object.keys(feature.contract).map((n) => [n, feature])));
  return async (asked) => {
    const feature = owners.get(asked.operation);
    // own members of the contract only, so no inherited name is an operation
    const operation = feature?.contract[asked.operation as `${string}.${string}`];
    if (!feature || !operation) throw new PrsistError('route/unknown', `no operation ${asked.operation}`);
    authorise({ name: asked.operation, effect: operation.effect, body: asked.body, caller: asked.caller });
    const parsed = parseInput(operation, asked.body);
    const clean = operation.secrets === 'used' ? parsed : redacted(parts.redactor, parsed);
    const context = await contextOf(parts, { feature, operation, asked, input: clean });
    const stricter = parts.redactorAt?.(context.project.root) ?? parts.redactor;
    const input = stricter === parts.redactor || operation.secrets === 'used' ? clean : redacted(stricter, clean);
    const repeated = repeatable(operation, asked);
    const verb = feature.verbs[asked.operation];
    if (operation.effect === 'write') {
      const place = storePlaceOf({ feature, operation, asked, input, context });
      const isOfUser = place === 'user' || context.project === nowhere;
      // asked for when it is written to: what prepares a write may have opened the databases anew
      const store = () => (isOfUser ? parts.projects.user : parts.projects.store(context.project.id));
      // feature() has checked that the verb fits the contract's effect
      const work = verb as WriteVerb;
      if (place === 'memory')
        return { reply: asReply(work(store().outside, input, context)), status: 200, replayed: false };
      const ready = await prepared({ feature, operation, asked, input, context });
      const answer = await write(store(), work, { asked: repeated, input, context: ready });
      if (operation.after === 'told') await parts.tell(context.project.id);
      if (operation.after === 'erased') await parts.erased(context.project.id);
      return answer;
    }
    // as above
    if (operation.effect === 'job') return startJob(parts, verb as JobVerb, { asked: repeated, input, context });
    const reply = await (verb as ReadVerb)(context, input); // as above
    return { reply: asReply(reply), status: 200, replayed: false };
  };
}

function parseInput(operation: Operation, body: unknown): unknown {
  requirePlain(body, 0);
  const parsed = operation.input.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  throw inputError(parsed.error, body);
}

function requirePlain(value: unknown, depth: number): void {
  if (typeof value === 'string') requireText(value);
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, '__proto__')) throw new PrsistError('input/invalid', 'the key __proto__ is refused');
  if (depth >= limits.jsonDepth) {
    throw new PrsistError('limit/too-large', `nested deeper than ${limits.jsonDepth} levels`, {
      hint: 'send it flatter',
    });
  }
  const members = Object.values(value);
  if (members.length > limits.jsonMembers) {
    throw new PrsistError(
      'limit/too-large',
      `an object or list with ${members.length} members, at most ${limits.jsonMembers} are taken`,
    );
  }
  if (!Array.isArray(value)) Object.keys(value).forEach(requireText);
  for (const member of members) requirePlain(member, depth + 1);
}

/** What no database text and no canonical JSON can hold. */
function requireText(text: string): void {
  if (text.includes('\0')) throw new PrsistError('input/encoding', 'a text holds the character NUL');
  if (!text.isWellFormed()) throw new PrsistError('input/encoding', 'a text holds half of a surrogate pair');
}

/** Secrets leave every text of every route before anything sees it. */
function redacted(redactor: Redactor, input: unknown): unknown {
  // parsed from JSON by a schema that stays JSON-plain
  return redactor.json(input as JsonValue).value;
}

async function contextOf(parts: DispatchParts, request: Requested): Promise<Context> {
  const { operation, asked } = request;
  const { projects, clock } = parts;
  const user = projects.user.read;
  const place = placeOf(parts.redactor, asked.caller.directory);
  if (operation.on === 'user') {
    return contextAt(place, { ...outside(asked, user), now: clock() });
  }
  const project = projectOf(projects, request);
  requireProject(asked.caller, project);
  if (project === nowhere) return contextAt(place, { ...outside(asked, user), now: clock() });
  const [git] =
    operation.when === 'settled'
      ? await Promise.all([stateOf(parts, place().top ?? project.root), parts.settle(project.id)])
      : [null];
  const read = { project: projects.store(project.id).read, user };
  return contextAt(place, { caller: asked.caller, project, read, now: clock(), git });
}

/** No project: of the user database alone. */
const nowhere: ProjectRef = Object.freeze({ id: '', name: '' });

function outside({ caller }: Asked, user: Read): Pick<Context, 'caller' | 'project' | 'read' | 'git'> {
  return { caller, project: nowhere, read: { project: user, user }, git: null };
}

/** The project of a request; nowhere, in a directory of no project, for what belongs to the person and not to a project. */
function projectOf(projects: Projects, { feature, asked, input }: Requested): ProjectRef {
  // the selector was declared for this operation's input
  const needsNone = feature.anywhere[asked.operation] as ((input: unknown) => boolean) | undefined;
  try {
    return projects.resolve(asked.project);
  } catch (error) {
    const isNobodys = error instanceof PrsistError && error.code === 'project/required';
    if (!isNobodys || !needsNone) throw error;
    if (needsNone(input)) return nowhere;
    throw new PrsistError('project/required', error.message, {
      hint: 'prsist init makes it one; --scope user works everywhere',
    });
  }
}

type Place = Pick<Context, 'worktree' | 'branch'> & { readonly top: string | undefined };

/** Where a caller stands: looked at once, and only when asked for, since most verbs do not. */
function placeOf(redactor: Redactor, directory: string | undefined): () => Place {
  let place: Place | undefined;
  return () => {
    place ??= lookAround(redactor, directory);
    return place;
  };
}

function lookAround(redactor: Redactor, directory: string | undefined): Place {
  const tree = directory === undefined ? undefined : workTreeOf(directory);
  return tree
    ? { ...cleanPlace(redactor, tree), top: tree.top }
    : { worktree: undefined, branch: undefined, top: undefined };
}

function contextAt(place: () => Place, rest: Omit<Context, 'worktree' | 'branch'>): Context {
  return {
    ...rest,
    get worktree() {
      return place().worktree;
    },
    get branch() {
      return place().branch;
    },
  };
}

function stateOf({ redactor }: DispatchParts, directory: string | undefined): Promise<GitState | null> {
  return directory === undefined ? Promise.resolve(null) : cleanGitState(redactor, directory);
}

interface Requested {
  readonly feature: Feature;
  readonly operation: Operation;
  readonly asked: Asked;
  readonly input: unknown;
}

interface Chosen extends Requested {
  readonly context: Context;
}

function storePlaceOf({ feature, operation, asked, input, context }: Chosen): StorePlace {
  // the selector was declared for this operation's input
  const choose = feature.storeOf[asked.operation] as ((input: unknown, context: Context) => StorePlace) | undefined;
  return choose?.(input, context) ?? operation.on ?? 'project';
}

/** The context with what the operation gathers before its transaction. */
async function prepared({ feature, asked, input, context }: Chosen): Promise<Context> {
  // declared for this operation's input
  const gather = feature.prepare[asked.operation] as
    | ((input: unknown, context: Context) => Promise<unknown>)
    | undefined;
  if (!gather) return context;
  // inherited, not copied: where the caller stands is looked at only when asked for
  return Object.create(context, { prepared: { value: await gather(input, context) } });
}

/** Without its key where an answer must not be kept; a key of a bound token is another one than the same of anybody else. */
function repeatable(operation: Operation, asked: Asked): Asked {
  const key = asked.idempotencyKey;
  if (key === undefined || operation.repeat === 'never kept') return { ...asked, idempotencyKey: undefined };
  const { tenant, user, project } = asked.caller.bound ?? {};
  const isBound = (tenant ?? user ?? project) !== undefined;
  return isBound ? { ...asked, idempotencyKey: JSON.stringify([tenant, user, project, key]) } : asked;
}

interface Ready {
  readonly asked: Asked;
  readonly input: unknown;
  readonly context: Context;
}

async function write(store: Store, verb: WriteVerb, { asked, input, context }: Ready): Promise<Answer> {
  const key = asked.idempotencyKey;
  const done = await store.write((tx) => {
    const work = () => asReply(verb(tx, input, context));
    if (key === undefined) return { answer: work(), replayed: false };
    const request = JSON.stringify(asked.body ?? {});
    // a client may have put anything into it
    return once(
      tx,
      { key: sha256Hex(key), route: asked.operation, request, keepMs: limits.idempotencyHours * 3_600_000 },
      work,
    );
  });
  return { reply: done.answer, status: 200, replayed: done.replayed };
}

function startJob(parts: DispatchParts, verb: JobVerb, { asked, input, context }: Ready): Answer {
  const job_id = parts.jobs.start(asked.operation, (handle) => verb({ ...context, ...handle }, input), {
    onFailure: (error) => parts.onBug(asked.operation, error),
    key: asked.idempotencyKey,
  });
  return { reply: { job_id }, status: 202, replayed: false };
}

function asReply(reply: unknown): Readonly<Record<string, unknown>> {
  // verbs answer with objects: feature() has checked them against the contract
  return reply as Readonly<Record<string, unknown>>;
}
