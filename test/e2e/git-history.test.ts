// What git does while an agent works, in a repository without any hook of prsist: known within seconds all the same.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { claudeCode } from '../harness/agents.ts';
import { createHome, type Home, until } from '../harness/home.ts';
import { createRepository, type Repository } from '../harness/repository.ts';

let home: Home;
let shop: Repository;

beforeEach(async () => {
  home = createHome();
  fs.mkdirSync(join(home.home, '.claude'));
  shop = createRepository(home);
  await home.json(['init'], { cwd: shop.path });
  fs.rmSync(join(shop.path, '.git/hooks'), { recursive: true, force: true });
});
afterEach(() => home.remove());

/** The shas of a session's commits, once the newest of them is this one. */
function commitsOf(session_id: string, newest: string): Promise<readonly string[]> {
  return until(`${session_id} has ${newest}`, async () => {
    const { commits } = await home.client(shop.path).call('session.show', { session_id });
    const shas = (commits as readonly { sha: string }[]).map(({ sha }) => sha);
    return shas.at(-1) === newest ? shas : undefined;
  });
}

describe('a repository without hooks', () => {
  test('GH40: commit, amend and rebase reach session show, blame and the brief', async () => {
    const agent = claudeCode(home, { cwd: shop.path });
    await agent.hook('SessionStart', { source: 'startup' });
    await agent.asked('Make the cart survive a reload');
    fs.mkdirSync(join(shop.path, 'src'), { recursive: true });
    fs.writeFileSync(join(shop.path, 'src/cart.ts'), 'export const cart = [];\n');
    agent.edited('src/cart.ts', 'export const cart = [];\n');
    await agent.stop();
    await home.settled();
    shop.git('add', '.prsist');
    shop.git('commit', '-q', '-m', 'Make it a project');
    const commit = (...args: readonly string[]) => {
      shop.git('add', '-A');
      shop.git('commit', '-q', ...args);
      return shop.git('rev-parse', 'HEAD');
    };
    const first = commit('-m', 'Keep the cart');
    expect(await commitsOf(agent.session, first)).toEqual([first]);
    const second = commit('--amend', '-m', 'Keep the cart in local storage');
    expect(await commitsOf(agent.session, second)).toEqual([second]);
    shop.git('checkout', '-q', '-b', 'other', 'HEAD~1');
    fs.writeFileSync(join(shop.path, 'other'), 'x\n');
    commit('-m', 'Other');
    shop.git('checkout', '-q', 'main');
    shop.git('rebase', '-q', 'other');
    const third = shop.git('rev-parse', 'HEAD');
    expect(await commitsOf(agent.session, third)).toEqual([third]);

    const blamed = await home.prsist(['blame', 'cart.ts:1'], { cwd: join(shop.path, 'src') });
    expect(blamed).toMatchObject({ exit: 0, stderr: '' });
    expect(blamed.stdout).toContain(third.slice(0, 8));
    expect(blamed.stdout).toContain('Make the cart survive a reload');
    const { items } = await home.json(['blame', join(shop.path, 'src/cart.ts')], { cwd: home.home });
    expect(items).toMatchObject([{ session: { session_id: agent.session }, how: 'edit', commit: { sha: third } }]);
    expect((await home.prsist(['blame', 'src/cart.ts:9'], { cwd: shop.path })).exit).toBe(2);
    const brief = await home.prsist(['resume', agent.session], { cwd: shop.path });
    expect(brief.stdout).toContain(third.slice(0, 8));
    for (const old of [first, second]) {
      expect(brief.stdout).not.toContain(old.slice(0, 8));
      const { results } = await home.json(['search', old], { cwd: shop.path });
      expect(results).toMatchObject([{ kind: 'commit', key: third }]);
    }
  });
});
