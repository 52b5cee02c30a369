// One command line in a world made by the test: streams that keep what was written, a clock that stands.
import { Readable } from 'node:stream';
import type { World } from '../../src/cli/cli.ts';
import { run } from '../../src/cli/main.ts';
import type { WireServer } from '../client/wire-server.ts';

export const now = Date.parse('2026-03-04T12:00:00Z');

export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Around {
  readonly server?: WireServer;
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  readonly terminal?: 'yes' | 'no';
  readonly interrupted?: Promise<void>;
  readonly operations?: string;
}

/** Runs `prsist …argv`; without stdin, stdin is a terminal. */
export async function prsist(argv: readonly string[], around: Around = {}): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTTY: around.terminal === 'yes',
    columns: 80,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const stdin = Object.assign(Readable.from(around.stdin === undefined ? [] : [around.stdin]), {
    isTTY: around.stdin === undefined,
  });
  const world: World = {
    places: {
      daemon: '/nowhere/prsist-daemon',
      operations: around.operations ?? '/nowhere/operations.json',
      mcp: '/nowhere/mcp.mjs',
      dashboard: '/nowhere/dashboard.mjs',
    },
    env: { ...(around.server?.env ?? { HOME: '/nowhere', PRSIST_HOME: '/nowhere' }), ...around.env },
    cwd: '/w/shop',
    stdin: () => stdin,
    interrupted: () => ({ signalled: around.interrupted ?? new Promise(() => undefined), release: () => undefined }),
    now: () => now,
    traces: { exists: () => false, kernel: 'Linux 6.8.0' },
  };
  const exit = await run(argv, world, { stdout: sink('stdout'), stderr: sink('stderr') });
  return { exit, ...written };
}
