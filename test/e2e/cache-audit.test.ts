// `prsist cache audit` as a user runs it, beside two scripts that share no code with it.
import fs from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordedShare } from '../features/cache/audit/recorded-shares.ts';
import { transcriptFolder } from '../features/capture/adapters/transcript-files.ts';
import { createHome, execute, type Home } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

interface Audited {
  readonly sessions: readonly {
    readonly path: string | null;
    readonly requests: number;
    readonly share: number;
    readonly breaks: readonly unknown[];
    readonly causes: Readonly<Record<string, number>>;
  }[];
  readonly pooled: { readonly share: number; readonly median_share: number; readonly breaks_per_100: number };
}

interface Reference {
  readonly rows: readonly { requests: number; share: number; breaks: number; causes: Record<string, number> }[];
  readonly pooled: { readonly share: number; readonly median: number; readonly breaks_per_100: number };
}

const demo = join(import.meta.dirname, '../../config/demo/claude-code-cli-9f-d2fc39aa5f-0.jsonl.gz');
const folder = transcriptFolder();
const recorded = join(folder ?? '', 'claude-code');
const reference = resolve(folder ?? '', '../../eval/prefix/usage-audit.mjs');

let home: Home;
let cwd: string;
beforeEach(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import', '--no-git-hooks'], { cwd });
});
afterEach(() => home.remove());

// what --json prints is the reply of cache.audit
const audited = async (...argv: readonly string[]) =>
  (await home.json(['cache', 'audit', ...argv], { cwd })) as unknown as Audited;

test('PC320: the cached share of a transcript is that of its usage fields, taken in and only looked at', async () => {
  const { requests, share } = recordedShare(demo);
  expect((await audited('--path', demo)).sessions).toMatchObject([{ requests, share, path: demo }]);
  await home.prsist(['import', '--path', demo], { cwd });
  expect((await audited()).sessions).toMatchObject([{ requests, share, path: null }]);
});

test('PC329: a file without requests is told as that, empty or of other bytes, and a missing one is an error', async () => {
  const file = join(home.root, 'other.jsonl');
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(3 << 20, 0xe9), Buffer.from('{"type":"user"\n[1,\n')]) {
    fs.writeFileSync(file, bytes);
    const { exit, stdout, stderr } = await home.prsist(['cache', 'audit', '--path', file], { cwd });
    expect([exit, stdout, stderr]).toEqual([0, '', expect.stringContaining('no request of a model in these files')]);
  }
  const missing = await home.prsist(['cache', 'audit', '--path', join(home.root, 'nowhere')], { cwd });
  expect([missing.exit, missing.stderr]).toEqual([1, expect.stringContaining('no such file')]);
});

const isThere = folder !== undefined && fs.existsSync(reference);
describe.skipIf(!isThere)('beside the reference audit (skipped where it is not at hand)', () => {
  test('PC324: shares, breaks and causes of every session are the same, and all of them pooled', async () => {
    const files = fs.readdirSync(recorded).map((name) => join(recorded, name));
    const { stdout } = await execute(process.execPath, [reference, '--json', ...files]);
    const wanted: Reference = JSON.parse(stdout);
    await home.prsist(['import', '--path', recorded], { cwd });
    const order = <T extends { readonly requests: number; readonly share: number }>(rows: readonly T[]) =>
      rows.toSorted((a, b) => a.requests - b.requests || a.share - b.share);
    for (const found of [await audited('--all'), await audited('--path', recorded)]) {
      const rows = found.sessions.map(({ requests, share, breaks, causes }) => {
        return { requests, share: 100 * share, breaks: breaks.length, causes };
      });
      const near = ({ requests, share, breaks, causes }: Reference['rows'][number]) => {
        return { requests, share: expect.closeTo(share, 9), breaks, causes };
      };
      expect(order(rows)).toEqual(order(wanted.rows).map(near));
      expect(100 * found.pooled.share).toBeCloseTo(wanted.pooled.share, 9);
      expect(100 * found.pooled.median_share).toBeCloseTo(wanted.pooled.median, 9);
      expect(found.pooled.breaks_per_100).toBeCloseTo(wanted.pooled.breaks_per_100, 9);
    }
  });
});
