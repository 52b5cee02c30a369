// Imports that are killed, and files that are no transcripts, or only half of one.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { transcriptFolder } from '../features/capture/adapters/transcript-files.ts';
import { claudeCode } from '../harness/agents.ts';
import { databases, digestOf, findings } from '../harness/audit.ts';
import { createHome, ended, type Home } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';
import { seeded } from '../harness/seed.ts';

let home: Home;
let cwd: string;
beforeEach(async () => {
  home = createHome();
  fs.mkdirSync(join(home.home, '.claude'));
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
});
afterEach(() => home.remove());

interface Result {
  readonly files: number;
  readonly read: number;
  readonly lines: number;
  readonly records_added: number;
  readonly unparsable_lines: number;
  readonly unknown_lines: number;
  readonly too_long_lines: number;
  readonly held_back_lines: number;
  readonly skipped: readonly { readonly path: string; readonly why: string }[];
}

/** The result of an import, and what a person was told. */
async function importing(...paths: readonly string[]): Promise<{ exit: number | null; result: Result; told: string }> {
  const args = paths.flatMap((path) => ['--path', path]);
  const { exit, stdout } = await home.prsist(['import', ...args, '--json'], { cwd });
  const again = await home.prsist(['import', ...args], { cwd });
  return { exit, result: JSON.parse(stdout).result ?? {}, told: again.stdout + again.stderr };
}

const folder = transcriptFolder();

describe.skipIf(folder === undefined)('the transcripts for development (skipped where they are not at hand)', () => {
  test('an import killed again and again ends with the same rows as one that was not', {
    timeout: 180_000,
  }, async () => {
    const random = seeded('import');
    const paths = ['claude-code', 'codex'].map((agent) => join(folder ?? '', agent));
    await home.prsist(['daemon', 'stop']);
    const [killed, whole] = [join(home.root, 'p'), join(home.root, 'w')];
    execFileSync('cp', ['-a', killed, whole]);
    let kills = 0;
    for (let done = false; !done; ) {
      const child = await home.serve();
      const { job_id } = await home.client(cwd).call('capture.import', { paths });
      const left = 250 + random.below(500) + kills * 100;
      const end = await home.client(cwd).call('job.show', { job_id, wait_ms: left });
      done = end.state !== 'running' || kills === 12;
      if (done) {
        await home.json(['import', ...paths.flatMap((path) => ['--path', path])], { cwd });
        await home.json(['brief'], { cwd }); // which waits for what git tells, too
      } else kills += 1;
      child.kill(done ? 'SIGTERM' : 'SIGKILL');
      await ended(child);
    }
    const other = { env: { PRSIST_HOME: whole }, cwd };
    const { result } = await home.json(['import', ...paths.flatMap((path) => ['--path', path])], other);
    await home.json(['brief'], other);
    await home.prsist(['daemon', 'stop'], other);
    const database = databases(home).find((file) => file.endsWith('memory.db')) ?? '';
    const [interrupted, atOnce] = [digestOf(database), digestOf(database.replace(killed, whole))];
    const lines = (result as Result | undefined)?.lines;
    process.stdout.write(`import: ${kills} kills, ${lines} lines, digest ${atOnce.all?.slice(0, 12)}\n`);
    expect(kills).toBeGreaterThan(1);
    expect(interrupted).toEqual(atOnce);
    expect(findings(home)).toEqual([]);
  });
});

describe('inputs that are not what they should be', () => {
  let good: string;
  let lines: string[];
  beforeEach(async () => {
    const agent = claudeCode(home, { cwd });
    for (let n = 0; n < 5; n += 1) {
      await agent.asked(`question ${n}`);
      agent.said(`answer ${n}`);
    }
    await home.settled();
    good = join(home.home, 'good.jsonl');
    fs.renameSync(agent.transcript, good);
    // another conversation than the hooks have told of
    const text = fs.readFileSync(good, 'utf8').replaceAll(agent.session, '11111111-2222-4333-8444-555555555555');
    lines = text
      .trimEnd()
      .split('\n')
      .map((line) => line.replaceAll(/"(uuid|parentUuid)":"(.{8})/g, '"$1":"aaaaaaaa'));
  });
  const write = (name: string, content: string | Uint8Array) => {
    const path = join(home.home, name);
    fs.writeFileSync(path, content);
    return path;
  };

  test('a file that ends in the middle of a line: that line waits until it is whole', async () => {
    const text = `${lines.join('\n')}\n`;
    const path = write('cut.jsonl', text.slice(0, -30));
    const { result } = await importing(path);
    expect(result).toMatchObject({ read: 1, lines: 9, held_back_lines: 1, unparsable_lines: 0 });
    fs.writeFileSync(path, text);
    const whole = (await importing(path)).result;
    expect(whole).toMatchObject({ lines: 1, held_back_lines: 0 });
    expect(whole.records_added).toBeGreaterThan(0);
  });

  test('lines that are no JSON, of no known type, or no text stay apart; the others come in', async () => {
    const odd = [
      'not json',
      '{"type":"from-the-future","x":1}',
      '[]',
      '7',
      'null',
      '"text"',
      '{}',
      '',
      '   ',
      '{"type":',
    ];
    const text = [...lines.slice(0, 5), ...odd, ...lines.slice(5), ''].join('\n');
    const { exit, result } = await importing(write('odd.jsonl', text));
    expect(exit).toBe(0);
    expect(result).toMatchObject({ read: 1, unparsable_lines: 2, skipped: [] });
    expect(result.unknown_lines).toBeGreaterThan(0);
    expect(result.records_added).toBeGreaterThanOrEqual(10);
    const told = await home.prsist(['import', '--path', write('again.jsonl', text)], { cwd });
    expect(told.stdout + told.stderr).toMatch(/2 .*(no JSON|unparsable)/);
  });

  test('bytes that are no UTF-8 become what stands for them', async () => {
    const bytes = Buffer.from(lines.join('\n').replace('question 0', 'question \u0001\u0001'));
    for (let at = bytes.indexOf(1); at >= 0; at = bytes.indexOf(1)) bytes[at] = 0xff;
    const { result } = await importing(write('latin.jsonl', bytes));
    expect(result).toMatchObject({ read: 1, lines: 10, unparsable_lines: 0 });
  });

  test('a line of 50 MB is passed over and counted, JSON 10,000 levels deep hurts nobody', {
    timeout: 60_000,
  }, async () => {
    const long = JSON.stringify({ ...JSON.parse(lines[0] ?? ''), extra: 'x'.repeat(50 * 2 ** 20) });
    const deep = `{"type":"user","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    const path = write('long.jsonl', [...lines.slice(0, 4), long, deep, ...lines.slice(4), ''].join('\n'));
    const { exit, result } = await importing(path);
    expect([exit, result.read, result.too_long_lines]).toEqual([0, 1, 1]);
    expect(result.records_added).toBeGreaterThanOrEqual(10);
    expect(await home.client(cwd).call('system.health', {})).toMatchObject({ success: true });
  });

  test('empty, binary and foreign files are named, and the sound one beside them is read', async () => {
    const place = join(home.home, 'mixed');
    fs.mkdirSync(place);
    for (const [name, content] of [
      ['mixed/empty.jsonl', ''],
      ['mixed/zeros.jsonl', Buffer.alloc(100_000)],
      ['mixed/random.jsonl', Buffer.from(Array.from({ length: 50_000 }, (_, n) => (n * 7919) % 256))],
      ['mixed/other.jsonl', '{"some":"thing"}\n{"else":1}\n'],
      ['mixed/fake.jsonl.gz', 'no gzip at all'],
      ['mixed/good.jsonl', `${lines.join('\n')}\n`],
    ] as const) {
      write(name, content);
    }
    const { exit, result, told } = await importing(place);
    expect([exit, result.files, result.read]).toEqual([0, 6, 1]);
    expect(result.skipped.map(({ path }) => path.replace(`${place}/`, '')).sort()).toEqual([
      ...['empty.jsonl', 'fake.jsonl.gz', 'other.jsonl', 'random.jsonl', 'zeros.jsonl'],
    ]);
    for (const { why } of result.skipped) expect(why).not.toBe('');
    expect(told).toContain('other.jsonl');
  });

  test('a packed file cut in the middle is read as far as it goes', async () => {
    const many = Array.from({ length: 400 }, (_, n) =>
      lines.map((line) => line.replaceAll('aaaaaaaa', String(10_000_000 + n))),
    );
    const packed = gzipSync(`${many.flat().join('\n')}\n`);
    const { exit, result, told } = await importing(write('cut.jsonl.gz', packed.subarray(0, packed.length / 2)));
    expect(exit).toBe(0);
    expect(result.records_added).toBeGreaterThan(100);
    expect(told).toMatch(/cut\.jsonl\.gz/);
  });

  test('a path that is not there, or a directory without transcripts, is refused and says so', async () => {
    for (const path of ['/nowhere/at/all.jsonl', cwd]) {
      const ran = await home.prsist(['import', '--path', path], { cwd });
      expect(ran.exit).not.toBe(0);
      expect(ran.stdout + ran.stderr).toContain(path);
    }
  });
});
