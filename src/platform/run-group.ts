import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface GroupRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the program: nothing of ours is added. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What it reads; nothing when absent. */
  readonly input?: Iterable<Uint8Array>;
  /** Takes its output piece by piece, none of which is then kept; what it throws ends the program. */
  readonly onOutput?: (piece: Uint8Array) => Promise<void>;
  /** It is killed after so long, or when it has said more than so many bytes that were to be kept. */
  readonly timeoutMs: number;
  readonly outputBytes: number;
  readonly signal: AbortSignal;
}

export interface GroupRan {
  /** Exit status; undefined when it was killed. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Why we killed it; undefined when it ended by itself. */
  readonly cut: 'late' | 'talkative' | undefined;
}

/**
 * What a program started may hold its output open after it has ended: a connection that ssh shares, say. By then all it
 * said has been read, but where somebody takes his time with each piece.
 */
const lingerMs = 1_000;

/**
 * Runs a program that reaches other machines: a group of its own, so that whatever it starts ends with it, and no terminal
 * at which anything could ask. Rejects when it cannot be started, and with the reason of a signal that was aborted.
 */
export async function runGroup(run: GroupRun): Promise<GroupRan> {
  const { program, args, cwd, env, signal } = run;
  signal.throwIfAborted();
  const child = spawn(program, [...args], { cwd, env: { ...env }, detached: true });
  let cut: GroupRan['cut'];
  const kill = () => killGroup(child);
  const late = setTimeout(() => {
    cut = 'late';
    kill();
  }, run.timeoutMs);
  signal.addEventListener('abort', kill);
  try {
    const ended = ending(child, run.onOutput ? undefined : lingerMs);
    const fed = pipeline(Readable.from(run.input ?? []), child.stdin).catch(() => undefined); // its exit says the rest
    const texts = collecting(run.outputBytes, () => {
      cut ??= 'talkative';
      kill();
    });
    const [stdout, stderr] = [texts(), texts()];
    const heard = [taking(child.stdout, run.onOutput ?? stdout.take), taking(child.stderr, stderr.take)];
    const all = Promise.all([...heard, fed]);
    all.catch(kill);
    const status = await ended;
    await all;
    signal.throwIfAborted();
    return { status: cut === undefined ? status : undefined, stdout: stdout.text(), stderr: stderr.text(), cut };
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', kill);
  }
}

/** Ends a program and all it has started. */
function killGroup(child: ChildProcessWithoutNullStreams): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL'); // no group: it has ended, or the system has none
  }
}

async function ending(child: ChildProcessWithoutNullStreams, waitsMs: number | undefined): Promise<number | undefined> {
  const closed = once(child, 'close');
  closed.catch(() => undefined); // the same error comes from the other one
  const [status] = await once(child, 'exit');
  let timer: NodeJS.Timeout | undefined;
  const lingered = new Promise((resolve) => {
    if (waitsMs !== undefined) timer = setTimeout(resolve, waitsMs);
  });
  await Promise.race([closed, lingered]);
  clearTimeout(timer);
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  return status ?? undefined;
}

async function taking(stream: Readable, take: (piece: Uint8Array) => Promise<void> | void): Promise<void> {
  try {
    for await (const piece of stream) await take(piece);
  } catch (error) {
    // closed by us before its end: what there was has been taken
    if (error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    throw error;
  }
}

/** Keeps output up to a number of bytes over all texts; then calls back. */
function collecting(most: number, tooMuch: () => void) {
  let room = most;
  return () => {
    const pieces: Uint8Array[] = [];
    return {
      take(piece: Uint8Array) {
        pieces.push(piece.subarray(0, Math.max(0, room)));
        room -= piece.length;
        if (room < 0) tooMuch();
      },
      text: () => Buffer.concat(pieces).toString('utf8'),
    };
  };
}
