import { dirname, join } from 'node:path';
import { type Endpoint, readEndpoint } from '../../client/endpoint.ts';
import { isAlive, leave, waitUntilGone } from '../../client/leave.ts';
import { type Paths, resolvePaths } from '../../platform/paths.ts';
import { signal } from '../../platform/process.ts';
import { processesWith } from '../../platform/process-list.ts';
import { makeDirectory, removeTree, temporaryDirectory } from '../../platform/temporary.ts';
import { monotonic, wait } from '../../platform/time.ts';
import { exists } from '../../platform/walk.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A home that nothing else uses: HOME and PRSIST_HOME in one temporary directory. */
export interface DemoHome {
  readonly root: string;
  readonly home: string;
  readonly env: Environment;
  readonly paths: Paths;
}

const kept = ['PATH', 'TMPDIR', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'SHELL', 'USER', 'LOGNAME'];

/** Makes the home. env: of this process; only what programs need to run at all is handed on. */
export function createHome(env: Environment): DemoHome {
  const root = temporaryDirectory('prsist-demo-');
  const home = join(root, 'home');
  // as if both agents had been used here before
  for (const name of ['.claude', '.codex']) makeDirectory(join(home, name));
  const own = {
    ...Object.fromEntries(kept.map((name) => [name, env[name]]).filter(([, value]) => value !== undefined)),
    ...{ HOME: home, PRSIST_HOME: join(root, 'prsist'), GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' },
    ...{ GIT_AUTHOR_NAME: 'Demo', GIT_AUTHOR_EMAIL: 'demo@example.com' },
    ...{ GIT_COMMITTER_NAME: 'Demo', GIT_COMMITTER_EMAIL: 'demo@example.com' },
  };
  return { root, home, env: own, paths: resolvePaths(own) };
}

export interface Left {
  /** Processes of that home that are still there. */
  readonly processes: number;
  readonly removed: boolean;
}

const leaveMs = 5_000;

/** Ends every process of the home and removes it. what: `keep` leaves the files. */
export async function leaveHome(home: DemoHome, what: 'keep' | 'remove'): Promise<Left> {
  const endpoint = readEndpoint(home.paths.endpoint);
  if (endpoint) await letLeave(endpoint);
  await endRest(home);
  const processes = processesWith(variableOf(home)).length;
  if (what === 'keep') return { processes, removed: false };
  removeTree(home.root);
  // a long temporary path does not fit a socket, which then has a directory of its own
  const sockets = endpoint && dirname(endpoint.socket);
  if (sockets && /^prsist-[0-9a-f]{16}$/.test(sockets.split('/').at(-1) ?? '')) removeTree(sockets);
  return { processes, removed: !exists(home.root) };
}

/** The same for a process that ends at once, without waiting: for ends nobody has foreseen. */
export function dropHome(home: DemoHome, what: 'keep' | 'remove'): void {
  const endpoint = readEndpoint(home.paths.endpoint);
  if (endpoint && isAlive(endpoint)) signal(endpoint.pid, 'SIGKILL');
  for (const pid of processesWith(variableOf(home))) signal(pid, 'SIGKILL');
  if (what === 'remove') removeTree(home.root);
}

async function letLeave(endpoint: Endpoint): Promise<void> {
  if (!isAlive(endpoint)) return;
  const isGone = await leave(endpoint, leaveMs).catch(() => false); // one that does not answer is killed
  if (isGone) return;
  signal(endpoint.pid, 'SIGKILL');
  await waitUntilGone(endpoint, leaveMs);
}

/** Hooks that still run end by themselves; a daemon that was just starting when everything was stopped does not. */
async function endRest(home: DemoHome): Promise<void> {
  const begun = monotonic();
  for (;;) {
    const rest = processesWith(variableOf(home));
    const waitedMs = monotonic() - begun;
    if (rest.length === 0 || waitedMs > leaveMs) return;
    if (waitedMs > 500) for (const pid of rest) signal(pid, 'SIGKILL');
    await wait(25);
  }
}

function variableOf(home: DemoHome): string {
  return `PRSIST_HOME=${home.env.PRSIST_HOME}`;
}
