import { PrsistError } from '../../core/errors.ts';
import type { Machine } from '../../core/machine.ts';
import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { pauseLine } from '../paused.ts';
import { plural, type Style, size } from '../print.ts';
import { shortIds } from '../short-ids.ts';
import { standingLine } from '../standing.ts';
import { syncColumns, syncFindings } from '../sync-line.ts';
import { oneLine } from '../text.ts';
import { relativeTime } from '../when.ts';

type ReplyOf<N extends keyof Operations> = Reply<Operations[N]>;

/** Several replies in one, which `--json` prints as it is. */
interface Status {
  readonly success: true;
  /** Where it matters to what is captured: on which kind of machine this runs. */
  readonly machine: Machine | null;
  readonly health: ReplyOf<'system.health'>;
  readonly devices: ReplyOf<'device.list'>;
  readonly project: ReplyOf<'project.show'>;
  readonly projects: ReplyOf<'project.list'>['items'];
  readonly capture: ReplyOf<'capture.status'>;
  readonly active_sessions: ReplyOf<'session.list'>['items'];
  readonly handoffs: ReplyOf<'session.handoffs'>['items'];
  /** How far each remote is. */
  readonly sync: ReplyOf<'sync.status'>;
  /** How many fields got different values on several devices, and nobody has decided. */
  readonly conflicts: number;
}

/** What is known outside of any project, in the same shape. */
type Nowhere = Omit<Status, 'project' | 'capture'> & { readonly project: null; readonly capture: null };

const states: Readonly<Record<string, Style>> = {
  ...{ proven: 'green', waiting: 'yellow', off: 'dim', degraded: 'yellow', broken: 'red' },
};
const handoffsShown = 5;

export const register: Register = (parent, bind) => {
  const command = parent
    .command('status')
    .description('Is everything captured, link by link; handoffs, sessions, disk. Exit 1 when a link is broken.')
    .action(bind(status));
  withExamples(command, ['prsist status', 'prsist status --json | jq .capture.links']);
};

async function status(cli: Cli): Promise<number> {
  const found = await gather(cli);
  if (found.project === null) {
    cli.print.json(found);
    return 1;
  }
  cli.answer(found, () => cli.print.table(rows(cli, found)));
  const broken = found.capture.links.filter((link) => link.state === 'broken');
  for (const link of broken) cli.print.warn(`error: ${whatBroke(link)}\ntry: ${oneLine(link.hint)}`);
  for (const remote of found.sync.remotes)
    if (remote.state === 'stopped' || !remote.comes_back) syncFindings(cli, remote);
  const { git } = found.capture;
  const isGitBroken = git?.state === 'broken';
  if (isGitBroken) cli.print.warn(`error: git: ${oneLine(git.what)}\ntry: ${oneLine(git.fix)}`);
  return broken.length > 0 || isGitBroken || found.health.checks.store !== 'ok' || found.capture.spool.full ? 1 : 0;
}

/** Where only the way back to the agent is broken, what it does is captured all the same. */
function whatBroke({ agent, chain }: Link): string {
  const first = chain.find(({ state }) => state === 'broken')?.link;
  if (first === 'brief') return `${agent} is not told what is remembered`;
  return first === 'mcp' ? `${agent} cannot ask the memory` : `${agent} is not captured`;
}

/** The daemon first, alone: it may have to be started, and without a project that is all there is to say. */
async function gather(cli: Cli): Promise<Status | Nowhere> {
  const { client, print } = cli;
  const health = await client.call('system.health', {});
  const [devices, sync] = await Promise.all([client.call('device.list', {}), client.call('sync.status', {})]);
  const machine = cli.machine() ?? null;
  try {
    const [project, projects, capture, active, handoffs, conflicts] = await Promise.all([
      client.call('project.show', {}),
      client.call('project.list', {}),
      client.call('capture.status', {}),
      client.call('session.list', { status: 'active', limit: 500 }),
      client.call('session.handoffs', {}),
      client.call('conflict.list', { limit: 1 }),
    ]);
    const lists = {
      projects: projects.items,
      active_sessions: active.items,
      handoffs: handoffs.items,
      conflicts: conflicts.open,
    };
    return { success: true, machine, health, devices, sync, project, capture, ...lists };
  } catch (error) {
    const isNowhere = error instanceof PrsistError && error.code.startsWith('project/');
    if (isNowhere && cli.options.json) return nowhere(cli, { health, devices, sync });
    if (isNowhere) print.table([['daemon', daemonLine(cli, health)], ...machineRows(machine)]);
    throw error;
  }
}

async function nowhere(cli: Cli, known: Pick<Status, 'health' | 'devices' | 'sync'>): Promise<Nowhere> {
  const { items: projects } = await cli.client.call('project.list', {});
  return {
    success: true,
    machine: cli.machine() ?? null,
    ...known,
    project: null,
    capture: null,
    projects,
    active_sessions: [],
    handoffs: [],
    conflicts: 0,
  };
}

function rows(cli: Cli, found: Status): readonly (readonly string[])[] {
  const { project, health, capture, handoffs } = found;
  const short = shortIds([project, ...found.projects].map((each) => each.project_id));
  const crash = health.restarted_after_crash_at;
  return [
    ['project', `${oneLine(project.name)}  ${short(project.project_id)}  ${oneLine(project.roots[0] ?? '')}`],
    ['daemon', daemonLine(cli, health)],
    ...machineRows(found.machine),
    ...(crash === null
      ? []
      : [['', cli.print.paint('yellow', `restarted after a crash ${relativeTime(crash, cli.now())}`)]]),
    ...(health.alerts ?? []).map((alert, n) => [
      n === 0 ? 'ALERTS' : '',
      cli.print.paint('red', alertLine(cli, alert)),
    ]),
    ...(capture.paused === null ? [] : [['PAUSED', cli.print.paint('yellow', pauseLine(capture.paused, cli.now()))]]),
    ...capture.links.map((link, n) => [n === 0 ? 'capture' : '', linkLine(cli, link, capture.links)]),
    ...(capture.git === null ? [] : [['git', gitLine(cli, capture.git)]]),
    ...transcriptRows(cli, capture),
    ['spool', spoolLine(cli, capture.spool)],
    ...handoffRows(cli, handoffs),
    ...(found.conflicts === 0 ? [] : [['conflicts', `${found.conflicts} open  prsist conflicts list`]]),
    ['sessions', `${found.active_sessions.length} active, ${project.sessions} in all`],
    ['memory', `${plural(project.entries, 'entry', 'entries')}, ${plural(project.messages, 'message')}`],
    ...meaningRow(cli, health.checks.meaning),
    ...devicesRow(found.devices),
    ...found.sync.remotes.map((remote, n) => [n === 0 ? 'sync' : '', syncColumns(cli, remote).join('  ')]),
    ['disk', diskLine(cli, found)],
  ];
}

function machineRows(machine: Machine | null): (readonly string[])[] {
  return machine === null ? [] : [['machine', machine.means]];
}

function daemonLine(cli: Cli, health: Status['health']): string {
  const since = relativeTime(new Date(cli.now() - health.uptime_seconds * 1000).toISOString(), cli.now());
  const word = cli.print.paint(
    health.status === 'ok' ? 'green' : health.status === 'degraded' ? 'yellow' : 'red',
    health.status,
  );
  return `${word}, up since ${since}, version ${health.version}, ${size(health.rss_bytes)}`;
}

/** "disk-low  the disk is nearly full  since 5m ago  remote=home". */
function alertLine(cli: Cli, { name, says, since, labels }: Status['health']['alerts'][number]): string {
  const of = Object.entries(labels).map(([label, value]) => `  ${label}=${oneLine(value)}`);
  return `${oneLine(name)}  ${oneLine(says)}  since ${relativeTime(since, cli.now())}${of.join('')}`;
}

function diskLine(cli: Cli, { project, health }: Status): string {
  const sizes = `${size(project.db_bytes)} used, ${size(health.checks.disk.free)} free`;
  const { store } = health.checks;
  if (store === 'full') return `${sizes}  ${cli.print.paint('red', 'nothing is written until there is room again')}`;
  if (store === 'read-only')
    return `${sizes}  ${cli.print.paint('red', 'writing failed twice: only read until the daemon starts again')}`;
  return sizes;
}

/** Nothing where there is no other device and no remote. */
function devicesRow(devices: Status['devices']): readonly (readonly string[])[] {
  return devices.standing === 'alone' ? [] : [['devices', standingLine(devices)]];
}

/** Nothing where it is off: most people have no embedder. */
function meaningRow(cli: Cli, meaning: Status['health']['checks']['meaning']): readonly (readonly string[])[] {
  const { embedder, model, texts, done, why } = meaning;
  if (embedder === 'off') return [];
  const state = cli.print.paint(why === null ? 'green' : 'yellow', embedder);
  const reason = why === null ? '' : `  ${oneLine(why)}`;
  return [['meaning', `${state}  ${oneLine(model ?? '')}  ${done} of ${plural(texts, 'text')}${reason}`]];
}

type Link = Status['capture']['links'][number];

function linkLine(cli: Cli, link: Link, all: readonly Link[]): string {
  const width = Math.max(...all.map(({ agent }) => agent.length));
  const last = (name: string, at: string | null) => `${name} ${at === null ? 'never' : relativeTime(at, cli.now())}`;
  const facts = [
    cli.print.paint(states[link.state] ?? 'dim', link.state.padEnd(8)),
    `hook ${link.hook}`.padEnd(14),
    last('event', link.last_event_at),
    last('transcript', link.last_transcript_at),
  ];
  const hint = link.hint !== '' && link.state !== 'proven' ? `  ${oneLine(link.hint)}` : '';
  return `${oneLine(link.agent).padEnd(width)}  ${facts.join('  ')}${hint}`;
}

function gitLine(cli: Cli, { state, what, fix }: NonNullable<Status['capture']['git']>): string {
  const todo = fix === '' ? '' : `: ${oneLine(fix)}`;
  return `${cli.print.paint(states[state] ?? 'dim', state.padEnd(8))}  ${oneLine(what)}${todo}`;
}

/** Agents of which transcripts are all there is. */
function transcriptRows(cli: Cli, { transcripts, links }: Status['capture']): readonly (readonly string[])[] {
  const others = transcripts.filter(({ agent }) => !links.some((link) => link.agent === agent));
  return others.map(({ agent, files, last_transcript_at: at }, n) => {
    const last = at === null ? '' : `, the last one grew ${relativeTime(at, cli.now())}`;
    return [n === 0 ? 'read' : '', `${oneLine(agent)}  ${plural(files, 'transcript')}${last}`];
  });
}

function spoolLine(cli: Cli, { waiting, bad, full }: Status['capture']['spool']): string {
  if (full) return cli.print.paint('red', `full: ${waiting} waiting, new events are refused`);
  const unread = bad === 0 ? '' : cli.print.paint('yellow', `, ${bad} unreadable`);
  return (waiting === 0 ? 'empty' : `${waiting} waiting`) + unread;
}

/** Waiting ones and the latest that were taken: who, whom, when. */
function handoffRows(cli: Cli, handoffs: Status['handoffs']): readonly (readonly string[])[] {
  const told = handoffs.filter(({ status }) => status === 'pending' || status === 'accepted').slice(0, handoffsShown);
  if (told.length === 0) return [['handoffs', 'none']];
  const short = shortIds(handoffs.map((item) => item.handoff_id));
  return told.map((item, n) => {
    const who = `${short(item.handoff_id)}  ${oneLine(item.from_agent)} → ${oneLine(item.to_agent)}`;
    const taken =
      item.accepted_at === null
        ? ''
        : ` ${relativeTime(item.accepted_at, cli.now())} by ${oneLine(item.accepted_by ?? '?')}`;
    const seen = item.shown_at === null ? '' : `, shown ${relativeTime(item.shown_at, cli.now())}`;
    const what =
      item.status === 'accepted' ? `taken${taken}` : `waiting since ${relativeTime(item.created_at, cli.now())}${seen}`;
    return [n === 0 ? 'handoffs' : '', `${who}  ${what}  "${oneLine(item.reason)}"`];
  });
}
