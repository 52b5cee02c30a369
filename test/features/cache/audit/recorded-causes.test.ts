// Causes of breaks in what was really recorded: rewinds, compactions, big turns, and what a session was told when it went on.
import { expect, test } from 'vitest';
import type { Captured } from '../../../../src/core/captured.ts';
import { auditNeeds } from '../../../../src/daemon/cache-audit.ts';
import type { ToldTo } from '../../../../src/daemon/recorded-prompts.ts';
import { audit } from '../../../../src/features/cache/audit/audit.ts';
import { auditContract } from '../../../../src/features/cache/contract-audit.ts';
import { explainedRequest } from '../../../../src/features/cache/explain-request.ts';
import { textsOfTurn } from '../../../../src/features/sessions/turns.ts';
import { begun } from '../../sessions/conversation.ts';
import { sessionsWorld } from '../../sessions/world.ts';
import { providers, tariff } from './made.ts';

type Item = (at: number) => Captured;

const said =
  (key: string, role: 'user' | 'assistant', as: 'prompt' | 'text' | 'summary' = 'text'): Item =>
  (at) => ({ kind: 'message', session: 's', at, key: ['s', key], role, as, text: `${as} ${key}` });
const call =
  (callId: string): Item =>
  (at) => ({ kind: 'tool-call', session: 's', at, callId, tool: 'Bash', command: 'make' });
const rewound =
  (key: string): Item =>
  (at) => ({ kind: 'rewind', session: 's', at, key: ['s', key] });
const edited =
  (path: string): Item =>
  (at) => ({ kind: 'edit', session: 's', at, key: ['s', `edit ${at}`], path, change: 'modify' });
/** A request that read so much; what it did not read it wrote. */
const asked =
  (key: string, read: number, model = 'claude-opus-4-5'): Item =>
  (at) => ({
    ...{ kind: 'usage', session: 's', at, key: ['s', key], requestId: key, model, fresh: 10, cacheRead: read },
    ...{ cacheWrite: 20_000 - read + 1_000 * Number(key), cacheWrite1h: 0, output: 5, reasoning: 0 },
  });

const begin = [said('1', 'user', 'prompt'), asked('1', 0), said('2', 'assistant'), said('3', 'user', 'prompt')];

interface Run {
  readonly after: number;
  readonly told: ToldTo;
}

/** A conversation, one item a second; a second run of it begins after so many items. */
async function recorded(items: readonly Item[], run?: Run) {
  const world = sessionsWorld({ search: 'without' });
  const at = (n: number) => begun + n * 1_000;
  const session: Captured = { kind: 'session', session: 's', at: at(-1) };
  await world.take([session, ...items.map((item, n) => item(at(n)))]);
  if (run) {
    const added = `insert into session_runs (run_id, session_id, agent, native_id, dev, started_at)
      select 'next', session_id, agent, 'next', dev, ? from session_runs`;
    world.store.db.prepare(added).run(at(run.after));
  }
  const needs = auditNeeds({
    ...{ prices: tariff.prices, providers: () => providers, redactor: { text: unused, json: unused, line: unused } },
    ...{ toldTo: run?.told ?? (() => undefined), breathe: () => Promise.resolve() },
  });
  return { ...world, needs };
}

async function causesOf(items: readonly Item[], run?: Run) {
  const { context, needs } = await recorded(items, run);
  const { sessions } = await audit(needs)(context(), auditContract['cache.audit'].input.parse({}));
  return sessions.flatMap(({ breaks, misses }) =>
    [...breaks, ...misses].map(({ request, because }) => [request, because]),
  );
}

function unused(): never {
  throw new Error('no file is looked at');
}

test('PC721: a rewind, a compaction, a big turn and another model are named by what was recorded; a prompt that only grew is not', async () => {
  const rewind = [asked('2', 21_000), said('4', 'assistant'), said('5', 'user', 'prompt'), asked('3', 22_000)];
  expect(await causesOf([...begin, ...rewind])).toEqual([]);
  const gone = [...rewind, said('6', 'assistant'), rewound('5'), said('7', 'user', 'prompt'), asked('4', 9_000)];
  expect(await causesOf([...begin, ...gone])).toEqual([[4, 'history edited']]);
  expect(await causesOf([...begin, said('4', 'user', 'summary'), asked('2', 9_000)])).toEqual([[2, 'compaction']]);
  expect(await causesOf([...begin, asked('2', 9_000)])).toEqual([[2, null]]);
  const calls = Array.from({ length: 20 }, (_, n) => call(`c${n}`));
  expect(await causesOf([...begin, ...calls, asked('2', 9_000)])).toEqual([[2, 'look-back']]);
  expect(await causesOf([...begin, asked('2', 0, 'claude-sonnet-4-5')])).toEqual([[2, 'model switch']]);
});

test('PC722: where a session went on in another conversation, another brief and edited rules are named, and nothing that is not known', async () => {
  const brief = (note: string) => `<prsist-memory>\n## Remembered\n- ${note}\n</prsist-memory>\n`;
  const same: ToldTo = () => brief('one');
  const another: ToldTo = (_agent, native) => brief(native === 'next' ? 'two' : 'one');
  const half: ToldTo = (_agent, native) => (native === 'next' ? brief('two') : undefined);
  const items = [...begin, asked('2', 9_000)];
  expect(await causesOf(items, { after: 3, told: another })).toEqual([[2, 'memory']]);
  expect(await causesOf(items, { after: 3, told: same })).toEqual([[2, null]]);
  expect(await causesOf(items, { after: 3, told: half })).toEqual([[2, null]]);
  const rules = [...begin, edited('CLAUDE.md'), asked('2', 9_000)];
  expect(await causesOf(rules, { after: 4, told: same })).toEqual([[2, 'system']]);
  // an agent reads its rules when it starts
  expect(await causesOf(rules, { after: 2, told: same })).toEqual([[2, null]]);
  expect(await causesOf([...begin, edited('src/a.ts'), asked('2', 9_000)], { after: 4, told: same })).toEqual([
    [2, null],
  ]);
});

test('PC723: a request is found by its number or id, with its cause and the first words that differ, which are for people only', async () => {
  const last = [rewound('3'), said('5', 'user', 'prompt'), asked('3', 9_000)];
  const { context, needs, call } = await recorded([...begin, asked('2', 21_000), ...last]);
  const session_id = (await call('session.list', {})).items[0]?.session_id ?? '';
  const ask = (request: string, from = {}) =>
    explainedRequest({ ...needs, texts: textsOfTurn }, context(from), { session_id, request });
  expect(ask('1')).toMatchObject({ request: 1, id: '1', cause: null, pieces: 1, kept_pieces: 0, difference: null });
  expect(ask('2')).toMatchObject({
    read: 21_000,
    cause: null,
    because: null,
    pieces: 3,
    kept_pieces: 1,
    difference: null,
  });
  const found = ask('3');
  expect(found).toMatchObject({
    cause: 'prefix changed',
    because: 'history edited',
    lost: 13_000,
    pieces: 3,
    kept_pieces: 2,
  });
  const difference = { piece: 3, slot: 'turn', role: 'user', line: 1, was: 'prompt 3', is: 'prompt 5' };
  expect(found.difference).toEqual(difference);
  expect(ask('3', { agent: 'codex' }).difference).toEqual({ ...difference, was: null, is: null });
  expect(() => ask('4')).toThrow('has no request 4: it has 3');
});
