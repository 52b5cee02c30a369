// How long the single executable takes to start, beside the command line as the package brings it: `--version` and `help`
// of both, one after the other in turns. One JSON line. Bar: at most 1.2 times the bundled command line.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildExecutable } from '../executable.ts';
import { quantile, rounded } from './measure.ts';

const root = join(import.meta.dirname, '..', '..');
const runs = Math.max(5, Number(process.argv[2] ?? 40));
const bar = 1.2;
const place = fs.mkdtempSync(join(tmpdir(), 'prsist-one-bench-'));
try {
  const platform = { system: process.platform, arch: process.arch };
  const built = buildExecutable({
    ...{ out: join(place, 'prsist'), node: process.execPath, platform, modules: join(root, 'node_modules') },
  });
  const env = { PATH: process.env['PATH'], HOME: place };
  const first = ms(built.out, ['--version'], env);
  const results = [['--version'], ['help', 'search']].map((words) => {
    const [one, bundled, empty]: number[][] = [[], [], []];
    for (let n = 0; n < runs; n += 1) {
      one?.push(ms(built.out, words, env));
      bundled?.push(ms(process.execPath, [join(root, 'bin', 'prsist'), ...words], env));
      empty?.push(ms(process.execPath, ['-e', '0'], env));
    }
    const [a, b, reference] = [one, bundled, empty].map((times) => quantile(times ?? [], 0.5)) as [
      number,
      number,
      number,
    ];
    return {
      ...{
        words: words.join(' '),
        one_file_ms: rounded(a, 1),
        bundled_ms: rounded(b, 1),
        node_ms: rounded(reference, 1),
      },
      ratio: rounded(a / b, 2),
    };
  });
  const ok = results.every(({ ratio }) => ratio <= bar);
  const size = { mib: rounded(built.bytes / 2 ** 20, 1), laid_out_mib: rounded(built.filesBytes / 2 ** 20, 1) };
  process.stdout.write(
    `${JSON.stringify({ bench: 'executable', first_start_ms: rounded(first, 0), ...size, results, bars: { ratio: bar }, ok })}\n`,
  );
} finally {
  fs.rmSync(place, { recursive: true, force: true });
}

function ms(program: string, args: readonly string[], env: Record<string, string | undefined>): number {
  const begun = performance.now();
  const { status, stderr } = spawnSync(program, [...args], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${status} ${stderr}`);
  return performance.now() - begun;
}
