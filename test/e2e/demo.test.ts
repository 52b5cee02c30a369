// The demonstration as people run it: what it shows must hold, and nothing of it may stay behind.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { widthOf } from '../../src/cli/text.ts';

const root = join(import.meta.dirname, '../..');
const launcher = join(root, 'bin', 'prsist');

/** Where the demonstration makes its home: empty before, and empty again afterwards. */
let place: string;
beforeEach(() => {
  place = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'demo-'));
});
afterEach(() => fs.rmSync(place, { recursive: true, force: true }));

/** True of a machine with no time for the daemon; what is tested here does not depend on how fast it is. */
const slowNotice = /^daemon is busy or hung, still waiting .*\n/gm;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** onOutput: told all of stdout so far, each time there is more of it. */
function demo(args: readonly string[], onOutput?: (stdout: string, stop: () => void) => void): Promise<Ended> {
  const env = { ...process.env, TMPDIR: place, PRSIST_HOME: join(place, 'not this one') };
  const child = spawn(process.execPath, [launcher, 'demo', ...args], { cwd: root, env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    onOutput?.(stdout, () => child.kill('SIGTERM'));
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (status) => done({ status, stdout, stderr: stderr.replaceAll(slowNotice, '') }));
  });
}

/** What a run left: files in its place, and processes whose environment names it. */
function left(): { readonly files: readonly string[]; readonly processes: readonly string[] } {
  const numbers = fs.existsSync('/proc') ? fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  const processes = numbers.filter((pid) => {
    try {
      return fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`PRSIST_HOME=${place}/prsist-demo-`);
    } catch {
      return false; // ended meanwhile
    }
  });
  return { files: fs.readdirSync(place), processes };
}

const nothing = { files: [], processes: [] };

test('the whole loop holds on the bundled samples', async () => {
  const ran = await demo(['--json']);
  const reply = JSON.parse(ran.stdout);
  expect(reply.steps.flatMap((step: { failed: string[] }) => step.failed)).toEqual([]);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  expect(reply).toMatchObject({ success: true, left: { processes: 0, removed: true }, home: null });
  const figures = Object.fromEntries(
    reply.steps.map((step: { name: string; figures: object }) => [step.name, step.figures]),
  );
  expect(figures.import).toMatchObject({ files: 2, lines: 180, bytes: 391_382, sessions: 2, messages: 25 });
  expect(figures.import.tool_calls).toBe(62);
  expect(figures.import.again).toMatchObject({ records_added: 0, files_unchanged: 2 });
  expect(figures.search.asked.map(({ place }: { place: number }) => place)).toEqual([1, 1, 1]);
  expect(figures.session).toMatchObject({ secret_replaced: true, files_with_secret: 0 });
  expect(figures.handoff).toMatchObject({ printed: 1, printed_again: 0, accepted_by: 'codex' });
  expect(figures.crash).toMatchObject({ notes_acknowledged: 200, notes_found: 200, notes_twice: 0 });
  expect(figures.crash.killed).toEqual(figures.crash.undisturbed);
  expect(figures.crash.verified_clean).toBe(true);
  expect(left()).toEqual(nothing);
});

function git(cwd: string, ...args: readonly string[]): Promise<void> {
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
  return new Promise((done, fail) => {
    spawn('git', [...who, ...args], { cwd, env: { PATH: process.env.PATH, HOME: cwd } }).on('close', (status) =>
      status === 0 ? done() : fail(new Error(`git ${args.join(' ')}: ${status}`)),
    );
  });
}

/** Every file below a directory with its bytes, its time of change and its number of links. */
function everything(directory: string): readonly string[] {
  const names = fs.readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => {
    const path = join(directory, name);
    const { mtimeMs, ctimeMs, nlink, mode } = fs.statSync(path);
    const bytes = fs.statSync(path).isFile() ? createHash('sha256').update(fs.readFileSync(path)).digest('hex') : '';
    return [name, mtimeMs, ctimeMs, nlink, mode, bytes].join(' ');
  });
}

test('a repository and transcripts of one’s own: everything holds, they stay as they are, 80 columns are enough', async () => {
  const own = fs.mkdtempSync(join(tmpdir(), 'own '));
  try {
    fs.writeFileSync(join(own, 'README.md'), 'mine\n');
    for (const args of [
      ['init', '-q', '-b', 'trunk'],
      ['add', '-A'],
      ['commit', '-qm', 'one'],
    ])
      await git(own, ...args);
    const before = everything(own);
    const ran = await demo(['--project', own, '--transcripts', join(root, 'config/demo')]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(everything(own)).toEqual(before);
    expect(ran.stdout.split('\n').filter((line) => widthOf(line) > 80)).toEqual([]);
    expect(ran.stdout).toContain('branch trunk');
    expect(ran.stdout).not.toContain('\u001b');
    expect(left()).toEqual(nothing);
  } finally {
    fs.rmSync(own, { recursive: true, force: true });
  }
});

test.each([
  ['a daemon has been started', '$ prsist import'],
  ['hooks run', 'That hook takes'],
  ['the daemon has been killed and is asked by many', '$ kill -9'],
])('asked to end while %s, it leaves nothing', async (_, moment) => {
  let asked = 0;
  const ran = await demo([], (stdout, stop) => {
    if (!stdout.includes(moment) || asked > 0) return;
    asked += 1;
    stop();
  });
  expect(ran).toMatchObject({ status: 130, stderr: 'interrupted; the home is removed\n' });
  expect(ran.stdout).not.toContain('Everything held');
  expect(left()).toEqual(nothing);
});

test('asked twice, it ends at once and leaves nothing either', async () => {
  const ran = await demo([], (stdout, stop) => {
    if (!stdout.includes('$ prsist resume')) return;
    stop();
    stop();
  });
  expect(ran.status).toBe(130);
  // killed processes are listed until the system has taken them away
  await expect.poll(() => left(), { timeout: 10_000 }).toEqual(nothing);
});

test('what does not hold is said, and is not 0', async () => {
  const plain = join(place, 'no repository');
  fs.mkdirSync(plain);
  const ran = await demo(['--json', '--project', plain]);
  fs.rmdirSync(plain);
  expect(ran.status).toBe(1);
  const { success, steps } = JSON.parse(ran.stdout);
  expect(success).toBe(false);
  expect(steps).toMatchObject([{ name: 'project', held: false, failed: [expect.stringContaining('not a git')] }]);
  expect(left()).toEqual(nothing);
});
