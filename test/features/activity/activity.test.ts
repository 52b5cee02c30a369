import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatSpoolEvent } from '../../../src/core/spool-event.ts';
import { ingest } from '../../../src/features/capture/ingest.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { type ImportWorld, importWorld } from '../capture/import-world.ts';

const minute = 60;
const begun = Date.UTC(2026, 1, 15, 9) / 1000;

interface Beat {
  readonly [name: string]: unknown;
}

/** A world with one project. beat: what an editor leaves in the spool for it. */
function editorWorld(
  env: Readonly<Record<string, string>> = {},
): ImportWorld & { readonly beat: (...beats: Beat[]) => Promise<string> } {
  const world = importWorld({ env });
  let count = 0;
  return {
    ...world,
    async beat(...beats) {
      count += 1;
      const head = { agent: 'vim', event: 'heartbeat', args: [], pwd: `${world.root}/src` };
      const items = beats.map((beat) => ({ v: 1, ...beat, entity: entityOf(world, beat.entity) }));
      const bytes = formatSpoolEvent(head, Buffer.from(JSON.stringify({ items })));
      const file = { name: `b${count}.evt`, bytes, mtimeNs: BigInt(world.clock.now) * 1_000_000n };
      return (await ingest(world.wired.capture, file, { failpoint: () => undefined, held: new Set() })).outcome;
    },
  };
}

function entityOf({ root }: ImportWorld, entity: unknown): unknown {
  return typeof entity === 'string' && !entity.startsWith('/') ? `${root}/${entity}` : entity;
}

function stretches(world: ImportWorld): string[] {
  const rows = world.projects
    .store(projectId)
    .statements.all<Record<string, number>>(
      'select entity, start_at, end_at, lines_added, writes from activity order by start_at, id',
      [],
    );
  return rows.map((row) => {
    const minutes = (ms: number | undefined) => (Number(ms) / 1000 - begun) / minute;
    return `${row.entity} ${minutes(row.start_at)}–${minutes(row.end_at)} +${row.lines_added} w${row.writes}`;
  });
}

const at = (minutes: number) => begun + minutes * minute;

test('AC1: beats closer than five minutes are one stretch; what lies between two files counts to the first', async () => {
  const world = editorWorld();
  await world.beat(
    { entity: 'src/a.ts', time: at(0) },
    { entity: 'src/a.ts', time: at(2), is_write: true, line_additions: 3 },
    { entity: 'src/b.ts', time: at(4), language: 'typescript' },
    { entity: 'src/b.ts', time: at(20), language: 'typescript' },
  );
  expect(stretches(world)).toEqual(['src/a.ts 0–4 +3 w1', 'src/b.ts 4–4 +0 w0', 'src/b.ts 20–20 +0 w0']);
});

test('AC2: a file that is ignored, lies elsewhere or was edited in a pause leaves nothing', async () => {
  const world = editorWorld({ PRSIST_CAPTURE__IGNORE: '["secret/**"]' });
  await world.beat({ entity: 'secret/key.ts', time: at(0) });
  await world.beat({ entity: '/elsewhere/c.ts', time: at(0) }, { entity: `${world.root}-other/a.ts`, time: at(1) });
  world.clock.now = at(9) * 1000;
  const caller = { user: 'ana', origin: 'human' } as const;
  const body = { all_projects: true, for_ms: 120_000 };
  await world.dispatch({ operation: 'capture.pause', body, caller, project: world.root, idempotencyKey: undefined });
  await world.beat({ entity: 'src/a.ts', time: at(10) });
  expect(stretches(world)).toEqual([]);
});

test('AC5: every word of a beat is kept without secrets', async () => {
  const world = editorWorld();
  const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
  const words = { branch: token, language: token, category: token, source: token };
  expect(await world.beat({ entity: `src/${token}`, time: at(0), ...words })).toBe('taken');
  const { statements } = world.projects.store(projectId);
  const [row = {}] = statements.all<Record<string, unknown>>('select * from activity', []);
  for (const column of ['entity', 'branch', 'language', 'category', 'source']) {
    expect(row[column], column).toContain('⟨secret:');
  }
  expect(JSON.stringify(row)).not.toContain(token);
});

test('AC3: whatever a payload holds, nothing throws; told twice, an event counts once', async () => {
  const world = editorWorld();
  const file = {
    name: 'same.evt',
    mtimeNs: 1n,
    bytes: formatSpoolEvent(
      { agent: 'vim', event: 'heartbeat', args: [], pwd: world.root },
      Buffer.from(JSON.stringify({ v: 1, entity: `${world.root}/a.ts`, time: at(0), line_additions: 5 })),
    ),
  };
  for (let n = 0; n < 2; n += 1) {
    await ingest(world.wired.capture, file, { failpoint: () => undefined, held: new Set() });
  }
  expect(stretches(world)).toEqual(['a.ts 0–0 +5 w0']);
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.uint8Array({ maxLength: 40 }), async (value, garbage) => {
      for (const body of [Buffer.from(JSON.stringify({ items: [value] })), garbage]) {
        const head = { agent: 'vim', event: 'heartbeat', args: [], pwd: world.root };
        const event = { name: 'g.evt', bytes: formatSpoolEvent(head, body), mtimeNs: 2n };
        expect(
          (await ingest(world.wired.capture, event, { failpoint: () => undefined, held: new Set() })).outcome,
        ).toBe('taken');
      }
    }),
    { numRuns: 50 },
  );
});

test('AC4: time is never counted twice, whatever the order of files', async () => {
  const beat = fc.record({ entity: fc.constantFrom('a', 'b', 'c'), time: fc.integer({ min: 0, max: 3_600 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(beat, { minLength: 1, maxLength: 40 }), async (beats) => {
      const world = editorWorld();
      const sorted = [...beats]
        .sort((a, b) => a.time - b.time)
        .map(({ entity, time }) => ({ entity, time: begun + time }));
      await world.beat(...sorted);
      const rows = world.projects
        .store(projectId)
        .statements.all<{ ms: number }>('select coalesce(sum(end_at - start_at), 0) as ms from activity', []);
      const gaps = sorted.slice(1).map(({ time }, n) => time - (sorted[n]?.time ?? time));
      expect(rows[0]?.ms).toBe(gaps.filter((gap) => gap < 300).reduce((sum, gap) => sum + gap * 1000, 0));
    }),
    { numRuns: 8 },
  );
});
