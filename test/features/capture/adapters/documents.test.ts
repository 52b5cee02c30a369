import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Captured, CapturedUsage } from '../../../../src/core/captured.ts';
import type { Adapter } from '../../../../src/features/capture/adapters/adapter.ts';
import { adapters } from '../../../../src/features/capture/adapters/all.ts';
import { geminiCli } from '../../../../src/features/capture/adapters/gemini.ts';
import { opencode } from '../../../../src/features/capture/adapters/opencode.ts';
import { specstory } from '../../../../src/features/capture/adapters/specstory.ts';
import { asRead, entriesOf, realFile, valuesOf } from './document-files.ts';
import { ofKind, readAll, readCut, recordKey, sourceOf, stored, transcriptFolder } from './transcript-files.ts';

type Numbers = { readonly [name: string]: unknown };
const folder = transcriptFolder();
const truth: { readonly [file: string]: Numbers } =
  folder === undefined ? {} : JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8'));
const own: readonly Adapter[] = [geminiCli, opencode, specstory];
const files = Object.keys(truth).filter((file) => own.some(({ agent }) => file.startsWith(`${agent}/`)));

function adapterOf(file: string): Adapter {
  const adapter = own.find(({ agent }) => file.startsWith(`${agent}/`));
  if (!adapter) throw new Error(`no adapter reads ${file}`);
  return adapter;
}

function tokens(usages: readonly CapturedUsage[]): Numbers {
  const sum = { input_fresh: 0, cache_read: 0, cache_write: 0, output: 0, reasoning: 0 };
  for (const usage of usages) {
    sum.input_fresh += usage.fresh;
    sum.cache_read += usage.cacheRead;
    sum.cache_write += usage.cacheWrite;
    sum.output += usage.output;
    sum.reasoning += usage.reasoning;
  }
  return sum;
}

function counts(items: readonly Captured[]): Numbers {
  const messages = ofKind(items, 'message');
  const calls = ofKind(items, 'tool-call');
  const results = ofKind(items, 'tool-result');
  const usages = ofKind(items, 'usage');
  const models = [...messages, ...usages].flatMap((item) => item.model ?? []);
  const tools: Record<string, number> = {};
  for (const { tool } of calls) tools[tool] = (tools[tool] ?? 0) + 1;
  return {
    user_turns: messages.filter(({ as }) => as === 'prompt').length,
    commands: messages.filter(({ metadata }) => metadata?.command !== undefined).length,
    assistant_texts: messages.filter(({ as }) => as === 'text').length,
    tool_calls: calls.length,
    tool_errors: results.filter(({ isError }) => isError).length,
    tools,
    api_requests: usages.length,
    tokens: usages.length === 0 ? null : tokens(usages),
    compactions: ofKind(items, 'compaction').length,
    compact_summaries: messages.filter(({ as }) => as === 'summary').length,
    files_changed: new Set(ofKind(items, 'edit').map(({ path }) => path)).size,
    models: [...new Set(models)].sort(),
  };
}

describe.skipIf(folder === undefined)('real documents (skipped where PRSIST_EVAL_DATA is absent)', () => {
  it.each(files)('CA80: %s gives what its truth says', async (file) => {
    const row = truth[file] ?? {};
    const { lines } = await entriesOf(realFile(file));
    const read = asRead(lines);
    const whole = readAll(adapterOf(file), read, sourceOf('x'));
    const items = stored(whole.items);
    const sessions = ofKind(items, 'session');
    // what a document says of itself stands before its entries
    const header = file.includes('jsonl_v040') ? 0 : 1;
    const got: Numbers = {
      ...counts(items),
      ...{ records: lines.length - header, unparsable: read.filter(({ value }) => value === undefined).length },
      ...{ sessions: sessions.length, session_id: sessions[0]?.session },
    };
    const names = Object.keys(got).filter((name) => name in row);
    expect(names.length).toBeGreaterThanOrEqual(8);
    const chosen = (from: Numbers) => Object.fromEntries(names.map((name) => [name, from[name]]));
    expect(chosen(got)).toEqual(chosen(row));
    expect(whole.unknown).toBe(0);
    expect(lines.filter(({ open, tooLong }) => open || tooLong)).toEqual([]);
  });

  it.each(files)('CA81: %s cut after every entry gives the same, and its state stays small', async (file) => {
    const { lines } = await entriesOf(realFile(file));
    const whole = readAll(adapterOf(file), asRead(lines), sourceOf('x'));
    expect(readCut(adapterOf(file), asRead(lines), sourceOf('x'))).toEqual(whole.items);
    expect(JSON.stringify(whole.state).length).toBeLessThan(2048 + 50 * lines.length);
    const keys = new Map<string, string>();
    for (const item of whole.items) {
      expect([recordKey(item), keys.get(recordKey(item)) ?? item.kind]).toEqual([recordKey(item), item.kind]);
      keys.set(recordKey(item), item.kind);
    }
  });

  it('CA82: every real transcript is recognised by the adapter of its agent and by no other', async () => {
    for (const file of Object.keys(truth)) {
      const { lines } = await entriesOf(realFile(file));
      const head = valuesOf(lines.slice(0, 20));
      const found = adapters.filter((adapter) => adapter.recognises(head)).map(({ agent }) => agent);
      const agent = file.split('/')[0] ?? '';
      expect([file, found]).toEqual([file, adapters.some((each) => each.agent === agent) ? [agent] : []]);
    }
  });

  it.each(files)('CA83: %s read again gives nothing, and after a change only what changed', async (file) => {
    const marks: string[] = [];
    const { name, lines } = await entriesOf(realFile(file), marks);
    if (name === 'lines') return;
    expect(lines.length).toBeGreaterThan(1);
    expect((await entriesOf(realFile(file), marks)).lines).toEqual([]);
    const forgotten = marks.splice(2, 3);
    expect((await entriesOf(realFile(file), marks)).lines.map(({ mark }) => mark)).toEqual(forgotten);
  });
});
