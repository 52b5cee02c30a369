import os from 'node:os';
import { dirname } from 'node:path';
import { ownDirectory, readText, writeAtomic } from './files.ts';
import { randomHex } from './random.ts';

/** Name of this machine, for display. */
export function hostName(): string {
  return os.hostname();
}

/** Name of the account, for display. */
export function accountName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return 'me'; // an account without an entry in the system's list
  }
}

/** Files and directories of this process are for nobody else, from their creation on. */
export function keepToOurselves(): void {
  process.umask(0o077);
}

/** Resident memory of this process in bytes. */
export function residentBytes(): number {
  return process.memoryUsage.rss();
}

/** A secret or name of this installation, made once: random hex in a file of ours. bytes: of randomness. */
export function madeOnce(path: string, bytes: number): string {
  const known = readText(path)?.trim();
  if (known) return known;
  ownDirectory(dirname(path));
  const fresh = randomHex(bytes);
  writeAtomic(path, `${fresh}\n`);
  return fresh;
}

/** Operating system, its release and processor, as `linux 6.8.0 x64`. */
export function systemName(): string {
  return `${os.platform()} ${os.release()} ${os.arch()}`;
}

/** Name and release of the kernel. */
export function kernelName(): string {
  return `${os.type()} ${os.release()}`;
}

/** The operating system: `linux`, `darwin`, … */
export function systemPlatform(): string {
  return os.platform();
}
