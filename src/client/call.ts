import { type ErrorBody, errorFromBody, PrsistError } from '../core/errors.ts';
import { uuidV7 } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { Reply, Request } from '../core/operation.ts';
import { protocol } from '../core/protocol.ts';
import type { Operations } from '../features/operations.ts';
import { type Paths, resolvePaths } from '../platform/paths.ts';
import { jitter } from '../platform/random.ts';
import { wait, wallClock } from '../platform/time.ts';
import { type Connection, reach } from './connect.ts';
import type { Endpoint } from './endpoint.ts';
import type { Answer, Question } from './exchange.ts';
import { settleSkew } from './skew.ts';

export interface ClientOptions {
  /** Decides where everything lies (HOME, PRSIST_HOME, XDG_*) and is what a started daemon gets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path of bin/prsist-daemon. */
  readonly daemon: string;
  /** Id, name or absolute directory of the project; the person's own when absent. */
  readonly project?: string | undefined;
  readonly agent?: string | undefined;
  /** 30 s when absent. */
  readonly timeoutMs?: number;
  /** Silent for this long, a daemon is said to be busy or hung: 2 s when absent. */
  readonly slowMs?: number;
  /** How long a daemon may take from its start to its first answer: 5 s when absent. */
  readonly startMs?: number;
  /** start when absent. */
  readonly whenAbsent?: 'start' | 'fail';
  /** Told, at most once per call, that the daemon is silent. */
  readonly notice?: (text: string) => void;
}

export interface Client {
  readonly paths: Paths;
  /** Asks one operation; the reply is the whole body, `success: true` included. Throws PrsistError. */
  call<N extends OperationName>(name: N, input: Request<Operations[N]>): Promise<Reply<Operations[N]>>;
  /** The same for a name known only at run time. */
  post(name: string, input: unknown): Promise<ReplyBody>;
}

export type OperationName = keyof Operations & string;
export type ReplyBody = Readonly<Record<string, unknown>>;

interface Setup extends Connection {
  readonly options: ClientOptions;
}

const busyTries = 5;

/** A client of the one daemon of an environment. Opens nothing until something is asked. */
export function createClient(options: ClientOptions): Client {
  const { env, daemon, whenAbsent = 'start', startMs = 5_000 } = options;
  const paths = resolvePaths(env);
  const setup: Setup = { paths, env, daemon, whenAbsent, startMs, options };
  return {
    paths,
    post: (name, input) => post(setup, name, input),
    // the daemon answers by the contract of that name; replies are not parsed again
    call: (name, input) => post(setup, name, input) as Promise<never>,
  };
}

async function post(setup: Setup, name: string, input: unknown): Promise<ReplyBody> {
  const ask = questionFor(setup, name, input);
  for (let busy = 0; ; ) {
    const { answer, endpoint } = await reach(setup, ask);
    const reply = readReply(answer);
    if (reply.error === undefined) return reply.body;
    if (answer.status === 426) {
      await settleSkew(setup.paths, endpoint);
      continue;
    }
    if (!isPassing(reply.error) || busy >= busyTries) throw errorFromBody(reply.error);
    await wait(Math.min(5_000, Math.max(reply.error.retry_ms ?? 0, 50 * 2 ** busy)) * (1 + jitter() / 4));
    busy += 1;
  }
}

/** Everything of a request but the token, made once, so that every repeat carries the same Idempotency-Key. */
function questionFor(setup: Setup, name: string, input: unknown): (endpoint: Endpoint) => Question {
  const { project, agent, timeoutMs = 30_000, slowMs = 2_000, notice } = setup.options;
  const headers = {
    'x-prsist-proto': String(protocol),
    ...(project === undefined ? {} : { 'x-prsist-project': encodeURIComponent(project) }),
    'idempotency-key': requestKey(),
    ...(agent === undefined ? {} : { 'x-prsist-agent': encodeURIComponent(agent) }),
  };
  const body = JSON.stringify(input);
  // the daemon hangs up in the middle of a body this large, and its reason would often be lost with the connection
  if (Buffer.byteLength(body) > limits.bodyBytes) {
    throw new PrsistError('limit/too-large', `a request has at most ${limits.bodyBytes} bytes`);
  }
  const waitMs = askedWait(input);
  const slow = once(() => notice?.('daemon is busy or hung, still waiting (prsist daemon stop --force ends it)'));
  return (endpoint) => ({
    path: `/memory/${name.replace('.', '/')}`,
    headers: { ...headers, authorization: `Bearer ${endpoint.token}` },
    body,
    slowMs: slowMs + waitMs,
    timeoutMs: timeoutMs + waitMs,
    slow,
  });
}

/** Must only be unique, not secret: node:crypto would cost every command a fifth of an empty Node start. */
function requestKey(): string {
  return uuidV7(
    wallClock(),
    Uint8Array.from({ length: 10 }, () => Math.floor(jitter() * 256)),
  );
}

/** A long poll is not silence: job.show may take as long as it was asked to. */
function askedWait(input: unknown): number {
  if (typeof input !== 'object' || input === null || !('wait_ms' in input)) return 0;
  return typeof input.wait_ms === 'number' ? input.wait_ms : 0;
}

function isPassing(error: ErrorBody): boolean {
  return error.retry_ms !== undefined || error.code === 'daemon/busy' || error.code === 'daemon/draining';
}

function readReply({ status, body }: Answer): { readonly body: ReplyBody; readonly error?: ErrorBody } {
  const reply = parsedObject(body);
  if (!reply) throw new PrsistError('internal', `the daemon answered ${status} with something that is no JSON object`);
  if (reply.success === true) return { body: reply };
  const error = reply.error;
  // the daemon's own error form; anything else becomes `internal` in errorFromBody
  const known = typeof error === 'object' && error !== null ? (error as ErrorBody) : undefined;
  return { body: reply, error: known ?? { code: 'internal', message: `the daemon answered ${status}`, hint: '' } };
}

function parsedObject(text: string): ReplyBody | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // an object that is no array has string keys
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ReplyBody) : undefined;
  } catch {
    return undefined; // the caller says what came instead
  }
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}
