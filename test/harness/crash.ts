// One operation into a daemon that dies at a named point, and what is there before and after it is tried again.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { type Answer, exchange } from '../../src/client/exchange.ts';
import { formatSpoolEvent } from '../../src/core/spool-event.ts';
import type { failpointNames } from '../../src/platform/failpoint.ts';
import { findings, withStore } from './audit.ts';
import { ended, type Home, sockets, spooled, until } from './home.ts';

export type Failpoint = (typeof failpointNames)[number];

export interface Crash {
  readonly name: Failpoint;
  readonly action: 'kill' | 'error';
  /** The how manieth time. */
  readonly nth: number;
  /** event: left by a hook; request: asked by a client; start: nothing but the start of the daemon. */
  readonly by: 'event' | 'request' | 'start';
}

export interface Crashed {
  /** The daemon died at the point; false: the operation was over before it came by so often. */
  readonly died: boolean;
  /** How often it was stored when the daemon was dead, and in the end. */
  readonly before: number;
  readonly after: number;
  /** When the daemon was dead. */
  readonly spooled: number;
  readonly endpoint: boolean;
  readonly problems: readonly string[];
  readonly sockets: number;
}

/** The home has a project at cwd and no daemon. */
export async function crash(home: Home, cwd: string, { name, action, nth, by }: Crash): Promise<Crashed> {
  const word = `c${randomUUID().replaceAll('-', '')}`;
  const key = randomUUID();
  fs.rmSync(home.paths.endpoint, { force: true });
  if (by === 'event') layEvent(home, cwd, word);
  const child = home.daemon({ PRSIST_FAILPOINT: `${name}:${action}:${nth}` });
  const dead = ended(child);
  const done = until('it is over', async () => {
    if (died(child)) return true;
    if (by === 'request') return (await asked(home, cwd, { word, key }))?.status === 200;
    return by === 'event' && readEndpoint(home.paths.endpoint) !== undefined && spooled(home.paths.spool) === 0;
  });
  await Promise.race([dead, done]);
  const hasDied = child.signalCode === 'SIGKILL';
  if (!hasDied) child.kill('SIGKILL');
  await dead;
  await done;
  const [before, waiting, endpoint] = [
    count(home, word),
    spooled(home.paths.spool),
    fs.existsSync(home.paths.endpoint),
  ];
  const next = await home.serve();
  if (by === 'request')
    await until('it is asked again', async () => (await asked(home, cwd, { word, key }))?.status === 200);
  await home.settled();
  const left = sockets(home.paths).length;
  next.kill('SIGTERM');
  await ended(next);
  const seen = { before, after: by === 'start' ? before : count(home, word), spooled: waiting, endpoint };
  return { died: hasDied, ...seen, sockets: left, problems: findings(home) };
}

function died(child: { readonly signalCode: string | null; readonly exitCode: number | null }): boolean {
  return child.signalCode !== null || child.exitCode !== null;
}

function layEvent(home: Home, cwd: string, word: string): void {
  const body = { session_id: 'crash', cwd, prompt: `typed ${word}` };
  const header = { agent: 'codex', event: 'UserPromptSubmit', pwd: cwd, args: [] };
  const path = join(home.paths.spool, `${word}-0.evt`);
  fs.writeFileSync(path, formatSpoolEvent(header, Buffer.from(JSON.stringify(body))), { mode: 0o600 });
}

/** Asks once; undefined when no answer came. */
export async function asked(
  home: Home,
  cwd: string,
  { word, key }: { readonly word: string; readonly key: string },
): Promise<Answer | undefined> {
  const endpoint = readEndpoint(home.paths.endpoint);
  if (!endpoint) return undefined;
  const question = {
    path: '/memory/context/store',
    headers: {
      authorization: `Bearer ${endpoint.token}`,
      'x-prsist-project': encodeURIComponent(cwd),
      'idempotency-key': key,
    },
    ...{ body: JSON.stringify({ key: word, value: `stored ${word}` }), slowMs: 9_000, timeoutMs: 9_000 },
  };
  return exchange(endpoint.socket, { ...question, slow: () => undefined }).catch(() => undefined);
}

/** Records that hold a word, in all projects. No daemon may run. */
export function count(home: Home, word: string): number {
  const found = fs
    .readdirSync(home.paths.projects)
    .map((id) =>
      withStore(join(home.paths.projects, id, 'memory.db'), ({ db }) =>
        Number(db.prepare('select count(*) from records where instr(body, ?) > 0').pluck().get(word)),
      ),
    );
  return found.reduce((sum, each) => sum + each, 0);
}
