import fs from 'node:fs';
import { join } from 'node:path';
import { openStore, storeOf } from './plain-store.ts';
import type { seeded } from './seed.ts';

export interface PowerLoss {
  readonly directory: string;
  readonly random: ReturnType<typeof seeded>;
  readonly images: number;
}

export interface Images {
  readonly images: number;
  /** Writes that were acknowledged, in all images together. */
  readonly acknowledged: number;
  readonly bad: readonly string[];
}

interface Moment {
  readonly acknowledged: number;
  /** The log of changes as long as it was when that write was acknowledged. */
  readonly synced: number;
}

const writesPerRun = 40;

/**
 * Runs of a writer whose database and log of changes are kept as they were after each acknowledged write; of each run
 * images cut at random, followed by garbage, zeros or nothing.
 */
export async function powerLoss({ directory, random, images }: PowerLoss): Promise<Images> {
  const bad: string[] = [];
  let acknowledged = 0;
  for (let made = 0; made < images; ) {
    const run = await recordRun(join(directory, `run${made}`), random);
    for (let n = 0; n < 25 && made < images; n += 1, made += 1) {
      const moment = random.pick(run.moments);
      const image = join(directory, `image${made}`);
      fs.mkdirSync(image);
      const file = join(image, 'memory.db');
      fs.writeFileSync(file, run.database);
      fs.writeFileSync(`${file}-wal`, cutLog(run.log, moment, random));
      acknowledged += moment.acknowledged;
      const problem = await look(file, moment);
      if (problem) bad.push(`${problem} (seed ${random.seed}, image ${made})`);
      fs.rmSync(image, { recursive: true });
    }
  }
  return { images, acknowledged, bad };
}

interface Run {
  readonly database: Buffer;
  readonly log: Buffer;
  readonly moments: readonly Moment[];
}

async function recordRun(directory: string, random: PowerLoss['random']): Promise<Run> {
  fs.mkdirSync(directory);
  const file = join(directory, 'memory.db');
  const store = openStore(file);
  // the database file stands still from here on: all that follows is in the log of changes
  store.db.pragma('wal_checkpoint(truncate)');
  store.db.pragma('wal_autocheckpoint = 0');
  const database = fs.readFileSync(file);
  const moments: Moment[] = [{ acknowledged: 0, synced: 0 }];
  for (let n = 1; n <= writesPerRun; n += 1) {
    await storeOf(store).put(`w${n}`, 'x'.repeat(random.below(6_000)));
    moments.push({ acknowledged: n, synced: fs.statSync(`${file}-wal`).size });
  }
  const log = fs.readFileSync(`${file}-wal`);
  store.db.close();
  fs.rmSync(directory, { recursive: true });
  return { database, log, moments };
}

/** The log as it lay on disk: whole up to the acknowledged write, cut anywhere behind it, then what a disk may show. */
function cutLog(log: Buffer, { synced }: Moment, random: PowerLoss['random']): Buffer {
  const kept = log.subarray(0, synced + random.below(log.length - synced + 1));
  const length = random.below(20_000);
  const behind = random.pick(['garbage', 'zeros', 'nothing', 'shuffled'] as const);
  if (behind === 'nothing') return kept;
  if (behind === 'zeros') return Buffer.concat([kept, Buffer.alloc(length)]);
  if (behind === 'garbage') return Buffer.concat([kept, Buffer.from(Array.from({ length }, () => random.below(256)))]);
  // sectors behind the flush reach the disk in any order: some are there, some are not
  const image = Buffer.from(log);
  for (let at = Math.ceil(synced / 512) * 512; at < image.length; at += 512) {
    if (random.below(2) === 0) image.fill(0, at, Math.min(at + 512, image.length));
  }
  return image;
}

async function look(file: string, { acknowledged }: Moment): Promise<string | undefined> {
  const store = openStore(file);
  try {
    const check = String(store.db.pragma('quick_check', { simple: true }));
    if (check !== 'ok') return `quick_check: ${check}`;
    const keys = storeOf(store).keys();
    const wanted = Array.from({ length: keys.length }, (_, n) => `w${n + 1}`);
    if (keys.join() !== wanted.join()) return `not a beginning of what was written: ${keys.join()}`;
    if (keys.length < acknowledged) return `${acknowledged} acknowledged, ${keys.length} there`;
    const problems = storeOf(store).problems();
    if (problems.length > 0) return problems.join('; ');
    await storeOf(store).put(`w${keys.length + 1}`, 'goes on');
    return undefined;
  } finally {
    store.close();
  }
}
