import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { belowBars, replayFiles } from '../../scripts/eval/cache/replay.ts';
import { transcriptFolder } from '../features/capture/adapters/transcript-files.ts';

const root = join(import.meta.dirname, '../..');
const folder = transcriptFolder();

test('PC325: a shipped transcript keeps its cached share with a brief, and loses it with a text that changes', async () => {
  const replayed = await replayFiles([join(root, 'config/demo/claude-code-cli-9f-d2fc39aa5f-0.jsonl.gz')], root);
  const [alone = 0, brief = 0, naive = 0, top = 0] = [...replayed.rows.values()].map(({ share }) => share);
  expect(brief).toBeGreaterThan(alone - 0.003);
  expect(naive).toBeLessThan(alone / 2);
  expect(top).toBe(0);
});

describe.skipIf(folder === undefined)('real transcripts (skipped where PRSIST_EVAL_DATA is absent)', () => {
  test('PC325: with a brief they keep their cached share within 0.3 points and their cost within 0.5 %', async () => {
    const replayed = await replayFiles([join(folder ?? '', 'claude-code')], root);
    expect(belowBars(replayed)).toEqual([]);
    // the naive ones are far below the bars: what holds above can fail
    const [alone, , naive] = [...replayed.rows];
    expect(belowBars({ ...replayed, rows: new Map([alone, naive].filter((row) => row !== undefined)) })).toHaveLength(
      2,
    );
  });
});
