// Real places for the contract of remotes: a folder, a bare repository beside us, and one behind `git daemon`.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRemote } from '../../../src/features/sync/remotes/open.ts';
import { freePort } from '../../harness/free-port.ts';
import { ended, until } from '../../harness/home.ts';
import type { Place, Writer } from './remote-contract.ts';

export interface Root {
  /** Where the objects are. */
  readonly at: string;
  readonly remove: () => Promise<void>;
  /** What openRemote is given beside the address; a directory of its own for each device. */
  readonly around: () => { readonly home: string; readonly desks: string };
}

/** A directory for a place and the devices that use it. */
export function root(): Root {
  const top = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'prsist-remote-'));
  let devices = 0;
  return {
    at: join(top, 'there'),
    around() {
      devices += 1;
      return { home: top, desks: join(top, `device-${devices}`) };
    },
    remove: async () => fs.rmSync(top, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** A process that puts objects until it is killed, with whatever it has started. */
export function writer(url: string, desks: string, names: readonly string[]): Writer {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'remote-writer.ts'), url, desks, ...names], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let lines = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    lines += chunk.toString().split('\n').length - 1;
  });
  return {
    said: async (count) => void (await until(`${count} objects are put`, () => lines > count)),
    async kill() {
      const started = descendants(child);
      child.kill('SIGKILL');
      await ended(child);
      for (const pid of started) signalled(pid);
    },
  };
}

/** Processes below one, from /proc. */
export function descendants(child: ChildProcess): number[] {
  const parents = fs.readdirSync('/proc').flatMap((pid) => {
    const [, parent] = /^\d+$/.test(pid) ? (/\) \S (\d+)/.exec(statOf(pid)) ?? []) : [];
    return parent === undefined ? [] : [[Number(pid), Number(parent)] as const];
  });
  const below = (pid: number): number[] =>
    parents.filter(([, parent]) => parent === pid).flatMap(([own]) => [own, ...below(own)]);
  return child.pid === undefined ? [] : below(child.pid);
}

function statOf(pid: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ''; // gone
  }
}

function signalled(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended with its pipes
  }
}

/** What others may keep in a directory. */
export const strangers = [
  'desktop.ini',
  '.stfolder/x',
  'Prsist1/h/a',
  'prsist1/Readme.TXT',
  'prsist1/.hidden',
  'notes.md',
];

/** A folder on this disk. */
export async function folderPlace(): Promise<Place> {
  const { at, around, remove } = root();
  fs.mkdirSync(at);
  const url = `folder:${at}`;
  let isLaid = false;
  return {
    remove,
    open: () => openRemote(url, around()),
    writer: (names) => writer(url, around().desks, names),
    tooMany: 200, // it may lie in memory
    empty: async () => fs.rmSync(join(at, 'prsist1'), { recursive: true, force: true }),
    async overwrite(name, bytes) {
      fs.writeFileSync(join(at, name), bytes);
    },
    async foreign() {
      const outside = join(at, '..', 'outside');
      for (const name of strangers.map((stranger) => join(at, stranger))) {
        if (isLaid) fs.readFileSync(name);
        fs.mkdirSync(join(name, '..'), { recursive: true });
        fs.writeFileSync(name, 'not ours');
      }
      if (isLaid) return void fs.readFileSync(join(outside, 'h', 'secret.hd'));
      fs.mkdirSync(join(outside, 'h'), { recursive: true });
      fs.writeFileSync(join(outside, 'h', 'secret.hd'), 'secret');
      fs.symlinkSync(outside, join(at, 'prsist1', 'leads-out'));
      fs.symlinkSync(join(outside, 'h', 'secret.hd'), join(at, 'prsist1', 'linked.hd'));
      isLaid = true;
    },
    async away() {
      fs.renameSync(at, `${at}-away`);
      return async () => fs.renameSync(`${at}-away`, at);
    },
  };
}

function git(cwd: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function bareRepository(at: string): void {
  fs.mkdirSync(at);
  git(at, 'init', '-q', '--bare', '.');
  git(at, 'config', 'daemon.receivepack', 'true');
  git(at, 'config', 'gc.auto', '0');
}

const refOf = (name: string) => `refs/prsist/${name.slice('prsist1/'.length)}`;

/** A commit in a repository whose tree has one file. */
function commitOf(at: string, bytes: Uint8Array, file = 'o'): string {
  const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], {
    cwd: at,
    input: bytes,
    encoding: 'utf8',
  }).trim();
  const tree = execFileSync('git', ['mktree'], { cwd: at, input: `100644 blob ${blob}\t${file}\n`, encoding: 'utf8' });
  const who = ['-c', 'user.name=x', '-c', 'user.email=x@localhost'];
  return git(at, ...who, 'commit-tree', tree.trim(), '-m', 'x').trim();
}

function inRepository(at: string, url: string, around: Root['around']) {
  let own: string | undefined;
  return {
    open: () => openRemote(url, around()),
    writer: (names: readonly string[]) => writer(url, around().desks, names),
    async empty() {
      fs.rmSync(at, { recursive: true });
      bareRepository(at);
    },
    async overwrite(name: string, bytes: Uint8Array) {
      git(at, 'update-ref', refOf(name), commitOf(at, bytes));
    },
    async foreign() {
      if (own) return void expectThere(at, own);
      own = commitOf(at, Buffer.from('code'), 'main.c');
      for (const ref of ['refs/heads/main', 'refs/tags/v1', 'refs/prsist/Strange', 'refs/prsist/x/.../y']) {
        if (!ref.includes('...')) git(at, 'update-ref', ref, own);
      }
    },
    async readOnly() {
      git(at, 'config', 'receive.hideRefs', 'refs/prsist');
      return async () => void git(at, 'config', '--unset', 'receive.hideRefs');
    },
  };
}

function expectThere(at: string, commit: string): void {
  const refs = git(at, 'for-each-ref', '--format=%(refname) %(objectname)');
  for (const ref of ['refs/heads/main', 'refs/tags/v1', 'refs/prsist/Strange']) {
    if (!refs.includes(`${ref} ${commit}`)) throw new Error(`${ref} was touched`);
  }
}

/** A bare repository on this disk. */
export async function repositoryPlace(): Promise<Place> {
  const { at, around, remove } = root();
  bareRepository(at);
  return {
    ...inRepository(at, `git:${at}`, around),
    remove,
    async away() {
      fs.renameSync(at, `${at}-away`);
      return async () => fs.renameSync(`${at}-away`, at);
    },
  };
}

/** A bare repository behind `git daemon` on loopback, which takes pushes. */
export async function servedPlace(): Promise<Place> {
  const { at, around, remove } = root();
  bareRepository(at);
  const port = await freePort();
  let served = await serve(at, port);
  return {
    ...inRepository(at, `git:git://127.0.0.1:${port}/there`, around),
    async remove() {
      await served.stop();
      await remove();
    },
    async away() {
      await served.stop();
      return async () => {
        served = await serve(at, port);
      };
    },
  };
}

/** Starts `git daemon` for the directory that a repository lies in, and waits until it listens. stop: ends it and all it has started. */
export async function serve(at: string, port: number): Promise<{ readonly stop: () => Promise<void> }> {
  const program = join(git('/', '--exec-path').trim(), 'git-daemon'); // itself, so that it is our child and nobody's orphan
  const args = ['--listen=127.0.0.1', `--port=${port}`, '--reuseaddr', '--export-all', '--verbose'];
  const child = spawn(program, [...args, `--base-path=${join(at, '..')}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until('git daemon listens', () => said.includes('Ready to rumble') || undefined);
  return {
    async stop() {
      const started = descendants(child);
      child.kill('SIGKILL');
      await ended(child);
      for (const pid of started) signalled(pid);
    },
  };
}
