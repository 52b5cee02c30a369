// What a remote costs over its place: one object and a hundred of 64 KiB put and got, in a folder against plain files that
// are written and flushed, in a git repository on this disk against `git push` by hand, and
// over rclone, where it is installed, against the bare start of that program. Medians of some rounds.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalObject, ObjectResult } from '../../src/features/sync/remote.ts';
import { openRemote } from '../../src/features/sync/remotes/open.ts';
import { quantile, rounded } from './measure.ts';

const rounds = Math.max(1, Number(process.argv[2] ?? 5));
const top = fs.mkdtempSync(join(tmpdir(), 'prsist-bench-'));
const never = new AbortController().signal;
const size = 64 * 1024;

const objectsOf = (round: number, count: number): LocalObject[] =>
  Array.from({ length: count }, (_, n) => ({
    name: `prsist1/w/p/x/d/l/${round}-${count}-${n}.pk`,
    bytes: randomBytes(size),
  }));

function requireAll(results: readonly ObjectResult[], is: ObjectResult['is']): void {
  const other = results.find((result) => result.is !== is);
  if (other) throw new Error(`${other.name}: ${other.is}`);
}

/** Median milliseconds of some rounds. */
async function median(work: (round: number) => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    await work(round);
    times.push(performance.now() - begun);
  }
  return quantile(times, 0.5);
}

async function remote(url: string, count: number) {
  const place = openRemote(url, { home: top, desks: join(top, 'desks') });
  const batches = Array.from({ length: rounds }, (_, round) => objectsOf(round, count));
  const put = await median(async (round) =>
    requireAll(await place.putIfAbsent(batches[round] ?? [], never), 'created'),
  );
  const names = (round: number) => (batches[round] ?? []).map(({ name }) => name);
  const get = await median(async (round) => requireAll(await place.get(names(round), () => undefined, never), 'got'));
  return { put_ms: rounded(put, 1), get_ms: rounded(get, 1) };
}

/** The same bytes as plain files, each flushed. */
function plainFiles(count: number): Promise<number> {
  const batches = Array.from({ length: rounds }, (_, round) => objectsOf(round, count));
  const directory = join(top, `plain-${count}`);
  fs.mkdirSync(directory);
  return median((round) => {
    for (const [n, { bytes }] of (batches[round] ?? []).entries()) {
      fs.writeFileSync(join(directory, `${round}-${n}`), bytes, { flush: true });
    }
  });
}

/** The same bytes as the files of one commit on a branch, pushed. */
function plainPush(count: number, bare: string): Promise<number> {
  const work = join(top, `work-${count}`);
  const git = (...args: string[]) => execFileSync('git', ['-C', work, ...args], { stdio: 'pipe' });
  execFileSync('git', ['init', '-q', '-b', 'main', work]);
  git('config', 'user.name', 'bench');
  git('config', 'user.email', 'bench@localhost');
  const batches = Array.from({ length: rounds }, (_, round) => objectsOf(round, count));
  return median((round) => {
    for (const [n, { bytes }] of (batches[round] ?? []).entries()) fs.writeFileSync(join(work, `${round}-${n}`), bytes);
    git('add', '-A');
    git('commit', '-q', '-m', 'x');
    git('push', '-q', bare, `HEAD:refs/heads/by-hand-${count}`);
  });
}

/** What rclone takes to start and to say its version; undefined where it is not installed. */
async function rcloneStart(): Promise<number | undefined> {
  try {
    return await median(() => execFileSync('rclone', ['version'], { stdio: 'pipe' }));
  } catch {
    return undefined;
  }
}

/** The same over rclone's way to a directory of this disk, beside its start and the bar for one object. */
async function byRclone(count: number, startMs: number) {
  const at = join(top, `rclone-${count}`);
  fs.mkdirSync(at);
  const { put_ms, get_ms } = await remote(`rclone::local:${at}`, count);
  const bar = count === 1 ? { bar_ms: 500, within_bar: put_ms <= 500 && get_ms <= 500 } : {};
  return { rclone: { put_ms, get_ms, start_ms: rounded(startMs, 1), ...bar } };
}

const folder = join(top, 'folder');
const bare = join(top, 'bare.git');
fs.mkdirSync(folder);
execFileSync('git', ['init', '-q', '--bare', bare]);
const startMs = await rcloneStart();
for (const count of [1, 100]) {
  const [byFolder, byGit] = [await remote(`folder:${folder}`, count), await remote(`git:${bare}`, count)];
  const [files, push] = [await plainFiles(count), await plainPush(count, bare)];
  const line = {
    ...{ bench: 'remotes', objects: count, object_bytes: size, rounds, folder: byFolder, git: byGit },
    ...{ plain_files_ms: rounded(files, 1), plain_push_ms: rounded(push, 1) },
    ...(startMs === undefined ? { rclone: 'not installed' } : await byRclone(count, startMs)),
    ...{ folder_put_ratio: rounded(byFolder.put_ms / files, 2), git_put_ratio: rounded(byGit.put_ms / push, 2) },
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
fs.rmSync(top, { recursive: true });
