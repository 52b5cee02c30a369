import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { readPrices } from '../../../src/config/prices.ts';
import type { Captured } from '../../../src/core/captured.ts';
import { costOf, priceName } from '../../../src/core/prices.ts';
import { takeInCommits } from '../../../src/features/sessions/commits.ts';
import { begun, commitOf } from './conversation.ts';
import { agentOf, folder, itemsOf } from './transcripts.ts';
import { day, hour, sessionsWorld, type World } from './world.ts';

const prices = readPrices(join(import.meta.dirname, '../../..'));
const at = (ms: number) => new Date(ms).toISOString();

const request = (n: number, model: string, when = begun, session = 's'): Captured => ({
  ...{ kind: 'usage', session, at: when, key: [session, `u${n}`], requestId: `${session}-r${n}`, model },
  ...{ fresh: 1_000, cacheRead: 10_000, cacheWrite: 2_000, cacheWrite1h: 500, output: 100, reasoning: 0 },
});
const prompt = (session: string, text: string, when: number): Captured => ({
  ...{ kind: 'message', session, at: when, key: [session, text], role: 'user', as: 'prompt', text },
});

describe('usage', () => {
  test('DY20: tokens and cost by model; a model without a price is named, its tokens are shown', async () => {
    const world = sessionsWorld();
    await world.take([request(1, 'claude-opus-4-6'), request(2, 'claude-opus-4-6'), request(3, 'homemade-1')]);
    const reply = await world.call('stats.usage', { by: 'model' });
    const sums = (n: number) => ({
      ...{ requests: n, fresh: n * 1_000, cache_read: n * 10_000, cache_write: n * 2_000, output: n * 100 },
    });
    // by hand: 1,000 x 5 + 10,000 x 0.5 + 1,500 x 6.25 + 500 x 10 + 100 x 25, twice, per million
    const cost = (2 * (5_000 + 5_000 + 9_375 + 5_000 + 2_500)) / 1e6;
    expect(reply.rows).toEqual([
      { group: 'claude-opus-4-6', name: null, ...sums(2), cost: expect.closeTo(cost, 9), partial: false },
      { group: 'homemade-1', name: null, ...sums(1), cost: null, partial: false },
    ]);
    expect(reply.totals).toEqual({ ...sums(3), cost: expect.closeTo(cost, 9), partial: true });
    expect(reply.unpriced_models).toEqual(['homemade-1']);
    expect(reply.prices_as_of).toBe(prices.as_of);
  });

  test("DY21: days are those of the asker's time zone, also where its clocks change", async () => {
    const world = sessionsWorld();
    const moments = ['2026-03-28T22:30:00Z', '2026-03-28T23:30:00Z', '2026-03-29T21:59:00Z', '2026-03-29T22:00:00Z'];
    await world.take(moments.map((moment, n) => request(n, 'gpt-5', Date.parse(moment))));
    const days = async (time_zone: string) =>
      (await world.call('stats.usage', { time_zone })).rows.map(({ group, requests }) => [group, requests]);
    expect(await days('Europe/Berlin')).toEqual([
      ['2026-03-28', 1],
      ['2026-03-29', 2],
      ['2026-03-30', 1],
    ]);
    expect(await days('UTC')).toEqual([
      ['2026-03-28', 2],
      ['2026-03-29', 2],
    ]);
    expect(await days('Asia/Kathmandu')).toEqual([
      ['2026-03-29', 2],
      ['2026-03-30', 2],
    ]);
    await expect(days('Mars/Crater')).rejects.toMatchObject({ code: 'input/invalid' });
  });

  test('DY22: since and until cut the time; a sub-agent is counted with its parent, by agent all together', async () => {
    const world = sessionsWorld();
    const child: Captured = { kind: 'session', session: 'c', at: begun, parent: 's' };
    await world.take([
      prompt('s', 'mend it', begun),
      request(1, 'gpt-5'),
      child,
      request(2, 'gpt-5', begun + hour, 'c'),
    ]);
    expect((await world.call('stats.usage', { by: 'session' })).rows).toMatchObject([
      { group: 's', name: 'mend it', requests: 2 },
    ]);
    const cut = await world.call('stats.usage', { by: 'agent', since: at(begun + 1), until: at(begun + hour + 1) });
    expect(cut.rows).toMatchObject([{ group: 'claude-code', requests: 1 }]);
    expect((await world.call('stats.usage', { since: at(begun + day) })).totals).toMatchObject({
      requests: 0,
      cost: null,
    });
  });

  test('DY23: a name finds its price whoever serves the model and whatever date it carries', () => {
    const names = ['claude-opus-4-5-20251101', 'claude-opus-4.5', 'anthropic/claude-opus-4-5', 'claude-opus-4-5[1m]'];
    expect(new Set(names.map(priceName))).toEqual(new Set(['claude-opus-4-5']));
    const known = 'claude-3-7-sonnet-20250219 claude-haiku-4-5-20251001 gpt-5.2-codex gpt-5-2025-08-07 gpt-5.6-sol';
    expect(known.split(' ').filter((name) => !prices.models.has(priceName(name)))).toEqual([]);
    expect(prices.models.has(priceName('gpt-5-unheard-of'))).toBe(false);
  });

  test('DY24: a request with a prompt over the length that its model names costs the long price', async () => {
    const price = prices.models.get('gpt-5-6-sol');
    const tokens = { fresh: 272_001, cache_read: 0, cache_write: 0, write_1h: 0, output: 1_000 };
    const plain = (272_001 * 4 + 1_000 * 20) / 1e6;
    expect(price && costOf(price, tokens, 272_000)).toBeCloseTo(plain, 9);
    const world = sessionsWorld();
    const long = { ...request(1, 'gpt-5.6-sol'), fresh: 272_001, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 };
    const short = { ...long, key: ['u2'], requestId: 'r2', fresh: 1_000 };
    await world.take([long, short] as Captured[]);
    const both = (272_001 * 8 + 100 * 30 + 1_000 * 4 + 100 * 20) / 1e6;
    expect((await world.call('stats.usage', {})).totals.cost).toBeCloseTo(both, 9);
  });
});

describe.skipIf(folder === undefined)('usage of real transcripts (skipped where PRSIST_EVAL_DATA is absent)', () => {
  const truth = folder === undefined ? {} : JSON.parse(fs.readFileSync(join(folder, 'truth.json'), 'utf8'));
  const whole = Object.keys(truth).filter(
    (file) => /^(claude-code|codex)\//.test(file) && truth[file].tokens && !truth[file].assert_only,
  );
  it.each(whole)('DY25: the tokens of %s are what its truth says, by whatever they are summed', async (file) => {
    const world = sessionsWorld({ search: 'without' });
    const items = itemsOf(file);
    const main = items.filter((item) => item.kind !== 'usage' || !isChild(items, item.session));
    await world.take(main, { source: { agent: agentOf(file) } });
    const { input_fresh, cache_read, cache_write, output } = truth[file].tokens;
    for (const by of ['day', 'agent', 'model', 'session'] as const) {
      const { rows, totals } = await world.call('stats.usage', { by });
      expect(totals).toMatchObject({ fresh: input_fresh, cache_read, cache_write, output });
      expect(rows.reduce((sum, row) => sum + row.output, 0)).toBe(output);
    }
  });
});

function isChild(items: readonly Captured[], session: string): boolean {
  return items.some((item) => item.kind === 'session' && item.session === session && item.parent !== undefined);
}

describe('today', () => {
  const command = (session: string, callId: string, when: number): Captured => ({
    ...{ kind: 'tool-call', session, at: when, callId, tool: 'Bash', command: 'npm test' },
  });
  const result = (session: string, callId: string, when: number, isError: boolean): Captured => ({
    ...{ kind: 'tool-result', session, at: when, callId, isError, exitCode: isError ? 1 : 0 },
    ...(isError ? { errorLine: 'Expected 2, got 3' } : {}),
  });
  const edit = (session: string, path: string, when: number): Captured => ({
    ...{
      kind: 'edit',
      session,
      at: when,
      key: [session, path, `${when}`],
      path,
      change: 'modify',
      added: 2,
      removed: 1,
    },
  });

  async function worked(world: World): Promise<void> {
    const child: Captured = { kind: 'session', session: 'child', at: begun, parent: 's' };
    await world.take([
      ...[prompt('s', 'yesterday', begun - day), edit('s', 'old.ts', begun - day)],
      ...[prompt('s', 'mend the till', begun), prompt('s', 'and test it', begun + hour)],
      ...[edit('s', 'src/a.ts', begun + 1_000), edit('s', 'src/a.ts', begun + 2_000)],
      ...[command('s', 'c1', begun + 3_000), result('s', 'c1', begun + 4_000, true)],
      ...[command('s', 'c2', begun + 5_000), result('s', 'c2', begun + 6_000, false)],
      ...[child, edit('child', 'src/sub.ts', begun + 7_000)],
    ]);
    await world.store.write((tx) =>
      takeInCommits(tx, 'ana', [commitOf(0, 30), { ...commitOf(5, 40), sha: 'd'.repeat(40) }]),
    );
  }

  test('DY1: per session what was asked in the words of the user, files, commits and failed commands since then', async () => {
    const world = sessionsWorld();
    await worked(world);
    const reply = await world.call('stats.today', { since: at(begun) });
    expect(reply.sessions).toEqual([
      {
        ...{
          session_id: 's',
          agent: 'claude-code',
          title: 'yesterday',
          first_at: at(begun),
          last_at: at(begun + hour),
        },
        asks: [
          { text: 'mend the till', at: at(begun) },
          { text: 'and test it', at: at(begun + hour) },
        ],
        asks_total: 2,
        files: [
          { path: 'src/a.ts', added: 4, removed: 2 },
          { path: 'src/sub.ts', added: 2, removed: 1 },
        ],
        files_total: 2,
        commits: [{ sha: commitOf(0, 0).sha, subject: 'Change src/a.ts', at: at(begun + 30_000) }],
        commands: [{ command: 'npm test', exit_code: 1, error_line: 'Expected 2, got 3', at: at(begun + 3_000) }],
        commands_failed: 1,
      },
    ]);
    expect(reply.other_commits).toMatchObject([{ subject: 'Change src/c.ts' }]);
  });

  test('DY2: a day on which nothing was done is empty; without a moment it is the last 24 hours', async () => {
    const world = sessionsWorld();
    await worked(world);
    expect(await world.call('stats.today', { since: at(begun + 2 * day) })).toMatchObject({
      sessions: [],
      other_commits: [],
    });
    world.clock.now = begun + hour + day - 1;
    const { since, sessions } = await world.call('stats.today', {});
    expect(since).toBe(at(begun + hour - 1));
    expect(sessions.map(({ asks }) => asks.map(({ text }) => text))).toEqual([['and test it']]);
  });
});
