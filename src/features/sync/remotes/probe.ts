// Trying a remote: everything sync will ask of it, with an object that is taken away again.
import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import type { ObjectResult, ProbeReport, Remote } from '../remote.ts';
import { orAborted } from './aborted.ts';

export interface ProbeParts {
  readonly monotonic: () => number;
  /** Random hex digits. */
  readonly randomHex: (bytes: number) => string;
  /** Of one step; 5 s when absent. */
  readonly stepMs?: number;
}

const beginning = 'prsist1/probe-';
type Step = ProbeReport['steps'][number];

/** Puts, lists, gets, puts again and deletes one small object. What fails ends it, but for the object being taken away. */
export async function probe(remote: Remote, parts: ProbeParts, signal: AbortSignal): Promise<ProbeReport> {
  const name = `${beginning}${parts.randomHex(8)}`;
  const bytes = Buffer.from(`prsist probe ${parts.randomHex(32)}\n`);
  const steps: Step[] = [];
  const step = async (title: string, work: (signal: AbortSignal) => Promise<string | undefined>) => {
    const began = parts.monotonic();
    const found = await outcome(work, signal, parts.stepMs ?? limits.probeStepMs);
    steps.push({ name: title, ok: found === undefined, ms: Math.round(parts.monotonic() - began), ...found });
    return found === undefined;
  };
  const put = (within: AbortSignal) => remote.putIfAbsent([{ name, bytes }], within);
  const remove = () => step('delete', async (within) => unlike(await remote.delete([name], within), 'deleted'));
  if (!(await step('put', async (within) => unlike(await put(within), 'created')))) return report(steps);
  const goesWell =
    (await step('list', (within) => isListed(remote, name, bytes.length, within))) &&
    (await step('get', (within) => isGiven(remote, name, bytes, within))) &&
    (await step('put again', async (within) => unlike(await put(within), 'exists')));
  if (goesWell || !signal.aborted) await remove();
  return report(steps);
}

function report(steps: readonly Step[]): ProbeReport {
  return { ok: steps.every(({ ok }) => ok), steps };
}

/** Nothing when it went well, else code and words. */
async function outcome(
  work: (signal: AbortSignal) => Promise<string | undefined>,
  signal: AbortSignal,
  stepMs: number,
): Promise<Pick<Step, 'code' | 'why'> | undefined> {
  const late = AbortSignal.timeout(stepMs);
  const within = AbortSignal.any([signal, late]);
  try {
    const why = await orAborted(within, work(within));
    return why === undefined ? undefined : { code: 'remote/tampered', why };
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) return { code: 'remote/offline', why: `no answer in ${stepMs / 1000} s` };
    if (error instanceof Failure) return { code: error.code, why: error.message };
    if (error instanceof PrsistError) return { code: error.code, why: error.message };
    throw error;
  }
}

/** A single object that failed. */
class Failure extends Error {
  readonly code: string;
  constructor(code: string, why: string) {
    super(why);
    this.code = code;
  }
}

function unlike([result]: readonly ObjectResult[], wanted: ObjectResult['is']): string | undefined {
  if (result?.is === 'failed') throw new Failure(result.code, result.why);
  return result?.is === wanted ? undefined : `it answers "${result?.is ?? 'nothing'}" instead of "${wanted}"`;
}

async function isListed(remote: Remote, name: string, size: number, signal: AbortSignal): Promise<string | undefined> {
  for await (const listed of remote.list(beginning, signal)) {
    if (listed.name !== name) continue;
    const isWhole = listed.sizeBytes === null || listed.sizeBytes === size;
    return isWhole ? undefined : `what was put is listed with ${listed.sizeBytes} of ${size} bytes`;
  }
  return 'what was put is not listed';
}

async function isGiven(
  remote: Remote,
  name: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<string | undefined> {
  let isSame = false;
  const compare = (_: string, got: Uint8Array) => {
    isSame = Buffer.compare(got, bytes) === 0;
  };
  const results = await remote.get([name], compare, signal);
  return unlike(results, 'got') ?? (isSame ? undefined : 'it gives other bytes');
}
