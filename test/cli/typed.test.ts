// What a person types by mistake, and what they are told where there is nothing.
import { expect, test } from 'vitest';
import { reply, serve } from '../client/wire-server.ts';
import { prsist } from './world.ts';

const id = '3f2a91bc-0000-7000-8000-000000000001';

/** Answers every operation with the same reply; a job is done at once with `result`. */
const answering = (members: Record<string, unknown>, result: Record<string, unknown> = {}) =>
  serve(({ name }, response) => {
    if (name === 'job.show') reply(response, { job_id: 'j', state: 'done', name: 'x', progress: {}, result });
    else reply(response, name.endsWith('import') ? { job_id: 'j' } : members);
  });

test.each([
  [
    ['search', 'x', '--limit', 'abc'],
    'error: --limit: "abc" is not a whole number from 1 to 200\ntry: for example --limit 20\n',
  ],
  [
    ['search', 'x', '--limit', '201'],
    'error: --limit: "201" is not a whole number from 1 to 200\ntry: for example --limit 20\n',
  ],
  [
    ['--timeout', 'x', 'status'],
    'error: --timeout: "x" is not a number of seconds up to 86400\ntry: for example --timeout 120\n',
  ],
  [
    ['brief', '--budget', '10'],
    'error: --budget: "10" is not a whole number from 200 to 8000\ntry: for example --budget 200\n',
  ],
  [
    ['context', 'store', 'k', 'v', '--expires', 'foo'],
    'error: --expires: "foo" is no time\ntry: say 2026-12-31T00:00:00Z\n',
  ],
  [['backup', '--out', ''], 'error: --out is empty\ntry: prsist backup --help\n'],
  [
    ['context', 'feedback', 'k', '--useful', '--wrong'],
    'error: either --useful or --wrong\ntry: prsist context feedback --help\n',
  ],
  [['usage', '--disk', '--by', 'model'], 'error: --by goes without --disk\ntry: prsist usage --disk\n'],
  [
    ['session', 'put', id],
    `error: say what to change: --title or --info\ntry: prsist session put ${id} --title "what it is about"\n`,
  ],
])('TY1: %j is refused by the name of what is wrong, and nothing is asked', async (argv, stderr) => {
  await using server = await answering({});
  expect(await prsist(argv, { server })).toEqual({ exit: 2, stdout: '', stderr });
  expect(server.asked).toEqual([]);
});

test.each([
  [['document', 'put', '.'], { files: 0 }, '', /^nothing to put: /],
  [['document', 'put', '.', '--dry-run'], { files: 0, bytes: 0, paths: [] }, '', /^nothing to put: /],
  [['import', '--dry-run'], { files: 0 }, '', /^no transcript of an agent found\n$/],
  [
    ['import', '--dry-run'],
    { files: 3, to_read: 2, bytes: 1_500, paths: ['/a.jsonl', '/b.jsonl'] },
    '/a.jsonl\n/b.jsonl\n',
    /^would import 2 files, 1\.5 kB; 1 unchanged since the last import\nnothing was taken in\n$/,
  ],
])('TY2: %j with %j says what there is to do', async (argv, result, stdout, stderr) => {
  await using server = await answering({}, result);
  expect(await prsist(argv, { server })).toEqual({ exit: 0, stdout, stderr: expect.stringMatching(stderr) });
});

test('TY4: a version that changed nothing shows no braces, a text no quotes', async () => {
  const version = {
    version: 2,
    op: 'put',
    at: '2026-03-04T11:00:00Z',
    actor: { user: 'ana' },
    origin: 'human',
    dev: 'd',
  };
  await using server = await answering({
    items: [
      { ...version, fields: {} },
      { ...version, version: 1, fields: { value: 'hi', layer: 'long_term' } },
    ],
    next_cursor: null,
  });
  const { stdout } = await prsist(['context', 'history', 'k'], { server });
  expect(stdout).toBe('2  1h ago  you  restore\n1  1h ago  you  put      hi\n');
});
