// T4 on a small disk of its own: a tmpfs over the data directory, which only the daemon sees.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { formatSpoolEvent } from '../../src/core/spool-event.ts';
import { createHome, daemonPath, ended, type Home, spooled, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

const mib = 1024 * 1024;

function hasNamespaces(): boolean {
  try {
    execFileSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const possible = hasNamespaces();
if (!possible) process.stdout.write('T4: skipped, no user namespaces here\n');

describe.skipIf(!possible)('T4: a small disk', () => {
  let home: Home;
  let cwd: string;
  let child: ChildProcess;
  let written = '';

  beforeEach(() => {
    home = createHome();
    cwd = createRepository(home).path;
  });
  afterEach(() => home.remove());

  /** Starts the daemon behind a script that prepares its data directory. */
  function daemonAfter(script: string): void {
    fs.mkdirSync(home.paths.data, { recursive: true, mode: 0o700 });
    const command = `${script} && exec "${process.execPath}" "${daemonPath}"`;
    child = spawn('unshare', ['-Urm', 'sh', '-c', command], { env: home.env, stdio: ['ignore', 'ignore', 'pipe'] });
    written = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      written += chunk.toString();
    });
  }

  /** A path as the daemon sees it. */
  const inside = (path: string) => `/proc/${readEndpoint(home.paths.endpoint)?.pid}/root${path}`;

  /** Share of one processor that the daemon used between two moments. */
  async function processorShare(work: () => Promise<void>): Promise<number> {
    const used = () => {
      const stat = fs.readFileSync(`/proc/${readEndpoint(home.paths.endpoint)?.pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) * 10;
    };
    const [ticks, begun] = [used(), performance.now()];
    await work();
    return (used() - ticks) / (performance.now() - begun);
  }

  test('T4: full: writes are refused, reads served, events kept, status says so; with room again all is taken in', async () => {
    daemonAfter(`mount -t tmpfs -o size=100m,mode=700 none "${home.paths.data}"`);
    await until('it serves', () => readEndpoint(home.paths.endpoint) !== undefined);
    await home.json(['init', '--no-import'], { cwd });
    await home.json(['context', 'store', 'before', 'is there'], { cwd });
    const filler = inside(join(home.paths.data, 'filler'));
    fs.writeFileSync(filler, Buffer.alloc(60 * mib));
    const refused = await until('a write is refused', async () => {
      const ran = await home.prsist(['context', 'store', 'during', 'x', '--json'], { cwd });
      return ran.exit !== 0 && ran;
    });
    expect([refused.exit, refused.stdout]).toEqual([75, expect.stringContaining('disk/full')]);
    expect((await home.json(['context', 'get', 'before'], { cwd })).value).toBe('is there');
    for (let i = 0; i < 50; i += 1) layEvent(i);
    const share = await processorShare(async () => {
      for (let i = 0; i < 5; i += 1) await home.json(['context', 'get', 'before'], { cwd });
      await new Promise((resolve) => setTimeout(resolve, 3_000)); // a window to measure in
    });
    expect(share).toBeLessThan(0.5); // a busy loop would take it whole
    expect(spooled(home.paths.spool)).toBe(50);
    const status = await home.prsist(['status'], { cwd });
    expect([status.exit, status.stdout]).toEqual([1, expect.stringContaining('nothing is written until')]);
    fs.rmSync(filler);
    await until('the events are taken in', () => spooled(home.paths.spool) === 0);
    await until('writes work', async () => (await home.prsist(['context', 'store', 'after', 'x'], { cwd })).exit === 0);
    expect((await home.prsist(['search', 'typed'], { cwd })).stdout).toContain('typed');
    expect((await home.prsist(['store', 'verify', '--deep'], { cwd })).exit).toBe(0);
    expect((await home.prsist(['status'], { cwd })).stdout).not.toContain('nothing is written until');
    child.kill('SIGTERM');
    await ended(child);
  });

  test('T4: a directory that cannot be written is told at the start', async () => {
    const made = `mount -t tmpfs -o size=8m,mode=700 none "${home.paths.data}" && mkdir -m 700 "${home.paths.projects}"`;
    daemonAfter(`${made} && mount -o remount,ro "${home.paths.data}"`);
    await ended(child);
    expect([child.exitCode, written]).toEqual([77, expect.stringContaining('cannot be written')]);
  });

  function layEvent(n: number): void {
    const body = { session_id: 'full', cwd, prompt: `typed ${n}` };
    const header = { agent: 'codex', event: 'UserPromptSubmit', pwd: cwd, args: [] };
    const unfinished = join(home.root, 'event');
    fs.writeFileSync(unfinished, formatSpoolEvent(header, Buffer.from(JSON.stringify(body))), { mode: 0o600 });
    fs.renameSync(unfinished, join(home.paths.spool, `full${n}-0.evt`)); // whole, as hooks do
  }
});
