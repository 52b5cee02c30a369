// git as a carrier to other machines: with the person's own access to them, and without ever asking for it.
import fs from 'node:fs';
import { join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { makeDesk } from './desks.ts';
import { environment } from './environment.ts';
import { errorCode } from './files.ts';
import { gitEnvironment, runGit } from './git.ts';
import { type GroupRan, runGroup } from './run-group.ts';
import { makeDirectory, removeTree } from './temporary.ts';

export interface GitCall {
  readonly args: readonly string[];
  readonly input?: Iterable<Uint8Array>;
  readonly onOutput?: (piece: Uint8Array) => Promise<void>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A bare repository of ours, for one exchange. */
export interface GitDesk {
  run(call: GitCall): Promise<GroupRan>;
  /** Removes it. */
  clear(): void;
}

/** Whatever the person has set for repositories they work in. */
const plain = [
  ...['-c', 'core.hooksPath=/dev/null', '-c', 'gc.auto=0', '-c', 'maintenance.auto=false'],
  ...['-c', 'core.compression=0', '-c', 'pack.window=0', '-c', 'fetch.unpackLimit=1', '-c', 'fastimport.unpackLimit=0'],
  ...['-c', 'push.gpgSign=false', '-c', 'push.followTags=false', '-c', 'push.pushOption=', '-c', 'fetch.prune=false'],
  ...['-c', 'fetch.recurseSubmodules=false', '-c', 'push.recurseSubmodules=no', '-c', 'fetch.writeCommitGraph=false'],
];
/** Never what runs programs by the name of an address (ext::). */
const protocols = 'file:git:http:https:ssh';

interface Reached {
  /** How: by ssh, which asks unless it is told not to. */
  readonly ssh: 'yes' | 'no';
}

/**
 * Makes an empty bare repository below a directory of ours: never one that anybody works in, and a new one for each
 * exchange, so that no lock of a killed one is in the way and nothing piles up. What killed processes left there goes.
 */
export async function openGitDesk(directory: string, { ssh }: Reached): Promise<GitDesk> {
  const path = makeDesk(directory, 'git', makeRepository);
  const env = await carrierEnvironment(path, ssh);
  return {
    run: (call) => run(path, env, call),
    clear: () => removeTree(path),
  };
}

/** As `git init` makes one, without starting it. https://git-scm.com/docs/gitrepository-layout */
function makeRepository(path: string): void {
  for (const name of ['objects', 'refs']) makeDirectory(join(path, name));
  fs.writeFileSync(join(path, 'HEAD'), 'ref: refs/heads/main\n', { mode: 0o600 });
  const config = '[core]\n\trepositoryformatversion = 0\n\tbare = true\n';
  fs.writeFileSync(join(path, 'config'), config, { mode: 0o600 });
}

async function run(cwd: string, env: Record<string, string | undefined>, call: GitCall): Promise<GroupRan> {
  const { args, ...rest } = call;
  try {
    return await runGroup({
      ...{ ...rest, program: 'git', args: [...plain, ...args], cwd, env },
      outputBytes: limits.gitOutputBytes,
    });
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    throw new PrsistError('remote/offline', 'git is not installed', {
      cause: error,
      hint: 'install git 2.29 or newer',
    });
  }
}

/** Nobody sits before the daemon: whatever would ask fails instead. */
async function carrierEnvironment(
  directory: string,
  isSsh: Reached['ssh'],
): Promise<Record<string, string | undefined>> {
  const ssh = isSsh === 'yes' ? await sshCommand(directory) : undefined;
  return {
    ...gitEnvironment(),
    ...{ GIT_ASKPASS: '', SSH_ASKPASS_REQUIRE: 'never', GCM_INTERACTIVE: 'never', GIT_ALLOW_PROTOCOL: protocols },
    ...(ssh === undefined ? {} : { GIT_SSH_COMMAND: ssh }),
  };
}

/** How git calls ssh, with the word that keeps it from asking; undefined where it is another program, which is left as it is. */
async function sshCommand(directory: string): Promise<string | undefined> {
  const env = environment();
  if (env.GIT_SSH && !env.GIT_SSH_COMMAND) return undefined;
  const set = env.GIT_SSH_COMMAND || (await runGit(directory, ['config', '--get', 'core.sshCommand']))?.trim();
  const command = set || 'ssh';
  const isSsh = /^(?:\S*\/)?ssh(?:\s|$)/.test(command);
  return isSsh ? `${command} -o BatchMode=yes -o ConnectTimeout=15` : undefined;
}
