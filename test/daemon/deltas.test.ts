import fs from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Briefs } from '../../src/daemon/briefs.ts';
import { newsLine, renderDelta } from '../../src/features/brief/render-delta.ts';
import { delivered } from '../../src/features/capture/deliveries.ts';
import { ownDirectory } from '../../src/platform/files.ts';
import { temporaryRepository } from '../platform/temporary-repository.ts';
import { projectId, wiredWorld } from './wired-world.ts';

const nobody = 2_147_483_646; // no process has this number

/** A repository whose briefs are laid out, and conversations that are told of it. */
async function world() {
  const made = wiredWorld();
  const root = made.project();
  temporaryRepository({ into: root });
  ownDirectory(join(root, '.prsist'));
  const briefs = new Briefs({
    ...{ projects: made.projects, sources: made.wired.sources, briefKey: () => 'k', deltaMark: made.paths.deltas },
    ...{ gitState: async () => null, isBusy: () => false, clock: () => made.clock.now },
    telling: () => ({ enabled: true, max_tokens: 2_000 }),
    onBug: (what, error) => {
      throw new Error(`${what} ${String(error)}`);
    },
  });
  onTestFinished(() => briefs.finish());
  const file = (name: string) => join(root, '.prsist/brief/k', name);
  const ask = (operation: string, body: object) =>
    made.dispatch({
      ...{ operation, body, caller: { user: 'ana', origin: 'human' as const }, project: projectId },
      idempotencyKey: undefined,
    });
  await ask('context.store', { key: 'db', value: 'we use sqlite', priority: 'critical' });
  return {
    ...{ ...made, root, briefs, file, ask },
    began: (agent: string, native: string) =>
      briefs.told({ projectId, agent, native, cwd: root, at: made.clock.now, what: 'began' }),
    /** What the next prompt of a conversation would be told; undefined when nothing. */
    async news(agent: string, native: string): Promise<string | undefined> {
      await briefs.render(projectId);
      const path = file(`${agent}.${native}.delta`);
      if (!fs.existsSync(path)) return undefined;
      return JSON.parse(fs.readFileSync(path, 'utf8')).hookSpecificOutput.additionalContext;
    },
    /** A hook that has ended took the news away. */
    async told(agent: string, native: string): Promise<void> {
      fs.renameSync(file(`${agent}.${native}.delta`), file(`${agent}.${native}.delta.${nobody}`));
      await briefs.takeClaims(projectId);
    },
  };
}

test('LE20: an entry that was told and goes, or is changed by others, is told with the next prompt, once', async () => {
  const { began, news, told, ask, paths, file, projects } = await world();
  for (const agent of ['claude-code', 'gemini-cli', 'cursor']) await began(agent, 'one');
  expect(await news('claude-code', 'one')).toBeUndefined();
  expect(fs.existsSync(paths.deltas)).toBe(false);
  await ask('context.store', { key: 'db', value: 'we use duckdb now', priority: 'critical' });
  expect(await news('claude-code', 'one')).toContain('we use duckdb now');
  expect(await news('gemini-cli', 'one')).toContain('we use duckdb now');
  const event = JSON.parse(fs.readFileSync(file('gemini-cli.one.delta'), 'utf8')).hookSpecificOutput.hookEventName;
  expect(event).toBe('BeforeAgent');
  expect(fs.existsSync(file('cursor.one.delta'))).toBe(false);
  expect(fs.existsSync(paths.deltas)).toBe(true);
  await told('claude-code', 'one');
  expect(fs.readdirSync(file('')).filter((name) => name.startsWith('claude-code.one'))).toEqual([]);
  const deliveries = delivered(projects.user.read, projectId).filter(({ count }) => count > 0);
  expect(deliveries.map(({ agent }) => agent)).toEqual(['claude-code']);
  expect(await news('claude-code', 'one')).toBeUndefined();
  await ask('context.delete', { key: 'db', scope: 'project' });
  expect(await news('claude-code', 'one')).toMatch(/No longer valid: what was remembered as db\n/);
  for (const agent of ['claude-code', 'gemini-cli']) await told(agent, 'one');
  expect(fs.existsSync(paths.deltas)).toBe(false);
});

test('LE24: of an entry that was forgotten nothing is left in what waits to be told, not even its name', async () => {
  const { began, news, ask, paths, projects } = await world();
  await began('codex', 'one');
  await ask('context.store', { key: 'db', value: 'the sesame opens', priority: 'critical' });
  expect(await news('codex', 'one')).toContain('sesame');
  await ask('store.erase', { entry: 'db', reason: 'mistake' });
  expect(await news('codex', 'one')).toMatch(/told as remembered has been erased\n/);
  expect(await news('codex', 'one')).not.toMatch(/sesame|db/);
  expect(JSON.stringify(delivered(projects.user.read, projectId))).not.toMatch(/sesame|"db"/);
  expect(fs.existsSync(paths.deltas)).toBe(true);
});

test('LE21: what it changed itself, and what it was not told, is no news; an answered handoff is', async () => {
  const { began, news, ask, clock, dispatch } = await world();
  await ask('session.start', { session_id: 'mine', agent: 'codex', native_id: 'mine' });
  await began('codex', 'mine');
  await ask('context.store', { key: 'queue', value: 'we use redis', priority: 'critical' });
  expect(await news('codex', 'mine')).toBeUndefined();
  await began('codex', 'mine');
  const caller = { user: 'ana', origin: 'agent' as const, agent: 'codex', session: 'mine' };
  const asked = { operation: 'context.store', body: { key: 'db', value: 'I chose duckdb', session_id: 'mine' } };
  await dispatch({ ...asked, caller, project: projectId, idempotencyKey: undefined });
  expect(await news('codex', 'mine')).toBeUndefined();
  await ask('session.message', { session_id: 'mine', role: 'user', content: 'Do it' });
  const { reply } = await ask('session.handoff', { session_id: 'mine', to_agent: 'claude-code', handoff_reason: 'x' });
  clock.now += 60_000;
  await ask('session.accept', { handoff_id: Reflect.get(reply, 'handoff_id'), agent: 'claude-code' });
  expect(await news('codex', 'mine')).toContain('The handoff to claude-code was accepted by claude-code');
});

test('LE22: after a compression Gemini is told its anchor with its next prompt; others start anew', async () => {
  const { briefs, root, clock, file, wired } = await world();
  const target = wired.capture.target(projectId);
  for (const agent of ['gemini-cli', 'cursor']) {
    const session = `of-${agent}`;
    const at = clock.now;
    const prompt = { kind: 'message', session, at, key: [session, 'p'], role: 'user', as: 'prompt' } as const;
    const source = { agent, trusted: 'own' as const, from: 'transcript' as const, root };
    await target.write((tx) =>
      wired.capture.keepers.takeIn(tx, source, {}, [{ ...prompt, text: 'Make the cart survive a reload' }]),
    );
    await briefs.told({ projectId, agent, native: session, cwd: root, at, what: 'compressed' });
  }
  const text = fs.readFileSync(file('gemini-cli.of-gemini-cli.delta'), 'utf8');
  expect(JSON.parse(text).hookSpecificOutput).toMatchObject({ hookEventName: 'BeforeAgent' });
  expect(text).toContain('Make the cart survive a reload');
  expect(fs.existsSync(file('cursor.of-cursor.delta'))).toBe(false);
});

test('LE23: news keeps to its cap with whole lines, the newest first to stay', () => {
  const lines = Array.from({ length: 60 }, (_, n) =>
    newsLine({ kind: 'gone', key: `key number ${n} ${'x'.repeat(40)}` }),
  );
  const text = renderDelta('shop', lines);
  expect(text.length / 4).toBeLessThanOrEqual(500);
  expect(text).toContain('key number 59');
  expect(text).not.toContain('key number 0 ');
  for (const line of text.split('\n').filter((each) => each.startsWith('- '))) expect(lines).toContain(line);
  expect(renderDelta('shop', [])).toBe('');
  const handoff = newsLine({ kind: 'handoff', to: 'codex', by: 'codex' });
  expect(handoff).toBe('- The handoff to codex was accepted by codex');
});
