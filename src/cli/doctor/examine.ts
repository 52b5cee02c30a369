import { PrsistError } from '../../core/errors.ts';
import { type Check, type Finding, manual } from '../../core/finding.ts';
import { productVersion } from '../../core/protocol.ts';
import type { Cli } from '../cli.ts';
import { follow } from '../follow.ts';
import { diskChecks } from './disk.ts';
import { type Looked, only } from './look.ts';
import { placeChecks } from './places.ts';
import { proveSpool } from './proof.ts';
import { chainsHere, proveHooks } from './prove-hooks.ts';
import { proveMcp } from './prove-mcp.ts';
import { traceChecks } from './traces.ts';

export interface Examined {
  readonly checks: readonly Check[];
  /** What was mended, one sentence each. */
  readonly mended: readonly string[];
  /** What is as it should be, but good to know. */
  readonly notes: readonly string[];
}

export interface How {
  readonly deep: boolean;
  readonly fix: boolean;
}

/**
 * Looks at everything: first what can be seen without a daemon, which may be why there is none; then asks the daemon,
 * starting it where need be. With fix, everything that can be mended is, before the daemon is asked.
 */
export async function examine(cli: Cli, { deep, fix }: How): Promise<Examined> {
  const { paths } = cli.client;
  const local = [...diskChecks(paths, cli.now), ...placeChecks(paths), ...traceChecks(paths, cli.now())];
  const mended = fix ? local.flatMap(mend) : [];
  const answer = await daemonChecks(cli, { deep, fix });
  return {
    checks: [...local.map(({ check }) => check), ...answer.checks],
    mended: [...mended, ...answer.mended],
    notes: answer.notes,
  };
}

function mend({ repairs }: Looked): string[] {
  return repairs.map(({ says, mend: act }) => {
    try {
      act();
      return says;
    } catch (error) {
      return `could not do: ${says} (${error instanceof Error ? error.message : String(error)})`;
    }
  });
}

async function daemonChecks(cli: Cli, how: How): Promise<Examined> {
  try {
    const health = await cli.client.call('system.health', {});
    const other = health.version === productVersion ? [] : [version(health.version)];
    const config = await configCheck(cli);
    const arrives = await proveSpool(cli.client.paths);
    const examined = await ask(cli, how);
    const links = await chainsHere(cli); // after them, since hooks and entries may have been put back
    const proofs = [await proveHooks(cli, links), await proveMcp(cli, links)];
    const answers: Looked[] = [
      only({ group: 'daemon', name: 'answers', findings: other }),
      arrives,
      only({ group: 'config', name: 'settings', findings: config.findings }),
      ...proofs.filter((proof) => proof !== undefined),
    ];
    const checks = [...answers.map(({ check }) => check), ...examined.checks];
    return { checks, mended: examined.mended, notes: config.notes };
  } catch (error) {
    if (!(error instanceof PrsistError)) throw error;
    return { checks: [{ ...silent(error) }], mended: [], notes: [] };
  }
}

/** Why there is no daemon to ask: it said so when it did not start. */
function silent(error: PrsistError): Check {
  const isConfig = error.code === 'config/invalid';
  const group = isConfig ? 'config' : 'daemon';
  const why = isConfig
    ? 'the daemon does not start with settings that are wrong'
    : 'without a daemon nothing is taken in, it only waits in the spool';
  const finding = manual({ group, code: error.code, what: error.message, why, fix: error.hint });
  return { group, name: isConfig ? 'settings' : 'answers', findings: [finding] };
}

function version(running: string): Finding {
  return manual({
    ...{ group: 'daemon', code: 'daemon/version', what: `the daemon runs ${running}, this is ${productVersion}` },
    ...{ why: 'what was mended in between is not in force', fix: 'prsist daemon stop' },
  });
}

/** A running daemon goes on with the settings it had; the next one would not start. */
async function configCheck(cli: Cli): Promise<{ findings: Finding[]; notes: readonly string[] }> {
  try {
    const { notes } = await cli.client.call('config.check', {});
    const here = await cli.client.call('config.check', { project: cli.place }).catch(passNowhere);
    return { findings: [], notes: here?.notes ?? notes };
  } catch (error) {
    if (!(error instanceof PrsistError)) throw error;
    const why = 'the daemon goes on with the settings it had, and does not start again with these';
    return {
      findings: [manual({ group: 'config', code: error.code, what: error.message, why, fix: error.hint })],
      notes: [],
    };
  }
}

function passNowhere(error: unknown): undefined {
  if (error instanceof PrsistError && error.code.startsWith('project/')) return undefined;
  throw error;
}

async function ask(cli: Cli, how: How): Promise<{ checks: readonly Check[]; mended: readonly string[] }> {
  const job = await follow(cli, await cli.client.call('system.doctor', { ...how }));
  if (job === 130) return { checks: [], mended: [] };
  // the result of this very job, which the daemon makes by the same shape
  const { checks = [], mended = [] } = job.result as { checks?: Check[]; mended?: string[] };
  return { checks, mended };
}
