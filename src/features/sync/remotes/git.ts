// A git repository as a remote: a ref for each object, outside of branches and tags, so that clones do not fetch them.
import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import type { GitCall, GitDesk } from '../../../platform/git-transport.ts';
import type { GroupRan } from '../../../platform/run-group.ts';
import type { Listed, LocalObject, ObjectResult, ProbeReport, Remote, Sink } from '../remote.ts';
import { batches, byName, bySize, type Most, patience } from './batches.ts';
import { batchQuestions, batchReader, importStream, ownRef } from './git-objects.ts';
import { gitTrouble, refTrouble } from './git-trouble.ts';
import { nameOf, refOf } from './object-name.ts';
import { type Doing, failed, foreign, handedOver } from './outcome.ts';
import { type ProbeParts, probe } from './probe.ts';

export interface GitParts {
  /** As git takes it, without any secret. */
  readonly url: string;
  /** Makes a repository of ours for one exchange. */
  readonly desk: () => Promise<GitDesk>;
  readonly probe: ProbeParts;
}

/** Opens a git remote; nothing is asked before it is needed. */
export function gitRemote(parts: GitParts): Remote {
  return new GitRemote(parts);
}

/** Of one exchange: command lines have their end, and so has patience. Nobody knows beforehand how much a get brings. */
const mostSent: Most = { count: 200, bytes: 8 * 1024 * 1024 };
const mostGot: Most = { count: 32, bytes: 0 };

class GitRemote implements Remote {
  readonly kind = 'git';
  readonly limits = { maxObjectBytes: limits.remoteObjectBytes, parallel: 1, atomicPut: true, listsSizes: false };
  readonly #parts: GitParts;

  constructor(parts: GitParts) {
    this.#parts = parts;
  }

  probe(signal: AbortSignal): Promise<ProbeReport> {
    return probe(this, this.#parts.probe, signal);
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<Listed> {
    const refs = await this.#atDesk((desk) => this.#refs(desk, 'list', signal));
    const names = [...refs.keys()].filter((name) => name.startsWith(prefix));
    for (const name of names.sort()) yield { name, sizeBytes: null };
  }

  get(names: readonly string[], into: Sink, signal: AbortSignal): Promise<readonly ObjectResult[]> {
    return byName(names, mostGot, (batch) => this.#atDesk((desk) => this.#get(desk, batch, into, signal)));
  }

  putIfAbsent(objects: readonly LocalObject[], signal: AbortSignal): Promise<readonly ObjectResult[]> {
    const bounds = { most: mostSent, largest: this.limits.maxObjectBytes };
    return bySize(objects, bounds, (batch) => this.#atDesk((desk) => this.#put(desk, batch, signal)));
  }

  delete(names: readonly string[], signal: AbortSignal): Promise<readonly ObjectResult[]> {
    return byName(names, { count: names.length, bytes: 0 }, (wanted) =>
      this.#atDesk(async (desk) => {
        const refs = await this.#refs(desk, 'delete', signal);
        const results: ObjectResult[] = [];
        for (const name of wanted) if (!refs.has(name)) results.push({ name, is: 'absent' });
        const there = wanted.flatMap((name) => ({ name, id: refs.get(name) ?? '' })).filter(({ id }) => id !== '');
        for (const batch of batches(there, mostSent)) results.push(...(await this.#delete(desk, batch, signal)));
        return results;
      }),
    );
  }

  async close(): Promise<void> {}

  async #atDesk<T>(work: (desk: GitDesk) => Promise<T>): Promise<T> {
    const desk = await this.#parts.desk();
    try {
      return await work(desk);
    } finally {
      desk.clear();
    }
  }

  /** All objects there are, by name, each with the commit that holds it. */
  async #refs(desk: GitDesk, doing: Doing, signal: AbortSignal): Promise<Map<string, string>> {
    const args = ['ls-remote', '--refs', '--', this.#parts.url, 'refs/prsist/*'];
    const { stdout } = await this.#asked(desk, doing, { args, timeoutMs: limits.remoteMs, signal });
    const refs = new Map<string, string>();
    for (const line of stdout.split('\n')) {
      const [id = '', ref = ''] = line.split('\t');
      const name = nameOf(ref);
      if (name !== undefined) refs.set(name, id);
    }
    return refs;
  }

  async #get(
    desk: GitDesk,
    names: readonly string[],
    into: Sink,
    signal: AbortSignal,
  ): Promise<readonly ObjectResult[]> {
    const there = await this.#fetched(desk, names, signal);
    const results: ObjectResult[] = names
      .filter((name) => !there.includes(name))
      .map((name) => ({ name, is: 'absent' }) as const);
    const read = batchReader(this.limits.maxObjectBytes, async (at, bytes) => {
      const name = there[at] ?? '';
      if (bytes === undefined) results.push(foreign(name, 'the ref of that name holds no object of ours'));
      else if (bytes === 'large') results.push(foreign(name, 'it is larger than any object of ours'));
      else results.push(await handedOver(name, bytes, into));
    });
    const input = [batchQuestions(there.length)];
    const given = await desk.run({
      ...{ args: ['cat-file', '--batch'], input, onOutput: read, signal },
      timeoutMs: limits.remoteMs,
    });
    if (given.status !== 0) throw new PrsistError('internal', `git cat-file: ${given.stderr.trim()}`);
    return results;
  }

  /** Fetches what is there of some objects and says what that is. A ref that is gone fails all: then it is asked what is there. */
  async #fetched(desk: GitDesk, names: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
    let there = names;
    for (let tries = 0; there.length > 0; tries += 1) {
      const input = [Buffer.from(there.map((name, at) => `+${refOf(name)}:${ownRef(at)}\n`).join(''))];
      const args = ['fetch', '-q', '--stdin', '--depth=1', '--no-tags', '--no-write-fetch-head', '--', this.#parts.url];
      const timeoutMs = patience(mostSent.bytes);
      const { status, stderr, cut } = await desk.run({ args, input, timeoutMs, signal });
      if (status === 0) break;
      if (!/couldn't find remote ref/.test(stderr) || tries === 2) throw this.#trouble('get', stderr, cut);
      const refs = await this.#refs(desk, 'get', signal);
      there = there.filter((name) => refs.has(name));
    }
    return there;
  }

  async #put(desk: GitDesk, objects: readonly LocalObject[], signal: AbortSignal): Promise<readonly ObjectResult[]> {
    const import_ = ['fast-import', '--quiet', '--done', '--force'];
    const made = await desk.run({
      ...{ args: import_, input: importStream(objects), signal, timeoutMs: limits.remoteMs },
    });
    if (made.status !== 0) {
      const code = /no space left|quota/i.test(made.stderr) ? 'disk/full' : 'disk/failed';
      throw new PrsistError(code, `git could not take in what is to be sent: ${made.stderr.split('\n')[0]}`);
    }
    const bytes = objects.reduce((sum, object) => sum + object.bytes.length, 0);
    const pushed = objects.map(({ name }, at) => ({ name, from: ownRef(at), expected: '' }));
    return this.#push(desk, pushed, { doing: 'put', timeoutMs: patience(bytes), signal });
  }

  #delete(desk: GitDesk, found: readonly { readonly name: string; readonly id: string }[], signal: AbortSignal) {
    const pushed = found.map(({ name, id }) => ({ name, from: '', expected: id }));
    return this.#push(desk, pushed, { doing: 'delete', timeoutMs: limits.remoteMs, signal });
  }

  /** Moves refs there, each only from what it is expected to be. */
  async #push(
    desk: GitDesk,
    refs: readonly { readonly name: string; readonly from: string; readonly expected: string }[],
    { doing, timeoutMs, signal }: { doing: 'put' | 'delete'; timeoutMs: number; signal: AbortSignal },
  ): Promise<readonly ObjectResult[]> {
    const leases = refs.map(({ name, expected }) => `--force-with-lease=${refOf(name)}:${expected}`);
    const moves = refs.map(({ name, from }) => `${from}:${refOf(name)}`);
    const args = ['push', '--porcelain', '--no-verify', '--no-progress', ...leases, '--', this.#parts.url, ...moves];
    const ran = await desk.run({ args, timeoutMs, signal });
    const said = pushAnswers(ran.stdout);
    if (said.size === 0) throw this.#trouble(doing, ran.stderr, ran.cut);
    const results = refs.map(({ name }) => pushResult(name, said.get(refOf(name)), ran.stderr, doing));
    if (results.every(({ is }) => is !== 'failed')) return results;
    // hosts have many words for "another device was faster": what is there now says it
    const now = await this.#refs(desk, doing, signal);
    return results.map((result) => {
      if (result.is !== 'failed' || now.has(result.name) !== (doing === 'put')) return result;
      return { name: result.name, is: doing === 'put' ? 'exists' : 'absent' };
    });
  }

  async #asked(desk: GitDesk, doing: Doing, call: GitCall): Promise<GroupRan> {
    const ran = await desk.run(call);
    if (ran.status === 0) return ran;
    throw this.#trouble(doing, ran.stderr, ran.cut);
  }

  #trouble(doing: Doing, stderr: string, cut: GroupRan['cut']): PrsistError {
    const { url } = this.#parts;
    if (cut === 'late') return new PrsistError('remote/offline', `${url} does not answer`);
    if (cut === 'talkative') return new PrsistError('limit/too-large', `${url} has more refs than are read`);
    const { code, why } = gitTrouble(stderr, doing);
    return new PrsistError(code, why.includes(url) ? why : `${url}: ${why}`);
  }
}

interface Said {
  readonly flag: string;
  readonly summary: string;
}

/** What `git push --porcelain` says of each ref: `<flag>\t<from>:<to>\t<summary>`. https://git-scm.com/docs/git-push#_output */
function pushAnswers(stdout: string): Map<string, Said> {
  const lines = stdout.split('\n').flatMap((line) => {
    const [, flag = '', to = '', summary = ''] = /^([ +\-*!=])\t[^\t]*:([^\t:]+)\t(.*)$/.exec(line) ?? [];
    return to === '' ? [] : [[to, { flag, summary }] as const];
  });
  return new Map(lines);
}

function pushResult(name: string, said: Said | undefined, stderr: string, doing: 'put' | 'delete'): ObjectResult {
  if (said === undefined) return failed(name, 'remote/offline', 'the host did not say what became of it');
  if (said.flag === '=') return { name, is: doing === 'put' ? 'exists' : 'absent' };
  if (said.flag !== '!') return { name, is: doing === 'put' ? 'created' : 'deleted' };
  const [, reason = said.summary] = /\((.*)\)$/.exec(said.summary) ?? [];
  if (doing === 'put' && reason === 'stale info') return { name, is: 'exists' };
  const { code, why } = refTrouble(reason, stderr);
  return failed(name, code, why);
}
