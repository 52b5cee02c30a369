// The command as people type it, also what nobody should: always an answer or an error that says what to do.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHome, type Home, until } from '../harness/home.ts';
import { createRepository, type Repository } from '../harness/repository.ts';

let home: Home;
let repository: Repository;
let cwd: string;
let session: string;
beforeAll(async () => {
  home = createHome();
  repository = createRepository(home);
  cwd = repository.path;
  await home.json(['init', '--no-import'], { cwd });
  session = String((await home.json(['session', 'start'], { cwd })).session_id);
  const say = (text: string, role = 'user') =>
    home.json(['session', 'message', session, text, '--role', role], { cwd });
  await say('which broker did we choose for the queue? 🎉');
  await say('NATS, since it is one binary', 'assistant');
  await say('我们放弃了缓存服务器');
  await say('مرحبا بالعالم');
});
afterAll(() => home.remove());

interface Reply {
  readonly results: readonly { readonly snippet: string; readonly found_by: string }[];
}
const found = async (...argv: string[]) => {
  const reply = (await home.json(['search', ...argv], { cwd })) as unknown as Reply; // what --json prints is the reply
  return reply.results.map(({ snippet }) => snippet);
};

test.each([
  ['', 2],
  [' ', 2],
  ['"', 2],
  ['" "', 2],
  ['🎉', 2],
  ['*', 2],
  ['-broker', 2],
  ['kind:nonsense broker', 2],
  ['x\0y', 2],
  ['\0', 2],
  ['the of and', 0],
  ['broker AND', 0],
  ['NEAR(broker, 2) OR NOT "', 0],
  ['broker) OR (text:', 0],
  ["' or 1=1; --", 0],
  ['{text ident} : broker ^queue +1', 0],
  ['brok*', 0],
  ['🎉 broker 🎉', 0],
  ['tags:xk1 broker', 0],
  ['‮broker', 0],
])('FI55: %j is answered, or refused with what is wrong (%i)', async (query, exit) => {
  await expectWords(query, exit);
});

test('FI55: 100 KB are refused, in however many words', async () => {
  for (const query of ['broker '.repeat(14_300), 'a'.repeat(100_000)]) await expectWords(query, 1);
});

async function expectWords(query: string, exit: number): Promise<void> {
  const ran = await home.prsist(['search', '-'], { cwd, input: query });
  expect(ran.exit).toBe(exit);
  expect(ran.stderr).not.toMatch(/sqlite|fts5|syntax|internal|at .*\.ts/i);
  if (exit > 0) expect(ran.stderr).toMatch(/^error: .+\ntry: .+\n$/);
  // nothing a terminal would obey
  expect(ran.stdout + ran.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
}

test('FI56: every script is found, above an answer stands its question, and a branch is no error anywhere', async () => {
  expect(await found('缓存')).toContain('我们放弃了缓存服务器');
  expect(await found('مرحبا')).toContain('مرحبا بالعالم');
  expect(await found('brok*', '--exact')).toContain('which broker did we choose for the queue? 🎉');
  const { stdout, stderr } = await home.prsist(['search', 'brokr for the queue', '--neighbours', '1', '--explain'], {
    cwd,
  });
  expect(stderr).toContain('did you mean: broker (for brokr)');
  expect(stdout).toMatch(
    /^words: broker, queue · repaired: brokr → broker · dropped: .* · \d+ texts compared · .* ms\n/,
  );
  expect(stdout).toMatch(/\[beside what was found\]\n {4}\|.*which broker.*\n {4}NATS, since it is one binary\n/);
  for (const line of stdout.split('\n').filter((each) => each.startsWith('    = '))) {
    const [, sum, added] = /^ {4}= (.*?) = ([\d.]+)/.exec(line) ?? [];
    const parts = (sum ?? '').replace(/\(.*?\)/g, '').match(/[\d.]+/g) ?? [];
    expect(parts.reduce((all, part) => all + Number(part), 0)).toBeCloseTo(Number(added), 2);
  }
  repository.git('checkout', '-q', '-b', 'ferry');
  await until(
    'the daemon has read where HEAD went',
    async () => (await found('broker', '--branch', 'ferry')).length > 0,
  );
  expect(await found('broker', '--branch', 'none')).toEqual([]);
  expect(await found('broker', '--branch', 'none', '--projects', '*')).toEqual([]);
});
