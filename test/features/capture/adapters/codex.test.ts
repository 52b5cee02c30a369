import { describe, expect, it } from 'vitest';
import type { Captured, JsonValue } from '../../../../src/core/captured.ts';
import { codex } from '../../../../src/features/capture/adapters/codex.ts';
import {
  asked,
  compacted,
  event,
  item,
  meta,
  readCodex,
  said,
  saidItem,
  session,
  time,
  tokens,
  turn,
} from './codex-lines.ts';
import { fixtureLines, linesFrom, ofKind, readAll, recordKey, sourceOf, spoken, stored } from './transcript-files.ts';

const at = Date.parse(time);
const git = { branch: 'main', commit_hash: 'cbee', repository_url: 'git@host:o/r.git' };
const older = '019eecb0-0000-7000-8000-000000000001';
const newer = '019eecc1-0ace-7ed2-bddc-9a72fd9a96dc';

describe('conversations of Codex', () => {
  it('announces one with the facts of the first session_meta', () => {
    const items = readCodex(meta({ git, forked_from_id: 'F' }), meta({ id: 'other', cwd: '/elsewhere' }));
    expect(items).toEqual([
      { kind: 'session', session, at, cwd: '/w/app', branch: 'main', head: 'cbee', version: '0.141.0', forkOf: 'F' },
    ]);
  });

  it('names the conversation that started a sub-agent', () => {
    const source = { subagent: { thread_spawn: { parent_thread_id: 'P', depth: 1 } } };
    expect(readCodex(meta({ source }))).toMatchObject([{ kind: 'session', parent: 'P' }]);
  });

  it("takes the id of a file without session_meta from the file's name, else from its first record", () => {
    expect(readCodex(turn('t'), asked('Hello'))).toMatchObject([
      { kind: 'session', session },
      { as: 'prompt', session },
    ]);
    const unnamed = (): Captured | undefined => readAll(codex, linesFrom([asked('Hello')]), sourceOf('full')).items[0];
    expect(unnamed()?.session).toMatch(/^codex-[0-9a-f]{16}$/);
    expect(unnamed()).toEqual(unnamed());
  });

  it('reads records without envelopes, whose directory stands in the first message', () => {
    const message = (role: string, text: string): JsonValue => ({
      type: 'message',
      role,
      content: [{ type: 'input_text', text }],
    });
    const items = readCodex(
      { id: 'old', timestamp: time, instructions: null, git },
      { record_type: 'state' },
      message('user', '<environment_context>\n<cwd>/w/old</cwd>\n</environment_context>'),
      message('user', 'Fix the build'),
      message('assistant', 'Done.'),
      { type: 'function_call', name: 'shell', arguments: '{"command":["bash","-lc","ls"]}', call_id: 'c1' },
      {
        type: 'function_call_output',
        call_id: 'c1',
        output: '{"output":"a\\n","metadata":{"exit_code":0,"duration_seconds":0.5}}',
      },
    );
    expect(items[0]).toEqual({ kind: 'session', session: 'old', at, cwd: '/w/old', branch: 'main', head: 'cbee' });
    expect(spoken(items)).toEqual(['prompt: Fix the build', 'text: Done.']);
    expect(ofKind(items, 'tool-call')).toMatchObject([{ tool: 'shell', command: 'ls' }]);
    expect(ofKind(items, 'tool-result')).toMatchObject([
      { output: 'a\n', exitCode: 0, durationMs: 500, isError: false },
    ]);
  });
});

describe('what was said in Codex', () => {
  it('takes prompts from events only: the items of role user are injected', () => {
    const injected = item('message', {
      role: 'user',
      content: [{ type: 'input_text', text: '# AGENTS.md instructions' }],
    });
    expect(spoken(readCodex(meta(), turn(newer), injected, asked('Fix it'), asked('<environment_context>x')))).toEqual([
      'prompt: Fix it',
    ]);
  });

  it('takes a text once that an event and an item hold, in either order', () => {
    const both = readCodex(
      meta(),
      turn(newer),
      said('A'),
      saidItem('A'),
      saidItem('B'),
      said('B'),
      said('A'),
      saidItem('A'),
    );
    expect(spoken(both)).toEqual(['text: A', 'text: B', 'text: A']);
  });

  it('gives the same keys whichever of the two a file has', () => {
    const keys = (...records: readonly JsonValue[]): readonly string[] =>
      ofKind(readCodex(meta(), turn(newer), ...records), 'message').map(recordKey);
    const both = keys(said('A'), saidItem('A'), said('B'), saidItem('B'), said('A'), saidItem('A'));
    expect(keys(said('A'), said('B'), said('A'))).toEqual(both);
    expect(keys(saidItem('A'), saidItem('B'), saidItem('A'))).toEqual(both);
  });

  it('reads replies of files that have none as events', () => {
    const { items } = readAll(codex, fixtureLines('codex-items-only'));
    expect(ofKind(items, 'message').filter((message) => message.as === 'text')).toHaveLength(7);
    expect(ofKind(items, 'message').filter((message) => message.as === 'prompt')).toMatchObject([{ text: 'Start' }]);
  });

  it('counts how often a text or a compaction comes from the beginning of each turn', () => {
    const turns = [turn(older), said('A'), compacted(), turn(newer), said('A'), compacted()];
    const items = readCodex(meta(), ...turns).filter((one) => one.kind === 'message' || one.kind === 'compaction');
    expect(items.map((one) => [one.key[0], one.key.at(-1)])).toEqual([
      [older, '1'],
      [older, '1'],
      [newer, '1'],
      [newer, '1'],
    ]);
  });

  it('hangs replies on the prompt before them and names the model of the turn', () => {
    const [, prompt, reply] = readCodex(meta(), turn(newer, 'gpt-5.5'), asked('Fix it'), said('Done'));
    expect(reply).toMatchObject({
      as: 'text',
      model: 'gpt-5.5',
      replyTo: prompt?.kind === 'message' ? prompt.key : [],
    });
  });

  it('takes the request out of what an editor wraps around it', () => {
    const wrapped = '# Context from my IDE setup:\n\n## Active file: a.ts\n\n## My request for Codex:\nFix it\n';
    expect(spoken(readCodex(meta(), asked(wrapped)))).toEqual(['prompt: Fix it']);
  });

  it('takes what a sub-agent is asked for the words of an agent', () => {
    const items = readCodex(meta({ source: { subagent: 'review' } }), turn(newer), asked('Review this'));
    expect(ofKind(items, 'message')).toMatchObject([{ as: 'notice', metadata: { via: 'agent' } }]);
  });

  it('gives an aborted turn as a stop, and an error as a notice', () => {
    const items = readCodex(
      meta(),
      turn(newer),
      event('turn_aborted', { turn_id: newer, reason: 'interrupted' }),
      event('error', { message: 'boom' }),
    );
    expect(ofKind(items, 'message')).toMatchObject([
      { as: 'notice', key: [newer, 'aborted'], metadata: { stop: true, reason: 'interrupted' } },
      { as: 'notice', text: 'boom', metadata: { error: true } },
    ]);
  });

  it('counts a compaction once, with the size of the last request and its summary', () => {
    const items = readCodex(
      meta(),
      turn(newer),
      tokens(10, { total_tokens: 99 }),
      compacted({ message: 'So far' }),
      event('context_compacted'),
    );
    expect(ofKind(items, 'compaction')).toMatchObject([{ key: [newer, 'compaction', '1'], preTokens: 99 }]);
    expect(spoken(items)).toEqual(['summary: So far']);
  });

  it('takes back the prompts of turns that were rolled back', () => {
    const items = readCodex(
      meta(),
      turn(older),
      asked('One'),
      turn(newer),
      asked('Two'),
      event('thread_rolled_back', { num_turns: 1 }),
      asked('Three'),
    );
    const prompts = ofKind(items, 'message');
    expect(ofKind(items, 'rewind').map((rewind) => rewind.key)).toEqual([prompts[1]?.key]);
    expect(prompts[2]?.replyTo).toEqual(prompts[0]?.key);
  });
});

describe('what Codex cost', () => {
  const last = {
    input_tokens: 100,
    cached_input_tokens: 60,
    cache_write_input_tokens: 10,
    output_tokens: 7,
    reasoning_output_tokens: 3,
  };

  it('makes the counters disjoint', () => {
    expect(ofKind(readCodex(meta(), turn(newer), tokens(100, last)), 'usage')).toMatchObject([
      { model: 'gpt-5.5', fresh: 30, cacheRead: 60, cacheWrite: 10, cacheWrite1h: 0, output: 7, reasoning: 3 },
    ]);
  });

  it('skips counts that repeat the total before, also in the next turn, and empty ones', () => {
    const items = readCodex(
      meta(),
      turn(older),
      tokens(100, last),
      turn(newer),
      tokens(100, last),
      event('token_count', { info: null }),
      tokens(200, last),
    );
    expect(ofKind(items, 'usage')).toHaveLength(2);
  });
});

describe('copies of another conversation', () => {
  const own = [turn(newer), asked('And now?'), said('Now this'), tokens(300, { input_tokens: 5 })];
  const copied = [turn(older), asked('Before'), said('It was so'), tokens(200, { input_tokens: 9 })];

  it('does not read turns older than a fork or a sub-agent', () => {
    const forked = readCodex(meta({ forked_from_id: 'F' }), meta({ id: 'F' }), ...copied, ...own);
    expect(spoken(forked)).toEqual(['prompt: And now?', 'text: Now this']);
    expect(ofKind(forked, 'usage')).toMatchObject([{ fresh: 5 }]);
    const started = readCodex(meta({ thread_source: 'subagent', parent_thread_id: 'F' }), ...copied, ...own);
    expect(spoken(started)).toEqual(['notice: And now?', 'text: Now this']);
  });

  it('reads older turns of a conversation that is derived from none', () => {
    expect(spoken(readCodex(meta(), ...copied, ...own))).toHaveLength(4);
  });

  it('gives the turns of a fork whose ids do not tell their age the keys they had', () => {
    const turns = [turn('turn-a'), asked('Before'), said('It was so'), tokens(200, { input_tokens: 9 })];
    const first = readCodex(meta(), ...turns);
    const fork = readCodex(meta({ id: '019eecff-0000-7000-8000-000000000000', forked_from_id: session }), ...turns);
    expect(stored([...first, ...fork])).toHaveLength(stored(first).length + 1);
  });
});

describe('records of unknown shape', () => {
  it('counts them and goes on', () => {
    const whole = readAll(
      codex,
      linesFrom([meta(), undefined, 'x', event('hologram'), item('hologram'), { type: 'x', payload: {} }]),
    );
    expect(whole.unknown).toBe(5);
    expect(whole.items).toHaveLength(1);
  });
});
