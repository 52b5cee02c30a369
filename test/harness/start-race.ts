import { readEndpoint } from '../../src/client/endpoint.ts';
import { ended, type Home, sockets, state, until } from './home.ts';

export interface Race {
  /** Daemons that run in the end, and how many different ones answered. */
  readonly running: number;
  readonly pids: number;
  readonly served: number;
  readonly zombies: number;
  readonly sockets: number;
}

/** So many processes start a daemon at once while clients ask. Ends when all but one have gone. */
export async function startRace(
  home: Home,
  { cwd, starts, clients }: { readonly cwd: string; readonly starts: number; readonly clients: number },
): Promise<Race> {
  const children = [...Array(starts).keys()].map(() => home.daemon());
  const whenAbsent = 'fail' as const;
  const answers = [...Array(clients).keys()].map(() =>
    until('a client is answered', () =>
      home
        .client(cwd, { whenAbsent })
        .call('system.health', {})
        .catch(() => undefined),
    ),
  );
  const served = await Promise.all(answers);
  const last = served.at(-1)?.pid;
  await Promise.all(children.filter((child) => child.pid !== readEndpoint(home.paths.endpoint)?.pid).map(ended));
  const running = await until('only daemons that serve are left', () => {
    const pids = home.processes().filter((pid) => state(pid) !== 'Z');
    return pids.length === 1 ? pids : undefined;
  });
  return {
    running: running.length,
    // whoever served first may have been the one that was leaving
    pids: new Set([...running, last]).size,
    ...{ served: served.length, zombies: home.processes().filter((pid) => state(pid) === 'Z').length },
    sockets: sockets(home.paths).length,
  };
}
