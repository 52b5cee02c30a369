import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { uuidV8 } from '../../../src/core/ids.ts';
import { conflictRows } from '../../../src/features/conflicts/projection.ts';
import { conflictResolve } from '../../../src/features/conflicts/records.ts';
import { entries } from '../../../src/features/entries/projection.ts';
import { contextPut } from '../../../src/features/entries/records.ts';
import { eraseEntities } from '../../../src/store/erase.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { verify } from '../../../src/store/verify.ts';
import { type Device, device, exchange } from './devices.ts';

const ent = uuidV8(['entry', 'timeout']);
const by = { actor: { user: 'ann', agent: 'codex' }, origin: 'agent' } as const;
let moment = Date.UTC(2026, 0, 2, 4);

/** Each writes later than all before. */
async function put(at: Device, fields: object): Promise<void> {
  moment += 1_000;
  at.clock.now = moment;
  await at.store.write((tx) => tx.append(contextPut, { ...by, ent, fields }));
}

const traces = ({ store }: Device) =>
  store.statements
    .all<Record<string, unknown>>(
      `select resource_id, remote_id, local_version, remote_version, last_sync, sync_status, conflict_data
       from sync_metadata where resource_type = 'entity'`,
      [],
    )
    .map((row) => ({ ...row, conflict_data: JSON.parse(String(row['conflict_data'])) }));

/** Two devices that gave one entry two values, each. */
async function apart(): Promise<readonly [Device, Device]> {
  const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-traces-'));
  const [one, other] = [device('a', directory), device('b', directory)];
  onTestFinished(() => {
    for (const { store } of [one, other]) store.close();
    fs.rmSync(directory, { recursive: true });
  });
  await put(one, { key: 'timeout', scope: 'project', source: 'test', value: '15', category: 'x' });
  await exchange([one, other]);
  expect(traces(one)).toEqual([]);
  await put(one, { value: '30', category: 'y' });
  await put(other, { value: '60', category: 'z' });
  await exchange([one, other]);
  return [one, other];
}

test('CF18: an entity in conflict stands in the state of synchronisation with its sides, alike on all devices, until it is settled', async () => {
  const [one, other] = await apart();
  const [trace] = traces(one);
  expect(trace).toMatchObject({ resource_id: ent, remote_id: null, local_version: 3, sync_status: 'conflict' });
  expect(trace?.conflict_data).toMatchObject([
    { field: 'category', shown: 1, sides: [{ value: 'y' }, { value: 'z' }] },
    { field: 'value', sides: [{ value: 30 }, { value: 60 }] },
  ]);
  expect(traces(other)).toEqual([trace]);
  rebuild(one.store);
  expect(traces(one)).toEqual([trace]);
  expect(verify(one.store, 'deep').problems).toEqual([]);
  for (const { field, sides } of trace?.conflict_data ?? []) {
    moment += 1_000;
    one.clock.now = moment;
    const heads = sides.map(({ log, seq }: { log: string; seq: number }) => [log, seq] as const);
    await one.store.write((tx) => tx.append(conflictResolve, { ...by, ent, fields: { field, heads, pick: 1 } }));
    expect(traces(one).flatMap((each) => each.conflict_data).length).toBe(field === 'category' ? 1 : 0);
  }
  await exchange([one, other]);
  expect(traces(other)).toEqual([]);
});

test('CF18: what is erased leaves nothing of its sides there', async () => {
  const [one] = await apart();
  expect(traces(one).length).toBe(1);
  await one.store.write((tx) => eraseEntities(tx, [entries, conflictRows], [ent]));
  expect(traces(one)).toEqual([]);
});
