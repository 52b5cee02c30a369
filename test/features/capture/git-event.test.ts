import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectId } from '../../daemon/wired-world.ts';
import { type HistoryWorld, historyWorld } from './history-world.ts';

interface Shown {
  readonly session: { readonly commit_count: number };
  readonly commits: readonly {
    readonly sha: string;
    readonly subject: string;
    readonly how: string;
    readonly confidence: number;
    readonly share: number | null;
    readonly former: readonly string[];
    readonly shared_at: string | null;
  }[];
}

const taken = { outcome: 'taken', projectId, agent: 'git' };
const shown = (world: HistoryWorld, session_id: string) => world.ask<Shown>('session.show', { session_id });
/** The logs of HEAD are taken away: only what the hooks say is there. */
function withoutLogs(world: HistoryWorld): void {
  world.git('config', 'core.logAllRefUpdates', 'false');
  fs.rmSync(join(world.root, '.git', 'logs'), { recursive: true, force: true });
}

async function begun() {
  const world = historyWorld();
  world.write('base', 'base\n');
  world.commit('Begin');
  return world;
}

describe('git hooks', () => {
  test('GH20: what a hook says of a rewrite is kept: memory is told the new sha', async () => {
    const world = await begun();
    withoutLogs(world);
    await world.work('s1', 'Add the door', { 'door.ts': 'one\ntwo\n' });
    const old = world.commit('Add a door');
    await world.hook({ event: 'post-commit', head: old });
    expect((await shown(world, 's1')).commits).toMatchObject([{ sha: old, how: 'lines', share: 1, former: [] }]);
    world.git('commit', '-q', '--amend', '-m', 'Add the door');
    const present = world.git('rev-parse', 'HEAD');
    const rewrite = { event: 'post-rewrite', args: ['amend'], head: present };
    expect(await world.hook(rewrite, `${old} ${present}\n`)).toEqual(taken);
    expect(await world.hook(rewrite, `${old} ${present} more\n`)).toEqual(taken); // told twice
    const { commits, session } = await shown(world, 's1');
    expect(commits).toMatchObject([{ sha: present, subject: 'Add the door', former: [old] }]);
    expect(session.commit_count).toBe(1);
    expect(world.rows('select by from commit_rewrites')).toEqual([{ by: 'amend' }]);
  });

  test('GH21: lines that are no pairs of shas, cut ones and unknown hooks do no harm', async () => {
    const world = await begun();
    withoutLogs(world);
    const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
    const body = `\n${a}\nx y\n${a} ${b.slice(1)}\n${b} ${a}\n\0\n`;
    expect(await world.hook({ event: 'post-rewrite', args: ['rebase'] }, body)).toEqual(taken);
    expect(await world.hook({ event: 'reference-transaction', args: ['committed'] }, body)).toEqual(taken);
    expect(world.present()).toEqual({ [b]: a });
    const cut = `${`${a} ${'c'.repeat(40)}\n`.repeat(4_000)}`;
    expect(await world.hook({ event: 'post-rewrite', args: ['rebase'] }, cut)).toEqual(taken);
    expect(world.present()).toEqual({ [b]: 'c'.repeat(40), [a]: 'c'.repeat(40) });
  });

  test('GH22: hook and log together tell one rewrite once', async () => {
    const world = await begun();
    await world.follow();
    const old = world.commit('One');
    world.git('commit', '-q', '--amend', '--allow-empty', '-m', 'Two');
    const present = world.git('rev-parse', 'HEAD');
    await world.hook({ event: 'post-rewrite', args: ['amend'], head: present }, `${old} ${present}\n`);
    expect(world.rows('select from_sha, to_sha from commit_rewrites')).toEqual([{ from_sha: old, to_sha: present }]);
  });

  test('GH23: a commit made inside an agent is the one session it can be; of two that could be it is nobody’s', async () => {
    const world = await begun();
    await world.work('s1', 'Generate it', {});
    world.write('made.txt', 'by a program\n');
    const made = world.commit('Generate');
    await world.hook({ event: 'post-commit', head: made, inside: 'claude-code' });
    expect((await shown(world, 's1')).commits).toMatchObject([
      { sha: made, how: 'inside', confidence: 0.9, share: null },
    ]);
    await world.work('s2', 'Another', {});
    world.write('made.txt', 'again\n');
    const unclear = world.commit('Generate again');
    await world.hook({ event: 'post-commit', head: unclear, inside: 'claude-code' });
    await world.work('s2', 'Commit', {}, { command: 'git commit -qam x', output: '' });
    world.write('made.txt', 'and again\n');
    const clear = world.commit('x');
    await world.hook({ event: 'post-commit', head: clear, inside: 'claude-code' });
    await world.hook({ event: 'post-commit', head: clear, inside: 'gemini-cli' });
    expect((await shown(world, 's1')).commits.map(({ sha }) => sha)).toEqual([made]);
    expect((await shown(world, 's2')).commits).toMatchObject([{ sha: clear, how: 'inside', confidence: 0.8 }]);
  });

  test('GH24: a commit that the output of a command names is its session’s, whichever comes first', async () => {
    const world = await begun();
    const one = world.commit('One');
    const said = (sha: string) => ({ command: 'cd x && git commit -m One', output: `[main ${sha.slice(0, 8)}] One\n` });
    await world.work('s1', 'Commit', {}, said(one));
    expect((await shown(world, 's1')).commits).toEqual([]);
    await world.hook({ event: 'post-commit', head: one });
    expect((await shown(world, 's1')).commits).toMatchObject([{ sha: one, how: 'command', confidence: 0.99 }]);
    const log = { command: 'git log --oneline -1', output: `[main ${one.slice(0, 8)}] One\n${one}\n` };
    await world.work('s2', 'Look', {}, log);
    expect((await shown(world, 's2')).commits).toEqual([]);
    await world.work('s2', 'Commit', {}, { command: 'git commit -q -m x && git rev-parse HEAD', output: `${one}\n` });
    expect((await shown(world, 's2')).commits).toHaveLength(1);
  });

  test('GH25: time alone ties nothing to a session', async () => {
    const world = await begun();
    await world.work('s1', 'Think about it', {}, { command: 'make', output: 'ok' });
    world.write('own.ts', 'by hand\n');
    await world.hook({ event: 'post-commit', head: world.commit('By hand') });
    await world.follow();
    expect((await shown(world, 's1')).commits).toEqual([]);
  });

  test('GH26: what is pushed is noted once a hook tells; a password in the address is not', async () => {
    const world = await begun();
    await world.work('s1', 'Add it', { 'a.ts': 'a\n' });
    const made = world.commit('Add it');
    await world.hook({ event: 'post-commit', head: made });
    const push = {
      event: 'pre-push',
      args: ['https://ana:secret12@host.example/x', 'https://ana:secret12@host.example/x'],
    };
    const none = '0'.repeat(40);
    const lines = `refs/heads/main ${made} refs/heads/main ${none}\n(delete) ${none} refs/heads/x ${made}\n`;
    expect(await world.hook(push, lines)).toEqual(taken);
    expect((await shown(world, 's1')).commits[0]?.shared_at).not.toBeNull();
    expect(world.rows('select distinct remote from commit_shares')).toEqual([{ remote: 'https://host.example/x' }]);
    expect(world.rows('select count(*) as n from commit_shares')).toEqual([{ n: 2 }]);
  });

  test('GH27: search finds a commit that became another one, once, by its words and by either sha', async () => {
    const world = await begun();
    await world.follow();
    world.write('door.ts', 'x\n');
    const old = world.commit('Paint the wardrobe');
    await world.follow();
    world.git('commit', '-q', '--amend', '--no-edit', '--reset-author');
    const present = world.git('rev-parse', 'HEAD');
    expect(present).not.toBe(old);
    await world.follow();
    for (const query of ['wardrobe', old, old.slice(0, 7), present, present.slice(0, 9)]) {
      const { results } = await world.ask<{ results: { key: string }[] }>('search.query', { query, kinds: ['commit'] });
      expect(results.map(({ key }) => key)).toEqual([present]);
    }
    world.git('reset', '-q', '--hard', old);
    await world.follow();
    for (const [query, key] of [
      [old, old],
      [present, present],
    ]) {
      const { results } = await world.ask<{ results: { key: string }[] }>('search.query', { query });
      expect(results.map((each) => each.key)).toEqual([key]);
    }
  });
});
