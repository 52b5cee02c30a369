import { spawn } from 'node:child_process';
import fs from 'node:fs';

/**
 * Starts a program that outlives this one: own session, no descriptors of ours. Returns its process number, undefined
 * when it could not be started.
 */
export function startDetached(program: string, args: readonly string[], env: NodeJS.ProcessEnv): number | undefined {
  const child = spawn(program, [...args], { detached: true, stdio: 'ignore', env });
  child.on('error', () => child.unref()); // the caller looks for what the program leaves behind, not for this
  child.unref();
  return child.pid;
}

/**
 * True while a process of that number runs. A number proves nothing about which program it is. What is left of one that
 * has ended counts as gone: in a container whose first process collects nobody, it stays for ever.
 */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return statFields(pid)[0] !== 'Z';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * When a process started, as an opaque text that differs between two processes of one number; '' where unknown.
 * Linux: boot-relative start time, field 22 of /proc/<pid>/stat.
 */
export function processStart(pid: number): string {
  return statFields(pid)[19] ?? '';
}

/** What /proc/<pid>/stat holds after the name, state first; empty where there is no /proc, or no such process. */
function statFields(pid: number): string[] {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return []; // unknown
  }
}

/** Sends a signal; false when there is no such process. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false; // gone already
  }
}
