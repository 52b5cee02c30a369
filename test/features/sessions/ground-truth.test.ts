import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Captured } from '../../../src/core/captured.ts';
import { noSurroundings, sessionFacts } from '../../../src/features/sessions/facts.ts';
import { sessionsForBrief } from '../../../src/features/sessions/for-brief.ts';
import { summarise } from '../../../src/features/sessions/summarise.ts';
import type { Announced } from '../../../src/features/sessions/take-in.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import type { Read } from '../../../src/store/record-type.ts';
import type { Store } from '../../../src/store/store.ts';
import { temporaryDirectory } from '../../store/temporary-store.ts';
import { ofKind } from '../capture/adapters/transcript-files.ts';
import { agentOf, batchesOf, folder, itemsOf, linesOf, unevenCuts } from './transcripts.ts';
import { rowsOf, sessionsWorld, type World } from './world.ts';

type Numbers = { readonly [name: string]: unknown };
const truth: Record<string, Numbers> =
  folder === undefined ? {} : JSON.parse(fs.readFileSync(join(folder, 'truth.json'), 'utf8'));
const files = Object.keys(truth).filter((file) => /^(claude-code|codex|copilot-cli|cursor)\//.test(file));
/** Ids of trimmed files mean nothing, so their records fall together. */
const whole = files.filter((file) => truth[file]?.['assert_only'] === undefined);

async function take(world: World, file: string, cuts: readonly number[] = []): Promise<number> {
  let announced: Announced = {};
  let added = 0;
  for (const items of batchesOf(file, cuts)) {
    added += (await world.take(items, { source: { agent: agentOf(file) }, announced })).added;
    announced = JSON.parse(JSON.stringify(announced));
  }
  return added;
}

function count(store: Store, what: string): number {
  return Number(rowsOf(store, `select count(*) as count from ${what}`)[0]?.['count']);
}

/** Rows of the main session of a file, in the words of the truth file. */
function counted(store: Store, session: string): Numbers {
  const of = `session_id = '${session}'`;
  const via = `select count(*) as count from messages m join records r on r.n = m.rec where m.${of} and kind = 'prompt'
    and r.body ->> '$.fields.metadata.via' = 'refusal'`;
  const refusals = Number(rowsOf(store, via)[0]?.['count']);
  const row = rowsOf(store, `select * from sessions where ${of}`)[0] ?? {};
  const metadata = JSON.parse(String(row['metadata']));
  return {
    user_turns: count(store, `messages where ${of} and kind = 'prompt'`) - refusals,
    rejections_with_reason: refusals,
    assistant_texts: count(store, `messages where ${of} and kind = 'text' and bytes > 0`),
    tool_calls: row['tool_count'],
    tool_errors: count(store, `tool_calls where ${of} and is_error = 1`),
    tokens: {
      ...{ input_fresh: row['tok_fresh'], cache_read: row['tok_cache_read'], cache_write: row['tok_cache_write'] },
      output: row['tok_out'],
    },
    compactions: metadata.compactions ?? 0,
    compact_summaries: count(store, `messages where ${of} and kind = 'summary'`),
    files_changed: count(
      store,
      `(select path from edits where ${of} union select old_path from edits where ${of} and old_path is not null)`,
    ),
    rewound_prompts: count(store, `messages where ${of} and kind = 'prompt' and live = 0`),
  };
}

function expected(row: Numbers, got: Numbers): Numbers {
  // where a file tells no tokens there is nothing to compare
  const { reasoning: _, ...tokens } = (row['tokens'] ?? {}) as Numbers;
  return Object.fromEntries(
    Object.keys(got)
      .filter((name) => name in row && row[name] !== null)
      .map((name) => [name, { ...row, tokens }[name]]),
  );
}

/** What was asked and whether it is unfinished, by the whole snapshot. */
function standing(read: Read, session_id: string) {
  const { ask, pending_tasks, files_in_flight, last_command } = summarise(
    sessionFacts(read, session_id, noSurroundings),
  );
  return [ask, pending_tasks.length + files_in_flight.length > 0 || last_command?.error != null];
}

function mainOf(items: readonly Captured[]): string {
  const sessions = ofKind(items, 'session');
  return (sessions.find((each) => each.parent === undefined) ?? sessions[0])?.session ?? '';
}

describe.skipIf(folder === undefined)('real transcripts (skipped where PRSIST_EVAL_DATA is absent)', () => {
  it.each(whole)('SE40 the rows of %s are what its truth says', async (file) => {
    const world = sessionsWorld();
    await take(world, file);
    const main = mainOf(itemsOf(file));
    const got = counted(world.store, main);
    const want = expected(truth[file] ?? {}, got);
    expect(Object.keys(want).length).toBeGreaterThanOrEqual(3);
    expect(Object.fromEntries(Object.keys(want).map((name) => [name, got[name]]))).toEqual(want);
    const { read } = world.store;
    for (const { session_id, ask, unfinished } of sessionsForBrief(read, undefined, 50)) {
      expect([session_id, ask, unfinished]).toEqual([session_id, ...standing(read, session_id)]);
    }
    const inline = truth[file]?.['inline_subagents'] as Numbers | undefined;
    const children = `sessions where parent_session_id = '${main}'`;
    const calls = rowsOf(world.store, `select sum(tool_count) as n from ${children}`)[0]?.['n'] ?? 0;
    if (inline) expect([count(world.store, children), calls]).toEqual([inline['agents'], inline['tool_calls']]);
  });

  it.each(files)(
    'SE41 %s read again adds nothing, and cut into seven pieces gives the same rows, as does a rebuild',
    async (file) => {
      const once = sessionsWorld();
      await take(once, file);
      const before = once.digest();
      expect(await take(once, file)).toBe(0);
      expect(once.digest()).toEqual(before);
      const cut = sessionsWorld({ tick: 7 });
      await take(cut, file, unevenCuts(linesOf(file).length));
      expect(cut.digest()).toEqual(before);
      rebuild(cut.store);
      expect(cut.digest()).toEqual(before);
    },
  );

  it('SE42 the order in which whole files come changes no row', async () => {
    const directory = temporaryDirectory();
    const digests = [];
    for (const [name, order] of [
      ['a', whole],
      ['b', whole.toReversed()],
    ] as const) {
      fs.mkdirSync(join(directory, name));
      const world = sessionsWorld({ directory: join(directory, name), search: 'without' });
      for (const file of order) await take(world, file);
      digests.push(world.digest());
      world.store.close();
    }
    expect(digests[1]).toEqual(digests[0]);
  }, 120_000);
});
