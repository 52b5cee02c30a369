import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Captured, CapturedUsage, JsonValue } from '../../../../src/core/captured.ts';
import type { Adapter } from '../../../../src/features/capture/adapters/adapter.ts';
import { claudeCode } from '../../../../src/features/capture/adapters/claude-code.ts';
import { codex } from '../../../../src/features/capture/adapters/codex.ts';
import { copilotCli } from '../../../../src/features/capture/adapters/copilot-cli.ts';
import { cursor } from '../../../../src/features/capture/adapters/cursor.ts';
import {
  fileLines,
  linesFrom,
  ofKind,
  readAll,
  readCut,
  recordKey,
  sourceOf,
  stored,
  transcriptFolder,
} from './transcript-files.ts';

type Numbers = { readonly [name: string]: unknown };
const folder = transcriptFolder();
const adapters: readonly [string, Adapter][] = [
  ['claude-code', claudeCode],
  ['codex', codex],
  ['copilot-cli', copilotCli],
  ['cursor', cursor],
];
const truth: { readonly [file: string]: Numbers } =
  folder === undefined ? {} : JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8'));

function filesOf(agent: string): readonly string[] {
  return Object.keys(truth).filter((file) => file.startsWith(`${agent}/`));
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

function distinct(values: Iterable<string>): number {
  return new Set(values).size;
}

/** Of the records of one request, the one with the greatest output. */
function requests(items: readonly Captured[]): readonly CapturedUsage[] {
  const greatest = new Map<string, CapturedUsage>();
  for (const usage of ofKind(items, 'usage')) {
    if ((greatest.get(usage.requestId)?.output ?? -1) < usage.output) greatest.set(usage.requestId, usage);
  }
  return [...greatest.values()];
}

/** What a whole process used, said at its end, is the cost of no request. */
function isRequest(usage: CapturedUsage): boolean {
  return !usage.requestId.includes(':shutdown:');
}

function tokens(items: readonly Captured[]): Numbers {
  const sum = { input_fresh: 0, cache_read: 0, cache_write: 0, output: 0, reasoning: 0 };
  for (const usage of requests(items)) {
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
  const answered = new Set(results.map((result) => result.callId));
  const own = calls.filter((call) => call.hosted !== true);
  const models = [...messages, ...ofKind(items, 'usage')].flatMap((item) => item.model ?? []);
  return {
    user_turns: messages.filter((message) => message.as === 'prompt' && message.metadata?.via !== 'refusal').length,
    commands: messages.filter((message) => message.metadata?.command !== undefined).length,
    rejections_with_reason: messages.filter((message) => message.metadata?.via === 'refusal').length,
    interruptions: messages.filter((message) => message.metadata?.stop === true).length,
    assistant_texts: messages.filter((message) => message.as === 'text').length,
    tool_calls: distinct(own.map((call) => call.callId)),
    tool_calls_without_output: own.filter((call) => !answered.has(call.callId)).length,
    hosted_calls: distinct(calls.filter((call) => call.hosted === true).map((call) => call.callId)),
    tool_results: results.length,
    tool_errors: distinct(results.filter((result) => result.isError).map((result) => result.callId)),
    api_requests: requests(items).filter(isRequest).length,
    output_tokens_from_messages: requests(items)
      .filter(isRequest)
      .reduce((sum, usage) => sum + usage.output, 0),
    tokens: tokens(items),
    compactions: ofKind(items, 'compaction').length,
    compact_summaries: messages.filter((message) => message.as === 'summary').length,
    files_changed: distinct(ofKind(items, 'edit').flatMap((edit) => [edit.path, ...(edit.oldPath ?? [])].flat())),
    rewound_prompts: ofKind(items, 'rewind').length,
    models: [...new Set(models)].sort(),
  };
}

/** What a file's records add up to, in the names of the truth file. */
function measured(adapter: Adapter, file: string): Numbers {
  const lines = fileLines(join(folder ?? '', file));
  const whole = readAll(adapter, lines, placeOf(file));
  const records = stored(whole.items);
  const sessions = ofKind(records, 'session');
  const main = sessions.find((session) => session.parent === undefined) ?? sessions[0];
  const children = sessions.filter((session) => session.parent === main?.session);
  const isChild = (item: Captured): boolean => children.some((child) => child.session === item.session);
  const inline = records.filter(isChild);
  const { tool_calls, api_requests, tokens } = counts(inline);
  // states keep the time of the last line that had one
  const { at = 0 } = whole.state as { at?: number };
  const time = (ms: number) => (adapter.hasTimes === false ? null : new Date(ms).toISOString());
  return {
    ...counts(records.filter((item) => !isChild(item))),
    records: lines.length,
    unparsable: lines.filter((line) => line.value === undefined).length,
    session_id: main?.session,
    inline_subagents: { agents: children.length, tool_calls, api_requests, tokens },
    first_ts: time(Math.min(...records.map((item) => item.at))),
    last_ts: time(at),
  };
}

/** The members of a row of truth that speak of what an adapter gives. */
function expected(row: Numbers, names: readonly string[]): Numbers {
  // without tokens in a file there is nothing to say of them
  const told = Object.keys(row).filter((name) => name !== 'tokens' || row.tokens !== null);
  const asserted = Array.isArray(row.assert_only) ? row.assert_only : told;
  return Object.fromEntries(Object.entries(row).filter(([name]) => asserted.includes(name) && names.includes(name)));
}

describe.skipIf(folder === undefined)('real transcripts (skipped where PRSIST_EVAL_DATA is absent)', () => {
  for (const [agent, adapter] of adapters) {
    it.each(filesOf(agent))('reads of %s what its truth says', (file) => {
      const got = measured(adapter, file);
      const want = expected(truth[file] ?? {}, Object.keys(got));
      expect(Object.keys(want).length).toBeGreaterThanOrEqual(3);
      expect(expected(got, Object.keys(want))).toEqual(want);
    });

    it.each(filesOf(agent))('knows every record type of %s', (file) => {
      expect(readAll(adapter, fileLines(join(folder ?? '', file)), placeOf(file)).unknown).toBe(0);
    });

    it.each(filesOf(agent))('gives the same items of %s when it is cut after every line', (file) => {
      const lines = fileLines(join(folder ?? '', file));
      expect(readCut(adapter, lines, placeOf(file))).toEqual(readAll(adapter, lines, placeOf(file)).items);
    });

    it.each(filesOf(agent))('keeps the state of %s under 50 bytes a line and 2 KB', (file) => {
      const lines = fileLines(join(folder ?? '', file));
      const size = JSON.stringify(readAll(adapter, lines, placeOf(file)).state).length;
      expect(size).toBeLessThan(2048 + 50 * lines.length);
    });

    it.each(filesOf(agent))('gives one key of %s to one kind of item only', (file) => {
      const kinds = new Map<string, string>();
      const isTrimmed = truth[file]?.assert_only !== undefined;
      for (const item of readAll(adapter, fileLines(join(folder ?? '', file)), placeOf(file)).items) {
        const known = kinds.get(recordKey(item)) ?? item.kind;
        kinds.set(recordKey(item), known);
        if (!isTrimmed) expect(item.kind).toBe(known);
      }
    });

    it('recognises the files of its agent and no others', () => {
      for (const file of Object.keys(truth).filter((name) => name.endsWith('.jsonl'))) {
        const head = fileLines(join(folder ?? '', file)).slice(0, 20);
        const values = head.flatMap((line): JsonValue[] => (line.value === undefined ? [] : [line.value]));
        expect([file, adapter.recognises(values)]).toEqual([file, file.startsWith(`${agent}/`)]);
      }
    });
  }

  // ids of trimmed files mean nothing
  it.each(filesOf('claude-code').filter((file) => truth[file]?.assert_only === undefined))(
    'finds nothing new in a copy of %s under another session id',
    (file) => {
      const lines = fileLines(join(folder ?? '', file));
      const fork = linesFrom(lines.map(({ value }) => withSession(value, 'a-fork-of-it')));
      const keysOf = (all: readonly Captured[]): readonly string[] =>
        all.filter((item) => item.kind !== 'session').map(recordKey);
      const first = readAll(claudeCode, lines, placeOf(file)).items;
      expect(keysOf(readAll(claudeCode, fork, placeOf(file)).items)).toEqual(keysOf(first));
    },
  );

  it.each(['cli-52-3d2b8bfaf3-0', 'cli-77-8aa463e2ba-0', 'cli-f6-a415abf2b0-1'])(
    'stores the sub-agents of %s once, whether it reads them inline, in their own files or both',
    (name) => {
      const lines = fileLines(join(folder ?? '', `claude-code/${name}.jsonl`));
      const inline = readAll(claudeCode, lines, sourceOf(name)).items;
      const agents = new Set(
        ofKind(inline, 'session').flatMap((item) => (item.parent === undefined ? [] : item.session)),
      );
      const own = [...agents].flatMap(
        (agent) => readAll(claudeCode, ownFile(lines, agent), sourceOf(`agent-${agent}`)).items,
      );
      const apart = readAll(claudeCode, lines, sourceOf(name, { subagentFiles: [...agents] })).items;
      const keys = (items: readonly Captured[]): readonly string[] => stored(items).map(recordKey).sort();
      expect(agents.size).toBeGreaterThan(0);
      expect(keys([...apart, ...own])).toEqual(keys(inline));
      expect(keys([...own, ...inline])).toEqual(keys(inline));
      expect(apart.some((item) => agents.has(item.session))).toBe(false);
    },
  );
});

function withSession(value: JsonValue | undefined, session: string): JsonValue | undefined {
  // records are objects; anything else has no session to replace
  const record = value as { [name: string]: JsonValue };
  return typeof record?.sessionId === 'string' ? { ...record, sessionId: session } : value;
}

/** The file of its own that a sub-agent would have had. */
function ownFile(lines: ReturnType<typeof fileLines>, agent: string): ReturnType<typeof fileLines> {
  const records: JsonValue[] = [];
  for (const { value } of lines) {
    // lines of Claude Code that carry an agent have this shape
    const outer = value as { [name: string]: { [name: string]: JsonValue } & JsonValue };
    const { agentId, message } = outer.data ?? {};
    if (agentId !== agent || message === undefined) continue;
    const { sessionId, cwd, gitBranch, version } = outer;
    records.push({
      ...(message as object),
      // nothing says that the two copies of a record have one uuid
      uuid: `own-${records.length}`,
      isSidechain: true,
      agentId,
      sessionId,
      cwd,
      gitBranch,
      version,
    } as JsonValue);
  }
  return linesFrom(records);
}
