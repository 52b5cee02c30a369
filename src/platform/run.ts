import { spawn } from 'node:child_process';
import { monotonic } from './time.ts';

export interface Run {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the program: nothing of ours is added. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What it reads on its standard input; nothing when absent. */
  readonly input?: string;
  /** Killed after so long; 60 s when absent. */
  readonly timeoutMs?: number;
}

export interface Ran {
  /** Exit status; undefined when a signal ended it. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** From before its start until its output is closed. */
  readonly ms: number;
}

/** Runs a program to its end, never through a shell. Rejects when it cannot be started. */
export function runProgram({ program, args, cwd, env, input = '', timeoutMs = 60_000 }: Run): Promise<Ran> {
  const begun = monotonic();
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { cwd, env: { ...env } });
    // not the option of spawn, whose timer keeps this process alive where the program could not even be started
    const late = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => child.stdin.destroy()); // it did not want to read everything
    child.on('error', (error) => {
      clearTimeout(late);
      reject(error);
    });
    child.on('close', (status) => {
      clearTimeout(late);
      const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('utf8');
      resolve({ status: status ?? undefined, stdout: text(stdout), stderr: text(stderr), ms: monotonic() - begun });
    });
    child.stdin.end(input);
  });
}
