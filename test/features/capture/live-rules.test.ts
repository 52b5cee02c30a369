// What a project wants left out does not come in by hooks either.
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../src/core/captured.ts';
import { limits } from '../../../src/core/limits.ts';
import { unpacked } from '../../../src/store/blobs.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { cursorCall, cursorLine } from './adapters/cursor-lines.ts';
import { conversation, jsonl } from './import-world.ts';
import { type Script, scripts } from './live-scripts.ts';
import { type Body, rows, spoolWorld } from './spool-world.ts';

type World = ReturnType<typeof spoolWorld>;

const ignoring = { env: { PRSIST_CAPTURE__IGNORE: '[hidden/]' } };
const agents = scripts('/w').map(({ agent }) => agent);

/** The conversation about another file: it is in a directory of its own, and every content in it is a hazel. */
function hazel(value: JsonValue): JsonValue {
  return JSON.parse(
    JSON.stringify(value)
      .replaceAll('src/cart.ts', 'hidden/walnut.ts')
      .replaceAll('cart.ts', 'walnut.ts')
      .replaceAll('npm test', 'cat hidden/walnut.ts'),
    (_, each: unknown) =>
      typeof each === 'string' && /^(?:a|b|ok|done|Success)$|\n/.test(each)
        ? each.replace(/\b(?:a|b|c|ok|done|Success)$|^([-+]?)[abc]$/gm, '$1hazel')
        : each,
  ) as JsonValue;
}

async function played(world: World, { agent, calls }: Script): Promise<void> {
  for (const [event, body] of calls) {
    const said = hazel(body) as Body; // an object stays one
    expect(await world.take(world.spooled({ agent, event }, said)), event).toMatchObject({ outcome: 'taken' });
    world.clock.now += 1_000;
  }
}

/** Everything that was written, in files as they are and unpacked from the database. */
function everything(world: World): string {
  const { statements, read } = world.projects.store(projectId);
  const records = statements.all<{ n: number }>('select n from records', []);
  const blobs = statements.all<{ codec: number; data: Buffer }>('select codec, data from blobs', []);
  const files = fs
    .readdirSync(join(world.top, 'p'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => fs.readFileSync(join(parentPath, name), 'latin1'));
  return [
    ...records.map(({ n }) => JSON.stringify(read.fields(n))),
    ...blobs.map(({ codec, data }) => unpacked(codec, data).toString()),
    ...files,
  ].join('\n');
}

describe('hook events that touch files of which nothing is to be kept', () => {
  test.each(agents)('LE40: of %s neither path nor content is kept, what was said is', async (agent) => {
    const world = spoolWorld(ignoring);
    const script = scripts(world.root).find((each) => each.agent === agent);
    if (!script) throw new Error(agent);
    await played(world, script);
    const kept = everything(world);
    for (const word of ['walnut', 'hazel']) expect(kept).not.toContain(word);
    expect(rows(world, 'select tool from tool_calls')).toHaveLength(script.tools.length);
    expect(rows(world, 'select path from edits')).toEqual([]);
    expect(world.words()[0]).toEqual({ text: 'Make the cart survive a reload' });
  });

  test.each(agents)('LE40: without the rule the same events of %s are kept', async (agent) => {
    const world = spoolWorld();
    const script = scripts(world.root).find((each) => each.agent === agent);
    if (!script) throw new Error(agent);
    await played(world, script);
    const kept = everything(world);
    for (const word of ['hidden/walnut.ts', 'hazel']) expect(kept).toContain(word);
    expect(rows(world, 'select path from edits')).toEqual([{ path: 'hidden/walnut.ts' }]);
  });

  test('LE41: an output that only the hook tells is left out where the call stands in the transcript', async () => {
    const world = spoolWorld(ignoring);
    const lines = [
      cursorLine('user', 'Look'),
      cursorLine('assistant', cursorCall('Shell', { command: 'cat hidden/walnut.ts' })),
    ];
    const transcript_path = world.file(`agent-transcripts/${conversation}.jsonl`, jsonl(...lines));
    const cursor = { conversation_id: conversation, workspace_roots: [world.root], transcript_path };
    const shell = (command: string, output: string) =>
      world.take(
        world.spooled({ agent: 'cursor', event: 'afterShellExecution' }, { ...cursor, command, output, duration: 5 }),
      );
    await shell('cat hidden/walnut.ts', 'the hazel plan');
    await shell('cat src/oak.ts', 'the acorn plan');
    const kept = everything(world);
    expect(kept).not.toContain('hazel');
    expect(kept).toContain('acorn');
  });

  test('LE42: of a body that is cut no call is kept, since nobody knows of which file it was', async () => {
    const body = {
      ...{
        session_id: conversation,
        turn_id: 't',
        tool_use_id: 'c1',
        tool_name: 'Bash',
        tool_response: 'the hazel plan',
      },
      tool_input: { command: 'cat hidden/walnut.ts', more: 'x'.repeat(limits.spoolBodyBytes) },
    };
    const take = async (world: World, cut: number) => {
      const bytes = Buffer.from(JSON.stringify({ cwd: world.root, ...body })).subarray(0, cut);
      await world.take(world.spooled({ agent: 'codex', event: 'PostToolUse' }, bytes));
      return everything(world);
    };
    expect(await take(spoolWorld(ignoring), 5000)).not.toContain('hazel');
    expect(await take(spoolWorld(), 5000)).toContain('hazel');
  });
});
