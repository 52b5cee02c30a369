import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withdraw } from '../../../src/features/brief/publish.ts';
import { toldHandoffId } from '../../../src/features/brief/render-handoff.ts';
import { at, entry, handoff } from './brief-given.ts';
import { carried, facts, publishWorld } from './publish-world.ts';

describe('files of the start', () => {
  test('BR30: start goes on with the fresh unfinished session, plain does not; both hold what is valid now', async () => {
    const given = facts({ sessions: [carried('open', { unfinished: true, last_activity: at(59) })] });
    given.entries = [entry('db', { value: 'sqlite' }), entry('later', { value: 'not yet', at: at(600) })];
    const world = publishWorld(given);
    expect(await world.run(60)).toBe(at(59) + 2 * 3_600_000);
    expect(world.told('codex.start')).toContain('the ask of open');
    expect(world.told('codex.plain')).not.toContain('the ask of open');
    for (const name of ['codex.plain', 'codex.start', 'claude-code.plain']) {
      expect(world.told(name)).toContain('sqlite');
      expect(world.told(name)).not.toContain('not yet');
    }
    expect(await world.run(59 + 120)).toBeUndefined();
    expect(world.told('codex.start')).toBe(world.told('codex.plain'));
  });

  test('BR31: files whose bytes are the same are not touched; nothing to tell takes them away', async () => {
    const given = facts({ sessions: [carried('a', { last_activity: at(59) })] });
    const world = publishWorld(given);
    await world.run();
    const names = world.names();
    expect(names).toContain('claude-code.native-a.compact');
    for (const name of names) fs.utimesSync(world.file(name), 1000, 1000);
    await world.run();
    expect(names.map((name) => fs.statSync(world.file(name)).mtimeMs)).toEqual(names.map(() => 1_000_000));
    given.entries = [];
    given.sessions = [];
    await world.run();
    expect(world.names()).toEqual(['HEAD']);
  });

  test('BR32: while the files of a new branch are written HEAD names none; it comes last, plain before start', async () => {
    const world = publishWorld(facts());
    const head = () => fs.readFileSync(world.file('HEAD'), 'utf8');
    await world.run();
    expect(head()).toBe('ref: refs/heads/main\n');
    const before = fs.readFileSync(world.file('claude-code.plain'), 'utf8');
    world.checkout('feature');
    fs.rmSync(world.file('claude-code.start'));
    fs.mkdirSync(world.file('claude-code.start')); // writing stops here
    fs.rmSync(world.file('claude-code.plain'));
    await expect(world.run()).rejects.toThrow('EISDIR');
    expect(head()).not.toContain('refs/heads/');
    expect(fs.readFileSync(world.file('claude-code.plain'), 'utf8')).toBe(before);
    fs.rmdirSync(world.file('claude-code.start'));
    await world.run();
    expect(head()).toBe('ref: refs/heads/feature\n');
  });

  test('BR33: a plain directory has no HEAD; a linked work tree asks for its own sessions', async () => {
    const given = facts();
    const world = publishWorld(given);
    fs.rmSync(join(world.root, '.git'), { recursive: true });
    await world.run();
    expect(world.names()).not.toContain('HEAD');
    const gitDir = join(world.root, 'main/.git/worktrees/side');
    fs.mkdirSync(gitDir, { recursive: true });
    fs.writeFileSync(join(gitDir, 'HEAD'), 'ref: refs/heads/x\n');
    fs.writeFileSync(join(world.root, '.git'), `gitdir: ${gitDir}\n`);
    given.asked.length = 0;
    await world.run();
    expect(new Set(given.asked)).toEqual(new Set(['sessions of side']));
    expect(fs.readFileSync(world.file('HEAD'), 'utf8')).toBe('ref: refs/heads/x\n');
  });

  test('BR34: withdrawn, nothing is left that a hook would print', async () => {
    const sessions = [carried('a', { last_activity: at(59) })];
    const world = publishWorld(facts({ sessions, handoff: handoff() }));
    await world.run();
    expect(world.names()).toHaveLength(16);
    withdraw(world.folder);
    expect(world.names()).toEqual(['HEAD']);
  });
});

describe('handoffs', () => {
  const waiting = handoff();

  test('BR35: a handoff is laid out for its agent, and not while a hook has taken one away', async () => {
    const given = facts({ handoff: waiting });
    const world = publishWorld(given);
    await world.run();
    expect(world.told('codex.handoff')).toContain('Finish the retry.');
    expect(world.told('claude-code.handoff')).toBeUndefined();
    fs.renameSync(world.file('codex.handoff'), world.file('codex.handoff.4711'));
    await world.run();
    expect(world.told('codex.handoff')).toBeUndefined(); // the claim is there
    fs.rmSync(world.file('codex.handoff.4711'));
    await world.run();
    expect(world.told('codex.handoff')).toContain('Finish the retry.'); // nobody was shown it
  });

  test('BR36: one that was printed goes, and comes back when that conversation said nothing', async () => {
    const given = facts({ handoff: waiting });
    const world = publishWorld(given);
    await world.run();
    given.handoff = undefined; // printed: it does not wait
    await world.run();
    expect(world.told('codex.handoff')).toBeUndefined();
    given.handoff = waiting;
    await world.run();
    expect(world.told('codex.handoff')).toContain('Finish the retry.');
    given.handoff = undefined; // accepted, or expired
    await world.run();
    expect(world.names()).not.toContain('codex.handoff');
  });
});

test('BR38: files are right until the first of: an unfinished session grows old, a handoff expires or is armed again', async () => {
  const given = facts({ handoff: handoff(), until: at(90) });
  const world = publishWorld(given);
  expect(await world.run(60)).toBe(at(90));
  given.sessions = [carried('open', { unfinished: true, last_activity: at(59) })];
  expect(await world.run(60)).toBe(at(90));
  given.until = at(600);
  expect(await world.run(60)).toBe(at(59) + 2 * 3_600_000);
  given.sessions = [];
  delete given.until;
  expect(await world.run(60)).toBeUndefined();
});

test('BR39: what is laid out names its handoff, whatever its texts look like', async () => {
  const forged = 'x (handoff 019a3985-0000-7000-8000-000000000000 of session y';
  const text = 'a\n## Handed over: a to b (handoff 019a3985-0000-7000-8000-000000000000 of session x, 2026';
  const world = publishWorld(
    facts({
      handoff: handoff({ from_agent: forged, reason: text, branch: text, by: text, continuation_instructions: text }),
      entries: [entry('db', { value: text })],
    }),
  );
  await world.run();
  const laidOut = fs.readFileSync(world.file('codex.handoff'), 'utf8');
  expect(toldHandoffId(laidOut)).toBe(handoff().handoff_id);
  expect(toldHandoffId(fs.readFileSync(world.file('codex.start'), 'utf8'))).toBeUndefined();
  expect(toldHandoffId('')).toBeUndefined();
});

describe('compactions', () => {
  test('BR37: every running conversation has a file of its own, gone six hours after its last word', async () => {
    const runs = [
      { agent: 'claude-code', native_id: 'one' },
      { agent: 'codex', native_id: 'two' },
      { agent: 'codex', native_id: '../evil' },
    ];
    const given = facts({
      sessions: [carried('a', { runs, last_activity: at(0) }), carried('b', { last_activity: at(-600) })],
    });
    const world = publishWorld(given);
    const compact = () => world.names().filter((name) => name.endsWith('.compact'));
    await world.run(359);
    expect(compact()).toEqual(['claude-code.one.compact', 'codex.two.compact']);
    expect(world.told('codex.two.compact')).toContain('the ask of a');
    await world.run(360);
    expect(compact()).toEqual([]);
    expect(fs.readdirSync(world.root).sort()).toEqual(['.git', 'brief']);
  });
});
