// The dashboard as somebody sees it: in a real terminal, over a real daemon, with real sessions.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createHome, type Home, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';
import { noTmux, openTerminal, type Terminal } from '../harness/tmux.ts';

const demo = join(import.meta.dirname, '../../config/demo');

describe.skipIf(noTmux)(`in a terminal${noTmux ? ` (skipped: ${noTmux})` : ''}`, () => {
  let home: Home;
  let cwd: string;
  beforeAll(async () => {
    home = createHome();
    cwd = createRepository(home).path;
    await home.json(['init', '--no-import', '--no-git-hooks'], { cwd });
    await home.json(['import', '--path', demo], { cwd });
    const { session_id } = await home.json(['session', 'start', '--title', 'mend the shop'], { cwd });
    const said = 'the till rings twice';
    await home.client(cwd).call('session.message', { session_id: String(session_id), role: 'user', content: said });
    await home.json(['remember', 'redis was dropped because of its latency'], { cwd });
  });
  afterAll(() => home.remove());

  const open: Terminal[] = [];
  afterEach(() => {
    for (const terminal of open.splice(0)) terminal.close();
  });

  function dashboard(columns: number, rows: number, argv: readonly string[] = [], env = {}): Terminal {
    const terminal = openTerminal(home, { cwd, argv: ['dashboard', ...argv], env, columns, rows });
    open.push(terminal);
    return terminal;
  }

  async function left(terminal: Terminal): Promise<void> {
    terminal.keys('q');
    expect(await until('it has left', () => terminal.exit() ?? undefined)).toBe(0);
    expect(terminal.screen()).not.toContain('Overview');
  }

  const sizes = [
    [80, 24],
    [120, 40],
    [200, 60],
  ] as const;

  test.each(sizes)('DB20: every screen shows what was taken in, at %i×%i', async (columns, rows) => {
    const terminal = dashboard(columns, rows);
    await terminal.shows(/Active sessions[\s\S]*Capture[\s\S]*Prompt cache/);
    terminal.keys('2');
    await terminal.shows(/Sessions {2}1 of [2-9][\s\S]*codex/);
    terminal.keys('Enter');
    await terminal.shows(/messages, \d+ tool calls[\s\S]*Timeline {2}1 of \d+/);
    terminal.keys('Escape', '3');
    await terminal.shows(/\[3 Search\]/);
    terminal.keys('redis');
    await terminal.shows(/redis was dropped/);
    terminal.keys('Tab');
    await terminal.shows(/Read from the cache[\s\S]*requests, [\s\S]*Sessions {2}1 of/);
    terminal.keys('Enter');
    await terminal.shows(/Requests {2}1 of \d+[\s\S]*1 +[\d.]+k/);
    terminal.keys('5');
    await terminal.shows(/no remote[\s\S]*this device alone[\s\S]*message\.add/);
    terminal.keys('6');
    await terminal.shows(/status +ok[\s\S]*session\.list|status +ok[\s\S]*project\.show/);
    terminal.keys('7');
    await terminal.shows(/Calendar of sessions[\s\S]*By agent[\s\S]*\$/);
    const lines = terminal.screen().split('\n');
    expect(lines.length - 1).toBeLessThanOrEqual(rows);
    await left(terminal);
  });

  test('DB20: doctor runs from it', async () => {
    const terminal = dashboard(120, 40);
    await terminal.shows(/Active sessions/);
    terminal.keys('6', 'd');
    await terminal.shows(/daemon ok[\s\S]*store ok/, 60_000);
    await left(terminal);
  });

  test('DB21: a session is handed over, resumed and ended', async () => {
    const terminal = dashboard(120, 40);
    await terminal.shows(/Active sessions/);
    terminal.keys('2');
    await terminal.shows(/› active .*mend the shop/);
    terminal.keys('h');
    await terminal.shows(/over to[\s\S]*claude-code[\s\S]*codex/);
    terminal.keys('j', 'Enter');
    await terminal.shows(/codex is told/);
    terminal.keys('rate limit', 'Enter');
    await terminal.shows(/reason: rate limit/);
    terminal.keys('y');
    await terminal.shows(/handed over to codex/);
    const { items } = await home.client(cwd).call('session.handoffs', {});
    expect(items).toMatchObject([{ to_agent: 'codex', reason: 'rate limit', status: 'pending' }]);
    const id = items[0]?.session_id ?? '';
    const session = async () => (await home.client(cwd).call('session.show', { session_id: id })).session.status;
    terminal.keys('e');
    await terminal.shows(/End "/);
    terminal.keys('n', 'e', 'y');
    await terminal.shows(/ended after/);
    expect(await session()).toBe('ended');
    terminal.keys('r', 'y');
    await terminal.shows(/What an agent is told now[\s\S]*prsist-memory/);
    expect(await session()).not.toBe('ended');
    terminal.keys('Escape');
    await terminal.shows(/resumed; it was ended/);
    await left(terminal);
  });

  test('DB22: killed under it, the daemon is said to be away; started again, it goes on; what happens meanwhile shows', async () => {
    const terminal = dashboard(120, 40);
    await terminal.shows(/Active sessions/);
    await home.kill();
    const screen = await terminal.shows(/daemon away, trying again/);
    expect(screen).toMatch(/Active sessions[\s\S]*Prompt cache/);
    // it was stopped, perhaps on purpose: not ours to start
    terminal.keys('2', '1');
    await terminal.shows(/daemon away/);
    await home.json(['session', 'start', '--title', 'after the crash'], { cwd });
    const back = await terminal.shows(/after the crash/);
    expect(back).not.toContain('daemon away');
    await left(terminal);
  });

  test('DB5: 20×5 says it is too small; resized a hundred times it is whole again', async () => {
    const terminal = dashboard(20, 5);
    await terminal.shows(/too small: 20×5/);
    for (let n = 0; n < 100; n += 1) terminal.resize({ columns: 20 + ((n * 37) % 180), rows: 5 + ((n * 13) % 55) });
    terminal.resize({ columns: 100, rows: 30 });
    const screen = await terminal.shows(/Active sessions[\s\S]*\? help {2}q leave/);
    expect(screen.match(/Active sessions/g)).toHaveLength(1);
    terminal.resize({ columns: 20, rows: 5 });
    await terminal.shows(/too small/);
    await left(terminal);
  });

  test('DB11: colours where they are wanted, and none where not', async () => {
    const coloured = dashboard(100, 30);
    await coloured.shows(/Active sessions/);
    expect(coloured.screen('coloured')).toMatch(/\u001b\[(?:\d+;)*3[1-7]m/);
    for (const [n, terminal] of [
      dashboard(101, 30, ['--no-color']),
      dashboard(102, 30, [], { NO_COLOR: '1' }),
    ].entries()) {
      await terminal.shows(/Active sessions/);
      expect([n, terminal.screen('coloured').match(/\u001b\[(?:\d+;)*[349][0-7]m/g)]).toEqual([n, null]);
    }
  });

  test('DB10: for a screen reader it is words, without another screen', async () => {
    const terminal = dashboard(100, 30, ['--screen-reader']);
    await terminal.shows(/screen 1 Overview/);
    terminal.keys('2');
    await terminal.shows(/screen 2 Sessions[\s\S]*selected: /);
    expect(terminal.screen()).not.toMatch(/[─█░]/);
    await until('it has left', () => {
      terminal.keys('q');
      return terminal.exit() === 0;
    });
  });
});
