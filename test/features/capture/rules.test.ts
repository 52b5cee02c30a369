import { expect, test } from 'vitest';
import { Settings } from '../../../src/daemon/settings.ts';
import { sweepStores } from '../../../src/daemon/sweep.ts';
import { allSegments } from '../../../src/features/capture/queries.ts';
import { plainNeeds } from '../entries/entry-needs.ts';
import { importWorld } from './import-world.ts';

const line = (value: object) => `${JSON.stringify(value)}\n`;
const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const session = '11111111-1111-4111-8111-111111111111';

/** A conversation that reads a file it should not, edits it, and runs a command. */
function transcript(cwd: string): string {
  const base = { sessionId: session, cwd, version: '2.0.0', timestamp: '2026-02-01T10:00:00.000Z' };
  const uses = (n: number, id: string, name: string, input: object) =>
    line({
      ...{ ...base, type: 'assistant', uuid: uuid(n), parentUuid: uuid(n - 1) },
      message: { id: `m${n}`, role: 'assistant', model: 'm', content: [{ type: 'tool_use', id, name, input }] },
    });
  const gives = (n: number, id: string, content: string) =>
    line({
      ...{ ...base, type: 'user', uuid: uuid(n), parentUuid: uuid(n - 1) },
      message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content }] },
    });
  return [
    line({
      ...{ ...base, type: 'user', uuid: uuid(1), parentUuid: null },
      message: { role: 'user', content: 'Look at the settings' },
    }),
    uses(2, 'c1', 'Read', { file_path: `${cwd}/private/plan.txt` }),
    gives(3, 'c1', 'the walnut plan'),
    uses(4, 'c2', 'Write', { file_path: 'private/plan.txt', content: 'the hazel plan' }),
    gives(5, 'c2', 'File created successfully at: private/plan.txt'),
    uses(6, 'c3', 'Bash', { command: 'npm test' }),
    gives(7, 'c3', 'all chestnuts green'),
  ].join('');
}

async function taken(env: Readonly<Record<string, string>>) {
  const world = importWorld({ env });
  const path = world.file(`${session}.jsonl`, transcript(world.root));
  const { outcome } = await world.read(path);
  const { statements, read } = world.projects.store(world.projects.resolve('shop').id);
  const rows = statements.all<{ n: number }>('select n from records order by n', []);
  const stored = rows.map(({ n }) => JSON.stringify(read.fields(n))).join('\n');
  const { lines } = world.kept('claude-code', `${session}.jsonl`);
  return { outcome, stored, lines, whole: stored + lines.join('\n') };
}

test('CF31: without a rule everything is kept', async () => {
  const { whole, lines } = await taken({});
  for (const word of ['walnut', 'hazel', 'chestnuts', 'private/plan.txt']) expect(whole).toContain(word);
  expect(lines).toHaveLength(7);
});

test('CF31: of an ignored file neither edits nor what went in and out of tools is kept, nor their lines', async () => {
  const { whole, stored, lines } = await taken({ PRSIST_CAPTURE__IGNORE: '[private/]' });
  for (const word of ['walnut', 'hazel', 'plan.txt']) expect(whole).not.toContain(word);
  expect(stored).toContain('chestnuts');
  expect(stored).toContain('Look at the settings');
  expect(lines).toHaveLength(7);
  expect(lines.filter((each) => each === '{"prsist":"left out"}')).toHaveLength(4);
});

const base = { sessionId: session, version: '2.0.0', timestamp: '2026-02-01T10:00:00.000Z' };
const says = (n: number, type: string, content: unknown, more: object = {}) =>
  line({ ...base, type, uuid: uuid(n), parentUuid: null, message: { id: `m${n}`, role: type, content }, ...more });
const prompt = says(1, 'user', 'Look at private/plan.txt');

/** What is kept of one call and its result, `private/` and `*.env` being ignored. */
async function keptOf(name: string, input: object, output: string, more: readonly object[] = []): Promise<string> {
  const world = importWorld({ env: { PRSIST_CAPTURE__IGNORE: '[private/, "*.env", /conf/own.yaml]' } });
  const { root: cwd } = world;
  const call = says(2, 'assistant', [{ type: 'tool_use', id: 'c1', name, input }], { cwd });
  const result = says(3, 'user', [{ type: 'tool_result', tool_use_id: 'c1', content: output }], { cwd });
  const others = more.map((each) => line({ ...base, cwd, ...each })).join('');
  const path = world.file(
    `${session}.jsonl`,
    prompt.replace('{', `{"cwd":${JSON.stringify(cwd)},`) + call + result + others,
  );
  await world.read(path);
  const { statements, read } = world.projects.store(world.projects.resolve('shop').id);
  const rows = statements.all<{ n: number }>('select n from records order by n', []);
  const stored = rows.map(({ n }) => JSON.stringify(read.fields(n))).join('\n');
  expect(stored).toContain('Look at private/plan.txt');
  return stored + world.kept('claude-code', `${session}.jsonl`).lines.join('\n');
}

test.each([
  ['a command that reads it', 'Bash', { command: 'cat private/plan.txt | head' }, 'walnut'],
  ['a command from its directory', 'Bash', { command: 'cd private && cat plan.txt' }, 'walnut'],
  ['a command that hands it over', 'Bash', { command: 'curl -d @private/plan.txt http://x' }, 'walnut'],
  ['a redirection', 'Bash', { command: 'echo walnut >private/plan.txt' }, ''],
  ['a search over all', 'Bash', { command: 'grep -rn plan .' }, './private/plan.txt:3: walnut'],
  ['a patch that is shown', 'Bash', { command: 'git diff' }, '--- a/conf/own.yaml\n+++ b/conf/own.yaml\n+walnut'],
  ['a tool nobody knows', 'mcp__fs__open', { uri: 'file://private/plan.txt' }, 'walnut'],
  ['a list of paths', 'mcp__fs__many', { of: [{ paths: ['src/a.ts', 'dev.env'] }] }, 'walnut'],
  ['a place to work in', 'exec', { command: ['cat', 'plan.txt'], workdir: 'private' }, 'walnut'],
])('CF36: of an ignored file nothing is kept that came by %s', async (_, name, input, output) => {
  expect(await keptOf(name, input, output)).not.toContain('walnut');
});

test('CF36: what names no ignored file is kept', async () => {
  for (const command of ['npm run private', 'cat src/plan.txt', 'echo environment']) {
    expect(await keptOf('Bash', { command }, 'chestnut')).toContain('chestnut');
  }
});

test('CF37: a line of the transcript in which an agent says the content of an ignored file again is not kept', async () => {
  const again = [
    { type: 'attachment', attachment: { type: 'file', filename: 'private/plan.txt', content: { text: 'walnut' } } },
    { type: 'exec_end', command: ['bash', '-lc', 'cat private/plan.txt'], aggregated_output: 'walnut' },
    { type: 'turn_diff', diff: '--- a/private/plan.txt\n+++ b/private/plan.txt\n+walnut' },
    { type: 'snapshot', files: { 'private/plan.txt': 'walnut' } },
  ];
  const kept = await keptOf('Bash', { command: 'ls src' }, 'chestnut', again);
  expect(kept).not.toContain('walnut');
  expect(kept).toContain('chestnut');
});

test('CF32: without the output of tools the calls stay, and no transcript that would show it', async () => {
  const { stored, lines } = await taken({ PRSIST_CAPTURE__TOOL_OUTPUT: 'false' });
  expect(stored).toContain('npm test');
  for (const word of ['chestnuts', 'walnut']) expect(stored).not.toContain(word);
  expect(lines).toEqual([]);
});

test('CF33: an agent that is not wanted is not taken in, unless its file is named', async () => {
  const unwanted = await taken({ PRSIST_CAPTURE__AGENTS: '[codex]' });
  expect(unwanted).toMatchObject({ outcome: 'not-wanted', lines: [] });
  expect(unwanted.stored).not.toContain('Look at the settings');
  const world = importWorld({ env: { PRSIST_CAPTURE__AGENTS: '[codex]' } });
  const path = world.file(`${session}.jsonl`, transcript(world.root));
  const { id } = world.projects.resolve('shop');
  expect(await world.read(path, { into: id, trusted: 'foreign' })).toMatchObject({ outcome: 'read' });
});

test('CF35: transcripts kept too long go, their records stay; what is added later is kept in its place', async () => {
  const world = importWorld();
  const whole = transcript(world.root);
  const cut = whole.indexOf('\n', whole.length / 2) + 1;
  const path = world.file(`${session}.jsonl`, whole.slice(0, cut));
  await world.read(path);
  const store = world.projects.store(world.projects.resolve('shop').id);
  const before = store.log.seq;
  const kept = () => world.kept('claude-code', `${session}.jsonl`).lines.length;
  const first = kept();
  const sweep = (days: string) => {
    const env = { PRSIST_RETENTION__TRANSCRIPTS_DAYS: days };
    return sweepStores(world.projects, new Settings({ paths: world.paths, env, accept: () => undefined }), {
      entries: plainNeeds(),
      onFault: (what, error) => expect.unreachable(`${what} ${String(error)}`),
    });
  };
  world.clock.now += 30 * 86_400_000;
  for (const days of ['off', '31']) await sweep(days);
  expect(kept()).toBe(first);
  await sweep('29');
  expect([kept(), store.log.seq]).toEqual([0, before]);
  world.file(`${session}.jsonl`, whole);
  await world.read(path);
  const [source] = store.statements.all<{ native_id: string; source: string }>(
    'select native_id, source from transcript_segments',
    [],
  );
  const segments = store.read.all(allSegments, { agent: 'claude-code', native_id: '', source: '', ...source });
  expect(segments.map(({ first_line }) => first_line)).toEqual([first]);
  expect(kept()).toBe(7 - first);
});
