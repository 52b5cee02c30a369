import { basename, join } from 'node:path';
import type { Client } from '../../client/call.ts';
import { readEndpoint } from '../../client/endpoint.ts';
import { followJob } from '../../client/job.ts';
import { signal } from '../../platform/process.ts';
import { monotonic } from '../../platform/time.ts';
import { broken, type Outcome, prsist, quietly, type Stage, until, untilStopped } from './stage.ts';
import { samplesInHome, totalsOf } from './step-past.ts';
import { newRepository } from './step-project.ts';

const notes = 200;
const writers = 8;
const enoughNotes = 10;

/** kill -9 in the middle of an import and of writes: what was acknowledged is there, once; what was cut off goes on. */
export async function killTheDaemon(stage: Stage): Promise<Outcome> {
  const [whole, cut] = [await project(stage, 'undisturbed'), await project(stage, 'killed')];
  await finished(whole.client, await begin(whole));
  stage.show.say(`${notes} notes are written by ${writers} writers while transcripts come in. In the middle of it:`);
  const killed = await killAmidWrites(stage, { cut, whole: await recordsOf(whole) });
  const kept = await notesKept(stage, killed.acknowledged);
  const compared = await importAgain(stage, { whole, cut });
  const clean = await verify(stage, [stage.repository, cut.path]);
  return {
    summary: `nothing lost, nothing twice, both databases whole; back after ${killed.restartMs} ms`,
    figures: {
      ...{ notes_acknowledged: killed.acknowledged.length, ...kept },
      ...{ import_cut_at_records: killed.records, import_was_running: killed.running, restart_ms: killed.restartMs },
      ...{ ...compared, verified_clean: clean },
    },
  };
}

/** whole: records of a project with all of the import in it. */
async function killAmidWrites(stage: Stage, { cut, whole }: { readonly cut: Project; readonly whole: number }) {
  const acknowledged: string[] = [];
  const writing = writeNotes(stage.client, acknowledged);
  try {
    const progress = await untilUnderWay(cut, acknowledged);
    const pid = readEndpoint(stage.home.paths.endpoint)?.pid;
    if (pid === undefined) throw broken('the daemon has no endpoint');
    const before = acknowledged.length;
    stage.show.command(`kill -9 ${pid}`);
    signal(pid, 'SIGKILL');
    const killedAt = monotonic();
    const health = await stage.client.call('system.health', {});
    const restartMs = Math.round(monotonic() - killedAt);
    for (const failure of await writing) throw failure;
    const isNew = health.pid !== pid && health.restarted_after_crash_at !== null;
    const part = `${progress.records} of ${whole} records of the import`;
    const when = progress.running ? `at ${before} notes and ${part}` : `at ${before} notes, just after the import`;
    stage.expect(`killed ${when}; back after ${restartMs} ms, by the next call`, isNew);
    return { ...progress, acknowledged, restartMs };
  } finally {
    await writing; // a writer that still asks would start the daemon again after everything has been ended
  }
}

interface Project {
  readonly path: string;
  readonly client: Client;
  readonly transcripts: string;
}

/** A project of its own with its own copy of the transcripts: a file read once is not read again. */
async function project(stage: Stage, name: string): Promise<Project> {
  const path = join(stage.home.home, name);
  await newRepository(stage, path);
  const ran = await quietly(stage, ['init', '--no-import'], { cwd: path });
  if (ran.status !== 0) throw broken(ran.stderr);
  const own = stage.cli.callAs({ env: stage.home.env, project: path, agent: undefined });
  const client = untilStopped(own, stage.isStopped);
  return { path, client, transcripts: samplesInHome(stage, `transcripts-${name}`) };
}

async function begin({ client, transcripts }: Project): Promise<string> {
  return (await client.call('capture.import', { paths: [transcripts] })).job_id;
}

async function finished(client: Client, job: string): Promise<void> {
  const ended = await followJob(client, job);
  if (ended === 'interrupted' || ended.state !== 'done') throw broken('the import failed');
}

async function recordsOf({ client }: Project): Promise<number> {
  return (await client.call('project.show', {})).records;
}

/** When some notes are there, starts the import and waits until it is under way: part of it is committed. */
async function untilUnderWay(cut: Project, acknowledged: readonly string[]) {
  const before = await recordsOf(cut);
  await until('the first notes', () => (acknowledged.length >= enoughNotes ? true : undefined));
  const job_id = await begin(cut);
  for (;;) {
    const [{ state }, records] = await Promise.all([cut.client.call('job.show', { job_id }), recordsOf(cut)]);
    if (state !== 'running' || records > before) return { records, running: state === 'running' };
  }
}

/**
 * The client asks again, with the same key, for what the daemon took with it: nobody here knows of the kill.
 * Returns what failed, once all have ended.
 */
async function writeNotes(client: Client, acknowledged: string[]): Promise<readonly unknown[]> {
  const waiting = Array.from({ length: notes }, (_, n) => `demo.note.${n}`);
  const writer = async () => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
      await client.call('context.store', { key, value: `note ${key}`, category: 'demo' });
      acknowledged.push(key);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: writers }, writer));
  return ended.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
}

async function notesKept(stage: Stage, acknowledged: readonly string[]) {
  const { items } = await stage.client.call('context.list', { key_prefix: 'demo.note.', limit: 500 });
  const keys = new Set(items.map(({ key }) => key));
  // a second version of a note would be the same write, stored again
  const twice = items.filter(({ sync_version }) => sync_version !== 1).length;
  const isWhole = items.length === notes && twice === 0 && acknowledged.every((key) => keys.has(key));
  stage.expect(`${acknowledged.length} notes acknowledged, ${items.length} there, ${twice} twice`, isWhole);
  return { notes_found: items.length, notes_twice: twice };
}

/** The import that was cut off, begun again, against one that nothing disturbed. */
async function importAgain(stage: Stage, { whole, cut }: { readonly whole: Project; readonly cut: Project }) {
  await finished(cut.client, await begin(cut));
  const [undisturbed, killed] = [await totalsOf(whole), await totalsOf(cut)];
  const what = `${killed.sessions} sessions, ${killed.messages} messages, ${killed.tool_calls} tool calls`;
  const isSame = JSON.stringify(undisturbed) === JSON.stringify(killed);
  stage.expect(`the import, begun again: ${what}, the same as undisturbed`, isSame);
  return { undisturbed, killed };
}

async function verify(stage: Stage, paths: readonly string[]): Promise<boolean> {
  let clean = true;
  for (const cwd of paths) {
    const ran = await prsist(stage, ['store', 'verify', '--deep'], {
      cwd,
      as: `cd ~/${basename(cwd)} && prsist store verify --deep`,
    });
    stage.show.output(`${ran.stdout.trim().replace(/ +/g, ' ').replaceAll('\n', ', ')}; ${ran.stderr.trim()}`);
    clean &&= ran.status === 0;
  }
  stage.expect('both databases are whole: chain, texts and every row', clean);
  return clean;
}
