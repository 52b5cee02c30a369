// The long sets of load: what test/e2e/together and test/e2e/steady do in short, with more clients, longer, under kills.
import { readEndpoint } from '../src/client/endpoint.ts';
import { databases, findings } from '../test/harness/audit.ts';
import { ended, type Home } from '../test/harness/home.ts';
import { carry } from '../test/harness/load.ts';
import { standing } from '../test/harness/on-disk.ts';
import type { seeded } from '../test/harness/seed.ts';
import { steady } from '../test/harness/steady.ts';
import { counted, together } from '../test/harness/together.ts';
import { watched } from '../test/harness/watched.ts';

type Random = ReturnType<typeof seeded>;

interface Outcome {
  readonly failures: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

function projectFile(home: Home): string {
  return databases(home).find((file) => file.endsWith('memory.db')) ?? '';
}

async function leave(child: Awaited<ReturnType<Home['serve']>>): Promise<void> {
  child.kill('SIGTERM');
  await ended(child);
}

/** T5: 16 writers, 1,000 writes each, with 4 readers, backup, verify, erase and rebuild. */
export async function allTogether(home: Home, cwd: string): Promise<Outcome> {
  const child = await home.serve();
  const { acknowledged, erased, reads, rounds, refused, lostLocks } = await together({
    ...{ home, cwd, writers: 16, each: 1_000, readers: 4 },
  });
  await leave(child);
  const { lost, doubled } = counted(projectFile(home), acknowledged);
  const left = standing(home, erased).map((word) => `${word} was erased and stands somewhere`);
  const failures = [...refused, ...lostLocks, ...lost, ...doubled, ...left, ...findings(home)];
  return { failures, counts: { acknowledged: acknowledged.length, erased: erased.length, reads, rounds } };
}

/** T6: 1,000 clients for a minute, 60 % of it writes. */
export async function thousandClients(home: Home, cwd: string, random: Random): Promise<Outcome> {
  const child = await home.serve();
  const endpoint = readEndpoint(home.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  const memory = watched(child.pid ?? 0);
  const unit = () => random.below(1_000_000) / 1_000_000;
  const load = { endpoint, project: cwd, clients: 1_000, perSecond: 3, seconds: 60, writes: 0.6, random: unit };
  const { acknowledged, errors, busy, busyWithoutTime, readMs } = await carry(load);
  const rssMiB = Math.round(Math.max(...memory.stop().rssBytes) / 1024 / 1024);
  await leave(child);
  const { lost, doubled } = counted(projectFile(home), acknowledged);
  const failures = [...errors, ...lost, ...doubled, ...findings(home), ...(rssMiB > 400 ? [`${rssMiB} MiB`] : [])];
  if (busyWithoutTime > 0) failures.push(`${busyWithoutTime} times busy without a time to come again`);
  return { failures, counts: { acknowledged: acknowledged.length, reads: readMs.length, busy, rssMiB } };
}

/** T13: an ordinary day in a hurry, for so many minutes. */
export async function longDay(home: Home, cwd: string, minutes: number): Promise<Outcome> {
  const day = await steady({ home, cwd, seconds: minutes * 60, eventsPerSecond: 50 });
  const { errors, lost, doubled, problems, ...counts } = day;
  const failures = [...errors, ...lost, ...doubled, ...problems];
  if (day.orphans > 0) failures.push(`${day.orphans} processes left`);
  if (day.rssLastMiB > day.rssThirdMiB + 16) failures.push('memory grows');
  if (day.handlesLast > day.handlesThird + 10) failures.push('descriptors grow');
  if (day.walMiB > 64) failures.push('the log of changes grows');
  return { failures, counts };
}
