// What was deleted long ago goes for good, by itself.
import { expect, test } from 'vitest';
import { sweepRetired } from '../../../src/daemon/sweep-retired.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { importWorld } from '../capture/import-world.ts';
import { call, expectWhole } from './erasing-world.ts';

const day = 86_400_000;

function world(env: Readonly<Record<string, string>> = {}) {
  const made = importWorld({ env });
  const put = (key: string, more: object = {}) =>
    call(made, 'context.store', { key, value: `the words of ${key}`, ...more });
  const drop = (key: string, more: object = {}) => call(made, 'context.delete', { key, ...more });
  const sweep = () =>
    sweepRetired(made.projects, made.settings, {
      erasing: made.wired.erasing,
      onFault: (what, error) => expect.fail(`${what} ${String(error)}`),
    });
  const held = () =>
    made.projects
      .store(projectId)
      .statements.all<{ body: string | null }>("select body from records where type = 'context'", [])
      .flatMap(({ body }) => (body === null ? [] : [body]))
      .join();
  return { made, put, drop, sweep, held };
}

test('CP17: what was deleted more than 400 days ago is erased, as by a person; what lives, or is yours for good, stays', async () => {
  const { made, put, drop, sweep, held } = world();
  await put('gone');
  await put('lives');
  await put('for-good', { layer: 'permanent' });
  for (const key of ['gone', 'for-good']) await drop(key);
  made.clock.now += 399 * day;
  await sweep();
  expect(held()).toContain('the words of gone');
  made.clock.now += 2 * day;
  await put('late');
  await drop('late');
  await sweep();
  expect(held()).not.toContain('the words of gone');
  for (const key of ['lives', 'for-good', 'late']) expect(held()).toContain(`the words of ${key}`);
  const { statements } = made.projects.store(projectId);
  const erases = statements.all<{ authority: string }>(
    "select body ->> '$.fields.authority' as authority from records where type = 'record' and op = 'erase'",
    [],
  );
  expect(erases).toEqual([{ authority: 'retention' }]);
  await sweep();
  expect(statements.all("select 1 from records where type = 'record' and op = 'erase'", [])).toHaveLength(1);
  expectWhole(made);
});

test('CP18: it is left to the device that wrote last, and to nobody where it is switched off', async () => {
  const { made, put, drop, sweep, held } = world();
  await put('of-another');
  await drop('of-another');
  made.clock.now += 401 * day;
  const { statements } = made.projects.store(projectId);
  const { dev } = made.projects.identity;
  statements.run("update logs set dev = '019a3985-b900-7000-8000-0000000000ff'", []);
  await sweep();
  expect(held()).toContain('the words of of-another');
  statements.run('update logs set dev = ?', [dev]);
  await sweep();
  expect(held()).not.toContain('the words of of-another');
  const off = world({ PRSIST_RETENTION__ENTRIES_DAYS: 'off' });
  await off.put('kept');
  await off.drop('kept');
  off.made.clock.now += 4_000 * day;
  await off.sweep();
  expect(off.held()).toContain('the words of kept');
});
