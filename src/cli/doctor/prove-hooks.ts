import { join } from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import { type Finding, manual } from '../../core/finding.ts';
import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import { jitter } from '../../platform/random.ts';
import { type Ran, runProgram } from '../../platform/run.ts';
import { monotonic, wait, wallClock } from '../../platform/time.ts';
import { exists } from '../../platform/walk.ts';
import type { Cli } from '../cli.ts';
import { type Looked, only } from './look.ts';

type Link = Reply<Operations['capture.status']>['links'][number];

const withinMs = 5_000;

/**
 * Runs the installed hook as each agent would (by a shell, from elsewhere, with nothing but a home in its environment) with an
 * event of doctor's own, and waits until the daemon has it. It belongs to nobody's memory.
 */
export async function proveHooks(cli: Cli, links: readonly Link[]): Promise<Looked | undefined> {
  const agents = installedAgents(links);
  const script = join(cli.client.paths.bin, 'prsist-hook');
  if (agents.length === 0 || !exists(script)) return undefined;
  const findings = await Promise.all(agents.map((agent) => prove(cli, agent)));
  return only({ group: 'capture', name: `hooks answer (${agents.join(', ')})`, findings: findings.flat() });
}

/** opencode calls no script, its plug-in lies in its own process. */
function installedAgents(links: readonly Link[]): string[] {
  return links.filter(({ hook, agent }) => hook === 'installed' && agent !== 'opencode').map(({ agent }) => agent);
}

/** The chains of all agents, as they are here and now. */
export async function chainsHere(cli: Cli): Promise<readonly Link[]> {
  try {
    return (await cli.client.call('capture.status', {})).links;
  } catch (error) {
    // outside of any project there is nobody to ask, and a database that cannot be read is told of by itself
    if (error instanceof PrsistError) return [];
    throw error;
  }
}

async function prove(cli: Cli, agent: string): Promise<Finding[]> {
  const id = `doctor-${wallClock()}-${Math.floor(jitter() * 1e9)}`;
  const ran = await runProgram({
    ...{ program: 'sh', args: ['-c', `"$HOME/.local/share/prsist/bin/prsist-hook" ${agent} Doctor`] },
    ...{ cwd: '/', env: { HOME: cli.client.paths.home }, input: JSON.stringify({ session_id: id, cwd: '/' }) },
    timeoutMs: withinMs,
  }).catch(() => undefined); // there is no sh: setup has registered another form
  if (ran === undefined) return [];
  const what = await whatFailed(cli, { agent, id, ran });
  if (what === undefined) return [];
  const why = `what ${agent} does is not taken in`;
  return [
    manual({ group: 'capture', code: 'capture/probe', what: `the hook of ${agent} ${what}`, why, fix: 'prsist setup' }),
  ];
}

interface Probed {
  readonly agent: string;
  readonly id: string;
  readonly ran: Ran;
}

async function whatFailed(cli: Cli, { agent, id, ran }: Probed): Promise<string | undefined> {
  if (ran.status !== 0) return `ended with ${ran.status ?? 'a signal'}`;
  if (ran.stdout !== '') return 'printed something at an event that takes nothing';
  const end = monotonic() + withinMs;
  while (monotonic() < end) {
    const links = await chainsHere(cli);
    if (links.some((link) => link.agent === agent && link.last_probe?.id === id)) return undefined;
    await wait(50);
  }
  return 'left an event that did not reach the daemon';
}
