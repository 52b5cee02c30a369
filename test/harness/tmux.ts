// A real terminal without a window: keys go in, what is on the screen comes out.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { commandPath, type Home, until } from './home.ts';

/** Why these tests are skipped; undefined where tmux is. */
export const noTmux =
  spawnSync('tmux', ['-V']).status === 0 ? undefined : 'no tmux here: install it to run these tests';

interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface TerminalOptions extends Size {
  readonly cwd: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Terminal {
  /** Keys as tmux names them; other text is typed. */
  readonly keys: (...keys: readonly string[]) => void;
  /** What is on the screen now; coloured: with its escape sequences. */
  readonly screen: (how?: 'coloured') => string;
  /** Waits until the screen says something; gives the screen. */
  readonly shows: (what: RegExp, limitMs?: number) => Promise<string>;
  readonly resize: (size: Size) => void;
  /** Exit status of the command; undefined while it runs. */
  readonly exit: () => number | undefined;
  readonly close: () => void;
}

let opened = 0;

/** Runs prsist in a terminal of its own. */
export function openTerminal(home: Home, { cwd, argv, env = {}, columns, rows }: TerminalOptions): Terminal {
  opened += 1;
  const socket = join(home.root, `tmux-${opened}`); // the server of an earlier one may just be leaving
  const own = { ...home.env, ...env, TERM: 'xterm-256color' };
  const tmux = (...args: readonly string[]) =>
    execFileSync('tmux', ['-S', socket, ...args], { env: own, encoding: 'utf8' });
  // tmux itself misses the end of a process now and then
  const status = `${socket}.exit`;
  const words = [process.execPath, commandPath, ...argv].map((word) => `'${word}'`).join(' ');
  const command = `${words}; printf %s $? > '${status}.new'; mv '${status}.new' '${status}'`;
  const size = ['-x', String(columns), '-y', String(rows)];
  fs.rmSync(status, { force: true });
  // its last screen is kept
  tmux('-f', '/dev/null', 'new-session', '-d', ...size, '-c', cwd, command, ';', 'set-option', 'remain-on-exit', 'on');
  const screen = (how?: 'coloured') => tmux('capture-pane', '-p', ...(how ? ['-e'] : []));
  return {
    keys: (...keys) => void tmux('send-keys', ...keys),
    screen,
    async shows(what, limitMs = 20_000) {
      try {
        return await until(`the screen shows ${what}`, () => (what.test(screen()) ? screen() : undefined), limitMs);
      } catch (error) {
        throw new Error(`the screen does not show ${what}:\n${screen()}`, { cause: error });
      }
    },
    resize: (to) => void tmux('resize-window', '-x', String(to.columns), '-y', String(to.rows)),
    exit: () => (fs.existsSync(status) ? Number(fs.readFileSync(status, 'utf8')) : undefined),
    close: () => void spawnSync('tmux', ['-S', socket, 'kill-server'], { env: own }),
  };
}
