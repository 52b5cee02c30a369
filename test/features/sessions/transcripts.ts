// The real transcripts, read by their adapters into the items that an import would take in.
import { basename, join } from 'node:path';
import type { Captured } from '../../../src/core/captured.ts';
import type { Adapter, TranscriptLine } from '../../../src/features/capture/adapters/adapter.ts';
import { claudeCode } from '../../../src/features/capture/adapters/claude-code.ts';
import { codex } from '../../../src/features/capture/adapters/codex.ts';
import { copilotCli } from '../../../src/features/capture/adapters/copilot-cli.ts';
import { cursor } from '../../../src/features/capture/adapters/cursor.ts';
import { fileLines, readAll, sourceOf, transcriptFolder } from '../capture/adapters/transcript-files.ts';

export const folder = transcriptFolder();

export const adapterOf: Readonly<Record<string, Adapter>> = {
  'claude-code': claudeCode,
  codex,
  'copilot-cli': copilotCli,
  cursor,
};

/** The agent of a file: the name of its folder. */
export function agentOf(file: string): string {
  return file.split('/')[0] ?? '';
}

export function linesOf(file: string): readonly TranscriptLine[] {
  return fileLines(join(folder ?? '', file));
}

/** Everything one file says, in its order. */
export function itemsOf(file: string): readonly Captured[] {
  const adapter = adapterOf[agentOf(file)];
  if (!adapter) throw new Error(`no adapter reads ${file}`);
  return readAll(adapter, linesOf(file), placeOf(file)).items;
}

/** Where a file would lie on its owner's disk. */
function placeOf(file: string): ReturnType<typeof sourceOf> {
  const name = basename(file, '.jsonl');
  if (name.endsWith('-subagents-child')) {
    return sourceOf('child', { path: '/home/ana/.cursor/projects/w/agent-transcripts/parent/subagents/child.jsonl' });
  }
  const child = /([0-9a-f-]{36})-subagents-(agent-[0-9a-f]+)$/.exec(name);
  if (child === null) return sourceOf(name);
  return sourceOf(child[2] ?? '', { path: `/home/ana/.claude/projects/p/${child[1]}/subagents/${child[2]}.jsonl` });
}

/** The same in batches, as an import stopped at these lines would give them: its state is stored in between. */
export function batchesOf(file: string, cuts: readonly number[]): readonly (readonly Captured[])[] {
  const adapter = adapterOf[agentOf(file)];
  if (!adapter) throw new Error(`no adapter reads ${file}`);
  const lines = linesOf(file);
  let stored = JSON.stringify(adapter.begin(placeOf(file)));
  return [...cuts, lines.length].map((end, i) => {
    let state = JSON.parse(stored);
    const items: Captured[] = [];
    for (const line of lines.slice(cuts[i - 1] ?? 0, end)) {
      const reading = adapter.read(state, line);
      state = reading.state;
      items.push(...reading.items);
    }
    stored = JSON.stringify(state);
    return items;
  });
}

/** Six places in a list of so many, at uneven distances. */
export function unevenCuts(length: number): readonly number[] {
  return [0.03, 0.11, 0.34, 0.35, 0.71, 0.97].map((share) => Math.floor(length * share));
}
