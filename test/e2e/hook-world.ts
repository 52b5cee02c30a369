// A home, a state directory and a repository with a prepared brief, all under names that break careless scripts.
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSpoolEvent, type SpoolEvent } from '../../src/core/spool-event.ts';

const hooks = join(import.meta.dirname, '../../hooks');
export const briefKey = '0123456789abcdef';
export const systemPath = '/usr/bin:/bin';

/** Shells the hooks must run under, with the arguments that make each what it is. */
export const shells: readonly (readonly string[])[] = [
  ['sh'],
  ['dash'],
  ['bash'],
  ['bash', '--posix'],
  ['busybox', 'ash'],
  ['mksh'],
];

export function isPresent([command = '', ...args]: readonly string[]): boolean {
  return spawnSync(command, [...args, '-c', 'exit 0']).status === 0;
}

export interface Call {
  readonly args: readonly string[];
  readonly script?: 'prsist-hook' | 'prsist-git-hook' | 'prsist-start';
  readonly shell?: readonly string[];
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface World {
  readonly root: string;
  readonly home: string;
  readonly bin: string;
  readonly state: string;
  readonly repository: string;
  readonly brief: string;
  /** Runs an installed script to its end. */
  run(call: Call): SpawnSyncReturns<Buffer>;
  /** The same without blocking; resolves to stdout. */
  start(call: Call): Promise<string>;
  /** What lies complete in the spool. */
  events(): readonly SpoolEvent[];
  write(path: string, text: string): void;
  remove(): void;
}

/** Makes a world on disk. The repository is no git repository yet: it has a .git directory with a HEAD, on main. */
export function createWorld(): World {
  const root = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'prsist hook '));
  const home = join(root, `it's "ü" $HOME`);
  const bin = join(home, '.local/share/prsist/bin');
  const state = join(home, '.local/state/prsist');
  const repository = join(home, 'my `project` é');
  const brief = join(repository, '.prsist/brief', briefKey);
  const write = (path: string, text: string) => {
    fs.mkdirSync(join(path, '..'), { recursive: true });
    fs.writeFileSync(path, text);
  };
  fs.mkdirSync(bin, { recursive: true });
  for (const [from, to] of [
    ['agent.sh', 'prsist-hook'],
    ['git.sh', 'prsist-git-hook'],
  ] as const) {
    fs.copyFileSync(join(hooks, from), join(bin, to));
    fs.chmodSync(join(bin, to), 0o700);
  }
  write(join(state, 'brief-key'), `${briefKey}\n`);
  write(join(repository, '.git/HEAD'), 'ref: refs/heads/main\n');
  write(join(brief, 'HEAD'), 'ref: refs/heads/main\n');
  for (const agent of ['claude-code', 'codex']) {
    write(join(brief, `${agent}.start`), `${agent} start\n`);
    write(join(brief, `${agent}.plain`), `${agent} plain\n`);
  }
  const prepared = (call: Call) => {
    const [command = 'sh', ...shellArgs] = call.shell ?? ['sh'];
    const args = [...shellArgs, join(bin, call.script ?? 'prsist-hook'), ...call.args];
    return { command, args, cwd: call.cwd ?? repository, env: { PATH: systemPath, HOME: home, ...call.env } };
  };
  return {
    root,
    home,
    bin,
    state,
    repository,
    brief,
    run(call) {
      const { command, args, cwd, env } = prepared(call);
      return spawnSync(command, args, { cwd, env, input: call.input ?? '', maxBuffer: 64 * 1024 * 1024 });
    },
    start(call) {
      const { command, args, cwd, env } = prepared(call);
      const child = spawn(command, args, { cwd, env });
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.stdin.end(call.input ?? '');
      return new Promise((done, fail) => {
        child.on('error', fail);
        child.on('close', () => done(Buffer.concat(chunks).toString('utf8')));
      });
    },
    events() {
      const spool = join(state, 'spool');
      const names = fs.existsSync(spool) ? fs.readdirSync(spool).filter((name) => name.endsWith('.evt')) : [];
      return names.map((name) => {
        const event = parseSpoolEvent(fs.readFileSync(join(spool, name)));
        if ('bad' in event) throw new Error(`${name}: ${event.bad}`);
        return event;
      });
    },
    write,
    remove: () => fs.rmSync(root, { recursive: true, force: true }),
  };
}

/** Resolves when a file is there; the test's own time limit is the only bound. */
export function appears(path: string): Promise<void> {
  return new Promise((done) => {
    const directory = join(path, '..');
    fs.mkdirSync(directory, { recursive: true });
    const watcher = fs.watch(directory, () => look());
    const look = () => {
      if (!fs.existsSync(path)) return;
      watcher.close();
      done();
    };
    look();
  });
}

/** Resolves when a directory holds a file whose name ends so; gives its path. */
export function appearsIn(directory: string, ending: string): Promise<string> {
  return new Promise((done) => {
    fs.mkdirSync(directory, { recursive: true });
    const watcher = fs.watch(directory, () => look());
    const look = () => {
      const name = fs.readdirSync(directory).find((each) => each.endsWith(ending));
      if (name === undefined) return;
      watcher.close();
      done(join(directory, name));
    };
    look();
  });
}
