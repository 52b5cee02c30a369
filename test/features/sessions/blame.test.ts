import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type HistoryWorld, historyWorld } from '../capture/history-world.ts';

interface Blamed {
  readonly from: number;
  readonly to: number;
  readonly commit: { readonly sha: string; readonly former: readonly string[] } | null;
  readonly session: { readonly session_id: string; readonly agent: string } | null;
  readonly ask: { readonly text: string } | null;
  readonly how: string | null;
  readonly confidence: number;
}

async function blamed(world: HistoryWorld, input: Readonly<Record<string, unknown>>): Promise<readonly Blamed[]> {
  return (await world.ask<{ items: readonly Blamed[] }>('session.blame', input)).items;
}

/** Lines of each group, whose they are and what was asked. */
const brief = (items: readonly Blamed[]) =>
  items.map(({ from, to, session, ask }) => [from, to, session?.session_id ?? null, ask?.text ?? null]);

async function shop() {
  const world = historyWorld();
  world.write('a.ts', 'by hand 1\nby hand 2\n');
  const begin = world.commit('Begin');
  await world.follow();
  await world.work('s1', 'Greet the guest', { 'a.ts': 'by hand 1\nby hand 2\ngreet();\nsmile();\n' });
  const greet = world.commit('Greet');
  await world.work('s2', 'Thank the guest', { 'a.ts': 'by hand 1\nby hand 2\ngreet();\nsmile();\nthank();\n' });
  const thank = world.commit('Thank');
  await world.follow();
  return { world, begin, greet, thank };
}

describe('blame', () => {
  test('GH30: every line of a file says which session and which ask it came from, grouped', async () => {
    const { world, begin, greet, thank } = await shop();
    const items = await blamed(world, { path: 'a.ts' });
    expect(brief(items)).toEqual([
      [1, 2, null, null],
      [3, 4, 's1', 'Greet the guest'],
      [5, 5, 's2', 'Thank the guest'],
    ]);
    expect(items.map(({ commit }) => commit?.sha)).toEqual([begin, greet, thank]);
    expect(items[1]).toMatchObject({ session: { agent: 'claude-code' }, how: 'edit', confidence: 0.97 });
    expect(brief(await blamed(world, { path: 'a.ts', line: 4 }))).toEqual([[4, 4, 's1', 'Greet the guest']]);
    expect(brief(await blamed(world, { path: join(world.root, 'a.ts'), line: 4, until: 5 }))).toHaveLength(2);
  });

  test('GH31: it is the same after an amend, a rebase and a squash, told by the present sha', async () => {
    const { world, greet, thank } = await shop();
    world.git('checkout', '-q', '-b', 'other', 'HEAD~2');
    world.write('b.ts', 'b\n');
    world.commit('Other');
    world.git('checkout', '-q', 'main');
    world.git('rebase', '-q', 'other');
    world.git('-c', "sequence.editor=sed -i '2s/pick/squash/'", 'rebase', '-q', '-i', 'HEAD~2');
    world.git('commit', '-q', '--amend', '-m', 'Greet and thank');
    await world.follow();
    const present = world.git('rev-parse', 'HEAD');
    const items = await blamed(world, { path: 'a.ts', line: 3, until: 5 });
    expect(brief(items)).toEqual([
      [3, 4, 's1', 'Greet the guest'],
      [5, 5, 's2', 'Thank the guest'],
    ]);
    expect(items.map(({ commit }) => commit?.sha)).toEqual([present, present]);
    expect(world.present()).toMatchObject({ [greet]: present, [thank]: present });
    for (const session_id of ['s1', 's2']) {
      const { commits } = await world.ask<{ commits: { sha: string }[] }>('session.show', { session_id });
      expect(commits.map(({ sha }) => sha)).toEqual([present]);
    }
  });

  test('GH32: lines that are not committed come from the edits since, those of a new file as well', async () => {
    const { world } = await shop();
    await world.work('s3', 'Say farewell', {
      'a.ts': 'by hand 1\nby hand 2\ngreet();\nsmile();\nthank();\nwave();\n',
      'n.ts': 'new();\n',
    });
    const [last] = (await blamed(world, { path: 'a.ts', line: 6 })) as [Blamed];
    expect(last).toMatchObject({ commit: null, session: { session_id: 's3' }, ask: { text: 'Say farewell' } });
    expect(brief(await blamed(world, { path: 'n.ts' }))).toEqual([[1, 1, 's3', 'Say farewell']]);
    world.write('hand.ts', 'x\n');
    expect(brief(await blamed(world, { path: 'hand.ts' }))).toEqual([[1, 1, null, null]]);
  });

  test('GH33: a commit that only a command or the place it was made in ties to a session is told with that reason', async () => {
    const { world } = await shop();
    await world.work('s4', 'Generate', {});
    world.write('made.ts', 'made();\n');
    const made = world.commit('Make');
    await world.follow();
    await world.work('s4', 'Go on', {}, { command: 'git commit -m Make', output: `[main ${made.slice(0, 7)}] Make\n` });
    expect(await blamed(world, { path: 'made.ts' })).toMatchObject([
      { session: { session_id: 's4' }, how: 'command', ask: { text: 'Generate' }, confidence: 0.99 },
    ]);
  });

  test('GH34: a copy by cherry-pick leads to the session of what it was copied from', async () => {
    const { world } = await shop();
    world.git('checkout', '-q', '-b', 'side');
    await world.work('s5', 'Paint it', {}, undefined);
    world.write('paint.ts', 'paint();\n');
    const made = world.commit('Paint');
    await world.work(
      's5',
      'Commit it',
      {},
      { command: 'git commit -m Paint', output: `[side ${made.slice(0, 7)}] Paint\n` },
    );
    world.git('checkout', '-q', 'main');
    world.git('cherry-pick', made);
    world.git('branch', '-q', '-D', 'side');
    await world.follow();
    expect(await blamed(world, { path: 'paint.ts' })).toMatchObject([
      { session: { session_id: 's5' }, how: 'copy', confidence: 0.5 },
    ]);
  });

  test('GH35: a renamed file, a file of another work tree, an empty one', async () => {
    const { world } = await shop();
    world.git('mv', 'a.ts', 'moved.ts');
    world.commit('Move');
    await world.follow();
    expect(brief(await blamed(world, { path: 'moved.ts', line: 3 }))).toEqual([[3, 3, 's1', 'Greet the guest']]);
    const linked = join(world.around, 'linked');
    world.git('worktree', 'add', '-q', linked);
    expect(brief(await blamed(world, { path: join(linked, 'moved.ts'), line: 5 }))).toEqual([
      [5, 5, 's2', 'Thank the guest'],
    ]);
    world.write('empty', '');
    world.commit('Empty');
    expect(await blamed(world, { path: 'empty' })).toEqual([]);
  });

  test('GH36: what has no answer says why: no repository, another one, no file, no text, no such line', async () => {
    const { world } = await shop();
    const refused = (input: Readonly<Record<string, unknown>>) => expect(blamed(world, input)).rejects;
    await refused({ path: 'none.ts' }).toMatchObject({ code: 'file/unreadable', message: 'there is no file none.ts' });
    await refused({ path: '.' }).toMatchObject({ code: 'input/invalid' });
    await refused({ path: 'a.ts', line: 6 }).toMatchObject({ code: 'input/invalid', message: /lines 1 to 5/ });
    await refused({ path: 'a.ts', line: 2, until: 9 }).toMatchObject({ code: 'input/invalid' });
    await refused({ path: 'a.ts', line: 4, until: 3 }).toMatchObject({ code: 'input/invalid' });
    world.write('bin', new Uint8Array([1, 0, 2]));
    await refused({ path: 'bin' }).toMatchObject({ code: 'file/unreadable', message: 'bin is no text' });
    fs.writeFileSync(join(world.around, 'outside.ts'), 'x\n');
    await refused({ path: join(world.around, 'outside.ts') }).toMatchObject({ message: /is in no git repository/ });
    const other = world.at(join(world.around, 'other'));
    fs.mkdirSync(other.top);
    other.git('init', '-q');
    other.write('x.ts', 'x\n');
    await refused({ path: join(other.top, 'x.ts') }).toMatchObject({ message: /another repository/ });
  });
});
