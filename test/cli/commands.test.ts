import { expect, test } from 'vitest';
import { type Answering, refuse, reply, serve } from '../client/wire-server.ts';
import { now, prsist } from './world.ts';

const at = (minutesAgo: number) => new Date(now - minutesAgo * 60_000).toISOString();
const session = '3f2a91bc-0000-7000-8000-000000000001';

/** Answers by name of the operation; what is missing is a test's mistake. */
const answers =
  (replies: Record<string, Record<string, unknown>>): Answering =>
  ({ name }, response) => {
    const body = replies[name];
    if (body) reply(response, body);
    else refuse(response, 404, { code: 'route/unknown', message: `no ${name} in this test`, hint: '' });
  };

const stored = {
  entry_id: 'e',
  layer: 'long_term',
  scope: 'project',
  sync_version: 1,
  created: true,
  updated_at: at(0),
};

test('remember sends no key: the daemon makes it of the redacted text', async () => {
  await using server = await serve(answers({ 'context.store': { ...stored, key: 'decision.drop-redis' } }));
  const ran = await prsist(['remember', 'drop', 'redis', '--as', 'decision', '--priority', 'high'], { server });
  expect(ran).toEqual({ exit: 0, stdout: 'remembered  decision.drop-redis\n', stderr: '' });
  expect(server.asked[0]?.input).toEqual({
    value: 'drop redis',
    category: 'decision',
    priority: 'high',
  });
  expect(server.asked[0]?.headers['x-prsist-project']).toBe('%2Fw%2Fshop');
});

test.each([[['remember']], [['remember', '-']]])('%j reads stdin', async (argv) => {
  await using server = await serve(answers({ 'context.store': { ...stored, key: 'k' } }));
  await prsist(argv, { server, stdin: 'from a pipe\n' });
  expect(server.asked[0]?.input).toEqual({ value: 'from a pipe', category: 'note' });
});

test.each([
  ['nothing', ['remember']],
  ['an empty text', ['remember', '']],
  ['blanks', ['remember', ' ', '\n']],
  ['an empty message', ['session', 'message', '3f2a91bc', '']],
  ['an empty query', ['search', '']],
  ['an empty task', ['task', 'add', '']],
])('%s at a terminal is a usage error, and nothing is asked', async (_, argv) => {
  await using server = await serve(answers({}));
  const ran = await prsist(argv, { server });
  expect(ran).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringMatching(/ is (missing|empty)\n/) });
  expect(server.asked).toEqual([]);
});

test('--json prints exactly the reply, or the error, on stdout', async () => {
  await using server = await serve(answers({ 'context.store': { ...stored, key: 'k', later: [1] } }));
  const good = await prsist(['remember', 'x', '--json'], { server });
  expect(good.stdout).toBe(`${JSON.stringify({ success: true, ...stored, key: 'k', later: [1] })}\n`);
  const bad = await prsist(['--json', 'context', 'get', 'nothing'], { server });
  expect(bad).toMatchObject({ exit: 2, stderr: '' });
  expect(JSON.parse(bad.stdout)).toMatchObject({ success: false, error: { code: 'route/unknown' } });
});

test('--project: a name stays a name, a path becomes absolute', async () => {
  await using server = await serve(answers({ 'session.list': { items: [], next_cursor: null } }));
  for (const project of ['shop', '.', '../other', './x', '/abs/dir'])
    await prsist(['sessions', '--project', project], { server });
  expect(server.asked.map(({ headers }) => decodeURIComponent(String(headers['x-prsist-project'])))).toEqual([
    'shop',
    '/w/shop',
    '/w/other',
    '/w/shop/x',
    '/abs/dir',
  ]);
});

test('inside an agent, the agent is named', async () => {
  await using server = await serve(answers({ 'session.list': { items: [], next_cursor: null } }));
  await prsist(['sessions'], { server, env: { CLAUDECODE: '1' } });
  expect(server.asked[0]?.headers['x-prsist-agent']).toBe('claude-code');
});

test('an empty list says so on stderr and is no failure; --quiet says nothing', async () => {
  await using server = await serve(answers({ 'session.list': { items: [], next_cursor: null } }));
  const ran = await prsist(['sessions', '--since', '7d'], { server });
  expect(ran).toEqual({ exit: 0, stdout: '', stderr: 'no session matches: prsist sessions lists all\n' });
  expect(server.asked[0]?.input).toEqual({ since: '2026-02-25T12:00:00.000Z' });
  for (const option of ['--branch', '--agent', '--status']) {
    const { stderr } = await prsist(['sessions', option, 'active'], { server });
    expect(stderr).not.toContain('import');
  }
  expect((await prsist(['sessions'], { server })).stderr).toContain('no session yet: prsist import');
  expect(await prsist(['sessions', '--quiet'], { server })).toEqual({ exit: 0, stdout: '', stderr: '' });
});

test('search prints where, when and the words, with marks only on a terminal', async () => {
  const found = {
    kind: 'entry',
    id: 'x',
    key: 'decision.redis',
    title: null,
    snippet: 'we dropped \u001b[31mredis\nlast week',
    highlights: [[16, 21]],
    score: 1,
    at: at(180),
    session_id: session,
    author: null,
    agent: 'codex',
    path: null,
    trust: 1,
    quarantined: false,
  };
  const meaning = { state: 'used', percent: 40 };
  await using server = await serve(
    answers({ 'search.query': { query: 'redis', result_count: 1, results: [found], meaning, next_cursor: null } }),
  );
  const plain = await prsist(['search', 'why redis', '--kind', 'entry,commit', '--limit', '5'], { server });
  expect(plain.stdout).toBe('entry  decision.redis  3h ago, codex, session 3f2a91bc\n    we dropped redis last week\n');
  expect(plain.stderr).toBe('40 % of the texts have a vector so far\n');
  expect(server.asked[0]?.input).toEqual({ query: 'why redis', kinds: ['entry', 'commit'], limit: 5 });
  const terminal = await prsist(['search', 'redis'], { server, terminal: 'yes' });
  expect(terminal.stdout).toContain('we dropped \u001b[1mredis\u001b[22m last week');
  const dull = await prsist(['search', 'redis'], { server, terminal: 'yes', env: { NO_COLOR: '1' } });
  expect(dull.stdout).toBe(plain.stdout);
});

test('search takes words that begin with a dash, and still knows its options', async () => {
  const meaning = { state: 'off', percent: 0 };
  const nothing = { query: '', result_count: 0, results: [], meaning, next_cursor: null };
  await using server = await serve(answers({ 'search.query': nothing }));
  const lines = [
    ['exact phrase', '-without'],
    ['-without', 'exact', '--limit', '5', '-too'],
    ['--limit', '5', 'a', '--', '--force', '-x'],
  ];
  for (const words of lines) expect(await prsist(['search', ...words], { server })).toMatchObject({ exit: 0 });
  expect(server.asked.map(({ input }) => input)).toEqual([
    { query: 'exact phrase -without' },
    { query: '-without exact -too', limit: 5 },
    { query: 'a --force -x', limit: 5 },
  ]);
  expect(await prsist(['search', 'x', '-without', '--knd', 'entry'], { server })).toEqual({
    exit: 2,
    stdout: '',
    stderr: "error: unknown option '--knd'\ntry: prsist search --kind\n",
  });
  expect((await prsist(['search', 'x', '-h'], { server })).stdout).toMatch(/^Usage: prsist search/);
});

test('resume only looks; session resume resumes', async () => {
  await using server = await serve(
    answers({
      'brief.get': { brief: 'the brief', tokens: 2, sha256: '', items: [] },
      'session.show': { session: { session_id: session } },
      'session.resume': {
        session_id: session,
        resumed_from: 'ended',
        status: 'active',
        message_count: 3,
        brief: 'the brief',
      },
    }),
  );
  expect(await prsist(['resume'], { server })).toEqual({ exit: 0, stdout: 'the brief\n', stderr: '' });
  expect(server.asked.map(({ name, input }) => [name, input])).toEqual([['brief.get', { reason: 'resume' }]]);
  server.asked.length = 0;
  expect(await prsist(['session', 'resume', '3f2a', '--agent', 'codex'], { server })).toMatchObject({
    exit: 0,
    stdout: 'the brief\n',
  });
  expect(server.asked.map(({ name }) => name)).toEqual(['session.show', 'session.resume']);
  expect(server.asked[1]?.input).toEqual({ session_id: session, agent: 'codex' });
});

test('resume --format json is the state of the newest session', async () => {
  await using server = await serve(
    answers({
      'session.list': { items: [{ session_id: session }], next_cursor: null },
      'session.context': { context: { session_id: session, tasks: {} } },
    }),
  );
  const { stdout } = await prsist(['resume', '--format', 'json'], { server });
  expect(JSON.parse(stdout)).toEqual({ session_id: session, tasks: {} });
});

test('context store: a lifetime is told in seconds, a JSON value stays JSON', async () => {
  await using server = await serve(answers({ 'context.store': { ...stored, key: 'k' } }));
  await prsist(['context', 'store', 'k', '[1]', '--json-value', '--ttl', '1h', '--if-version', '0'], { server });
  expect(server.asked[0]?.input).toEqual({
    key: 'k',
    value: [1],
    ttl_seconds: 3600,
    if_version: 0,
  });
  expect(await prsist(['context', 'store', 'k', '{', '--json-value'], { server })).toMatchObject({ exit: 2 });
});

test('context get gives a program the exact value', async () => {
  await using server = await serve(answers({ 'context.retrieve': { key: 'k', value: 'a\u001b[1mb' } }));
  expect((await prsist(['context', 'get', 'k'], { server })).stdout).toBe('a\u001b[1mb\n');
  expect((await prsist(['context', 'get', 'k'], { server, terminal: 'yes' })).stdout).toBe('ab\n');
});

test('api asks any operation', async () => {
  await using server = await serve(answers({ 'job.show': { state: 'done' } }));
  expect(await prsist(['api', 'job.show', '{"job_id":"1"}'], { server })).toEqual({
    exit: 0,
    stdout: '{"success":true,"state":"done"}\n',
    stderr: '',
  });
  await prsist(['api', 'job.show', '-'], { server, stdin: '{"job_id":"2"}' });
  expect(server.asked.map(({ input }) => input)).toEqual([{ job_id: '1' }, { job_id: '2' }]);
  for (const wrong of [['api'], ['api', '../x'], ['api', 'job.show', '{']]) {
    expect(await prsist(wrong, { server })).toMatchObject({ exit: 2, stdout: '' });
  }
});

test('an exit status comes from the row of the code', async () => {
  await using server = await serve((_, response) =>
    refuse(response, 503, { code: 'store/locked', message: 'locked', hint: 'later' }),
  );
  expect(await prsist(['sessions'], { server })).toEqual({
    exit: 75,
    stdout: '',
    stderr: 'error: locked\ntry: later\n',
  });
});
