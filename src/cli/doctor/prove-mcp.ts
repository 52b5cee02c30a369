import { manual } from '../../core/finding.ts';
import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import { runProgram } from '../../platform/run.ts';
import type { Cli } from '../cli.ts';
import { type Looked, only } from './look.ts';

type Link = Reply<Operations['capture.status']>['links'][number];

const withinMs = 10_000;
/** As a client of the protocol begins, and asks what there is. */
const asked = [
  {
    ...{ id: 1, method: 'initialize' },
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'prsist-doctor', version: '1' } },
  },
  { method: 'notifications/initialized' },
  { id: 2, method: 'tools/list' },
];

/** Starts the MCP server by the very command in each agent's file and lets it say its tools; it ends with its input. */
export async function proveMcp(cli: Cli, links: readonly Link[]): Promise<Looked | undefined> {
  const entered = links.flatMap(({ agent, mcp }) => (mcp === null ? [] : [{ agent, ...mcp }]));
  if (entered.length === 0) return undefined;
  const findings = [];
  // agents mostly name the same command, which is tried once; one after the other, since each starts a process
  const answers = new Map<string, string | undefined>();
  for (const { agent, path, command, args } of entered) {
    const key = JSON.stringify([command, args]);
    if (!answers.has(key)) answers.set(key, await whatFailed(cli, command, args));
    const failed = answers.get(key);
    if (failed === undefined) continue;
    findings.push(
      manual({
        ...{ group: 'capture', code: 'capture/mcp', what: `the MCP server of ${agent} (${path}) ${failed}` },
        ...{ why: `${agent} cannot ask the memory by itself`, fix: `${[command, ...args].join(' ')} </dev/null` },
      }),
    );
  }
  return only({ group: 'capture', name: `MCP answers (${entered.map(({ agent }) => agent).join(', ')})`, findings });
}

async function whatFailed({ cwd, env }: Cli, program: string, args: readonly string[]): Promise<string | undefined> {
  const input = asked.map((each) => `${JSON.stringify({ jsonrpc: '2.0', ...each })}\n`).join('');
  const ran = await runProgram({ program, args, cwd, env, input, timeoutMs: withinMs }).catch(() => undefined);
  if (ran === undefined) return `does not start: ${program} cannot be run`;
  const answers = new Map(ran.stdout.split('\n').flatMap(answerIn));
  if (!answers.has(1)) return ran.status === undefined ? 'did not answer in time' : 'does not answer initialize';
  return answers.has(2) ? undefined : 'does not list its tools';
}

/** A line that is a result, by the number of its question. */
function answerIn(line: string): [number, unknown][] {
  try {
    const answer: { readonly id?: unknown; readonly result?: unknown } = JSON.parse(line);
    return typeof answer.id === 'number' && answer.result !== undefined ? [[answer.id, answer.result]] : [];
  } catch {
    return []; // whatever else it printed
  }
}
