import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../src/core/captured.ts';
import { limits } from '../../../src/core/limits.ts';
import { lastWords } from '../../../src/daemon/last-words.ts';
import { isKnownEvent } from '../../../src/features/capture/live/table.ts';
import { unknownEvents } from '../../../src/features/capture/queries.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { copilotEvents, copilotStart } from './adapters/copilot-lines.ts';
import { cursorCall, cursorLine } from './adapters/cursor-lines.ts';
import { conversation, jsonl, said } from './import-world.ts';
import { type Script, scripts } from './live-scripts.ts';
import { type Body, rows, spoolWorld } from './spool-world.ts';

type World = ReturnType<typeof spoolWorld>;

const words = (world: World) =>
  rows(
    world,
    `select m.role || ' ' || m.kind || ': ' || json_extract(r.body, '$.fields.content') as text from messages m
     join records r on r.n = m.rec where m.live = 1 and m.bytes > 0 order by m.at, m.rec`,
  ).map(({ text }) => text);
const tools = (world: World) =>
  rows(world, `select tool || ' ' || is_error as tool from tool_calls order by at, rec`).map(({ tool }) => tool);
const edits = (world: World) => rows(world, 'select path from edits order by at').map(({ path }) => path);

/** Plays what an agent's hooks say, a second apart. pwd: where they run. */
async function play(world: World, script: Script, pwd = world.root): Promise<void> {
  for (const [event, body] of script.calls) {
    expect(await world.take(world.spooled({ agent: script.agent, event, pwd }, body)), event).toMatchObject({
      outcome: 'taken',
    });
    world.clock.now += 1_000;
  }
}

const scriptOf = (world: World, agent: string): Script => {
  const found = scripts(world.root).find((each) => each.agent === agent);
  if (!found) throw new Error(agent);
  return found;
};
const agents = scripts('/w').map(({ agent }) => agent);

describe('what hooks tell where no transcript is', () => {
  test.each(agents)('LE1: a conversation of %s is one session with its words, calls and edits', async (agent) => {
    const world = spoolWorld();
    const script = scriptOf(world, agent);
    // hooks of Cursor's own file run in its directory
    await play(world, script, agent === 'cursor' ? '/home/ana/.cursor' : world.root);
    expect(words(world)).toEqual(script.words);
    expect(tools(world)).toEqual(script.tools);
    expect(edits(world)).toEqual(script.edits);
    const sessions = rows(world, 'select session_id, ended_at is not null as ended from sessions');
    expect(sessions).toEqual([{ session_id: script.session, ended: agent === 'codex' ? 0 : 1 }]);
  });

  test.each(agents)(
    'LE2: the hooks of two installations of %s tell one thing, and say it again in vain',
    async (agent) => {
      const world = spoolWorld();
      const script = scriptOf(world, agent);
      for (const [event, body] of script.calls) {
        for (let twice = 0; twice < 2; twice += 1) await world.take(world.spooled({ agent, event }, body));
        world.clock.now += 5_000;
      }
      expect(words(world)).toEqual(script.words);
      expect(tools(world)).toEqual(script.tools);
      expect(edits(world)).toEqual(script.edits);
      expect(rows(world, `select json_extract(metadata, '$.compactions') as n from sessions`)).toEqual([
        { n: agent === 'gemini-cli' || agent === 'cursor' ? 1 : null },
      ]);
    },
  );

  test('LE3: the same words said twice are two messages', async () => {
    const world = spoolWorld();
    for (const agent of ['claude-code', 'cursor', 'copilot-cli']) {
      const [event = '', body] = scriptOf(world, agent).calls.find(([name]) => /prompt/i.test(name)) ?? [];
      for (const turn of ['one', 'two']) {
        const stamped = { ...body, prompt: 'Go on', generation_id: turn, prompt_id: turn, timestamp: turn };
        await world.take(world.spooled({ agent, event }, stamped));
        world.clock.now += 10_000;
      }
    }
    expect(words(world)).toHaveLength(6);
  });

  test('LE4: a sub-agent is a session below the one that started it', async () => {
    const world = spoolWorld();
    await world.hook('PostToolUse', {
      ...{ agent_id: 'sub1', tool_use_id: 'toolu_9', tool_name: 'Read', tool_input: { file_path: 'a' } },
      tool_response: { content: 'x' },
    });
    const created = { info: { id: 'ses_child', parentID: 'ses_parent', directory: world.root } };
    await world.take(world.spooled({ agent: 'opencode', event: 'session.created' }, created));
    const chat = { sessionID: 'ses_child', parts: [{ id: 'p', type: 'text', text: 'Look' }] };
    await world.take(world.spooled({ agent: 'opencode', event: 'chat.message' }, chat));
    const children = rows(world, `select session_id, parent_session_id as parent from sessions order by session_id`);
    expect(children).toContainEqual({ session_id: 'sub1', parent: conversation });
  });
});

describe('hooks and transcripts of one conversation', () => {
  test('LE5: what a transcript tells later takes the place of what hooks told', async () => {
    const world = spoolWorld();
    const file = world.file('s.jsonl');
    world.clock.now = Date.UTC(2026, 1, 15, 9, 0, 0);
    await world.hook('UserPromptSubmit', { prompt: 'one' });
    await world.hook('Stop', { last_assistant_message: 'two' });
    expect(words(world)).toEqual(['user prompt: one', 'assistant text: two']);
    world.file('s.jsonl', jsonl(said(world.root, 0, 'one'), said(world.root, 1, 'two'), said(world.root, 2, 'three')));
    await world.read(file);
    expect(words(world)).toEqual(['user prompt: one', 'assistant text: two', 'user prompt: three']);
    expect(rows(world, 'select message_count as n from sessions')).toEqual([{ n: 3 }]);
    await world.hook('UserPromptSubmit', { prompt: 'one' });
    expect(words(world)).toHaveLength(3);
  });

  test('LE6: a transcript that can be read but shows no prompt for a minute is believed no longer', async () => {
    const world = spoolWorld();
    const transcript_path = world.file(`${conversation}.jsonl`, jsonl(said(world.root, 0, 'before')));
    const prompt = world.spooled(
      { event: 'UserPromptSubmit' },
      { session_id: conversation, transcript_path, prompt: 'now' },
    );
    expect(await world.take(prompt, new Set())).toEqual({ outcome: 'early' });
    world.clock.now += limits.transcriptWaitMs;
    expect(await world.take(prompt, new Set())).toMatchObject({ outcome: 'taken' });
    await world.hook('PostToolUse', {
      ...{ transcript_path, tool_use_id: 'toolu_1', tool_name: 'Bash', tool_input: { command: 'ls' } },
      tool_response: { stdout: 'a' },
    });
    expect(words(world)).toEqual(['user prompt: before', 'user prompt: now']);
    expect(tools(world)).toEqual(['Bash 0']);
  });

  test('LE7: last words are told at once and are no message; the transcript that holds them takes over', async () => {
    const world = spoolWorld();
    const lines: JsonValue[] = [said(world.root, 0, 'one')];
    const transcript_path = world.file(`${conversation}.jsonl`, jsonl(...lines));
    await world.hook('Stop', { transcript_path, last_assistant_message: 'The answer is 42.' });
    const reads = { project: world.projects.store(projectId).read, user: world.projects.user.read };
    expect(lastWords(reads, conversation).last_words?.text).toBe('The answer is 42.');
    expect(words(world)).toEqual(['user prompt: one']);
    const anchor = world.wired.sources.anchor(reads, conversation, {
      now: world.clock.now,
      root: world.root,
      git: null,
    });
    expect(JSON.stringify(anchor?.snapshot)).toContain('The answer is 42.');
  });

  test('LE8: Copilot and its event file name prompts, calls and edits alike', async () => {
    const world = spoolWorld();
    const script = scriptOf(world, 'copilot-cli');
    await play(world, script);
    const before = [words(world), tools(world), edits(world)];
    const path = `${world.root}/src/cart.ts`;
    const start = { ...copilotStart[1], sessionId: script.session, context: { cwd: world.root } };
    const events = copilotEvents(
      ['session.start', start],
      ['user.message', { content: 'Make the cart survive a reload' }],
      ['tool.execution_start', { toolCallId: 'c1', toolName: 'bash', arguments: { command: 'npm test' } }],
      ['tool.execution_complete', { toolCallId: 'c1', success: true, result: { content: 'ok' } }],
      ['tool.execution_start', { toolCallId: 'c2', toolName: 'edit', arguments: { path, old_str: 'a', new_str: 'b' } }],
      ['tool.execution_complete', { toolCallId: 'c2', success: true, result: { content: 'done' } }],
    );
    const report = await world.read(world.file(`${script.session}/events.jsonl`, jsonl(...events)));
    expect(report).toMatchObject({ outcome: 'read', agent: 'copilot-cli', unknown: 0 });
    expect([words(world), tools(world), edits(world)]).toEqual(before);
  });

  test("LE9: lines of Cursor have the times of its hooks, else the file's, which is said", async () => {
    const world = spoolWorld();
    const at = world.clock.now;
    const body = { conversation_id: 'c1', generation_id: 'g', workspace_roots: [world.root], prompt: 'Run ls.' };
    await world.take(world.spooled({ agent: 'cursor', event: 'beforeSubmitPrompt', pwd: '/' }, body));
    const encoded = world.root.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-/, '');
    const lines = [
      cursorLine('user', 'Run ls.'),
      cursorLine('assistant', 'Fine.', cursorCall('Shell', { command: 'ls' })),
    ];
    const file = world.file(`.cursor/projects/${encoded}/agent-transcripts/c1/c1.jsonl`, jsonl(...lines));
    expect(await world.read(file)).toMatchObject({ outcome: 'read', agent: 'cursor' });
    expect(world.source(file)?.project_id).toBe(projectId);
    const times = rows(
      world,
      `select kind, at = ${at} as heard, json_extract(r.body, '$.fields.metadata.approximate_time') as about
       from messages join records r on r.n = rec order by kind`,
    );
    expect(times).toEqual([
      { kind: 'prompt', heard: 1, about: null },
      { kind: 'text', heard: 0, about: 1 },
    ]);
  });

  test('LE16: the plain text of older versions of Cursor gives what its lines give', async () => {
    const lines = [
      cursorLine('user', 'Run ls.'),
      cursorLine(
        'assistant',
        { type: 'thinking', thinking: 'Hm' },
        'I run it.',
        cursorCall('Shell', { command: 'ls' }),
      ),
      cursorLine('user', 'Again'),
      cursorLine('user', 'Again'),
    ];
    const text = [
      ...['user:', '<user_query>', 'Run ls.', '</user_query>', '', 'assistant:', '[Thinking] Hm'],
      ...['[Tool call] Shell', '  command: ls', '', 'I run it.', '', 'user:', 'Again', '', 'user:', 'Again', ''],
    ];
    const seen = [];
    for (const [name, content] of [
      ['c2.jsonl', jsonl(...lines)],
      ['c2.txt', text.join('\n')],
    ] as const) {
      const world = spoolWorld();
      const file = world.file(`agent-transcripts/${name}`, content);
      expect(await world.read(file, { into: projectId })).toMatchObject({
        outcome: 'read',
        agent: 'cursor',
        unknown: 0,
      });
      expect((await world.read(file, { into: projectId })).added).toBe(0);
      seen.push([words(world).toSorted(), rows(world, 'select id, tool from tool_calls')]);
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]?.[0]).toHaveLength(4);
  });

  test('LE10: Cursor running the hooks of Claude Code is Cursor, and says nothing twice', async () => {
    const world = spoolWorld();
    const script = scriptOf(world, 'cursor');
    const names: Record<string, string> = { sessionStart: 'SessionStart', beforeSubmitPrompt: 'UserPromptSubmit' };
    for (const [event, body] of script.calls) {
      await world.take(world.spooled({ agent: 'cursor', event }, body));
      const compat = names[event] ?? (event === 'stop' ? 'Stop' : undefined);
      if (compat) await world.take(world.spooled({ agent: 'claude-code', event: compat }, body));
    }
    expect(words(world)).toEqual(script.words);
    expect(rows(world, 'select distinct agent from session_runs')).toEqual([{ agent: 'cursor' }]);
  });
});

describe('events that are not as they should be', () => {
  test('LE11: every registered event is known; others are counted and harm nobody', async () => {
    const world = spoolWorld();
    for (const { agent, calls } of scripts('/w')) {
      for (const [event] of calls) expect(isKnownEvent({ agent, event }), `${agent} ${event}`).toBe(true);
    }
    await world.hook('SomethingNew');
    await world.hook('SomethingNew');
    await world.take(world.spooled({ agent: 'another-agent', event: 'start' }));
    expect(unknownEvents(world.projects.user.read)).toEqual([
      { agent: 'claude-code', event: 'SomethingNew', count: 2 },
      { agent: 'another-agent', event: 'start', count: 1 },
    ]);
  });

  test('LE12: of a body that is cut or no UTF-8 the ids and first words are found', async () => {
    const world = spoolWorld();
    const cut = `{"conversation_id":"c9","workspace_roots":["${world.root}"],"prompt":"Run it","attachments":[{"x`;
    await world.take(world.spooled({ agent: 'cursor', event: 'beforeSubmitPrompt', pwd: '/' }, Buffer.from(cut)));
    const broken = Buffer.concat([Buffer.from(`{"session_id":"s9","prompt":"Say `), Buffer.from([0xff, 0x22, 0x7d])]);
    await world.take(world.spooled({ event: 'UserPromptSubmit' }, broken));
    expect(words(world)).toEqual(['user prompt: Run it', 'user prompt: Say �']);
  });

  test('LE13: what happens in our own directories is not taken in', async () => {
    const world = spoolWorld();
    world.project('019a3985-b900-7000-8000-0000000000dd', 'around', world.top);
    const body: Body = { session_id: 'own', cwd: `${world.paths.state}/somewhere`, prompt: 'extract this' };
    expect(await world.take(world.spooled({ event: 'UserPromptSubmit' }, body))).toEqual({ outcome: 'dropped' });
    const transcript = world.file('own.jsonl', jsonl(said(`${world.paths.data}/projects`, 0, 'extract this')));
    expect(await world.read(transcript)).toMatchObject({ outcome: 'no-project' });
  });
});
