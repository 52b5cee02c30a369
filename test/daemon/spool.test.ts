import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PrsistError } from '../../src/core/errors.ts';
import { limits } from '../../src/core/limits.ts';
import { Spool } from '../../src/daemon/spool.ts';
import type { Ingested, SpoolFile } from '../../src/features/capture/ingest.ts';
import { ownSpool } from '../../src/platform/spool-files.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

type Answer = Ingested | Error;
const taken: Ingested = { outcome: 'taken', projectId: 'p', agent: 'codex' };

/** A spool whose files are answered by name; `taken` is what is not listed. */
function world(
  answers: Record<string, Answer | ((file: SpoolFile) => Answer)> = {},
  lanes?: (content: string) => string | undefined,
  tookMs = 0,
) {
  const batches: string[][][] = [];
  const directory = join(temporaryDirectory(), 'spool');
  ownSpool(directory);
  const seen: string[] = [];
  const log: string[] = [];
  const projects: string[] = [];
  const held: number[] = [];
  const start = () =>
    new Spool({
      printed: join(directory, 'printed'),
      ...{ directory, clock: () => 10_000, failpoint: () => undefined, redact: (text) => text },
      laneOf: (bytes) => (lanes ? lanes(Buffer.from(bytes).toString()) : 'one'),
      ingesting: (round) => {
        const batch: string[][] = [];
        batches.push(batch);
        return async (lane) => {
          batch.push(lane.map(({ name }) => name));
          if (tookMs > 0) await new Promise((resolve) => setTimeout(resolve, tookMs));
          return lane.map((file) => {
            seen.push(file.name);
            held.push(round.size);
            round.add(file.name);
            const given = answers[file.name] ?? taken;
            const answer = typeof given === 'function' ? given(file) : given;
            return answer instanceof Error ? { outcome: 'failed', error: answer } : answer;
          });
        };
      },
      redact: (text) => text,
      log: (event, details) => void log.push(`${event} ${JSON.stringify(details)}`),
      onTaken: (project) => void projects.push(project),
    });
  const spool = start();
  spool.stop(); // the watcher is only a hint: tests call drain themselves
  onTestFinished(() => spool.stop());
  const lay = (name: string, at = 1, bytes = name) => {
    fs.writeFileSync(join(directory, name), bytes);
    fs.utimesSync(join(directory, name), at, at);
  };
  const left = () => fs.readdirSync(directory).sort();
  const bad = () => fs.readdirSync(join(directory, 'bad'));
  return { directory, seen, batches, log, projects, held, spool, start, lay, left, bad };
}

describe('order and end of files', () => {
  test('DA30: oldest first, deleted only when it is taken in, and told of by project', async () => {
    const { spool, lay, seen, left, projects, held } = world({
      'b.evt': { outcome: 'dropped' },
      'd.evt': { outcome: 'early' },
    });
    for (const [name, at] of [
      ['a.evt', 3],
      ['b.evt', 2],
      ['c.evt', 1],
      ['d.evt', 4],
    ] as const)
      lay(name, at);
    lay('half.tmp');
    expect(spool.state()).toEqual({ waiting: 4, bad: 0, full: false, oldestMs: 9_000 });
    await spool.drain();
    expect(seen).toEqual(['c.evt', 'b.evt', 'a.evt', 'd.evt']);
    expect(left()).toEqual(['bad', 'd.evt', 'half.tmp']); // what came too early waits
    expect(projects).toEqual(['p', 'p']);
    await spool.drain();
    expect(held).toEqual([0, 1, 2, 3, 0]); // a new round holds nothing
  });

  test('DA38: conversations are taken in side by side, each in its order; a start waits for all and lets all wait', async () => {
    const lanes = (content: string) => (content.startsWith('start') ? undefined : content.slice(0, 1));
    const { spool, lay, batches } = world({}, lanes);
    const contents = ['a1', 'b1', 'a2', 'start', 'a3', 'b2'];
    for (const [at, content] of contents.entries()) lay(`${content}.evt`, at + 1, content);
    await spool.drain();
    expect(batches).toEqual([[['a1.evt', 'a2.evt'], ['b1.evt']], [['start.evt']], [['a3.evt'], ['b2.evt']]]);
  });

  test('DA39: it says that it is behind while more waits than is taken in together', async () => {
    const behind: boolean[] = [];
    const answers = Object.fromEntries(
      [0, 149].map((n) => [`${1000 + n}.evt`, () => (behind.push(spool.isBehind), taken)]),
    );
    const { spool, lay } = world(answers);
    for (let n = 0; n < 150; n += 1) lay(`${1000 + n}.evt`);
    await spool.drain();
    expect([behind, spool.isBehind]).toEqual([[true, false], false]);
  });

  test('DA39: where taking in takes long, few are taken in together: whoever asks meanwhile waits behind no more', async () => {
    const { spool, lay, batches } = world({}, undefined, 60);
    for (let n = 0; n < 10; n += 1) lay(`${1000 + n}.evt`);
    await spool.drain();
    expect(batches.map((lanes) => lanes.flat().length)).toEqual([4, 4, 2]);
  });

  test('DA31: what is no event is set aside at once and shows', async () => {
    const { spool, lay, left, bad, log } = world({ 'a.evt': { outcome: 'bad', why: 'cut-header' } });
    lay('a.evt');
    await spool.drain();
    expect([left(), bad(), spool.state().bad]).toEqual([['bad'], ['a.evt'], 1]);
    expect(log).toEqual([expect.stringContaining('cut-header')]);
  });

  test('DA32: three failures set a file aside, and never hold up the others', async () => {
    const { spool, lay, left, bad, seen } = world({ 'a.evt': new Error('a bug') });
    lay('a.evt');
    for (let i = 0; i < limits.spoolAttempts; i += 1) {
      expect(bad()).toEqual([]);
      lay(`other-${i}.evt`, 2);
      await spool.drain();
    }
    expect([left(), bad()]).toEqual([['bad'], ['a.evt']]);
    expect(seen.filter((name) => name.startsWith('other'))).toHaveLength(3);
  });

  test('DA33: a full disk or a busy store is no fault of the file: it stays, however often, and goes when there is room', async () => {
    let error: Error | undefined = new PrsistError('disk/full', 'no space');
    const { spool, lay, left, bad } = world({ 'a.evt': () => error ?? taken });
    lay('a.evt');
    for (const code of ['disk/full', 'disk/failed', 'store/locked', 'daemon/busy', 'disk/full'] as const) {
      error = new PrsistError(code, 'not now');
      await spool.drain();
    }
    expect([left(), bad()]).toEqual([['a.evt', 'bad'], []]);
    error = undefined;
    await spool.drain();
    expect(left()).toEqual(['bad']);
  });

  test.skipIf(!fs.existsSync('/proc/self/mem'))(
    'DA34: a file that cannot be read is set aside like one that cannot be understood (needs /proc)',
    async () => {
      const { spool, lay, directory, left, bad, seen } = world();
      fs.symlinkSync('/proc/self/mem', join(directory, 'a.evt')); // a regular file whose first byte cannot be read
      lay('b.evt');
      for (let i = 0; i < limits.spoolAttempts; i += 1) await spool.drain();
      expect([seen, left(), bad()]).toEqual([['b.evt'], ['bad'], ['a.evt']]);
    },
  );
});

describe('rounds', () => {
  test('DA35: whoever asks while a round runs, or in the moment it ends, finds what lay there then taken in', async () => {
    for (let ticks = 0; ticks < 40; ticks += 1) {
      const { spool, lay, left } = world({ 'a.evt': { outcome: 'dropped' } });
      lay('a.evt');
      const round = spool.drain();
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
      lay('late.evt');
      await spool.drain();
      expect(left(), `asked after ${ticks} turns`).toEqual(['bad']);
      await round;
    }
  });

  test('DA35: a round may be asked for from within one', async () => {
    const { spool, lay, left } = world({
      'a.evt'() {
        lay('during.evt');
        inner.push(spool.drain());
        return taken;
      },
    });
    const inner: Promise<void>[] = [];
    lay('a.evt');
    await spool.drain();
    await Promise.all(inner);
    expect(left()).toEqual(['bad']);
  });

  test('DA36: the mark of a full spool is set at the bound, taken away below it, and one that was left behind too', async () => {
    const { spool, start, lay, left, directory } = world({ 'a.evt': new PrsistError('disk/full', 'no space') });
    lay('a.evt');
    fs.truncateSync(join(directory, 'a.evt'), limits.spoolBytes);
    await spool.drain();
    expect(spool.state().full).toBe(true);
    expect(left()).toContain('.full');
    const next = start(); // after a crash
    next.stop();
    fs.truncateSync(join(directory, 'a.evt'), limits.spoolBytes - 1);
    await next.drain();
    expect([next.state().full, left().includes('.full')]).toEqual([false, false]);
    fs.mkdirSync(join(directory, '.full/x'), { recursive: true }); // cannot be written over, nor taken away
    fs.truncateSync(join(directory, 'a.evt'), limits.spoolBytes);
    await next.drain();
    expect(next.state().full).toBe(false);
  });

  test('DA37: a directory that was cleaned under a running daemon is an empty spool', async () => {
    const { spool, directory } = world();
    fs.rmSync(directory, { recursive: true });
    await spool.drain();
    spool.sweep();
    expect(spool.state()).toEqual({ waiting: 0, bad: 0, full: false, oldestMs: 0 });
  });
});
