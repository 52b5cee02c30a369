import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rebuild } from '../../../src/store/rebuild.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { realFile } from './adapters/document-files.ts';
import { transcriptFolder } from './adapters/transcript-files.ts';
import { type ImportWorld, importWorld } from './import-world.ts';

type Numbers = { readonly [name: string]: unknown };
const folder = transcriptFolder();
const truth: { readonly [file: string]: Numbers } =
  folder === undefined ? {} : JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8'));
const files = Object.keys(truth).filter((file) => /^(gemini-cli|opencode|specstory)\//.test(file));

/** Rows of a session, in the words of the truth file. */
function counted(world: ImportWorld, session: unknown): Numbers {
  const { statements } = world.projects.store(projectId);
  const count = (what: string) => statements.one<{ n: number }>(`select count(*) as n from ${what}`, [])?.n;
  const of = `session_id = '${String(session)}'`;
  const row = statements.one<Record<string, unknown>>(`select * from sessions where ${of}`, []) ?? {};
  const tokens = {
    ...{ input_fresh: row['tok_fresh'], cache_read: row['tok_cache_read'], cache_write: row['tok_cache_write'] },
    output: row['tok_out'],
  };
  return {
    sessions: count('sessions'),
    user_turns: count(`messages where ${of} and kind = 'prompt' and live = 1`),
    assistant_texts: count(`messages where ${of} and kind = 'text' and bytes > 0`),
    tool_calls: row['tool_count'],
    tool_errors: count(`tool_calls where ${of} and is_error = 1`),
    ...(row['tok_out'] === 0 ? {} : { tokens }),
    compactions: JSON.parse(String(row['metadata'] ?? '{}')).compactions ?? 0,
    compact_summaries: count(`messages where ${of} and kind = 'summary'`),
    files_changed: count(`(select distinct path from edits where ${of})`),
  };
}

function wanted(row: Numbers, got: Numbers): Numbers {
  const { reasoning: _, ...tokens } = (row['tokens'] ?? {}) as Numbers;
  const names = Object.keys(got).filter((name) => name in row);
  expect(names.length).toBeGreaterThanOrEqual(3);
  return Object.fromEntries(names.map((name) => [name, name === 'tokens' ? tokens : row[name]]));
}

describe.skipIf(folder === undefined)('real documents (skipped where PRSIST_EVAL_DATA is absent)', () => {
  it.each(files)('CA99: the rows of %s are what its truth says, read twice and rebuilt too', async (file) => {
    const world = importWorld();
    const report = await world.read(realFile(file), { into: projectId });
    expect(report).toMatchObject({ outcome: 'read', unknown: 0, unparsable: 0, tooLong: 0, heldBack: 0 });
    const got = counted(world, truth[file]?.['session_id']);
    const want = wanted(truth[file] ?? {}, got);
    expect(Object.fromEntries(Object.keys(want).map((name) => [name, got[name]]))).toEqual(want);
    const before = world.state();
    await world.projects.user.write((tx) => tx.run({ sql: 'delete from ingest_sources' }, {}));
    expect(await world.read(realFile(file), { into: projectId })).toMatchObject({ outcome: 'read', added: 0 });
    expect(world.state()).toEqual(before);
    rebuild(world.projects.store(projectId));
    expect(world.state()).toEqual(before);
  });

  it('CA99: the order of files changes no row', async () => {
    const states = [];
    for (const order of [files, files.toReversed()]) {
      const world = importWorld();
      for (const file of order) await world.read(realFile(file), { into: projectId });
      states.push(world.state());
    }
    expect(states[1]).toEqual(states[0]);
  });
});
