import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { environment } from './environment.ts';

/** Every place prsist keeps something. All directories 0700, all files 0600. */
export interface Paths {
  readonly home: string;
  readonly config: string;
  readonly data: string;
  readonly state: string;
  readonly projects: string;
  readonly userDatabase: string;
  readonly keys: string;
  readonly backups: string;
  readonly installs: string;
  readonly endpoint: string;
  readonly startError: string;
  readonly lock: string;
  readonly spool: string;
  readonly printed: string;
  /** There while a delta waits for some conversation: hooks look for none otherwise. */
  readonly deltas: string;
  readonly briefKey: string;
  /** Random name of this installation, and how far each own log may have left it: both apart from the databases. */
  readonly instance: string;
  readonly logMarks: string;
  readonly log: string;
  /** Installed hook scripts: the same place whatever PRSIST_HOME or XDG say, so the hook command never changes. */
  readonly bin: string;
  readonly stateDirNote: string;
}

/**
 * Resolves all places from the environment: PRSIST_HOME replaces config, data and state by folders inside it, else XDG.
 * Paths never depend on XDG_RUNTIME_DIR, so a tmux, cron or ssh session finds the same daemon.
 */
export function resolvePaths(env: Readonly<Record<string, string | undefined>> = environment()): Paths {
  const home = env.HOME || homedir();
  const own = env.PRSIST_HOME;
  if (own && !isAbsolute(own)) {
    throw new PrsistError('config/invalid', `PRSIST_HOME is ${own}, not an absolute path`, {
      hint: 'export PRSIST_HOME=/…',
    });
  }
  const place = (inside: string, xdg: string | undefined, fallback: string) =>
    own ? join(own, inside) : join(xdg || join(home, fallback), 'prsist');
  const data = place('data', env.XDG_DATA_HOME, '.local/share');
  const state = place('state', env.XDG_STATE_HOME, '.local/state');
  const fixed = join(home, '.local/share/prsist');
  return {
    home,
    config: place('config', env.XDG_CONFIG_HOME, '.config'),
    data,
    state,
    projects: join(data, 'projects'),
    userDatabase: join(data, 'user.db'),
    keys: join(data, 'keys'),
    backups: join(data, 'backups'),
    installs: join(data, 'installs.json'),
    endpoint: join(state, 'endpoint.json'),
    startError: join(state, 'start-error.json'),
    lock: join(state, 'daemon.lock.db'),
    spool: join(state, 'spool'),
    printed: join(state, 'printed'),
    deltas: join(state, 'deltas'),
    briefKey: join(state, 'brief-key'),
    instance: join(state, 'instance'),
    logMarks: join(state, 'log-marks.json'),
    log: join(state, 'log', 'daemon.jsonl'),
    bin: join(fixed, 'bin'),
    stateDirNote: join(fixed, 'state-dir'),
  };
}

/**
 * A directory for sockets whose path is short enough (104 bytes on macOS, 108 on Linux): the state directory when it
 * fits, else one of our own under the system's temporary directory, named after it.
 */
export function socketDirectory(state: string, digest: (text: string) => string): string {
  if (Buffer.byteLength(state) <= 70) return state;
  return join(tmpdir(), `prsist-${digest(state).slice(0, 16)}`);
}
