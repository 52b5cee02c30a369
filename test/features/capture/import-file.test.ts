import fs from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PrsistError } from '../../../src/core/errors.ts';
import { limits } from '../../../src/core/limits.ts';
import { importFile } from '../../../src/features/capture/import-file.ts';
import { saveSource, sourceTotals } from '../../../src/features/capture/queries.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { conversation, found, importWorld, jsonl, rollout, said, toolLines } from './import-world.ts';

const cwd = '/w/shop';
const name = `${conversation}.jsonl`;
const claude = 'claude-code';
const into = { into: projectId };

/** Lines of all sorts: words, tools, garbage, nothing, numbers, letters of four bytes, types nobody knows. */
const whole = [
  jsonl(said(cwd, 0, 'Grüße 🙂 from the first line')),
  jsonl(said(cwd, 1, 'an answer')),
  '\n',
  'no JSON at all\n',
  jsonl(...toolLines(cwd, 3, 'ok')).replaceAll('\n', '\r\n'),
  '4711\n',
  '\r\n',
  jsonl({ type: 'never-heard-of', uuid: 'x', sessionId: conversation }),
  jsonl(said(cwd, 6, 'and now?'), said(cwd, 7, 'done')),
].join('');

async function inOneGo(text: string, file: string, agent: string) {
  const world = importWorld();
  const path = world.file(file, text);
  const report = await world.read(path, into);
  return { report, state: world.state(), kept: world.kept(agent, file), source: world.source(path) };
}

describe('growing files', () => {
  test.each([
    ['Claude Code', name, claude, Buffer.from(whole)],
    ['Codex', 'rollout-2026-06-22T02-35-34-x.jsonl', 'codex', Buffer.from(jsonl(...rollout(cwd)))],
  ])(
    'CA1: a transcript of %s that grows by any bytes comes to the same as when it is read whole',
    async (_, file, agent, bytes) => {
      const want = await inOneGo(bytes.toString('utf8'), file, agent);
      expect(want.kept.lines.length).toBeGreaterThan(3);
      const borders = [...bytes.keys()].filter((at) => at > 3 && bytes.subarray(at - 3, at + 3).includes(10));
      const cut = fc.oneof(fc.integer({ min: 1, max: bytes.length - 1 }), fc.constantFrom(...borders));
      const cuts = fc.uniqueArray(cut, { minLength: 1, maxLength: 6 });
      const world = importWorld();
      let count = 0;
      await fc.assert(
        fc.asyncProperty(cuts, async (at) => {
          count += 1;
          const id = `019a3985-b900-7000-8000-${String(count).padStart(12, '0')}`;
          world.project(id, `p${count}`);
          const path = world.file(`${count}/${file}`, '');
          const sums = { lines: 0, bytes: 0, unknown: 0, unparsable: 0, added: 0, known: 0 };
          for (const end of [...at.sort((a, b) => a - b), bytes.length]) {
            fs.writeFileSync(path, bytes.subarray(0, end));
            const report = await world.read(path, { into: id });
            expect(report).toMatchObject({ error: undefined, known: 0 });
            for (const each of ['lines', 'bytes', 'unknown', 'unparsable', 'added'] as const)
              sums[each] += report[each];
          }
          const { lines, unknown, unparsable, added, known } = want.report;
          expect(sums).toEqual({ lines, unknown, unparsable, added, known, bytes: bytes.length });
          expect(world.digestOf(id)).toEqual(want.state);
          expect(world.keptOf(id, agent, file)).toEqual(want.kept);
          expect(world.source(path)).toMatchObject({ offset: bytes.length, unknown_lines: want.source?.unknown_lines });
        }),
        { numRuns: 20 },
      );
    },
  );

  test('CA2: an unfinished line waits, however long it takes, and is taken once when it is finished', async () => {
    const world = importWorld();
    const [first, second] = [jsonl(said(cwd, 0, 'one')), jsonl(said(cwd, 1, 'two'))];
    const path = world.file(name, first + second.slice(0, 60));
    expect(await world.read(path, into)).toMatchObject({ lines: 1, heldBack: 1, bytes: Buffer.byteLength(first) });
    expect(await world.read(path, into)).toMatchObject({ outcome: 'unchanged', heldBack: 0 });
    fs.writeFileSync(path, first + second.slice(0, -1)); // whole, though its line end is still to come
    expect(await world.read(path, into)).toMatchObject({ lines: 1, heldBack: 0, added: 1 });
    fs.writeFileSync(path, first + second);
    expect(await world.read(path, into)).toMatchObject({ lines: 0, bytes: 1, added: 0 });
    expect(world.kept(claude, name).lines).toEqual([first.trim(), second.trim()]);
  });

  test('CA3: a line longer than the limit is counted and passed over once it has ended; unfinished it waits', async () => {
    const world = importWorld();
    const long = `{"type":"user","x":"${'x'.repeat(limits.transcriptLineBytes)}"}\n`;
    const [first, last] = [jsonl(said(cwd, 0, 'one')), jsonl(said(cwd, 1, 'two'))];
    const path = world.file(name, first + long.slice(0, -3));
    expect(await world.read(path, into)).toMatchObject({ lines: 1, tooLong: 0, heldBack: 1 });
    fs.writeFileSync(path, first + long + last);
    expect(await world.read(path, into)).toMatchObject({ lines: 1, tooLong: 1, unparsable: 0, added: 1, heldBack: 0 });
    expect(world.kept(claude, name).lines).toEqual([first.trim(), last.trim()]);
  });
});

describe('stopped and started again', () => {
  test('CA4: stopped after a slice but before its offset is stored: the same lines again add nothing', async () => {
    const world = importWorld({ tick: 10 }); // every line a slice of its own
    const text = `${whole}\n\n`;
    const cut = Buffer.byteLength(text) >> 1;
    const path = world.file(name, Buffer.from(text).subarray(0, cut));
    await world.read(path, into);
    const before = world.source(path);
    fs.writeFileSync(path, text);
    await world.read(path, into);
    const want = { state: world.state(), kept: world.kept(claude, name) };
    if (!before) throw new Error('nothing was stored');
    await world.projects.user.write((tx) => tx.run(saveSource, { ...before }));
    expect(await world.read(path, into)).toMatchObject({ added: 0, sessions: new Set() });
    expect({ state: world.state(), kept: world.kept(claude, name) }).toEqual(want);
    const once = await inOneGo(text, name, claude);
    expect(want.state).toEqual(once.state);
    expect(want.kept.lines).toEqual(once.kept.lines);
  });

  test('CA5: cancelled between two slices, the rest is read the next time', async () => {
    const world = importWorld({ tick: 10 });
    const path = world.file(name, whole);
    const progress: number[] = [];
    const stopping = {
      ...into,
      cancelled: () => progress.length >= 3,
      onProgress: (n: number) => void progress.push(n),
    };
    const stopped = await world.read(path, stopping);
    expect(stopped.outcome).toBe('stopped');
    expect(stopped.bytes).toBe(progress.at(-1));
    expect(stopped.bytes).toBeLessThan(Buffer.byteLength(whole));
    expect(await world.read(path, into)).toMatchObject({ bytes: Buffer.byteLength(whole) - stopped.bytes, known: 0 });
    expect(await world.read(path, into)).toMatchObject({ outcome: 'unchanged', agent: claude });
    expect(world.state()).toEqual((await inOneGo(whole, name, claude)).state);
  });

  test.each<[string, (path: string, text: string) => void]>([
    ['another beginning in the same file', (path, text) => fs.writeFileSync(path, text)],
    [
      'another file of that name',
      (path, text) => {
        fs.writeFileSync(`${path}.new`, text);
        fs.renameSync(`${path}.new`, path);
      },
    ],
    ['a shorter file', (path, text) => fs.writeFileSync(path, text.split('\n', 1)[0] ?? '')],
  ])('CA6: %s is read from its beginning, and what is known adds nothing', async (_, change) => {
    const world = importWorld();
    const lines = [said(cwd, 0, 'one'), said(cwd, 1, 'two'), said(cwd, 2, 'three')];
    const path = world.file(name, jsonl(...lines));
    await world.read(path, into);
    change(path, jsonl(said(cwd, 8, 'new first'), ...lines, said(cwd, 9, 'new last')));
    const report = await world.read(path, into);
    expect(report.bytes).toBe(fs.statSync(path).size);
    expect(report.added).toBeGreaterThan(0);
    expect(report.known).toBe(report.lines === 1 ? 0 : 3);
  });
});

describe('several readers', () => {
  test('CA14: of several that come to one file at once the first reads it, the others find it read', async () => {
    const world = importWorld({ tick: 10 });
    const path = world.file(name, whole);
    const reports = await Promise.all([0, 1, 2].map(() => world.read(path, into)));
    expect(reports.map(({ outcome }) => outcome)).toEqual(['read', 'unchanged', 'unchanged']);
    expect(reports.map(({ known }) => known)).toEqual([0, 0, 0]);
    expect(world.wired.capture.reading.size).toBe(0);
  });

  test('CA15: who has waited looks again: what was added meanwhile is read, and a fault of the first is its own', async () => {
    const world = importWorld();
    const path = world.file(name, jsonl(said(cwd, 0, 'one')));
    const before = found(path);
    const first = world.read(path, into);
    fs.appendFileSync(path, jsonl(said(cwd, 1, 'two')));
    await Promise.all([first, importFile(world.wired.capture, before, { trusted: 'own', ...into })]);
    expect(world.source(path)?.size).toBe(fs.statSync(path).size);
    const { capture } = world.wired;
    const full = () => Promise.reject(new PrsistError('disk/full', 'no space left'));
    const parts = {
      ...{ ...capture, user: capture.user, target: (id: string) => ({ ...capture.target(id), write: full }) },
    };
    fs.appendFileSync(path, jsonl(said(cwd, 2, 'three')));
    const failing = importFile(parts, found(path), { trusted: 'own', ...into });
    const [broken, whole] = await Promise.allSettled([failing, world.read(path, into)]);
    expect([broken.status, whole.status]).toEqual(['rejected', 'fulfilled']);
    expect(world.source(path)?.size).toBe(fs.statSync(path).size);
  });
});

describe('any file', () => {
  test('CA7: packed and plain are one; a packed file is read again when it changes', async () => {
    const world = importWorld();
    const path = world.file(`${name}.gz`, gzipSync(`${whole.split('\n', 1)[0]}\n`));
    expect(await world.read(path, into)).toMatchObject({ outcome: 'read', added: 3, agent: claude });
    expect(await world.read(path, into)).toMatchObject({ outcome: 'unchanged' });
    fs.writeFileSync(path, gzipSync(whole));
    await world.read(path, into);
    expect(world.state()).toEqual((await inOneGo(whole, name, claude)).state);
    expect(await world.read(world.file(name, whole), into)).toMatchObject({ added: 0 });
  });

  test('CA8: empty, binary, foreign, homeless and vanished files are told, never thrown, and leave nothing', async () => {
    const world = importWorld();
    const outcomes = async (file: string, content?: string | Uint8Array) =>
      (await world.read(world.file(file, content))).outcome;
    expect(await outcomes('a.jsonl', '')).toBe('empty');
    expect(
      await outcomes(
        'b.jsonl',
        Uint8Array.from({ length: 9_000 }, (_, i) => (i * 7919) % 256),
      ),
    ).toBe('not-a-transcript');
    expect(await outcomes('c.jsonl', jsonl({ hello: 'world' }))).toBe('not-a-transcript');
    expect(await outcomes('d.jsonl', jsonl(said('/nobodys', 0, 'one')))).toBe('no-project');
    expect(await outcomes('e.jsonl')).toBe('unreadable');
    expect(await outcomes('f.jsonl.gz', gzipSync(whole.repeat(9)).subarray(0, 90))).toBe('unreadable');
    expect(await outcomes('g.jsonl.gz', 'never packed')).toBe('unreadable');
    expect((await world.read(world.file('e.jsonl'))).error).toContain('ENOENT');
    expect(world.projects.store(projectId).log.seq).toBe(1);
  });

  test('CA13: what is wrong with a known file is told until it is read again; what is no transcript is opened once', async () => {
    const world = importWorld();
    const path = world.file(`${name}.gz`, gzipSync(jsonl(said(cwd, 0, 'one'))));
    await world.read(path, into);
    const errors = () => world.projects.user.read.one(sourceTotals, { project_id: projectId })?.errors;
    fs.writeFileSync(path, 'no longer packed');
    expect((await world.read(path, into)).outcome).toBe('unreadable');
    expect([errors(), world.source(path)?.error]).toEqual([1, expect.stringContaining('header')]);
    fs.writeFileSync(path, gzipSync(whole));
    await world.read(path, into);
    expect(errors()).toBe(0);
    const notes = world.file('../home/.claude/projects/x/notes.jsonl', jsonl({ hello: 'world' }));
    await world.read(notes);
    expect(world.source(notes)).toMatchObject({ project_id: '', size: fs.statSync(notes).size, error: null });
  });

  test('CA9: a file goes to the project of the first directory it names; into another only when that is said', async () => {
    const world = importWorld();
    const path = world.file(name, jsonl({ type: 'summary', cwd: 'relative' }, said(`${world.root}/src`, 0, 'one')));
    expect(await world.read(path)).toMatchObject({ outcome: 'read', added: 3 });
    expect(world.source(path)).toMatchObject({ project_id: projectId, agent: claude, error: null });
    const other = '019a3985-b900-7000-8000-0000000000bb';
    world.project(other, 'other');
    expect(await world.read(path, { into: other })).toMatchObject({ outcome: 'read', added: 3 });
  });

  test('CA10: a full store is no fault of the file: it is thrown, and the file is read when there is room', async () => {
    const world = importWorld();
    const path = world.file(name, whole);
    const full = () => Promise.reject(new PrsistError('disk/full', 'no space left'));
    const { capture } = world.wired;
    const parts = {
      ...{ ...capture, user: capture.user, target: (id: string) => ({ ...capture.target(id), write: full }) },
    };
    await expect(importFile(parts, found(path), { trusted: 'own', ...into })).rejects.toMatchObject({
      code: 'disk/full',
    });
    expect(world.source(path)).toBeUndefined();
    expect(await world.read(path, into)).toMatchObject({ outcome: 'read', known: 0 });
  });
});

test.each(['ERR_INVALID_STATE', 'ENOSPC', 'EMFILE'])('CA18: %s is no fault of the file', async (code) => {
  const world = importWorld();
  const broken = () => Promise.reject(Object.assign(new Error('broken'), { code }));
  const { capture } = world.wired;
  const parts = {
    ...{ ...capture, user: capture.user, target: (id: string) => ({ ...capture.target(id), write: broken }) },
  };
  const path = world.file(name, whole);
  await expect(importFile(parts, found(path), { trusted: 'own', ...into })).rejects.toMatchObject({ code });
});

describe('what is stored', () => {
  test('CA16: kept lines of files of one name stand apart; a file that was written anew is kept anew', async () => {
    const world = importWorld();
    const rewritten = [said(cwd, 8, 'new first'), said(cwd, 9, 'new second')];
    const path = world.file(`a/${name}`, jsonl(said(cwd, 0, 'one'), said(cwd, 1, 'two')));
    await world.read(path, into);
    await world.read(world.file(`b/${name}`, jsonl(said(cwd, 2, 'three'))), into);
    fs.writeFileSync(path, jsonl(...rewritten));
    await world.read(path, into);
    const lines = world.kept(claude, name).lines.map((line) => JSON.parse(line).uuid.slice(0, 8));
    expect(lines.map(Number).sort()).toEqual([0, 1, 2, 8, 9]);
  });

  test('CA17: kept lines are named by the conversation the file tells of; where it tells of none by its name', async () => {
    const world = importWorld();
    const paths = [
      world.file('any-name.jsonl', jsonl(said(cwd, 0, 'one'))),
      world.file('rollout.jsonl', jsonl(...rollout(cwd))),
      world.file('agent-a1.jsonl', jsonl(said(cwd, 4, 'x', { isSidechain: true, agentId: 'a1' }))),
      world.file('s.jsonl', jsonl({ type: 'summary', leafUuid: 'x', summary: 'y' })),
    ];
    for (const path of paths) await world.read(path, into);
    const ids = paths.map((path) => world.source(path)?.native_id);
    expect(ids).toEqual([conversation, '019eecb9-cc3a-73c2-814a-dd4f8ced7545', 'a1', 's']);
  });

  test('CA11: secrets, NULs and halves of surrogate pairs reach no record and no kept line', async () => {
    const world = importWorld();
    const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
    const line = JSON.stringify(said(cwd, 0, `my token ${token} is SPLIT`)).replace('SPLIT', '\\ud83d \\u0000 \\ude00');
    const path = world.file(name, `${line}\n{"cut off by ${token}\n`);
    const report = await world.read(path, into);
    expect(Object.values(report.redacted).reduce((a, b) => a + b, 0)).toBe(2);
    const kept = world.kept(claude, name).lines.join('\n');
    const rows = world.projects.store(projectId).statements.all<{ body: string }>('select body from records', []);
    for (const text of [kept, JSON.stringify(rows)]) {
      expect(text).not.toContain(token);
      expect(text).toContain('⟨secret:');
      expect(text).not.toMatch(/\\ud83d/i);
      expect(text).toContain('\ufffd');
    }
  });

  test('CA12: kept lines can be switched off; records are the same', async () => {
    const world = importWorld({ env: { PRSIST_CAPTURE__KEEP_TRANSCRIPTS: 'false' } });
    await world.read(world.file(name, whole), into);
    expect(world.kept(claude, name).lines).toEqual([]);
    expect(world.state()).toEqual((await inOneGo(whole, name, claude)).state);
  });
});
