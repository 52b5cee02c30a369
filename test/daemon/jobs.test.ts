import { expect, test } from 'vitest';
import { PrsistError } from '../../src/core/errors.ts';
import { type JobHandle, Jobs } from '../../src/daemon/jobs.ts';
import { jobIds } from './wired-world.ts';

/** Work that ends when the test says so. */
function held() {
  let end: (result: object) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  let handle: JobHandle | undefined;
  const ended = new Promise<Record<string, unknown>>((resolve, reject) => {
    end = (result) => resolve({ ...result });
    fail = reject;
  });
  const work = (given: JobHandle) => {
    handle = given;
    return ended;
  };
  return {
    work,
    end: (result: object = {}) => end(result),
    fail: (error: unknown) => fail(error),
    handle: () => handle,
  };
}

const quiet = () => undefined;

test('DA25: a job shows its progress while it runs and its result when it is done', async () => {
  const jobs = new Jobs(jobIds());
  const { work, end, handle } = held();
  const id = jobs.start('import', work, { onFailure: quiet });
  expect(await jobs.show(id, 1)).toMatchObject({ job_id: id, name: 'import', state: 'running', progress: {} });
  handle()?.report({ share: '50 %' });
  expect(await jobs.show(id, 0)).toMatchObject({ state: 'running', progress: { share: '50 %' }, result: null });
  const shown = jobs.show(id, 60_000);
  end({ files: 3 });
  expect(await shown).toMatchObject({ state: 'done', result: { files: 3 }, progress: { share: '50 %' } });
  expect(jobs.running).toBe(0);
  await expect(jobs.show('none', 0)).rejects.toMatchObject({ code: 'job/not-found' });
});

test('DA26: cancelling asks; what the job has done by then is its result', async () => {
  const jobs = new Jobs(jobIds());
  const { work, end, handle } = held();
  const id = jobs.start('import', work, { onFailure: quiet });
  await jobs.show(id, 1);
  expect(handle()?.cancelled()).toBe(false);
  expect(jobs.cancel(id).state).toBe('running');
  expect(handle()?.cancelled()).toBe(true);
  end({ files: 1 });
  expect(await jobs.show(id, 1000)).toMatchObject({ state: 'cancelled', result: { files: 1 } });
  expect(() => jobs.cancel('none')).toThrow(expect.objectContaining({ code: 'job/not-found' }));
});

test('DA27: a refusal keeps its code; a bug is reported and tells nothing of itself, also one thrown at once', async () => {
  const jobs = new Jobs(jobIds());
  const bugs: unknown[] = [];
  const failing = async (error: unknown, how: 'at once' | 'later') => {
    const work =
      how === 'later'
        ? () => Promise.reject(error)
        : () => {
            throw error;
          };
    return (await jobs.show(jobs.start('x', work, { onFailure: (bug) => bugs.push(bug) }), 1000)).error;
  };
  expect(await failing(new PrsistError('disk/full', 'no space'), 'later')).toMatchObject({
    code: 'disk/full',
    message: 'no space',
  });
  const bug = new Error('secret detail');
  for (const how of ['at once', 'later'] as const) {
    const error = await failing(bug, how);
    expect(error?.code).toBe('internal');
    expect(JSON.stringify(error)).not.toContain('secret');
  }
  expect(bugs).toEqual([bug, bug]);
});

test('DA28: sixteen run at once, more are told to come back; two hundred are remembered, running ones always', async () => {
  const jobs = new Jobs(jobIds());
  const all = Array.from({ length: 16 }, () => held());
  const ids = all.map(({ work }) => jobs.start('long', work, { onFailure: quiet }));
  expect(() => jobs.start('more', async () => ({}), { onFailure: quiet })).toThrow(
    expect.objectContaining({ code: 'daemon/busy', retryMs: 1000 }),
  );
  all[0]?.end();
  await jobs.show(ids[0] ?? '', 1000);
  for (let i = 0; i < 250; i += 1)
    await jobs.show(
      jobs.start('short', async () => ({}), { onFailure: quiet }),
      1000,
    );
  await expect(jobs.show(ids[0] ?? '', 0)).rejects.toMatchObject({ code: 'job/not-found' });
  expect((await jobs.show(ids[1] ?? '', 0)).state).toBe('running');
  const stopped = jobs.stop();
  expect(all[1]?.handle()?.cancelled()).toBe(true);
  for (const { end } of all) end();
  await stopped;
  expect(jobs.running).toBe(0);
});

test('DA40: a job told again under its key is the job it began', async () => {
  const jobs = new Jobs(jobIds());
  const work = async () => ({ done: true });
  const first = jobs.start('import', work, { onFailure: quiet, key: 'k' });
  expect(jobs.start('import', work, { onFailure: quiet, key: 'k' })).toBe(first);
  expect(jobs.start('import', work, { onFailure: quiet, key: 'other' })).not.toBe(first);
  expect(jobs.start('verify', work, { onFailure: quiet, key: 'k' })).not.toBe(first);
});
