// What a hook costs the agent, against the cheapest thing Node can do, whatever state the daemon and the spool are in.
// Bars: 0.25 for an event, 0.35 with a brief.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bars = { event: 0.25, start: 0.35 };
const runs = Math.max(100, Number(process.argv[2] ?? 200));
const root = join(import.meta.dirname, '../..');
const home = fs.mkdtempSync(join(tmpdir(), 'prsist-bench-'));
const state = join(home, '.local/state/prsist');
const bin = join(home, '.local/share/prsist/bin');
const project = join(home, 'project');
const brief = join(project, '.prsist/brief/0123456789abcdef');

function write(path: string, text: string): void {
  fs.mkdirSync(join(path, '..'), { recursive: true });
  fs.writeFileSync(path, text);
}

function prepare(): void {
  write(join(bin, 'prsist-hook'), fs.readFileSync(join(root, 'hooks/agent.sh'), 'utf8'));
  write(join(bin, 'prsist-start'), '#!/bin/sh\nexit 0\n');
  for (const name of ['prsist-hook', 'prsist-start']) fs.chmodSync(join(bin, name), 0o700);
  write(join(state, 'brief-key'), '0123456789abcdef\n');
  // this process lives, so no daemon is started
  write(join(state, 'endpoint.json'), `{"pid":${process.pid}}\n`);
  write(join(project, '.git/HEAD'), 'ref: refs/heads/main\n');
  write(join(brief, 'HEAD'), 'ref: refs/heads/main\n');
  write(join(brief, 'claude-code.start'), `${'x'.repeat(8191)}\n`);
}

function timed(command: string, args: readonly string[], more: { input?: string; bytes?: number } = {}): number {
  const env = { PATH: '/usr/bin:/bin', HOME: home, CLAUDE_PROJECT_DIR: project };
  const begin = process.hrtime.bigint();
  const done = spawnSync(command, args, { cwd: project, env, input: more.input ?? '' });
  const ms = Number(process.hrtime.bigint() - begin) / 1e6;
  if (done.status !== 0 || done.stdout.length !== (more.bytes ?? 0))
    throw new Error(`wrong answer of ${args.join(' ')}`);
  return ms;
}

function hook(event: string, session: string, bytes: number): number {
  const body = {
    session_id: session,
    transcript_path: '/t.jsonl',
    cwd: project,
    hook_event_name: event,
    source: 'startup',
  };
  const command = `"$HOME/.local/share/prsist/bin/prsist-hook" claude-code ${event}`;
  return timed('sh', ['-c', command], { input: JSON.stringify(body), bytes });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));

/** What a hook finds: a daemon that lives, one that is stopped by a signal, none, and a spool nobody has emptied. */
const states: Readonly<Record<string, () => () => void>> = {
  'daemon running': () => () => undefined,
  'daemon stopped': () => {
    // what is started in its place is a script that ends at once
    fs.rmSync(join(state, 'endpoint.json'));
    return () => undefined;
  },
  'daemon hung': () => {
    const hung = spawn('sleep', ['1000'], { stdio: 'ignore' });
    process.kill(hung.pid ?? 0, 'SIGSTOP');
    write(join(state, 'endpoint.json'), `{"pid":${hung.pid}}\n`);
    return () => void hung.kill('SIGKILL');
  },
  '10,000 files in the spool': () => {
    write(join(state, 'endpoint.json'), `{"pid":${process.pid}}\n`);
    for (let n = 0; n < 10_000; n += 1) write(join(state, 'spool', `waiting-${n}.evt`), 'prsist-event 1\n');
    return () => undefined;
  },
};

prepare();
let isWithin = true;
for (const [name, enter] of Object.entries(states)) {
  const leave = enter();
  const { ratio, ...figures } = measured(name.replaceAll(/\W/g, ''));
  leave();
  const ok = ratio.event <= bars.event && ratio.start <= bars.start;
  isWithin &&= ok;
  console.log(JSON.stringify({ bench: 'hook', state: name, runs, node: process.version, ...figures, ratio, bars, ok }));
}
fs.rmSync(home, { recursive: true, force: true });
process.exitCode = isWithin ? 0 : 1;

function measured(session: string) {
  const [node, event, start]: [number[], number[], number[]] = [[], [], []];
  for (let run = -5; run < runs; run += 1) {
    const [a, b, c] = [
      timed(process.execPath, ['-e', '0']),
      hook('Stop', `e${session}${run}`, 0),
      hook('SessionStart', `s${session}${run}`, 8192),
    ];
    // the first few fill the caches
    if (run < 0) continue;
    node.push(a);
    event.push(b);
    start.push(c);
  }
  const [nodeMs, eventMs, startMs] = [median(node), median(event), median(start)];
  const p50_ms = { node: round(nodeMs, 2), event: round(eventMs, 2), start: round(startMs, 2) };
  return { p50_ms, ratio: { event: round(eventMs / nodeMs, 3), start: round(startMs / nodeMs, 3) } };
}
