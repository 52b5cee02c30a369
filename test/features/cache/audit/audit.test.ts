// The verb, on transcripts: files that are only looked at, and sessions that were taken in.
import fs from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Reply } from '../../../../src/core/operation.ts';
import { createRedactor } from '../../../../src/core/redact.ts';
import { auditNeeds } from '../../../../src/daemon/cache-audit.ts';
import { audit } from '../../../../src/features/cache/audit/audit.ts';
import { auditContract } from '../../../../src/features/cache/contract-audit.ts';
import { shippedRules } from '../../../harness/secrets/rules.ts';
import { transcriptFolder } from '../../capture/adapters/transcript-files.ts';
import { itemsOf } from '../../sessions/transcripts.ts';
import { sessionsWorld, type World } from '../../sessions/world.ts';
import { providers, tariff } from './made.ts';
import { recordedShare } from './recorded-shares.ts';

const demo = join(import.meta.dirname, '../../../../config/demo/claude-code-cli-9f-d2fc39aa5f-0.jsonl.gz');
const folder = transcriptFolder();
const recorded = join(folder ?? '', 'claude-code');
const files = folder === undefined ? [] : fs.readdirSync(recorded).map((name) => join(recorded, name));
const isCounted = (file: string) => recordedShare(file).requests > 0;

type Audit = Reply<(typeof auditContract)['cache.audit']>;
type Asked = Parameters<(typeof auditContract)['cache.audit']['input']['parse']>[0];

async function audited(world: World, asked: Asked): Promise<Audit> {
  const operation = auditContract['cache.audit'];
  const redactor = createRedactor(shippedRules(), Buffer.alloc(32));
  const needs = auditNeeds({
    prices: tariff.prices,
    providers: () => providers,
    redactor,
    toldTo: () => undefined,
    breathe: () => Promise.resolve(),
  });
  return operation.output.parse(await audit(needs)(world.context(), operation.input.parse(asked)));
}

const sums = ({ requests, read, write_5m, write_1h, uncached, share }: Audit['sessions'][number]) => {
  return { requests, read, written: write_5m + write_1h, uncached, share };
};

test('PC320: shares are those of the usage fields, in a file that is only looked at', async () => {
  const world = sessionsWorld({ search: 'without' });
  const { sessions, pooled } = await audited(world, { paths: [demo] });
  expect(sessions.map(sums)).toEqual([recordedShare(demo)]);
  expect(sessions[0]).toMatchObject({ session_id: null, path: demo, agent: 'claude-code' });
  expect(sessions[0]?.picture?.length).toBe(sessions[0]?.requests);
  expect(pooled).toMatchObject({ sessions: 1, share: sessions[0]?.share, median_share: sessions[0]?.share });
  // nothing was taken in
  expect(await audited(world, {})).toMatchObject({ sessions: [], pooled: { sessions: 0, requests: 0, share: 0 } });
});

test('PC321: what cannot be looked at is refused with its reason', async () => {
  const world = sessionsWorld({ search: 'without' });
  await expect(audited(world, { paths: [`${demo}.gone`] })).rejects.toMatchObject({ code: 'file/unreadable' });
  await expect(audited(world, { paths: [demo], since: '2026-01-01T00:00:00Z' })).rejects.toMatchObject({
    code: 'input/invalid',
  });
  await expect(audited(world, { session_id: 'none' })).rejects.toMatchObject({ code: 'session/not-found' });
  expect((await audited(world, { paths: [import.meta.filename] })).sessions).toEqual([]);
});

describe.skipIf(folder === undefined)('real transcripts (skipped where PRSIST_EVAL_DATA is absent)', () => {
  test('PC322: shares are those of the usage fields, taken in and only looked at, and sessions are chosen', async () => {
    const world = sessionsWorld({ search: 'without' });
    for (const file of files) await world.take(itemsOf(`claude-code/${basename(file).replace(/\.gz$/, '')}`));
    const wanted = files.filter(isCounted).map((file) => recordedShare(file));
    const inOrder = (list: readonly { readonly requests: number; readonly read: number }[]) =>
      list.toSorted((a, b) => a.requests - b.requests || a.read - b.read);
    const { sessions, pooled } = await audited(world, {});
    expect(inOrder(sessions.map(sums))).toEqual(inOrder(wanted));
    expect(inOrder((await audited(world, { paths: files })).sessions.map(sums))).toEqual(inOrder(wanted));
    expect(pooled.sessions).toBe(wanted.length);
    expect((await audited(world, { children: true })).sessions.length).toBeGreaterThan(wanted.length);
    const last = sessions.at(-1);
    expect((await audited(world, { since: last?.until })).sessions.map(sums)).toEqual(last && [sums(last)]);
    expect((await audited(world, { agent: 'codex' })).sessions).toEqual([]);
    const one = await audited(world, { session_id: last?.session_id ?? '' });
    expect(one.sessions.map(sums)).toEqual(last && [sums(last)]);
  });

  test('PC323: the simulator is within two points of every recorded session, 0.8 in the mean, and closer when told', async () => {
    const { sessions, pooled } = await audited(sessionsWorld({ search: 'without' }), { paths: files });
    expect(sessions.filter(({ simulator }) => simulator.error > 2 || simulator.told_error > 0.5)).toEqual([]);
    expect(pooled.simulator_error).toBeLessThanOrEqual(0.8);
  });
});
