// Any place that the installed rclone reaches, as a remote: Drive, OneDrive, S3, WebDAV, SFTP. A process for each exchange.
import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { type RcloneDesk, whatToInstall } from '../../../platform/rclone-transport.ts';
import type { GroupRan } from '../../../platform/run-group.ts';
import { parseName } from '../names.ts';
import type { Listed, LocalObject, ObjectResult, ProbeReport, Remote, Sink } from '../remote.ts';
import { byName, bySize, type Most, patience } from './batches.ts';
import { isObjectName } from './object-name.ts';
import { type Doing, failed, foreign, handedOver } from './outcome.ts';
import { type ProbeParts, probe } from './probe.ts';
import { lastWords, rcloneTrouble, toldOf } from './rclone-log.ts';

export interface RcloneParts {
  /** REMOTE:PATH, as rclone takes it, without any secret. */
  readonly at: string;
  /** Makes a directory of ours for one exchange. */
  readonly desk: () => RcloneDesk;
  /** Most KiB a second; 0 for as fast as it goes. */
  readonly kibPerS: number;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly probe: ProbeParts;
}

/** Opens a place that rclone reaches; nothing is asked before it is needed. */
export function rcloneRemote(parts: RcloneParts): Remote {
  return new RcloneRemote(parts);
}

const mib = 1024 * 1024;
const mostSent: Most = { count: 200, bytes: 8 * mib };
const mostGot: Most = { count: 64, bytes: 0 };
/** More than any object of ours has, and no more than fits on a disk. */
const mostGotBytes = 32 * mib;
const mostDeleted: Most = { count: 500, bytes: 0 };
const saidBytes = mib;
/** A listing of 100,000 packs. */
const listedBytes = 64 * mib;

/** Names that several devices may put, and that do not tell what they hold. */
const shared = /\/(?:ws\.json|k\/\d+\.kr)$/;
/** rclone looks whether a name is free, and then writes: two at once overwrite each other within this time. */
const settleMs = 1_000;

/** Nothing is ever put there. */
const nowhere = 'prsist1/nowhere';

type Put = readonly LocalObject[];
type Results = readonly ObjectResult[];

class RcloneRemote implements Remote {
  readonly kind = 'rclone';
  readonly limits = { maxObjectBytes: limits.remoteObjectBytes, parallel: 1, atomicPut: false, listsSizes: true };
  readonly #parts: RcloneParts;

  constructor(parts: RcloneParts) {
    this.#parts = parts;
  }

  async probe(signal: AbortSignal): Promise<ProbeReport> {
    const begun = this.#parts.probe.monotonic();
    const trouble = await this.#unusable(signal);
    if (trouble === undefined) return probe(this, this.#parts.probe, signal);
    const ms = Math.round(this.#parts.probe.monotonic() - begun);
    return { ok: false, steps: [{ name: 'rclone', ok: false, ms, code: trouble.code, why: trouble.message }] };
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<Listed> {
    const top = prefix.slice(0, Math.max(0, prefix.lastIndexOf('/'))) || 'prsist1';
    if (top !== 'prsist1' && !isObjectName(top)) return;
    for (const { path, sizeBytes } of await this.#listed(top, signal)) {
      const name = `${top}/${path}`;
      if (name.startsWith(prefix) && isObjectName(name)) yield { name, sizeBytes };
    }
  }

  get(names: readonly string[], into: Sink, signal: AbortSignal): Promise<Results> {
    return byName(names, mostGot, (batch) => this.#get(batch, into, signal));
  }

  putIfAbsent(objects: Put, signal: AbortSignal): Promise<Results> {
    const bounds = { most: mostSent, largest: this.limits.maxObjectBytes };
    return bySize(objects, bounds, async (batch) => {
      const results = await this.#repaired(batch, await this.#put(batch, signal), signal);
      return this.#settled(batch, results, signal);
    });
  }

  delete(names: readonly string[], signal: AbortSignal): Promise<Results> {
    return byName(names, mostDeleted, (batch) => this.#delete(batch, signal));
  }

  async close(): Promise<void> {}

  async #listed(top: string, signal: AbortSignal, only?: readonly string[]) {
    return this.#atDesk(async (desk) => {
      if (only) desk.lay(only.map((name) => ({ name })));
      const chosen = only ? ['--files-from-raw', desk.list] : [];
      const args = ['lsjson', '-R', '--files-only', '--no-modtime', '--no-mimetype', ...chosen];
      const call = { args: [...args, ...this.#patient(), '--', this.#below(top)], outputBytes: listedBytes };
      const ran = await desk.run({ ...call, timeoutMs: limits.remoteMs, signal });
      if (ran.status === 3) return []; // there is no such directory yet
      if (ran.status !== 0) throw this.#trouble('list', ran);
      return readListed(ran.stdout);
    });
  }

  async #get(names: readonly string[], into: Sink, signal: AbortSignal): Promise<Results> {
    const { results, left } = await this.#gotOnce(names, into, signal);
    const [only = ''] = left;
    // by itself each of ours is less than what is taken in at once
    if (left.length === 1 && names.length === 1) return [foreign(only, 'it is larger than any object of ours')];
    const more: ObjectResult[] = [];
    for (const name of left) more.push(...(await this.#get([name], into, signal)));
    return [...results, ...more];
  }

  /** left: what was not got because all together are more than is taken in at once. */
  #gotOnce(names: readonly string[], into: Sink, signal: AbortSignal): Promise<{ results: Results; left: string[] }> {
    return this.#atDesk(async (desk) => {
      desk.lay(names.map((name) => ({ name })));
      const most = ['--max-transfer', String(mostGotBytes), '--cutoff-mode', 'hard'];
      const args = ['copy', '--no-traverse', '--transfers', '8', ...most, '--files-from-raw', desk.list];
      const ran = await this.#say(desk, [...args, '--', this.#below(''), desk.stage], mostGotBytes, signal);
      const told = toldOf(ran.stderr);
      const results: ObjectResult[] = [];
      const left: string[] = [];
      for (const name of names) {
        if (told(name).done) results.push(await this.#taken(desk, name, into));
        else if (ran.status === 8) left.push(name);
        else if (ran.status === 0 || ran.status === 3) results.push({ name, is: 'absent' });
        else results.push(this.#failure('get', name, told(name).error ?? lastWords(ran.stderr)));
      }
      this.#requireSome('get', ran, results);
      return { results, left };
    });
  }

  async #taken(desk: RcloneDesk, name: string, into: Sink): Promise<ObjectResult> {
    const bytes = desk.got(name, this.limits.maxObjectBytes);
    if (bytes === undefined) return failed(name, 'remote/offline', 'rclone did not leave what it got');
    if (bytes === 'large') return foreign(name, 'it is larger than any object of ours');
    return handedOver(name, bytes, into);
  }

  async #put(objects: Put, signal: AbortSignal): Promise<Results> {
    const { results, halves } = await this.#putOnce(objects, signal);
    if (halves.length > 0) await this.#takenAway(halves, signal);
    return results;
  }

  /** halves: what rclone began to put and could not; when it looked again, something else stood there. */
  #putOnce(objects: Put, signal: AbortSignal): Promise<{ results: Results; halves: Put }> {
    return this.#atDesk(async (desk) => {
      desk.lay(objects);
      const bytes = objects.reduce((sum, object) => sum + object.bytes.length, 0);
      const args = ['copy', '--immutable', '--no-traverse', '--transfers', '4', '--files-from-raw', desk.list];
      const ran = await this.#say(desk, [...args, '--', desk.stage, this.#below('')], bytes, signal);
      const told = toldOf(ran.stderr);
      const results = objects.map(({ name }): ObjectResult => {
        const { done, differs, error } = told(name);
        if (done) return { name, is: 'created' };
        const isThere = ran.status === 0 || (error === undefined && (differs || ran.status === 6));
        return isThere ? { name, is: 'exists' } : this.#failure('put', name, error ?? lastWords(ran.stderr));
      });
      this.#requireSome('put', ran, results);
      return { results, halves: objects.filter(({ name }) => told(name).error !== undefined && told(name).differs) };
    });
  }

  /** Takes away what a try of ours has left: a beginning of our own bytes, and nothing else. Where it cannot, it stays. */
  async #takenAway(objects: Put, signal: AbortSignal): Promise<void> {
    const own = new Map(objects.map(({ name, bytes }) => [name, bytes]));
    const left: string[] = [];
    const compare = (name: string, bytes: Uint8Array) => {
      const whole = own.get(name) ?? Buffer.of();
      const isPart = bytes.length < whole.length && Buffer.compare(whole.subarray(0, bytes.length), bytes) === 0;
      if (isPart) left.push(name);
    };
    try {
      await this.#get([...own.keys()], compare, signal);
      if (left.length > 0) await this.#delete(left, signal);
    } catch (error) {
      signal.throwIfAborted();
      // what stood in the way of putting it stands in the way of this, and is told already
      if (!(error instanceof PrsistError)) throw error;
    }
  }

  /** A process that was killed may have left part of an object under its name: a name that tells its length shows it. */
  async #repaired(objects: Put, results: Results, signal: AbortSignal): Promise<Results> {
    const isThere = new Set(results.filter(({ is }) => is === 'exists').map(({ name }) => name));
    const ours = objects.filter(({ name, bytes }) => isThere.has(name) && lengthIn(name) === bytes.length);
    if (ours.length === 0) return results;
    const names = ours.map(({ name }) => name);
    const sizes = new Map((await this.#listed('', signal, names)).map(({ path, sizeBytes }) => [path, sizeBytes]));
    const broken = ours.filter(({ name, bytes }) => (sizes.get(name) ?? bytes.length) !== bytes.length);
    if (broken.length === 0) return results;
    const gone = broken.map(({ name }) => name);
    await this.#delete(gone, signal);
    const again = new Map((await this.#put(broken, signal)).map((result) => [result.name, result]));
    return results.map((result) => again.get(result.name) ?? result);
  }

  /** Of what several devices may have put at once the last one stays: it is looked at when all of them have written. */
  async #settled(objects: Put, results: Results, signal: AbortSignal): Promise<Results> {
    const made = results.filter(({ name, is }) => is === 'created' && shared.test(name)).map(({ name }) => name);
    if (made.length === 0) return results;
    await this.#parts.pause(settleMs, signal);
    signal.throwIfAborted();
    const own = new Map(objects.map(({ name, bytes }) => [name, bytes]));
    const others = new Set<string>();
    const compare = (name: string, bytes: Uint8Array) => {
      if (Buffer.compare(bytes, own.get(name) ?? Buffer.of()) !== 0) others.add(name);
    };
    const seen = new Map((await this.#get(made, compare, signal)).map((result) => [result.name, result]));
    return results.map((result) => {
      const now = seen.get(result.name);
      if (others.has(result.name)) return { name: result.name, is: 'exists' };
      return now?.is === 'failed' ? now : result;
    });
  }

  async #delete(names: readonly string[], signal: AbortSignal): Promise<Results> {
    return this.#atDesk(async (desk) => {
      desk.lay(names.map((name) => ({ name })));
      const args = ['delete', '--files-from-raw', desk.list, '--', this.#below('')];
      const ran = await this.#say(desk, args, 0, signal);
      const told = toldOf(ran.stderr);
      const results = names.map((name): ObjectResult => {
        const { done, error } = told(name);
        if (done) return { name, is: 'deleted' };
        if (error === undefined && (ran.status === 0 || ran.status === 3)) return { name, is: 'absent' };
        return this.#failure('delete', name, error ?? lastWords(ran.stderr));
      });
      this.#requireSome('delete', ran, results);
      return results;
    });
  }

  async #atDesk<T>(work: (desk: RcloneDesk) => Promise<T>): Promise<T> {
    const desk = this.#parts.desk();
    try {
      return await work(desk);
    } finally {
      desk.clear();
    }
  }

  /** Runs it so that it tells of each object. */
  #say(desk: RcloneDesk, [command = '', ...rest]: readonly string[], bytes: number, signal: AbortSignal) {
    const args = [command, '-v', '--use-json-log', '--stats', '0', ...this.#patient(), ...rest];
    return desk.run({ args, outputBytes: saidBytes, timeoutMs: this.#patienceFor(bytes), signal });
  }

  #patient(): readonly string[] {
    const { kibPerS } = this.#parts;
    // of ten tries below each of these, as it has by itself, a host that is away is given up after minutes
    const tries = ['--contimeout', '15s', '--timeout', '60s', '--retries', '2', '--low-level-retries', '2'];
    return kibPerS === 0 ? tries : [...tries, '--bwlimit', `${kibPerS}k`];
  }

  #patienceFor(bytes: number): number {
    const { kibPerS } = this.#parts;
    return patience(bytes) + (kibPerS === 0 ? 0 : (bytes / (kibPerS * 1024)) * 1000);
  }

  #below(name: string): string {
    const { at } = this.#parts;
    return name === '' || /[:/]$/.test(at) ? at + name : `${at}/${name}`;
  }

  /** Why rclone itself, or the place, cannot be used; undefined where they can. */
  async #unusable(signal: AbortSignal): Promise<PrsistError | undefined> {
    const stepMs = this.#parts.probe.stepMs ?? limits.probeStepMs;
    const late = AbortSignal.timeout(stepMs);
    const within = AbortSignal.any([signal, late]);
    try {
      const call = { args: ['version'], outputBytes: saidBytes, timeoutMs: stepMs, signal: within };
      const { stdout } = await this.#atDesk((desk) => desk.run(call));
      const [, major = '', minor = ''] = /^rclone v(\d+)\.(\d+)/m.exec(stdout) ?? [];
      const isNewEnough = Number(major) > 1 || Number(minor) >= 60;
      // what is put is tried longer than what is looked for: a place that is away says so at once
      if (isNewEnough) return void (await this.#listed(nowhere, within));
      return tooOld(major === '' ? 'rclone does not tell its version' : `rclone ${major}.${minor} is too old`);
    } catch (error) {
      signal.throwIfAborted();
      if (late.aborted) return new PrsistError('remote/offline', `no answer in ${stepMs / 1000} s`);
      if (error instanceof PrsistError) return error;
      throw error;
    }
  }

  #failure(doing: Doing, name: string, said: string): ObjectResult {
    const { code, message } = this.#error(doing, said);
    return failed(name, code, message);
  }

  /** Throws what concerns all of them. */
  #requireSome(doing: Doing, ran: GroupRan, results: Results): void {
    if (ran.cut !== undefined || /unknown (?:shorthand )?(?:flag|command)/.test(ran.stderr))
      throw this.#trouble(doing, ran);
    const isNone = results.every(({ is }) => is === 'failed');
    const said = results.find((result) => result.is === 'failed');
    if (isNone && said?.is === 'failed' && said.code === 'disk/full') throw new PrsistError('disk/full', said.why);
  }

  #trouble(doing: Doing, { cut, stderr }: GroupRan): PrsistError {
    const { at } = this.#parts;
    if (cut === 'late') return new PrsistError('remote/offline', `${at} does not answer`);
    if (cut === 'talkative') return new PrsistError('limit/too-large', `${at} has more to tell than is read`);
    if (/unknown (?:shorthand )?(?:flag|command)/.test(stderr)) return tooOld('rclone does not know what it is asked');
    return this.#error(doing, lastWords(stderr));
  }

  #error(doing: Doing, said: string): PrsistError {
    const { at } = this.#parts;
    const { code, why } = rcloneTrouble(said, doing);
    const [, name = ''] = /^([^:,]+)[:,]/.exec(at) ?? [];
    const isUnknown = /didn't find section/.test(said);
    const signIn = code === 'remote/auth' && name !== '' ? `; sign in again: rclone config reconnect ${name}:` : '';
    if (isUnknown) return new PrsistError(code, `rclone has no remote ${name} on this machine: rclone config`);
    return new PrsistError(code, `${why.includes(at) ? why : `${at}: ${why}`}${signIn}`);
  }
}

function tooOld(what: string): PrsistError {
  return new PrsistError('remote/offline', `${what}: ${whatToInstall}`);
}

/** The length that a name tells; undefined where it tells none. */
function lengthIn(name: string): number | undefined {
  const read = parseName(name);
  return read?.is === 'pack' ? read.len : undefined;
}

interface Found {
  readonly path: string;
  readonly sizeBytes: number | null;
}

/** What `rclone lsjson` prints; a size below 0 is none. https://rclone.org/commands/rclone_lsjson/ */
function readListed(stdout: string): readonly Found[] {
  // rclone wrote it; each member is looked at before it is used
  const all = JSON.parse(stdout) as readonly { readonly Path?: unknown; readonly Size?: unknown }[];
  return all.flatMap(({ Path, Size }) =>
    typeof Path === 'string' && typeof Size === 'number' ? [{ path: Path, sizeBytes: Size < 0 ? null : Size }] : [],
  );
}
