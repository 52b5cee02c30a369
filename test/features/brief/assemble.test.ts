import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anchorSession, assemble, unfinishedMs } from '../../../src/features/brief/assemble.ts';
import { temporaryDirectory } from '../../store/temporary-store.ts';
import { at, entry, handoff } from './brief-given.ts';
import { carried, facts, settingAt, sourcesOf } from './publish-world.ts';

const startup = { agent: 'codex', reason: 'startup', maxTokens: 2_000 } as const;

describe('the session gone on with unasked', () => {
  const open = carried('open', { unfinished: true, last_activity: at(0) });
  const done = carried('done', { last_activity: at(50) });
  const chosen = (ms: number, sessions = [done, open], branch?: string) =>
    anchorSession({ reason: 'startup' }, { now: at(0) + ms, place: { worktree: 'main', branch } }, sessions)
      ?.session_id;

  test('BR21: at a plain start the newest unfinished one of the last two hours, not a moment longer', () => {
    expect(chosen(unfinishedMs - 1)).toBe('open');
    expect(chosen(unfinishedMs)).toBeUndefined();
    expect(chosen(0, [done])).toBeUndefined();
  });

  test('BR22: only one of this branch; where either has none, any', () => {
    expect(chosen(0, [open], 'feature')).toBeUndefined();
    expect(chosen(0, [{ ...open, branch: null }], 'feature')).toBe('open');
    expect(chosen(0, [open])).toBe('open');
    expect(chosen(0, [open], 'main')).toBe('open');
  });

  test('BR23: for a resume the newest, finished or not', () => {
    for (const reason of ['resume', 'compact', 'handoff'] as const) {
      expect(anchorSession({ reason }, settingAt(10_000), [done, open])?.session_id).toBe('done');
    }
  });
});

describe('what a brief is made of', () => {
  const sessions = [carried('open', { unfinished: true, last_activity: at(59) })];

  test('BR24: the anchor by the rules, the one that is named, or none when that is asked', () => {
    const text = (wanted: object) =>
      assemble(sourcesOf(facts({ sessions })), settingAt(60), { ...startup, ...wanted }).text;
    expect(text({})).toContain('the ask of open');
    expect(text({ session_id: 'other' })).toContain('the ask of other');
    expect(text({ anchor: 'none' })).not.toContain('the ask of');
    expect(text({ anchor: 'none' })).toContain('Do open');
    expect(text({ reason: 'resume', anchor: 'none' })).not.toContain('the ask of');
  });

  test('BR25: a handoff stands in the place of an anchor; without one a handoff brief goes on with the newest session', () => {
    const handed = handoff();
    const wanted = { ...startup, reason: 'handoff' } as const;
    const text = (given: object, agent = 'codex') =>
      assemble(sourcesOf(facts({ sessions, ...given })), settingAt(60), { ...wanted, agent }).text;
    expect(text({ handoff: handed })).toContain('Finish the retry.');
    expect(text({ handoff: handed })).not.toContain('the ask of open');
    expect(text({ handoff: handed }, 'claude-code')).toContain('the ask of open');
  });

  test('BR26: what stands in the instruction files of the work tree is not told again; strange files there do no harm', () => {
    const root = temporaryDirectory();
    const entries = ['alpha', 'beta', 'gamma'].map((key) => entry(key, { value: `the rule of ${key} is a long line` }));
    const text = () => assemble(sourcesOf(facts({ entries })), settingAt(60, { root }), startup).text;
    const told = () => ['alpha', 'beta', 'gamma'].filter((key) => text().includes(`the rule of ${key}`));
    expect(told()).toEqual(['alpha', 'beta', 'gamma']);
    fs.writeFileSync(join(root, 'AGENTS.md'), '- the rule of **alpha** is a long line\n');
    fs.mkdirSync(join(root, '.claude'));
    fs.writeFileSync(join(root, '.claude/CLAUDE.md'), 'The rule of beta is a long line');
    fs.mkdirSync(join(root, 'CLAUDE.md'));
    fs.symlinkSync('AGENTS.override.md', join(root, 'AGENTS.override.md'));
    expect(told()).toEqual(['gamma']);
  });

  test('BR27: sessions are those of the work tree, and nothing to tell is an empty text', () => {
    const given = facts({ entries: [] });
    const setting = settingAt(60, { place: { worktree: 'side', branch: undefined } });
    expect(assemble(sourcesOf(given), setting, startup)).toMatchObject({ text: '', tokens: 0, items: [] });
    expect(given.asked).toEqual(['sessions of side']);
  });
});
