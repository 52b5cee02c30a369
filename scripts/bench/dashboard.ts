// The dashboard in a terminal of its own (script, of util-linux): first frame beside an empty Node start in the same run,
// memory and processor with 50 events a second, and how long an event takes to the screen. One JSON line.
// Needs `npm run build`. Bars: first frame ≤ 10 × `node -e 0`, ≤ 120 MiB, ≤ 5 % of a core, event to frame p95 ≤ 300 ms.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { Wire } from '../../test/harness/wire.ts';
import { quantile, residentMiB, rest, rounded, type World, world } from './measure.ts';

const prsist = join(import.meta.dirname, '..', '..', 'bin', 'prsist');
const eventsPerSecond = 50;
const restMs = 15_000;

interface Shown {
  readonly child: ChildProcess;
  /** Milliseconds from its start to the first frame. */
  readonly firstMs: number;
  readonly pid: number;
  /** Resolves with the next moment at which something is drawn. */
  readonly drawn: () => Promise<number>;
}

async function show({ home, project }: World): Promise<Shown> {
  const env = { PATH: process.env['PATH'], HOME: home, PRSIST_HOME: home, TERM: 'xterm-256color' };
  const command = `stty cols 120 rows 40; exec '${process.execPath}' '${prsist}' dashboard`;
  const begun = performance.now();
  const child = spawn('script', ['-q', '-f', '-c', command, '/dev/null'], { env, cwd: project });
  const waiting: ((at: number) => void)[] = [];
  const drawn = () => new Promise<number>((resolve) => waiting.push(resolve));
  let text = '';
  const first = Promise.withResolvers<number>();
  child.stdout.on('data', (chunk: Buffer) => {
    const at = performance.now();
    if (text.length < 100_000) text += chunk.toString('utf8');
    if (text.includes('Overview')) first.resolve(at - begun);
    for (const tell of waiting.splice(0)) tell(at);
  });
  const firstMs = await Promise.race([first.promise, rest(20_000).then(() => Number.NaN)]);
  return { child, firstMs, pid: dashboardPid(home), drawn };
}

/** The Node process of the dashboard, by its words and its home. */
function dashboardPid(home: string): number {
  const isOurs = (pid: string) => {
    try {
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const around = fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      return words[1] === prsist && words[2] === 'dashboard' && around.includes(`PRSIST_HOME=${home}`);
    } catch {
      return false; // gone, or not ours
    }
  };
  return Number(fs.readdirSync('/proc').find((name) => /^\d+$/.test(name) && isOurs(name)) ?? Number.NaN);
}

async function leave({ child }: Shown): Promise<void> {
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.stdin?.write('q');
  await Promise.race([ended, rest(5_000).then(() => child.kill())]);
}

function emptyMs(): number {
  const begun = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - begun;
}

/** Seconds of processor time a process has used. */
function processorSeconds(pid: number): number {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function firstFrames(place: World, rounds: number) {
  const [frames, empty]: [number[], number[]] = [[], []];
  for (let round = -1; round < rounds; round += 1) {
    const reference = emptyMs();
    const shown = await show(place);
    await leave(shown);
    if (round < 0) continue;
    frames.push(shown.firstMs);
    empty.push(reference);
  }
  return { frameMs: quantile(frames, 0.5), emptyMs: quantile(empty, 0.5) };
}

async function whileWorking(place: World, samples: number) {
  const endpoint = readEndpoint(place.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  const wire = new Wire(endpoint, { project: place.project });
  const { session_id } = JSON.parse((await wire.ask('session.start', { title: 'busy' })).body);
  const say = (n: number) => wire.ask('session.message', { session_id, role: 'user', content: `event ${n}` });
  const shown = await show(place);
  await rest(3_000);
  const begun = processorSeconds(shown.pid);
  const end = performance.now() + restMs;
  let count = 0;
  for (; performance.now() < end; count += 1) {
    await say(count);
    await rest(1000 / eventsPerSecond - 2);
  }
  const cpu = (processorSeconds(shown.pid) - begun) / (restMs / 1000);
  const mib = residentMiB(shown.pid);
  await rest(4_000);
  const times: number[] = [];
  for (let n = 0; n < samples; n += 1) {
    const next = shown.drawn();
    const at = performance.now();
    await say(n);
    times.push((await Promise.race([next, rest(5_000).then(() => at + 5_000)])) - at);
    await rest(2_500 + ((n * 37) % 400)); // until what it made the screen ask for is drawn, too
  }
  wire.close();
  await leave(shown);
  return { cpu, mib, perSecond: count / (restMs / 1000), times };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '10' }, samples: { type: 'string', default: '20' } },
  });
  const place = await world();
  try {
    const first = await firstFrames(place, Number(values.rounds));
    const { cpu, mib, perSecond, times } = await whileWorking(place, Number(values.samples));
    const results = {
      first_frame_ms: rounded(first.frameMs),
      empty_node_ms: rounded(first.emptyMs, 1),
      ratio: rounded(first.frameMs / first.emptyMs, 2),
      rss_mib: mib,
      events_per_second: rounded(perSecond),
      cpu_percent: rounded(cpu * 100, 1),
      event_to_frame_p50_ms: rounded(quantile(times, 0.5)),
      event_to_frame_p95_ms: rounded(quantile(times, 0.95)),
    };
    process.stdout.write(`${JSON.stringify({ bench: 'dashboard', ...results })}\n`);
  } finally {
    await place.stop();
  }
}

if (import.meta.main) await main();
