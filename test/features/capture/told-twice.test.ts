// What two sources tell of one conversation stands once, whichever came first; what was taken back and comes back, stands.
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../src/core/captured.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { expectWhole, forget, onDisk } from '../erasing/erasing-world.ts';
import {
  geminiHeader,
  geminiMessage,
  opencodeDatabase,
  opencodeSession,
  opencodeTalk,
  specstoryHistory,
} from './document-makers.ts';
import { conversation, type ImportWorld, importWorld, jsonl, said, toolLines } from './import-world.ts';
import { scripts } from './live-scripts.ts';
import { rows, spoolWorld } from './spool-world.ts';

const into = { into: projectId };

/** What counts of a conversation. */
function standing(world: ImportWorld) {
  const { read } = world.projects.store(projectId);
  const messages = rows(world, 'select rec, kind from messages where live = 1 and bytes > 0 order by at, id');
  return {
    words: messages.map(({ rec, kind }) => `${kind}: ${read.text(read.fields(Number(rec)), 'content')}`),
    calls: rows(world, 'select tool, is_error from tool_calls order by at, id'),
    edits: rows(world, 'select path, added, removed from edits order by at, id'),
    counts: rows(world, 'select session_id, message_count, tool_count, edit_count from sessions order by session_id'),
  };
}

interface Found {
  readonly kind: string;
  readonly snippet: string;
  readonly found_by: string;
}

async function search(world: ImportWorld, query: string): Promise<readonly Found[]> {
  const caller = { user: world.projects.identity.user, origin: 'human' as const };
  const asked = { operation: 'search.query', body: { query }, caller, project: projectId, idempotencyKey: undefined };
  const { results } = (await world.dispatch(asked)).reply as { results: readonly Found[] };
  return results.filter(({ found_by }) => found_by === 'words');
}

describe('a history of SpecStory', () => {
  const history = (world: ImportWorld, more = '') => {
    const file = join(world.root, '.specstory/history/2026-04-14_09-00-00Z-cart.md');
    fs.mkdirSync(join(world.root, '.specstory/history'), { recursive: true });
    fs.writeFileSync(file, specstoryHistory(conversation, more));
    return file;
  };
  const lines = (root: string) => [
    said(root, 0, 'Why is the cart empty?'),
    ...toolLines(root, 1, '1 failed'),
    said(root, 3, 'The loop skips the last item.'),
  ];
  const original = (world: ImportWorld) => world.file(`${conversation}.jsonl`, jsonl(...lines(world.root)));

  test('CA105: taken in first, it makes way for what the agent itself kept', async () => {
    const alone = importWorld();
    await alone.read(original(alone));
    const world = importWorld();
    expect((await world.read(history(world))).outcome).toBe('read');
    expect(standing(world).calls).toHaveLength(1);
    await world.read(original(world));
    expect(standing(world)).toEqual(standing(alone));
    expect((await search(world, 'npm test')).filter(({ snippet }) => snippet === 'npm test')).toHaveLength(1);
    expect((await search(world, 'loop skips')).filter(({ kind }) => kind === 'message')).toHaveLength(1);
    expectWhole(world);

    // it is looked at no more, and reading on in the original brings nothing of it back
    expect((await world.read(history(world, '\nAnd more.\n'))).outcome).toBe('has-original');
    fs.appendFileSync(original(world), jsonl(said(world.root, 4, 'Thanks')));
    await world.read(join(world.top, 'transcripts', `${conversation}.jsonl`));
    expect(standing(world).words.at(-1)).toBe('prompt: Thanks');
    expect(standing(world).words).toHaveLength(standing(alone).words.length + 1);
  });

  test('CA105: words that only a hook tells are no whole conversation: the history stays', async () => {
    const world = spoolWorld();
    await world.read(history(world));
    const before = standing(world).words;
    await world.hook('UserPromptSubmit', { prompt: 'And the other loop?' });
    expect(standing(world).words.filter((word) => before.includes(word))).toEqual(before);
    expect(standing(world).words).toContain('prompt: And the other loop?');
  });

  test('CA105: what made way is erased with its session', async () => {
    const world = importWorld();
    await world.read(history(world));
    await world.read(original(world));
    await forget(world, { session_id: conversation });
    await world.finishErasing();
    for (const word of ['npm test', 'last item', 'cart is empty']) expect(onDisk(world)).not.toContain(word);
    expectWhole(world);
  });
});

describe('opencode', () => {
  test('CA106: what was taken back and then restored counts again, as often as that happens', async () => {
    const world = importWorld();
    const file = world.file('opencode/opencode.db', '');
    using db = opencodeDatabase(file);
    let at = 1;
    const read = () => world.read(`${file}#${opencodeSession}`, into);
    const revert = async (messageID: string | null) => {
      at += 1;
      db.session(world.root, at, { revert: messageID && JSON.stringify({ messageID }) });
      await read();
      return standing(world).words;
    };
    db.session(world.root, at);
    for (const n of [0, 1, 2]) for (const message of opencodeTalk(world.root, n)) db.put(message, at);
    await read();
    const all = standing(world).words;
    const first = all.filter((word) => word.includes('cart 0'));
    expect(all).toHaveLength(6);
    expect(await revert('msg_0001a')).toEqual(first);
    expect(await revert(null)).toEqual(all);
    expect(await revert('msg_0001a')).toEqual(first);
    expect(await revert('msg_0002a')).toEqual(all.filter((word) => !word.includes('cart 2')));
    expect(await revert(null)).toEqual(all);
    expect((await search(world, 'cart 2 wrong')).length).toBeGreaterThan(0);
    expectWhole(world);
  });

  test('CA106: what was read while it was taken back comes back too; what opencode has deleted does not', async () => {
    const world = importWorld();
    const file = world.file('opencode/opencode.db', '');
    using db = opencodeDatabase(file);
    const read = () => world.read(`${file}#${opencodeSession}`, into);
    db.session(world.root, 1, { revert: JSON.stringify({ messageID: 'msg_0001a' }) });
    for (const n of [0, 1]) for (const message of opencodeTalk(world.root, n)) db.put(message, 1);
    await read();
    expect(standing(world).words).toHaveLength(2);
    db.session(world.root, 2);
    await read();
    expect(standing(world).words).toHaveLength(4);
    db.session(world.root, 3, { revert: JSON.stringify({ messageID: 'msg_0001a' }) });
    await read();
    // the conversation goes on from there: it deletes what was taken back
    db.run(`delete from part where message_id like 'msg_0001%'; delete from message where id like 'msg_0001%'`);
    for (const message of opencodeTalk(world.root, 5)) db.put(message, 4);
    db.session(world.root, 4);
    await read();
    expect(standing(world).words).toEqual([
      'prompt: Why is cart 0 empty?',
      'text: The loop of cart 0 was wrong.',
      'prompt: Why is cart 5 empty?',
      'text: The loop of cart 5 was wrong.',
    ]);
  });
});

describe('a call that a hook told before the transcript did', () => {
  /** The hooks of an agent's conversation, while no transcript is there. */
  async function hooked(agent: string, more: readonly (readonly [string, Readonly<Record<string, JsonValue>>])[] = []) {
    const world = spoolWorld();
    const script = scripts(world.root).find((each) => each.agent === agent);
    if (!script) throw new Error(agent);
    for (const [event, body] of [...script.calls, ...more]) {
      await world.take(world.spooled({ agent, event }, body));
      world.clock.now += 1_000;
    }
    return { world, session: script.session };
  }

  const gemini = (session: string, root: string, commands: number) => {
    const at = new Date(Date.UTC(2026, 1, 15, 12)).toISOString();
    const done = (id: string, name: string, args: JsonValue, more: Readonly<Record<string, JsonValue>> = {}) => {
      return { id, name, args, status: 'success', timestamp: at, result: [], ...more };
    };
    const edit = { file_path: `${root}/src/cart.ts`, old_string: 'a', new_string: 'b\nc' };
    const shown = { fileDiff: '-a\n+b', filePath: `${root}/src/cart.ts`, diffStat: { model_added_lines: 2 } };
    const ran = Array.from({ length: commands }, (_, n) =>
      done(`run_${n}`, 'run_shell_command', { command: 'npm test' }),
    );
    const toolCalls = [...ran, done('replace_1', 'replace', edit, { resultDisplay: shown })];
    return jsonl(
      geminiHeader(9, { sessionId: session }),
      geminiMessage(0, 'Make the cart survive a reload'),
      geminiMessage(1, 'It is kept in local storage.', { toolCalls }),
    );
  };

  test('LE17: of Gemini CLI stands once, with its edit', async () => {
    const { world, session } = await hooked('gemini-cli');
    expect(standing(world).calls).toHaveLength(2);
    await world.read(world.file('chats/session-1.jsonl', gemini(session, world.root, 1)), into);
    const alone = importWorld();
    await alone.read(alone.file('chats/session-1.jsonl', gemini(session, alone.root, 1)), into);
    const { calls, edits, counts } = standing(world);
    expect({ calls, edits }).toEqual({ calls: standing(alone).calls, edits: standing(alone).edits });
    expect(counts).toMatchObject([{ tool_count: 2, edit_count: 1 }]);
    expect((await search(world, 'npm test')).filter(({ snippet }) => snippet === 'npm test')).toHaveLength(1);
    expectWhole(world);
  });

  test('LE17: the same call made again is another one', async () => {
    const again = { tool_name: 'run_shell_command', tool_input: { command: 'npm test' } };
    const calls = [2, 3].map(
      (n) => ['AfterTool', { session_id: scripts('/')[2]?.session ?? '', ...again, timestamp: `t${n}` }] as const,
    );
    const { world, session } = await hooked('gemini-cli', calls);
    expect(standing(world).calls).toHaveLength(4);
    // the transcript holds two of the three so far, then all
    for (const told of [2, 3]) {
      await world.read(world.file('chats/session-1.jsonl', gemini(session, world.root, told)), into);
      expect(standing(world).calls).toHaveLength(4);
    }
    expect(standing(world).counts).toMatchObject([{ tool_count: 4, edit_count: 1 }]);
  });

  test('LE17: of opencode stands once, with its edit', async () => {
    const { world, session } = await hooked('opencode');
    expect(standing(world).calls).toHaveLength(2);
    const at = world.clock.now;
    const state = (input: JsonValue, metadata: JsonValue) => {
      return { status: 'completed', input, output: 'ok', metadata, time: { start: at, end: at + 9 } };
    };
    const file = `${world.root}/src/cart.ts`;
    const filediff = { file, additions: 1, deletions: 1 };
    const edit = state({ filePath: file, oldString: 'a', newString: 'b' }, { filediff });
    const messages = [
      {
        info: { id: 'msg_1', role: 'user', time: { created: at } },
        parts: [{ id: 'prt_1', type: 'text', text: 'Make' }],
      },
      {
        info: { id: 'msg_2', role: 'assistant', parentID: 'msg_1', time: { created: at, completed: at + 1 } },
        parts: [
          {
            id: 'prt_3',
            type: 'tool',
            tool: 'bash',
            callID: 'call_1',
            state: state({ command: 'npm test' }, { exit: 0 }),
          },
          { id: 'prt_4', type: 'tool', tool: 'edit', callID: 'call_2', state: edit },
        ],
      },
    ];
    const info = { id: session, directory: world.root, title: 'Cart', time: { created: at } };
    await world.read(world.file('export.json', JSON.stringify({ info, messages }, null, 2)), into);
    expect(
      standing(world)
        .calls.map(({ tool }) => String(tool))
        .sort(),
    ).toEqual(['bash', 'edit']);
    expect(standing(world).edits).toHaveLength(1);
    expect(standing(world).counts).toMatchObject([{ tool_count: 2, edit_count: 1 }]);
    expectWhole(world);
  });
});
